"""EBS: volumes, snapshots, and the account's default for new ones."""

import re
from datetime import datetime
from typing import Any

from providers.aws.custody import ENCRYPTED_OR_KEY, holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.referred import partner
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    AtRest,
    AtRestDefault,
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
    Ref,
    Replicas,
    TypeDecl,
    by_dialect,
    derive,
    derived_regions,
    fact,
    first_proven,
    flag,
    here,
    never,
    never_others,
    together,
    traced,
)

_NO_LOGS = never(LogPlaces, Logs, why="EBS writes no log of its own; its API calls are in CloudTrail")
_COPIES = never(Replicas, BackupPlaces, BackupEncryption, why="kept in one availability zone; its copies are snapshots, resources of their own")
_IN_PLACE = never(BackupPlaces, BackupEncryption, why="is a backup: its own place and encryption are asked")


def _backups(_: Ref, *moments: tuple[Any, ...]) -> Backups:
    """By the snapshots that there are: complete ones of the volume, and those that AWS Backup made."""
    made = [datetime.fromisoformat(str(moment)) for found in moments for moment in found]
    return Backups(bool(made), "snapshots", None, None, max(made, default=None))


VOLUME = TypeDecl(
    "AWS::EC2::Volume",
    live=List("ec2", "describe_volumes", each="Volumes", id="arn:{partition}:ec2:{region}:{account}:volume/{VolumeId}", tags="Tags[]"),
    details=(
        Get("describe_snapshots", put="snapshots", params={}, fixed={"OwnerIds": ["self"]}, take="Snapshots", match=("VolumeId", "VolumeId")),
        Get("list_protected_resources", put="protected", params={}, service="backup", take="Results", match=("ResourceArn", "")),
    ),
    terraform=shapes("AWS::EC2::Volume"),
    facts=(
        fact(Home, place=here(live="AvailabilityZone", cfn="AvailabilityZone")),
        # EC2 User Guide, "EBS encryption by default": a template that says nothing leaves it to the account's setting in the region.
        fact(AtRest, state=flag(same="Encrypted", absent=by_dialect(cfn=NOT_SHOWN("the account's EBS default in the region decides, which a template does not show")))),
        fact(KeyCustody, holder=holder_of(ENCRYPTED_OR_KEY, ENCRYPTED_OR_KEY, absent=by_dialect(cfn=NOT_SHOWN("the account's EBS default in the region decides"))), key=key_name("KmsKeyId")),
        fact(Backups, first_proven(
            lambda backups: backups.enabled,
            derive(_backups, live="snapshots[?State=='completed'].StartTime", cfn=NOT_SHOWN("snapshots are made after deployment")),
            derive(_backups, live="protected[].LastBackupTime", cfn=NOT_SHOWN("a backup plan chooses its resources after deployment")),
        )),
    ),
    never={
        **_COPIES, **_NO_LOGS, **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Exposure, why="attached to machines of the account; what can be shared is a snapshot"),
        **never(Deletion, why="EBS has no deletion protection for volumes"),
    },
)  # fmt: skip


def _shared(_: Ref, groups: tuple[Any, ...]) -> Exposure:
    """Snapshots are public when the group `all` may make volumes of them."""
    return Exposure("all" in groups, "anybody may make volumes of it" if "all" in groups else "")


_COPIED = re.compile(r"\[Copied snap-[0-9a-f]+ from ([a-z0-9-]+)\]")


def _origin(ref: Ref, words: tuple[Any, ...]) -> tuple[str, ...]:
    """EC2 writes into a copy's description where it was copied from; a copy made in another region is a snapshot there."""
    found = [region for text in words for region in _COPIED.findall(str(text))]
    return tuple(region for region in found if region != ref.region)


SNAPSHOT = TypeDecl(
    "AWS::EC2::Snapshot",
    live=List(
        "ec2", "describe_snapshots", each="Snapshots", id="arn:{partition}:ec2:{region}:{account}:snapshot/{SnapshotId}", tags="Tags[]",
        params={"OwnerIds": ["self"]},  # without it everybody's public snapshots are listed
    ),
    cloudformation=False,
    details=(Get("describe_snapshot_attribute", put="grants", params={"SnapshotId": "SnapshotId", "Attribute": "=createVolumePermission"}, take="CreateVolumePermissions"),),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(derived_regions(_origin, live="Description"), traced(partner, live=("grants[].UserId", "grants[].Group")))),
        fact(AtRest, state=flag(live="Encrypted")),
        fact(KeyCustody, holder=holder_of(ENCRYPTED_OR_KEY, None), key=key_name("KmsKeyId")),
        fact(Exposure, derive(_shared, live="grants[].Group")),
    ),
    never={
        **_IN_PLACE, **_NO_LOGS, **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Backups, why="is a backup"),
        **never(Deletion, why="the recycle bin is a setting of the region, not of a snapshot"),
    },
)  # fmt: skip

EBS_DEFAULT = TypeDecl(
    "AWS::EC2::EbsEncryptionByDefault",
    live=List("ec2", "get_ebs_encryption_by_default", each="", id="arn:{partition}:ec2:{region}:{account}:ebs-encryption-by-default"),
    cloudformation=False,
    facts=(fact(AtRestDefault, state=flag(live="EbsEncryptionByDefault")),),
    never=never_others(AtRestDefault, why="a setting of account and region: it holds no data"),
)
