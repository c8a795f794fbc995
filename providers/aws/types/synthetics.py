"""CloudWatch Synthetics: canaries, which keep pictures and logs of what they saw."""

from providers.aws.clues import bucket
from scanner.sdk import Home, List, LogPlaces, TypeDecl, fact, here, never_others, traced

CANARY = TypeDecl(
    "AWS::Synthetics::Canary",
    live=List("synthetics", "describe_canaries", each="Canaries", id="arn:{partition}:synthetics:{region}:{account}:canary:{Name}", name="Name", tags="Tags"),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(bucket, "AWS::S3::Bucket", same="ArtifactS3Location")),
    ),
    never=never_others(Home, LogPlaces, why="a script that looks at endpoints; what it keeps lies in its bucket, which is asked"),
)
