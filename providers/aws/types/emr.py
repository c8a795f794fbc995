"""EMR: clusters of Hadoop and Spark, and the security configurations they are made with."""

from typing import Any

from providers.aws.clues import BUCKET, bucket
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    NOT_SHOWN,
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
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Ref,
    Replicas,
    State,
    TlsFloor,
    Transit,
    TypeDecl,
    derive,
    fact,
    flag,
    here,
    never,
    never_others,
    of,
    traced,
    unread,
)

_CONFIGURATION = "AWS::EMR::SecurityConfiguration"
_GONE = "[?Status.State=='TERMINATED' || Status.State=='TERMINATED_WITH_ERRORS' || Status.State=='TERMINATING'].Id"


def _on(found: tuple[Any, ...]) -> bool:
    if found and str(found[0]).lower() not in ("true", "false"):
        raise ValueError(f"{found[0]!r} is neither true nor false")
    return bool(found) and str(found[0]).lower() == "true"


def _at_rest(_: Ref, enabled: tuple[Any, ...], disks: tuple[Any, ...]) -> State:
    """The disks of a cluster are encrypted only where both are said; what it keeps in S3 is encrypted anyway (EMR Management
    Guide, "Create a security configuration")."""
    return ON if _on(enabled) and disks else OFF


def _transit(_: Ref, enabled: tuple[Any, ...]) -> Transit:
    return Transit(not _on(enabled), "between the nodes of the cluster")


def _both(*paths: str) -> dict[str, tuple[str, ...]]:
    return {"live": tuple(f"config.EncryptionConfiguration.{path}" for path in paths), "cfn": tuple(f"SecurityConfiguration.EncryptionConfiguration.{path}" for path in paths)}


_REST = _both("EnableAtRestEncryption", "AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration")
_WAY = _both("EnableInTransitEncryption")

SECURITY_CONFIGURATION = TypeDecl(
    _CONFIGURATION,
    live=List("emr", "list_security_configurations", each="SecurityConfigurations", id="arn:{partition}:elasticmapreduce:{region}:{account}:securityConfiguration/{Name}", name="Name"),
    details=(Get("describe_security_configuration", put="config", params={"Name": "Name"}, take="SecurityConfiguration", json=True),),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=derive(_at_rest, live=_REST["live"], cfn=_REST["cfn"])),
        fact(Transit, derive(_transit, live=_WAY["live"], cfn=_WAY["cfn"])),
    ),
    never=never_others(Home, AtRest, Transit, why="settings for clusters, which hold the data"),
)  # fmt: skip

CLUSTER = TypeDecl(
    "AWS::EMR::Cluster",
    live=List("emr", "list_clusters", each="Clusters", id="ClusterArn", name="Name"),
    skip=_GONE,
    details=(Get("describe_cluster", put="cluster", params={"ClusterId": "Id"}, take="Cluster"),),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(bucket, BUCKET, live="cluster.LogUri", cfn="LogUri")),
        fact(AtRest, state=of(_CONFIGURATION, AtRest, "state", live="cluster.SecurityConfiguration", cfn="SecurityConfiguration",
                              absent=NOT_SHOWN("without a security configuration the account's EBS default decides about its disks"))),
        # EMR Management Guide: in-transit encryption is off without a security configuration that switches it on.
        fact(Transit, of(_CONFIGURATION, Transit, "", live="cluster.SecurityConfiguration", cfn="SecurityConfiguration", absent=Transit(True, "it has no security configuration"))),
        fact(Deletion, guard=flag(live="cluster.TerminationProtected", cfn="Instances.TerminationProtected", absent=OFF)),
        fact(KeyCustody, unread("the keys that its security configuration names are not read yet")),
        fact(Exposure, unread("its security groups are not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(TlsFloor, ClientAuth, why="settings of the programs on it"),
        **never(Replicas, Backups, BackupPlaces, BackupEncryption, why="works on data that are kept elsewhere; EMR makes no backups of its disks"),
        **never(Logs, why="writes no audit log of its own; its calls are in CloudTrail"),
    },
)  # fmt: skip
