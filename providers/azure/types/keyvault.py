"""Microsoft.KeyVault"""

from providers.azure.certificates import held, held_renewal
from providers.azure.excuses import COMMON, GUARDED, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.reading import open_network, vault_copies
from providers.azure.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    Arm,
    AtRest,
    Below,
    Certificate,
    Deletion,
    Exposure,
    Home,
    KeyCustody,
    KeyGuard,
    KeyRotation,
    Renewal,
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
    never_others,
    regions,
    unread,
)

PURGE = "properties.enablePurgeProtection"
SECURITY = "Microsoft Learn, Azure Key Vault security overview"

VAULT = TypeDecl(
    "Microsoft.KeyVault/vaults",
    live=Arm("2023-07-01"),
    details=(diagnostics(),),
    terraform=shapes("Microsoft.KeyVault/vaults"),
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

HSM = TypeDecl(
    "Microsoft.KeyVault/managedHSMs",
    live=Arm("2023-07-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        # Microsoft Learn, Enable multi-region replication on Managed HSM: off until a region is added; the first one is among them then
        fact(Replicas, places=regions(arm="properties.regions[].name")),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Managed HSM technical details: keys do not leave the hardware modules in the clear")),
        fact(
            KeyGuard,
            state=flag(arm=PURGE, absent=OFF),
            detail=choice({"true": "purge protection is on", "false": "purge protection is off"}, arm=PURGE, absent="purge protection was never switched on"),
        ),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Managed HSM security: HTTPS only")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Microsoft Learn, Managed HSM security: TLS 1.2 at least")),
        fact(Exposure, derive(open_network, arm=("properties.publicNetworkAccess", "properties.networkAcls.defaultAction"))),
        fact(KeyRotation, unread("rotation policies are read from the module itself, which needs rights on its keys")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE, **never(KeyCustody, why="it is itself where keys are held")},
)

CERTIFICATE = TypeDecl(
    "Microsoft.KeyVault/vaults/certificates",
    live=Below("Microsoft.KeyVault/vaults", host="properties.vaultUri", suffix="/certificates", api="7.4"),
    facts=(
        fact(Certificate, derive(held, live=("cer", "policy.issuer.name"), arm=NOT_SHOWN("certificates of a vault are made in the vault itself, by no template"))),
        fact(Renewal, derive(held_renewal, live=("policy.lifetime_actions[].action.action_type", "policy.issuer.name"), arm=NOT_SHOWN("made in the vault itself, by no template"))),
    ),
    never=never_others(Certificate, Renewal, why="a certificate: the vault that holds it and the endpoints that show it are judged for the rest"),
)
