"""Redshift: provisioned clusters and their parameter groups."""

from typing import Any

from providers.aws.certificates import used_certificates
from providers.aws.clues import BUCKET, bucket
from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
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
    Resolve,
    TlsFloor,
    Transit,
    TypeDecl,
    Unresolvable,
    boolean,
    by_dialect,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    never_others,
    of,
    regions,
    traced,
)

_GROUP = "AWS::Redshift::ClusterParameterGroup"
_EVERY_HOURS = 8.0
"""Automated snapshots are made every eight hours, or sooner after 5 GB of changes (Redshift Management Guide, "Automated snapshots")."""
#: Redshift Management Guide, "Behavior changes" of January 2025: groups of the family redshift-2.0 require SSL, those of redshift-1.0 do not.
_FAMILIES = {"redshift-2.0": False, "redshift-1.0": True}


def _required(ref: Ref, values: tuple[Any, ...], families: tuple[Any, ...] = ()) -> Transit:
    if values:
        word = str(values[0]).lower()
        if word not in ("true", "false"):
            raise ValueError(f"require_ssl is {values[0]!r}")
        return Transit(word == "false", f"require_ssl is {word}")
    if ref.id.startswith("arn:"):
        raise ValueError("the group shows no parameter require_ssl")
    family = str(families[0]) if families else ""
    if family not in _FAMILIES:
        raise Unresolvable(Reason.UNRESOLVED, f"nothing is known of the family {family!r}")
    return Transit(_FAMILIES[family], f"require_ssl is {'false' if _FAMILIES[family] else 'true'} by default of {family}")


GROUP = TypeDecl(
    _GROUP,
    live=None,  # accounts hold default groups that nothing uses
    resolve=Resolve("redshift", "describe_cluster_parameters", {"ParameterGroupName": "{name}"}, take="Parameters", put="parameters"),
    terraform=shapes(_GROUP),
    facts=(
        fact(Transit, derive(_required, live="parameters[?ParameterName=='require_ssl'].ParameterValue",
                             cfn=("Parameters[?ParameterName=='require_ssl'].ParameterValue", "ParameterGroupFamily"))),
    ),
    never=never_others(Transit, why="settings for clusters, which hold the data"),
)  # fmt: skip


def _default(ref: Ref, name: str) -> Transit | None:
    """A template's `default.redshift-2.0`; every other group is looked at itself."""
    return _required(ref, (), (name.removeprefix("default."),)) if name.startswith("default.") and not ref.id.startswith("arn:") else None


def _consumers(ref: Ref, found: tuple[Any, ...]) -> tuple[str, ...]:
    """Regions that data shares of the cluster are authorised for."""
    return tuple(dict.fromkeys(str(region) for region in found if region != ref.region))


def _snapshots(ref: Ref, days: tuple[Any, ...]) -> Backups:
    """A template that is silent keeps automated snapshots for a day; 0 switches them off (CloudFormation reference)."""
    if not days and ref.id.startswith("arn:"):
        raise ValueError("AutomatedSnapshotRetentionPeriod is absent")
    keep = float(days[0]) if days else 1.0
    return Backups(keep > 0, "snapshots", _EVERY_HOURS if keep > 0 else None, keep if keep > 0 else None)


def _written(ref: Ref, on: tuple[Any, ...], kinds: tuple[Any, ...]) -> Logs:
    """Live: a switch. Template: logs go to a bucket, or are exported by kind."""
    if not on and ref.id.startswith("arn:"):
        raise ValueError("LoggingEnabled is absent")
    enabled = str(on[0]).lower() == "true" if ref.id.startswith("arn:") else bool(on or kinds)
    return Logs(enabled, detail="audit log" if enabled else "no audit log is written")


CLUSTER = TypeDecl(
    "AWS::Redshift::Cluster",
    live=List("redshift", "describe_clusters", each="Clusters", id="arn:{partition}:redshift:{region}:{account}:cluster:{ClusterIdentifier}", name="ClusterIdentifier", tags="Tags[]"),
    details=(
        Get("describe_data_shares", put="shares", params={}, take="DataShares", match=("ProducerArn", "ClusterNamespaceArn")),
        Get("describe_logging_status", put="logging", params={"ClusterIdentifier": "ClusterIdentifier"}),
    ),
    terraform=shapes("AWS::Redshift::Cluster"),
    facts=(
        fact(Home, place=here(cfn="AvailabilityZone")),
        fact(Replicas, places=derived_regions(_consumers, live="shares[].DataShareAssociations[?Status=='ACTIVE' || Status=='AUTHORIZED' || Status=='AVAILABLE'].ConsumerRegion",
                                              cfn=NOT_SHOWN("data shares are made after deployment"))),
        fact(BackupPlaces, places=regions(live="ClusterSnapshotCopyStatus.DestinationRegion", cfn="DestinationRegion")),
        # What silence means changed in January 2025, and differs for clusters that are restored.
        fact(AtRest, state=flag(same="Encrypted", absent=by_dialect(cfn=NOT_SHOWN("whether a cluster is encrypted unless told so depends on when and of what it is made")))),
        fact(BackupEncryption, state=flag(same="Encrypted", absent=by_dialect(cfn=NOT_SHOWN("snapshots are encrypted as the cluster is")))),
        fact(KeyCustody, holder=holder_of("KmsKeyId || Encrypted", "KmsKeyId || Encrypted", absent=by_dialect(cfn=NOT_SHOWN("no key is named")), on=Holder.PROVIDER), key=key_name("KmsKeyId")),
        fact(Backups, derive(_snapshots, same="AutomatedSnapshotRetentionPeriod")),
        # A cluster without a group of its own gets default.redshift-2.0 (the same change).
        fact(Transit, of(_GROUP, Transit, "", live="ClusterParameterGroups[].ParameterGroupName", cfn="ClusterParameterGroupName", early=_default,
                         absent=by_dialect(cfn=Transit(False, "require_ssl is true in default.redshift-2.0")))),
        # A custom domain is named after deployment; CloudFormation cannot declare one.
        *used_certificates(live="CustomDomainCertificateArn", cfn=()),
        fact(LogPlaces, places=traced(bucket, BUCKET, live="logging.BucketName", cfn="LoggingProperties.BucketName")),
        fact(Logs, derive(_written, live=("logging.LoggingEnabled", "logging.LogExports[]"), cfn=("LoggingProperties.BucketName", "LoggingProperties.LogExports[]"))),
        fact(Exposure, public=boolean(same="PubliclyAccessible", absent=by_dialect(cfn=False)), via="a public address"),
    ),
    never={
        **PROBED, **PEOPLE, **KEYS, **SETTINGS,
        **never(TlsFloor, ClientAuth, why="the version of TLS is the service's own to configure; clients are asked for no certificate"),
        **never(Deletion, why="Redshift has no deletion protection for clusters"),
    },
)  # fmt: skip
