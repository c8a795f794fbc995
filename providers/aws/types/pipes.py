"""EventBridge Pipes: from a source to a target."""

from providers.aws.referred import target
from scanner.sdk import Home, List, Replicas, TypeDecl, fact, here, never_others, traced

PIPE = TypeDecl(
    "AWS::Pipes::Pipe",
    live=List("pipes", "list_pipes", each="Pipes", id="Arn", name="Name"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=traced(target, "AWS::S3::Bucket", live=("Target", "Enrichment"), cfn=("Target", "Enrichment"))),
    ),
    never=never_others(Home, Replicas, why="carries events from a source to a target and keeps none"),
)
