"""Elastic Disaster Recovery: servers that are copied all the time, from wherever they run to the region of recovery."""

from typing import Any

from scanner.sdk import ON, AtRest, Backups, Home, List, Ref, Replicas, TypeDecl, always, derive, fact, here, never_others, regions

_CURRENT = ("CONTINUOUS", "RESCAN", "BACKLOG", "CREATING_SNAPSHOT")


def _copied(_: Ref, states: tuple[Any, ...]) -> Backups:
    """Whether copies are up to date. How far back one can go is a setting of its own, which is not read."""
    if not states:
        raise ValueError("dataReplicationState is absent")
    return Backups(str(states[0]) in _CURRENT, "continuous", 0, None)


SOURCE_SERVER = TypeDecl(
    "AWS::DRS::SourceServer",
    # Where nobody ever used the service, it says so.
    live=List("drs", "describe_source_servers", each="items", id="arn", name="sourceServerID", on_error={"UninitializedAccountException": {}}),
    cloudformation=False,
    facts=(
        fact(Home, place=here()),
        # The other side: where the server runs, or where it is copied back to.
        fact(Replicas, places=regions(live="sourceCloudProperties.originRegion")),
        fact(AtRest, state=always(ON, cite="DRS User Guide, data protection: replicated disks are EBS volumes that are encrypted, with a key of AWS unless another is chosen")),
        fact(Backups, derive(_copied, live="dataReplicationInfo.dataReplicationState")),
    ),
    never=never_others(Home, Replicas, AtRest, Backups, why="a server that is copied; what it is made of once it is recovered are resources of their own"),
)
