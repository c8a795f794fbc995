"""Elastic Container Registry: repositories, public ones, and where images come from and are copied to."""

from typing import Any

from providers.aws.clues import destination
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
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Ref,
    Replicas,
    Scope,
    TypeDecl,
    always,
    derived_regions,
    fact,
    here,
    never,
    never_others,
    regions,
    traced,
    unread,
)

REPOSITORY = TypeDecl(
    "AWS::ECR::Repository",
    live=List("ecr", "describe_repositories", each="repositories", id="repositoryArn", name="repositoryName"),
    terraform=shapes("AWS::ECR::Repository"),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=always(ON, cite="ECR User Guide, encryption at rest: images are always encrypted")),
        # AES256 unless a key of KMS is asked for (ECR User Guide).
        fact(KeyCustody, holder=holder_of("encryptionConfiguration.kmsKey || encryptionConfiguration.encryptionType", "EncryptionConfiguration.KmsKey || EncryptionConfiguration.EncryptionType",
                                          absent=Holder.PROVIDER), key=key_name("encryptionConfiguration.kmsKey", "EncryptionConfiguration.KmsKey")),
        fact(Exposure, unread("the repository's policy is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Replicas, why="copied by a rule of the registry (AWS::ECR::ReplicationConfiguration), which is asked"),
        **never(Backups, BackupPlaces, BackupEncryption, why="images can be built again; ECR makes no backups"),
        **never(LogPlaces, Logs, why="writes no log of its own; its calls are in CloudTrail"),
        **never(Deletion, why="ECR has no deletion protection for repositories"),
    },
)  # fmt: skip


def _everywhere(_: Ref, *__: tuple[Any, ...]) -> tuple[str, ...]:
    return ("wherever it is pulled from: the public gallery serves images all over the world",)


PUBLIC_REPOSITORY = TypeDecl(
    "AWS::ECR::PublicRepository",
    # The public registry has one control plane, in Virginia.
    live=List("ecr-public", "describe_repositories", each="repositories", id="repositoryArn", name="repositoryName", scope=Scope.GLOBAL, at="us-east-1"),
    facts=(
        fact(Replicas, places=derived_regions(_everywhere, live="repositoryUri", cfn="RepositoryName")),
        fact(Exposure, public=always(True, cite="ECR Public User Guide: anybody may pull from a public repository"), via="the public gallery"),
    ),
    never=never_others(Replicas, Exposure, why="made to be public, in no region that could be chosen"),
)

PULL_THROUGH_CACHE_RULE = TypeDecl(
    "AWS::ECR::PullThroughCacheRule",
    live=List(
        "ecr",
        "describe_pull_through_cache_rules",
        each="pullThroughCacheRules",
        id="arn:{partition}:ecr:{region}:{account}:pull-through-cache-rule/{ecrRepositoryPrefix}",
        name="ecrRepositoryPrefix",
    ),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=traced(destination, required=True, live="upstreamRegistryUrl", cfn="UpstreamRegistryUrl || UpstreamRegistry")),
    ),
    never=never_others(Home, Replicas, why="a rule for where images come from; they are kept in repositories, which are asked"),
)

REPLICATION = TypeDecl(
    "AWS::ECR::ReplicationConfiguration",
    live=List("ecr", "describe_registry", each="", id="arn:{partition}:ecr:{region}:{account}:replication-configuration"),
    facts=(
        # Also to a registry of another account: the region decides.
        fact(Replicas, places=regions(live="replicationConfiguration.rules[].destinations[].region", cfn="ReplicationConfiguration.Rules[].Destinations[].Region")),
    ),
    never=never_others(Replicas, why="rules of a registry, which every region has; its repositories hold the images and are asked"),
)
