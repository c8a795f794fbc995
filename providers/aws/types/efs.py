"""EFS file systems."""

from typing import Any

from providers.aws.custody import ENCRYPTED_OR_KEY, holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.policy import mount_transit
from providers.aws.terraform import shapes
from scanner.sdk import (
    OFF,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Exposure,
    Get,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Ref,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    by_dialect,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    unread,
)

_KEEP_DAYS = 35.0
"""How long the daily automatic backups of EFS are kept (EFS User Guide, "Automatic backups")."""


def _backups(_: Ref, status: tuple[Any, ...]) -> Backups:
    """Automatic backups run daily; a file system without a policy has none."""
    word = str(status[0]).upper() if status else "DISABLED"
    if word not in ("ENABLED", "ENABLING", "DISABLED", "DISABLING"):
        raise ValueError(f"unknown state {word}")
    on = word == "ENABLED"
    return Backups(on, "snapshots", 24 if on else None, _KEEP_DAYS if on else None)


def _elsewhere(ref: Ref, found: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(region) for region in found if region != ref.region))


FILE_SYSTEM = TypeDecl(
    "AWS::EFS::FileSystem",
    live=List("efs", "describe_file_systems", each="FileSystems", id="FileSystemArn", name="FileSystemId", tags="Tags[]"),
    details=(
        # Asked for the whole region; a file system that is not among the sources is not replicated.
        Get("describe_replication_configurations", put="replication", params={}, take="Replications", match=("SourceFileSystemId", "FileSystemId"), on_error={"ReplicationNotFound": []}),
        Get("describe_backup_policy", put="backup", params={"FileSystemId": "FileSystemId"}, take="BackupPolicy", on_error={"PolicyNotFound": {"Status": "DISABLED"}}),
        Get("describe_file_system_policy", put="policy", params={"FileSystemId": "FileSystemId"}, take="Policy", json=True, on_error={"PolicyNotFound": {}}),
    ),
    terraform=shapes("AWS::EFS::FileSystem"),
    facts=(
        fact(Home, place=here(live="AvailabilityZoneName", cfn="AvailabilityZoneName")),
        fact(Replicas, places=derived_regions(_elsewhere, live="replication[].Destinations[?Status!='DELETING'].Region", cfn="ReplicationConfiguration.Destinations[].Region")),
        fact(AtRest, state=flag(same="Encrypted", absent=by_dialect(cfn=OFF))),
        fact(KeyCustody, holder=holder_of(ENCRYPTED_OR_KEY, ENCRYPTED_OR_KEY, absent=by_dialect(cfn=NotApplicable("not encrypted: there is no key")), on=Holder.PROVIDER_FOR_CUSTOMER),
             key=key_name("KmsKeyId")),
        fact(Backups, derive(_backups, live="backup.Status", cfn="BackupPolicy.Status")),
        fact(Transit, derive(mount_transit, live="policy", cfn="FileSystemPolicy")),
        fact(Exposure, unread("mount targets and the policy's principals are not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(TlsFloor, ClientAuth, why="the mount helper of EFS speaks TLS 1.2 and later; the file system has no setting for it"),
        **never(BackupPlaces, BackupEncryption, why="its backups are recovery points of AWS Backup, whose vaults are asked"),
        **never(LogPlaces, Logs, why="writes no log of its own; its API calls are in CloudTrail"),
        **never(Deletion, why="EFS has no deletion protection for file systems"),
    },
)  # fmt: skip
