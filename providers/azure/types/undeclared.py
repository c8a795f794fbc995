"""What stands for all resource types that have no declaration: judged for their place, and for nothing else."""

from scanner.sdk import Home, TypeDecl, fact, here, never_others

UNDECLARED = TypeDecl(
    "*/*",
    live=None,
    facts=(fact(Home, place=here(arm="location")),),
    never=never_others(Home, why="Houvast has no declaration of this type yet: only its place is judged"),
)
