"""Vaults of Amazon S3 Glacier (the older service with an API of its own)."""

from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
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
    Replicas,
    TypeDecl,
    always,
    fact,
    here,
    never,
    unread,
)

VAULT = TypeDecl(
    "AWS::Glacier::Vault",
    live=List("glacier", "list_vaults", each="VaultList", id="VaultARN", name="VaultName", params={"accountId": "-"}),
    cloudformation=False,
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=always(ON, cite="S3 Glacier Developer Guide, data encryption: archives are encrypted at rest with AES-256"), algorithm="AES256"),
        fact(KeyCustody, holder=always(Holder.PROVIDER, cite="S3 Glacier Developer Guide, data encryption: keys are managed by the service")),
        fact(Deletion, unread("the vault lock is not read yet")),
        fact(Exposure, unread("the vault's access policy is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Replicas, why="archives stay in the region of their vault"),
        **never(Backups, BackupPlaces, BackupEncryption, why="holds archives, which are backups themselves"),
        **never(LogPlaces, Logs, why="writes no log of its own; its API calls are in CloudTrail"),
    },
)  # fmt: skip
