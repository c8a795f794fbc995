"""Redshift Serverless: namespaces hold the data, workgroups answer the queries."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
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
    Ref,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    boolean,
    by_dialect,
    derive,
    fact,
    here,
    never,
    regions,
    unread,
)

_ENCRYPTED = "Redshift Management Guide, Serverless: all data are encrypted with AWS KMS, which cannot be switched off"
_POINTS = "Redshift Management Guide, Serverless: a recovery point every 30 minutes, kept for 24 hours"


def _exports(_: Ref, logs: tuple[Any, ...]) -> Logs:
    return Logs("connectionlog" in [str(log).lower() for log in logs], detail=f"exported: {', '.join(map(str, logs))}" if logs else "no log is exported")


NAMESPACE = TypeDecl(
    "AWS::RedshiftServerless::Namespace",
    live=List("redshift-serverless", "list_namespaces", each="namespaces", id="namespaceArn", name="namespaceName"),
    details=(Get("list_snapshot_copy_configurations", put="copies", params={"namespaceName": "namespaceName"}, take="snapshotCopyConfigurations"),),
    facts=(
        fact(Home, place=here()),
        fact(BackupPlaces, places=regions(live="copies[].destinationRegion", cfn="SnapshotCopyConfigurations[].DestinationRegion")),
        fact(AtRest, state=always(ON, cite=_ENCRYPTED)),
        fact(BackupEncryption, state=always(ON, cite=_ENCRYPTED)),
        fact(Backups, enabled=always(True, cite=_POINTS), kind="snapshots", every_hours=0.5, keep_days=1.0),
        # Without a key of the customer the service uses one that AWS owns, which answers write as AWS_OWNED_KMS_KEY.
        fact(KeyCustody, holder=holder_of("kmsKeyId", "KmsKeyId", absent=Holder.PROVIDER), key=key_name("kmsKeyId", "KmsKeyId")),
        fact(Logs, derive(_exports, live="logExports[]", cfn="LogExports[]")),
        fact(Exposure, unread("its resource policy and data shares are not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(Transit, TlsFloor, ClientAuth, why="reached through its workgroup, which is asked"),
        **never(Replicas, why="has no live copy elsewhere; what is copied are snapshots"),
        **never(LogPlaces, why="its logs go to CloudWatch Logs of its own region"),
        **never(Deletion, why="has no deletion protection"),
    },
)  # fmt: skip

_REQUIRED = "require_ssl"

WORKGROUP = TypeDecl(
    "AWS::RedshiftServerless::Workgroup",
    live=List("redshift-serverless", "list_workgroups", each="workgroups", id="workgroupArn", name="workgroupName"),
    facts=(
        fact(Home, place=here()),
        fact(Transit, plaintext_allowed=boolean(
            live=f"configParameters[?parameterKey=='{_REQUIRED}'].parameterValue", cfn=f"ConfigParameters[?ParameterKey=='{_REQUIRED}'].ParameterValue", negate=True,
            # Redshift Management Guide, "Behavior changes" of January 2025: new workgroups require SSL unless told otherwise.
            absent=by_dialect(cfn=False),
        )),
        # The same change: no public address unless asked for.
        fact(Exposure, public=boolean(live="publiclyAccessible", cfn="PubliclyAccessible", absent=by_dialect(cfn=False)), via="a public address"),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(TlsFloor, ClientAuth, why="the version of TLS is the service's own to configure"),
        **never(AtRest, KeyCustody, Replicas, Backups, BackupPlaces, BackupEncryption, Deletion, LogPlaces, Logs, why="answers queries; the data are its namespace's, which is asked"),
    },
)  # fmt: skip
