"""User Notifications: the regions in which notifications are kept."""

from scanner.sdk import Home, List, Scope, TypeDecl, fact, here, never_others

NOTIFICATION_HUB = TypeDecl(
    "AWS::Notifications::NotificationHub",
    live=List(
        "notifications", "list_notification_hubs", each="notificationHubs", id="arn:{partition}:notifications::{account}:hub/{notificationHubRegion}", name="notificationHubRegion",
        region="notificationHubRegion", scope=Scope.GLOBAL, at="us-east-1",  # the one endpoint of User Notifications
    ),
    facts=(fact(Home, place=here(cfn="Region")),),
    never=never_others(Home, why="a region in which notifications of the account are kept; where is all that is asked"),
)  # fmt: skip
