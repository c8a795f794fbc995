"""CloudTrail: the account's record of who did what."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.terraform import shapes
from scanner.sdk import (
    ON,
    AtRest,
    Deletion,
    Get,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Ref,
    TypeDecl,
    always,
    arns,
    by_dialect,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never_others,
    region_of,
    together,
)


def _logs(_: Ref, logging: tuple[Any, ...], validated: tuple[Any, ...], everywhere: tuple[Any, ...], organization: tuple[Any, ...]) -> Logs:
    if not logging:
        raise ValueError("IsLogging is absent")
    scope = "all regions" if _true(everywhere) else "its own region only"
    scope = f"{scope}, a trail of the organization" if _true(organization) else scope
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
    terraform=shapes("AWS::CloudTrail::Trail"),
    facts=(
        fact(Home, place=here(live="HomeRegion")),
        fact(LogPlaces, places=together(region_of("AWS::S3::Bucket", same="S3BucketName"), arns(same="CloudWatchLogsLogGroupArn"))),
        fact(Logs, derive(_logs, live=("status.IsLogging", "LogFileValidationEnabled", "IsMultiRegionTrail", "IsOrganizationTrail"),
                           cfn=("IsLogging", "EnableLogFileValidation", "IsMultiRegionTrail", "IsOrganizationTrail"))),
    ),
    never=never_others(Home, LogPlaces, Logs, why="a rule for logs; the logs themselves are objects of its bucket, which is asked"),
)  # fmt: skip


def _gathered(ref: Ref, everywhere: tuple[Any, ...]) -> tuple[str, ...]:
    """A store of all regions keeps their events in its own. CloudTrail makes such stores unless told otherwise (API reference)."""
    if not everywhere and ref.id.startswith("arn:"):
        raise ValueError("MultiRegionEnabled is absent")
    return (ref.region or "the region of the stack",) if not everywhere or _true(everywhere) else ()


def _kept(_: Ref, days: tuple[Any, ...], everywhere: tuple[Any, ...]) -> Logs:
    return Logs(True, float(days[0]) if days else None, True, "all regions" if not everywhere or _true(everywhere) else "its own region only")


EVENT_DATA_STORE = TypeDecl(
    "AWS::CloudTrail::EventDataStore",
    live=List("cloudtrail", "list_event_data_stores", each="EventDataStores", id="EventDataStoreArn", name="Name"),
    details=(Get("get_event_data_store", put="store", params={"EventDataStore": "EventDataStoreArn"}),),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=derived_regions(_gathered, live="store.MultiRegionEnabled", cfn="MultiRegionEnabled")),
        fact(AtRest, state=always(ON, cite="CloudTrail User Guide, CloudTrail Lake: event data stores are always encrypted")),
        fact(KeyCustody, holder=holder_of("store.KmsKeyId", "KmsKeyId", absent=Holder.PROVIDER), key=key_name("store.KmsKeyId", "KmsKeyId")),
        # CloudFormation reference, TerminationProtectionEnabled: on unless given.
        fact(Deletion, guard=flag(live="store.TerminationProtectionEnabled", cfn="TerminationProtectionEnabled", absent=by_dialect(cfn=ON))),
        fact(Logs, derive(_kept, live=("store.RetentionPeriod", "store.MultiRegionEnabled"), cfn=("RetentionPeriod", "MultiRegionEnabled"))),
    ),
    never=never_others(Home, LogPlaces, AtRest, KeyCustody, Deletion, Logs, why="a store of events that answers queries in the console"),
)  # fmt: skip
