"""What stands for all resource types that have no declaration: judged for their place; whether they copy data elsewhere is open."""

from scanner.sdk import BackupPlaces, Home, LogPlaces, Replicas, TypeDecl, fact, here, never_others, unread

WHY = "Houvast has no declaration of this type yet"

UNDECLARED = TypeDecl(
    "*/*",
    live=None,
    facts=(
        fact(Home, place=here(arm="location")),
        # A type that nobody described may copy data: without a word about it, its residency would look proven by its home alone.
        fact(Replicas, unread(f"{WHY}: whether it keeps copies elsewhere is not read")),
        fact(BackupPlaces, unread(f"{WHY}: whether and where it is backed up is not read")),
        fact(LogPlaces, unread(f"{WHY}: where its logs are sent is not read")),
    ),
    never=never_others(Home, Replicas, BackupPlaces, LogPlaces, why=f"{WHY}: only its place and those of its copies are asked"),
)
