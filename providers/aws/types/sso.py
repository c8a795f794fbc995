"""IAM Identity Center: where the people of the organisation are kept."""

from scanner.sdk import Home, List, Replicas, TypeDecl, fact, here, never_others, regions

INSTANCE = TypeDecl(
    "AWS::SSO::Instance",
    live=List("sso-admin", "list_instances", each="Instances", id="InstanceArn", name="InstanceArn", home_only="PrimaryRegion"),
    facts=(
        fact(Home, place=here(live="PrimaryRegion")),
        fact(Replicas, places=regions(live="Regions[?IsPrimaryRegion!=`true`].RegionName", cfn=())),
    ),
    never=never_others(Home, Replicas, why="a directory of people and groups, kept by AWS: encryption and copies are not the customer's to configure"),
)
