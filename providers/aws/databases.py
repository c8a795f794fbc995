"""What RDS, DocumentDB and Neptune say alike: they share one API, and its words."""

from __future__ import annotations

from typing import Any

from scanner.sdk import OFF, ON, Reason, Ref, State, Unresolvable

#: What decides instead of StorageEncrypted where a cluster's template is silent.
INHERITS = "SnapshotIdentifier || SourceDBClusterIdentifier || GlobalClusterIdentifier"


def encrypted(ref: Ref, said: tuple[Any, ...], inherits: tuple[Any, ...] = ()) -> State:
    """A template that is silent means off (CloudFormation reference), unless a snapshot, source or cluster decides."""
    if said:
        return ON if truth(said[0]) else OFF
    if ref.id.startswith("arn:"):
        raise ValueError("StorageEncrypted is absent")
    if inherits:
        raise Unresolvable(Reason.UNRESOLVED, "encrypted as its snapshot, source or cluster is, which is not shown here")
    return OFF


def truth(value: Any) -> bool:
    """A boolean of a template, which may be written as text. Raises ValueError."""
    word = str(value).lower()
    if word not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return word == "true"


def elsewhere(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    """Regions of ARNs that are not the thing's own; a name without a region stands beside it."""
    regions = [value.split(":")[3] for values in found for value in map(str, values) if value.startswith("arn:")]
    return tuple(dict.fromkeys(region for region in regions if region != ref.region))
