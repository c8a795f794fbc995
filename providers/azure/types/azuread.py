"""Microsoft.AzureActiveDirectory: directories of an application's own users."""

from scanner.sdk import Arm, Home, Replicas, TypeDecl, fact, here, never_others, unread

DIRECTORY = TypeDecl(
    "Microsoft.AzureActiveDirectory/b2cDirectories",
    live=Arm("2021-04-01"),
    facts=(
        # a geography (`Europe`, `United States`), as it was chosen when the directory was made; one of several countries is undetermined
        fact(Home, place=here(arm="location")),
        fact(Replicas, unread("in which data centres of its geography the directory is kept, and which of its features are served from elsewhere, is not in its body")),
    ),
    never=never_others(Home, Replicas, why="a tenant of its own: its users, keys and policies are judged in that directory"),
)
