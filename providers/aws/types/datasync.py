"""DataSync tasks: where they write."""

import re

from providers.aws.clues import BUCKET, destination
from scanner.sdk import Clue, Get, Home, List, Ref, Replicas, TypeDecl, fact, here, never_others, placed, traced

_OF_AWS = re.compile(r"^(?:efs|fsx[a-z]?|fsx-[a-z]+)://(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)\.")


def location(ref: Ref, value: str) -> Clue | None:
    """A location's URI: a bucket, a file system with its region, or a host of somebody's own."""
    found = _OF_AWS.match(value)
    if found:
        return Clue(region=found["region"])
    if value.startswith(("s3://", "arn:")):
        return destination(ref, value)
    return Clue(why="a server outside AWS: where it stands is known to its owner only")


TASK = TypeDecl(
    "AWS::DataSync::Task",
    live=List("datasync", "list_tasks", each="Tasks", id="TaskArn", name="Name"),
    details=(
        Get("describe_task", put="task", params={"TaskArn": "TaskArn"}),
        # One listing of all locations says what the ARNs of their tasks mean.
        Get("list_locations", put="target", params={}, take="Locations", match=("LocationArn", "task.DestinationLocationArn")),
    ),
    facts=(
        fact(Home, place=here()),
        # In a template the location is a resource of its own.
        fact(Replicas, places=traced(location, BUCKET, required=True, live="target[].LocationUri", cfn="DestinationLocationArn")),
    ),
    never=never_others(Home, Replicas, why="a rule for transfers; what they write is asked where it is written"),
)

LOCATION_S3 = TypeDecl(
    "AWS::DataSync::LocationS3",
    live=None,  # the live cloud shows what a task writes to with the task
    facts=(fact(Home, place=placed(destination, BUCKET, cfn="S3BucketArn")),),
    never=never_others(Home, why="the name of a bucket to read from or write to"),
)
