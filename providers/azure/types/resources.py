"""Microsoft.Resources: what all others stand in."""

from providers.azure.terraform import shapes
from scanner.sdk import Below, Home, TypeDecl, fact, here, never_others

GROUP = TypeDecl(
    "Microsoft.Resources/resourceGroups",
    live=Below("", suffix="/resourcegroups", api="2021-04-01", permission="Microsoft.Resources/subscriptions/resourceGroups/read"),
    # Microsoft Learn, What is Azure Resource Manager: names, tags and properties of its resources are kept where the group is
    terraform=shapes("Microsoft.Resources/resourceGroups"),
    facts=(fact(Home, place=here(arm="location")),),
    never=never_others(Home, why="holds names, tags and properties of resources, which are judged themselves"),
)
