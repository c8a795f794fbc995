"""Resource Explorer: what there is in the account, gathered in one region or each in its own."""

from typing import Any

from scanner.sdk import Home, List, Ref, Replicas, Scope, TypeDecl, derived_regions, fact, here, never_others


def _gathered(ref: Ref, kinds: tuple[Any, ...]) -> tuple[str, ...]:
    """An aggregator holds the descriptions of the resources of every region, in its own."""
    if not kinds or kinds[0] not in ("LOCAL", "AGGREGATOR"):
        raise ValueError(f"{kinds!r} is no type of index")
    return (ref.region or "the region of the stack",) if kinds == ("AGGREGATOR",) else ()


INDEX = TypeDecl(
    "AWS::ResourceExplorer2::Index",
    live=List("resource-explorer-2", "list_indexes", each="Indexes", id="Arn", region="Region", scope=Scope.GLOBAL),  # every region shows those of all
    facts=(fact(Home, place=here()), fact(Replicas, places=derived_regions(_gathered, same="Type"))),
    never=never_others(Home, Replicas, why="an index of what there is: names and tags of resources"),
)
