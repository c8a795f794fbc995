"""Secrets Manager. The secrets themselves are never asked for."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
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
    TypeDecl,
    always,
    derived_regions,
    fact,
    here,
    never,
    unread,
)


def _others(ref: Ref, *found: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(region) for regions in found for region in regions if region != ref.region))


SECRET = TypeDecl(
    "AWS::SecretsManager::Secret",
    live=List("secretsmanager", "list_secrets", each="SecretList", id="ARN", name="Name", tags="Tags[]"),
    details=(Get("describe_secret", put="secret", params={"SecretId": "ARN"}),),
    terraform=shapes("AWS::SecretsManager::Secret"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_others, live=("secret.ReplicationStatus[].Region", "secret.PrimaryRegion"), cfn="ReplicaRegions[].Region")),
        fact(AtRest, state=always(ON, cite="Secrets Manager User Guide: every secret is encrypted with AWS KMS"), algorithm="AES256"),
        # DescribeSecret leaves the key out where it is the alias aws/secretsmanager; so do templates.
        fact(KeyCustody, holder=holder_of("KmsKeyId", "KmsKeyId", absent=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
        fact(Exposure, unread("its resource policy is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Backups, BackupPlaces, BackupEncryption, why="kept durable by the service; copies are replicas, which are asked"),
        **never(Deletion, why="a deletion waits for its recovery window of 7 to 30 days unless it is forced, which no setting forbids"),
        **never(LogPlaces, Logs, why="writes no log of its own; every use is in CloudTrail"),
    },
)  # fmt: skip
