"""FSx file systems and their backups."""

from datetime import datetime
from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    ON,
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
    Reason,
    Ref,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    always,
    arns,
    derive,
    fact,
    first_proven,
    here,
    never,
    never_others,
    per_dialect,
    regions,
    unread,
)

_KINDS = ("Windows", "Lustre", "Ontap", "OpenZFS")
_DEFAULT_DAYS = {"WINDOWS": 30.0, "LUSTRE": 0.0, "ONTAP": 30.0, "OPENZFS": 30.0}
"""Days that automatic backups are kept where a template says nothing (CloudFormation reference, AutomaticBackupRetentionDays)."""


def _own(ref: Ref, days: tuple[Any, ...], kinds: tuple[Any, ...], deployed: tuple[Any, ...]) -> Backups:
    """Daily backups by FSx itself; 0 days switches them off. A scratch file system has none."""
    if any(str(kind).startswith("SCRATCH") for kind in deployed):
        return Backups(False, "snapshots")
    if not days and (ref.id.startswith("arn:") or not kinds):
        raise ValueError("AutomaticBackupRetentionDays is absent")
    if not days and str(kinds[0]).upper() not in _DEFAULT_DAYS:
        raise Unresolvable(Reason.UNRESOLVED, f"nothing is known of backups of {kinds[0]}")
    keep = float(days[0]) if days else _DEFAULT_DAYS[str(kinds[0]).upper()]
    return Backups(True, "snapshots", 24, keep) if keep > 0 else Backups(False, "snapshots")


def _copied(_: Ref, last: tuple[Any, ...]) -> Backups:
    """By AWS Backup, whose plan says how often."""
    made = [datetime.fromisoformat(str(moment)) for moment in last]
    return Backups(bool(made), "snapshots", None, None, max(made, default=None))


def _enabled(backups: Backups) -> bool:
    return backups.enabled


def _written(_: Ref, levels: tuple[Any, ...]) -> Logs:
    on = [str(level) for level in levels if str(level) != "DISABLED"]
    return Logs(bool(on), detail=f"access log: {', '.join(on)}" if on else "no access log")


_CITE = "FSx User Guides, encryption at rest: file systems and their backups are encrypted, and this cannot be switched off"
_SETTING = tuple(f"{kind}Configuration.AutomaticBackupRetentionDays" for kind in _KINDS)
_FIRST = " || ".join(_SETTING)
_DESTINATIONS = ("WindowsConfiguration.AuditLogConfiguration.AuditLogDestination", "LustreConfiguration.LogConfiguration.Destination")
_LEVELS = "WindowsConfiguration.AuditLogConfiguration.FileAccessAuditLogLevel || LustreConfiguration.LogConfiguration.Level"

FILE_SYSTEM = TypeDecl(
    "AWS::FSx::FileSystem",
    live=List("fsx", "describe_file_systems", each="FileSystems", id="ResourceARN", name="FileSystemId", tags="Tags[]"),
    details=(Get("list_protected_resources", put="protected", params={}, service="backup", take="Results", match=("ResourceArn", "")),),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=always(ON, cite=_CITE), algorithm="AES256"),
        fact(BackupEncryption, state=always(ON, cite=_CITE), algorithm="AES256"),
        # Without a key of the customer: the alias aws/fsx.
        fact(KeyCustody, holder=holder_of("KmsKeyId", "KmsKeyId", absent=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Backups, per_dialect(
            first_proven(_enabled, derive(_own, live=(_FIRST, "FileSystemType", "LustreConfiguration.DeploymentType")), derive(_copied, live="protected[].LastBackupTime")),
            derive(_own, cfn=(_FIRST, "FileSystemType", "LustreConfiguration.DeploymentType")),
        )),
        fact(LogPlaces, places=arns(live=_DESTINATIONS, cfn=_DESTINATIONS)),
        fact(Logs, derive(_written, live=_LEVELS, cfn=_LEVELS)),
        fact(Transit, unread("whether clients mount it over encrypted SMB, NFS or Lustre is up to them and to settings that are not read")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(TlsFloor, ClientAuth, why="speaks SMB, NFS or Lustre, whose encryption knows no TLS version to be set"),
        **never(Replicas, why="stands in one region; what is copied elsewhere are its backups, resources of their own"),
        **never(BackupPlaces, why="copies of backups in other regions are resources there (AWS::FSx::Backup)"),
        **never(Exposure, why="reached from its own network only"),
        **never(Deletion, why="FSx has no deletion protection for file systems"),
    },
)  # fmt: skip

BACKUP = TypeDecl(
    "AWS::FSx::Backup",
    live=List("fsx", "describe_backups", each="Backups", id="ResourceARN", name="BackupId", tags="Tags[]"),
    cloudformation=False,
    skip="[?Lifecycle=='DELETED'].BackupId",
    facts=(
        fact(Home, place=here()),
        # A copy says where its original is.
        fact(Replicas, places=regions(live="SourceBackupRegion")),
        fact(AtRest, state=always(ON, cite=_CITE), algorithm="AES256"),
        fact(KeyCustody, holder=holder_of("KmsKeyId", None, absent=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
    ),
    never={**never_others(Home, Replicas, AtRest, KeyCustody, why="is a backup: it accepts nothing and is restored to a file system"), **API_ONLY},
)
