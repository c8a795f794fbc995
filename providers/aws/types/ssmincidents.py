"""Incident Manager: the regions that incidents are copied to."""

from typing import Any

from scanner.sdk import Get, List, Ref, Replicas, TypeDecl, derived_regions, fact, never_others


def _regions(_: Ref, found: tuple[Any, ...]) -> tuple[str, ...]:
    """Live: the keys of a map. Template: names."""
    named = [name for value in found for name in (value if isinstance(value, dict) else (value,))]
    if not named:
        raise ValueError("a replication set names its regions")
    return tuple(dict.fromkeys(map(str, named)))


REPLICATION_SET = TypeDecl(
    "AWS::SSMIncidents::ReplicationSet",
    live=List("ssm-incidents", "list_replication_sets", each="replicationSetArns", id="Name", spans=True),
    details=(Get("get_replication_set", put="set", params={"arn": "Name"}, take="replicationSet"),),
    facts=(fact(Replicas, places=derived_regions(_regions, live="set.regionMap", cfn="Regions[].RegionName")),),
    never=never_others(Replicas, why="says where incidents, with what people write about them, are kept"),
)
