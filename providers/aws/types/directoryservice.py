"""Directory Service: Microsoft Active Directory run by AWS, and the certificates registered with it."""

from datetime import datetime
from typing import Any

from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    Deletion,
    Each,
    Exposure,
    Get,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Ref,
    Replicas,
    TypeDecl,
    always,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
    unread,
)

_DIRECTORIES = List("ds", "describe_directories", each="DirectoryDescriptions", id="arn:{partition}:ds:{region}:{account}:directory/{DirectoryId}", name="DirectoryId")
_CITE = "AWS Directory Service Administration Guide, encryption at rest: volumes and snapshots of Managed Microsoft AD are encrypted"


def _others(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(region) for regions in found for region in regions if region != ref.region))


def _snapshots(_: Ref, moments: tuple[Any, ...], limit: tuple[Any, ...], count: tuple[Any, ...]) -> Backups:
    """The directory takes a snapshot a day by itself; further ones can be made by hand until their limit is reached."""
    last = max((datetime.fromisoformat(str(moment)) for moment in moments), default=None)
    used = f"snapshots; {int(count[0])} made by hand" + (", no more can be made" if limit and limit[0] is True else "") if count else "snapshots"
    return Backups(last is not None, used, 24 if last else None, None, last)


MICROSOFT_AD = TypeDecl(
    "AWS::DirectoryService::MicrosoftAD",
    live=_DIRECTORIES,
    skip="[?Type!='MicrosoftAD'].DirectoryId",  # other kinds of directory, and those that other accounts share
    details=(
        # Only the Enterprise Edition can be replicated to other regions (Administration Guide, "Multi-Region replication").
        Get("describe_regions", put="regions", params={"DirectoryId": "DirectoryId"}, take="RegionsDescription", when="[?Type=='MicrosoftAD' && Edition=='Enterprise'].DirectoryId"),
        Get("describe_snapshots", put="snapshots", params={"DirectoryId": "DirectoryId"}, take="Snapshots", when="[?Type=='MicrosoftAD'].DirectoryId"),
        Get("get_snapshot_limits", put="limits", params={"DirectoryId": "DirectoryId"}, take="SnapshotLimits", when="[?Type=='MicrosoftAD'].DirectoryId"),
    ),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_others, live="regions[].RegionName", cfn=NOT_SHOWN("regions are added to a directory after it was made"))),
        fact(AtRest, state=always(ON, cite=_CITE)),
        fact(BackupEncryption, state=always(ON, cite=_CITE)),
        fact(Backups, derive(_snapshots, live=("snapshots[?Status=='Completed'].StartTime", "limits.ManualSnapshotsLimitReached", "limits.ManualSnapshotsCurrentCount"),
                             cfn=NOT_SHOWN("snapshots are made after deployment"))),
        fact(Logs, unread("whether security logs are forwarded is a subscription of its own, which is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(KeyCustody, why="encrypted with keys of the service; there is nothing to choose"),
        **never(BackupPlaces, why="its snapshots stay in the region of the directory"),
        **never(LogPlaces, why="security logs are forwarded to CloudWatch Logs of its own region"),
        **never(Exposure, why="stands in a VPC and has no public address"),
        **never(Deletion, why="has no deletion protection"),
    },
)  # fmt: skip


def _registered(_: Ref, states: tuple[Any, ...], names: tuple[Any, ...], begun: tuple[Any, ...], ends: tuple[Any, ...]) -> Certificate:
    """A certificate of a domain's own authority. When it was issued is not shown; the day it was registered stands for that,
    so that its end is exact and its life at least as long as said."""
    if not states or not ends or not begun:
        raise ValueError("State, RegisteredDateTime or ExpiryDateTime is absent")
    if states[0] != "Registered":
        raise NotApplicable(f"not in use ({states[0]})")
    return Certificate(tuple(map(str, names)), "", datetime.fromisoformat(str(begun[0])), datetime.fromisoformat(str(ends[0])), "", "", "", managed=False)


CERTIFICATE = TypeDecl(
    "AWS::DirectoryService::Certificate",
    live=Each(
        _DIRECTORIES,
        List("ds", "list_certificates", each="CertificatesInfo", id="arn:{partition}:ds:{region}:{account}:certificate/{DirectoryId}/{CertificateId}", name="CommonName",
             on_error={"UnsupportedOperationException": {}}),  # a kind of directory that has no certificates
        params={"DirectoryId": "DirectoryId"},
    ),
    cloudformation=False,
    details=(Get("describe_certificate", put="certificate", params={"DirectoryId": "DirectoryId", "CertificateId": "CertificateId"}, take="Certificate"),),
    facts=(
        fact(Home, place=here()),
        fact(Certificate, derive(_registered, live=("certificate.State", "certificate.CommonName", "certificate.RegisteredDateTime", "certificate.ExpiryDateTime"))),
    ),
    never=never_others(Home, Certificate, why="a certificate registered with a directory: it holds no data, and nothing renews it by itself"),
)  # fmt: skip
