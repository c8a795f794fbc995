"""CloudTrail: the account's record of who did what."""

from typing import Any

from scanner.sdk import (
    Get,
    Home,
    List,
    LogPlaces,
    Logs,
    Ref,
    TypeDecl,
    derive,
    fact,
    here,
    never_others,
    region_of,
)


def _logs(_: Ref, logging: tuple[Any, ...], validated: tuple[Any, ...], everywhere: tuple[Any, ...]) -> Logs:
    if not logging:
        raise ValueError("IsLogging is absent")
    scope = "all regions" if _true(everywhere) else "its own region only"
    return Logs(_true(logging), None, _true(validated), scope)


def _true(found: tuple[Any, ...]) -> bool:
    return bool(found) and str(found[0]).lower() == "true"


TRAIL = TypeDecl(
    "AWS::CloudTrail::Trail",
    live=List(
        "cloudtrail", "describe_trails", each="trailList", id="TrailARN", name="Name", home_only="HomeRegion",
        params={"includeShadowTrails": False},  # a trail of all regions is shown in each of them otherwise
    ),
    details=(Get("get_trail_status", put="status", params={"Name": "TrailARN"}),),
    facts=(
        fact(Home, place=here(live="HomeRegion")),
        fact(LogPlaces, places=region_of("AWS::S3::Bucket", same="S3BucketName")),
        fact(Logs, derive(_logs, live=("status.IsLogging", "LogFileValidationEnabled", "IsMultiRegionTrail"), cfn=("IsLogging", "EnableLogFileValidation", "IsMultiRegionTrail"))),
    ),
    never=never_others(Home, LogPlaces, Logs, why="a rule for logs; the logs themselves are objects of its bucket, which is asked"),
)  # fmt: skip
