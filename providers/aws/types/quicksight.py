"""QuickSight: where the users and assets of the account are kept."""

from scanner.sdk import Home, List, Replicas, TypeDecl, fact, here, never_others, unread

NAMESPACE = TypeDecl(
    "AWS::QuickSight::Namespace",
    live=List(
        "quicksight", "list_namespaces", each="Namespaces", id="Arn", name="Name", params={"AwsAccountId": "{account}"},
        # Users can be asked for in the region of identity only: elsewhere QuickSight says so, and where nobody signed up, too.
        on_error={"AccessDeniedException: identity region": {}, "ResourceNotFoundException": {}},
    ),
    cloudformation=False,
    facts=(
        fact(Home, place=here(live="CapacityRegion")),
        fact(Replicas, places=unread("whether Amazon Q in QuickSight sends questions to other regions is not shown by its API")),
    ),
    never=never_others(Home, Replicas, why="a name for a group of users; data stands in the sources that its analyses name"),
)  # fmt: skip
