"""Athena: where the results of queries are written, and how they are encrypted."""

from typing import Any

from providers.aws.clues import BUCKET, bucket
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Exposure,
    Get,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Place,
    Ref,
    Replicas,
    TypeDecl,
    derive,
    derived_regions,
    fact,
    here,
    never,
    per_dialect,
    place_of,
    together,
    traced,
    unread,
)

_LIVE, _CFN = "group.Configuration", "WorkGroupConfiguration"
_LOGS = "MonitoringConfiguration.S3LoggingConfiguration.LogLocation"
_WORDS = {"true": True, "false": False}


def _untouched(ref: Ref, location: tuple[Any, ...], managed: tuple[Any, ...]) -> bool:
    """The group that AWS makes in every region, as long as nobody gave it a place for results."""
    return ref.name == "primary" and ref.id.startswith("arn:") and not location and not (managed and _WORDS[str(managed[0]).lower()])


def _clients(ref: Ref, location: tuple[Any, ...], enforced: tuple[Any, ...], managed: tuple[Any, ...]) -> tuple[str, ...]:
    """Where the group does not decide, each client names a location of its own."""
    if _untouched(ref, location, managed):
        raise NotApplicable("made by AWS in every region: it names no place; what clients put into buckets stands in them, and they are asked")
    if managed and _WORDS[str(managed[0]).lower()]:
        return ()
    forced = _WORDS[str(enforced[0]).lower()] if enforced else not ref.id.startswith("arn:")  # true by default in a template
    return () if forced and location else ("each client's own location",)


def _stands(ref: Ref, location: tuple[Any, ...], managed: tuple[Any, ...]) -> Place:
    if _untouched(ref, location, managed):
        raise NotApplicable("made by AWS in every region, used or not: it keeps nothing and names no place for results")
    return place_of("aws", ref.region)


def _at_rest(_: Ref, options: tuple[Any, ...], enforced: tuple[Any, ...], managed: tuple[Any, ...]) -> AtRest:
    """Results that Athena keeps itself are always encrypted. Others are as the group says, if clients cannot say otherwise:
    a group that does not enforce its settings leaves both to them (Athena User Guide, "Override client-side settings")."""
    if managed and str(managed[0]).lower() == "true":
        return AtRest(ON, "managed query results")
    # EnforceWorkGroupConfiguration is true unless it is switched off (CloudFormation and API reference).
    if enforced and not _WORDS[str(enforced[0]).lower()]:
        return AtRest(OFF, f"{options[0]}, which clients may override" if options else None)
    return AtRest(ON, str(options[0])) if options else AtRest(OFF)


def _live_at_rest(ref: Ref, location: tuple[Any, ...], options: tuple[Any, ...], enforced: tuple[Any, ...], managed: tuple[Any, ...]) -> AtRest:
    if _untouched(ref, location, managed) and not options:
        raise NotApplicable("made by AWS in every region: it names no place for results, so each client says where they are kept and how")
    return _at_rest(ref, options, enforced, managed)


def _live(*names: str) -> tuple[str, ...]:
    return tuple(f"{_LIVE}.{name}" for name in names)


def _cfn(*names: str) -> tuple[str, ...]:
    return tuple(f"{_CFN}.{name}" for name in names)


_LOCATION = "ResultConfiguration.OutputLocation"
_OPTION = "ResultConfiguration.EncryptionConfiguration.EncryptionOption"
_WHO = ("EnforceWorkGroupConfiguration", "ManagedQueryResultsConfiguration.Enabled")

WORK_GROUP = TypeDecl(
    "AWS::Athena::WorkGroup",
    live=List("athena", "list_work_groups", each="WorkGroups", id="arn:{partition}:athena:{region}:{account}:workgroup/{Name}", name="Name"),
    details=(Get("get_work_group", put="group", params={"WorkGroup": "Name"}, take="WorkGroup"),),
    facts=(
        fact(Home, place=per_dialect(derive(_stands, live=_live(_LOCATION, _WHO[1])), here(cfn=()))),
        fact(Replicas, places=together(
            traced(bucket, BUCKET, live=_live(_LOCATION), cfn=_cfn(_LOCATION)),
            derived_regions(_clients, live=_live(_LOCATION, *_WHO), cfn=_cfn(_LOCATION, *_WHO)),
        )),
        fact(AtRest, per_dialect(derive(_live_at_rest, live=_live(_LOCATION, _OPTION, *_WHO)), derive(_at_rest, cfn=_cfn(_OPTION, *_WHO)))),
        fact(KeyCustody, unread("the key of the results is not read yet")),
        fact(Logs, unread("the monitoring of a group is not read yet")),
        fact(LogPlaces, places=traced(bucket, BUCKET, live=_live(_LOGS), cfn=_cfn(_LOGS))),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Backups, BackupPlaces, BackupEncryption, Deletion, why="results can be asked for again; they are objects of a bucket, which is asked"),
        **never(Exposure, why="results are objects of a bucket, which is asked"),
    },
)  # fmt: skip
