"""Amazon Connect: contact centres, and the regions that they are copied to."""

from typing import Any

from scanner.sdk import NOT_SHOWN, Get, Home, List, Ref, Replicas, TypeDecl, derived_regions, fact, here, never_others


def _elsewhere(ref: Ref, copies: tuple[Any, ...], source: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(region) for region in (*copies, *source) if region != ref.region))


INSTANCE = TypeDecl(
    "AWS::Connect::Instance",
    live=List("connect", "list_instances", each="InstanceSummaryList", id="Arn"),
    details=(Get("describe_instance", put="instance", params={"InstanceId": "Id"}),),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(
            _elsewhere, live=("instance.ReplicationConfiguration.ReplicationStatusSummaryList[].Region", "instance.ReplicationConfiguration.SourceRegion"),
            cfn=NOT_SHOWN("an instance is copied after deployment"))),
    ),
    never=never_others(Home, Replicas, why="a service for telephony and chat; recordings and transcripts are objects of the buckets that it names"),
)  # fmt: skip
