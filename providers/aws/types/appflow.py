"""AppFlow: data carried to and from other services."""

from typing import Any

from providers.aws.clues import bucket
from scanner.sdk import Get, Home, List, Ref, Replicas, TypeDecl, derived_regions, fact, here, never_others, together, traced

_BUCKETS = tuple(
    f"DestinationConnectorProperties.{where}" for where in ("S3.BucketName", "Redshift.IntermediateBucketName", "Snowflake.IntermediateBucketName", "Upsolver.BucketName")
)
_LIVE_BUCKETS = tuple(
    f"flow[].destinationConnectorProperties.{where}" for where in ("S3.bucketName", "Redshift.intermediateBucketName", "Snowflake.intermediateBucketName", "Upsolver.bucketName")
)
#: Destinations inside the flow's own region (AppFlow User Guide, "Supported destinations").
_BESIDE = ("CustomerProfiles", "EventBridge", "LookoutMetrics")


def _services(ref: Ref, kinds: tuple[Any, ...]) -> tuple[str, ...]:
    """Buckets are placed by themselves; software of others stands wherever its maker runs it: its name is no region."""
    return tuple(dict.fromkeys(ref.region if kind in _BESIDE else str(kind) for kind in kinds if kind != "S3"))


FLOW = TypeDecl(
    "AWS::AppFlow::Flow",
    live=List("appflow", "list_flows", each="flows", id="flowArn", name="flowName"),
    details=(Get("describe_flow", put="flow", params={"flowName": "flowName"}, take="destinationFlowConfigList"),),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(
            derived_regions(_services, live="flow[].connectorType", cfn="DestinationFlowConfigList[].ConnectorType"),
            traced(bucket, "AWS::S3::Bucket", live=_LIVE_BUCKETS, cfn=tuple(f"DestinationFlowConfigList[].{path}" for path in _BUCKETS)),
        )),
    ),
    never=never_others(Home, Replicas, why="carries data from one service to another and keeps none itself"),
)  # fmt: skip
