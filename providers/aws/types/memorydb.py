"""MemoryDB clusters, also those that span regions."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
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
    boolean,
    by_dialect,
    derive,
    derived_regions,
    fact,
    here,
    never,
)

_CITE = "MemoryDB Developer Guide, at-rest encryption: clusters and snapshots are always encrypted"


def _snapshots(ref: Ref, days: tuple[Any, ...]) -> Backups:
    """Daily; no retention (what a silent template means) is no snapshot."""
    if not days and ref.id.startswith("arn:"):
        raise ValueError("SnapshotRetentionLimit is absent")
    keep = float(days[0]) if days else 0.0
    return Backups(True, "snapshots", 24, keep) if keep > 0 else Backups(False, "snapshots")


def _elsewhere(ref: Ref, joined: tuple[Any, ...], members: tuple[Any, ...] = ()) -> tuple[str, ...]:
    """The members that the multi-region cluster names; in a template they are not shown."""
    if joined and not members:
        raise Unresolvable(Reason.UNRESOLVED, "belongs to a multi-region cluster, whose other members are not shown here")
    return tuple(dict.fromkeys(str(region) for region in members if region != ref.region))


CLUSTER = TypeDecl(
    "AWS::MemoryDB::Cluster",
    live=List("memorydb", "describe_clusters", each="Clusters", id="ARN", name="Name"),
    details=(
        Get("describe_multi_region_clusters", put="wide", params={"MultiRegionClusterName": "MultiRegionClusterName"}, fixed={"ShowClusterDetails": True}, take="MultiRegionClusters",
            when="MultiRegionClusterName"),
    ),
    terraform=shapes("AWS::MemoryDB::Cluster"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_elsewhere, live=("MultiRegionClusterName", "wide[].Clusters[].Region"), cfn="MultiRegionClusterName")),
        fact(AtRest, state=always(ON, cite=_CITE)),
        fact(BackupEncryption, state=always(ON, cite=_CITE)),
        fact(KeyCustody, holder=holder_of("KmsKeyId", "KmsKeyId", absent=Holder.PROVIDER), key=key_name("KmsKeyId")),
        # On unless switched off (CloudFormation reference, TLSEnabled).
        fact(Transit, plaintext_allowed=boolean(same="TLSEnabled", negate=True, absent=by_dialect(cfn=False))),
        fact(Backups, derive(_snapshots, same="SnapshotRetentionLimit")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(TlsFloor, why="the version of TLS is the service's own to configure"),
        **never(ClientAuth, why="MemoryDB asks clients for no certificate"),
        **never(BackupPlaces, why="automatic snapshots stay in the region of the cluster"),
        **never(Exposure, why="reached from its own network only"),
        **never(Deletion, why="MemoryDB has no deletion protection"),
        **never(LogPlaces, Logs, why="writes no log of its own; its API calls are in CloudTrail"),
    },
)  # fmt: skip
