"""Microsoft.KeyVault"""

from providers.azure.excuses import COMMON, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.reading import open_network, vault_copies
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    Arm,
    AtRest,
    Deletion,
    Exposure,
    Home,
    KeyCustody,
    KeyGuard,
    KeyRotation,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    by_dialect,
    choice,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    unread,
)

PURGE = "properties.enablePurgeProtection"
SECURITY = "Microsoft Learn, Azure Key Vault security overview"

VAULT = TypeDecl(
    "Microsoft.KeyVault/vaults",
    live=Arm("2023-07-01"),
    details=(diagnostics(),),
    facts=(
        fact(Home, place=here(arm="location")),
        # Microsoft Learn, Azure Key Vault availability and redundancy
        fact(Replicas, places=derived_regions(vault_copies, arm="location")),
        fact(AtRest, state=always(ON, cite=f"{SECURITY}: contents are encrypted under keys of hardware modules")),
        # Absent is how a vault says that purge protection was never switched on; it cannot be switched off again.
        fact(
            KeyGuard,
            state=flag(arm=PURGE, absent=OFF),
            detail=choice({"true": "purge protection is on", "false": "purge protection is off"}, arm=PURGE, absent="purge protection was never switched on"),
        ),
        fact(
            Deletion,
            guard=flag(
                arm="properties.enableSoftDelete",
                absent=by_dialect(live=NOT_SHOWN("the vault does not say whether it has soft delete: vaults from before 2020 may not"), arm=ON),
            ),
            detail="soft delete",
        ),
        fact(Transit, plaintext_allowed=always(False, cite=f"{SECURITY}: HTTPS only")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite=f"{SECURITY}: TLS 1.2 and 1.3 only")),
        fact(Exposure, derive(open_network, arm=("properties.publicNetworkAccess", "properties.networkAcls.defaultAction"))),
        fact(KeyRotation, unread("rotation policies are read from the vault itself, which needs rights on its keys")),
        *LOGGED,
    ),
    never={**COMMON, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE, **never(KeyCustody, why="it is itself where keys are held")},
)
