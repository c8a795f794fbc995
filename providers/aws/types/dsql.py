"""Aurora DSQL clusters."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    OFF,
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
    Ref,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    by_dialect,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
)

_TLS = "Aurora DSQL User Guide, data encryption: connections are made over TLS 1.2 and later only"


def _others(ref: Ref, witnesses: tuple[Any, ...], clusters: tuple[Any, ...]) -> tuple[str, ...]:
    """Its peers by ARN, and the witness, which keeps the log of changes."""
    named = [*map(str, witnesses), *(str(arn).split(":")[3] for arn in clusters if isinstance(arn, str))]
    return tuple(dict.fromkeys(region for region in named if region != ref.region))


def _backups(_: Ref, last: tuple[Any, ...]) -> Backups:
    """Aurora DSQL has no backups of its own: AWS Backup makes them (Aurora DSQL User Guide, "Backup and restore")."""
    from datetime import datetime

    made = [datetime.fromisoformat(str(moment)) for moment in last]
    return Backups(bool(made), "snapshots", None, None, max(made, default=None))


CLUSTER = TypeDecl(
    "AWS::DSQL::Cluster",
    live=List("dsql", "list_clusters", each="clusters", id="arn", name="identifier"),
    details=(
        Get("get_cluster", put="cluster", params={"identifier": "identifier"}),
        Get("list_protected_resources", put="protected", params={}, service="backup", take="Results", match=("ResourceArn", "")),
    ),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_others, live=("cluster.multiRegionProperties.witnessRegion", "cluster.multiRegionProperties.clusters[]"),
                                              cfn=("MultiRegionProperties.WitnessRegion", "MultiRegionProperties.Clusters[]"))),
        fact(AtRest, state=always(ON, cite="Aurora DSQL User Guide, data encryption: all data at rest is encrypted")),
        fact(KeyCustody, holder=holder_of("cluster.encryptionDetails.kmsKeyArn", "KmsEncryptionKey", absent=Holder.PROVIDER), key=key_name("cluster.encryptionDetails.kmsKeyArn", "KmsEncryptionKey")),
        fact(Transit, plaintext_allowed=always(False, cite=_TLS)),
        fact(TlsFloor, min_version=always("TLSv1.2", cite=_TLS)),
        fact(Backups, derive(_backups, live="protected[].LastBackupTime")),
        fact(Deletion, guard=flag(live="cluster.deletionProtectionEnabled", cfn="DeletionProtectionEnabled", absent=by_dialect(cfn=OFF))),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(ClientAuth, why="clients sign in with tokens of IAM"),
        **never(Exposure, why="its endpoint is public, and answers those alone whom IAM lets in"),
        **never(BackupPlaces, BackupEncryption, why="its backups are recovery points of AWS Backup, whose vaults are asked"),
        **never(LogPlaces, Logs, why="writes no log of its own; its calls are in CloudTrail"),
    },
)  # fmt: skip
