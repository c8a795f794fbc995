"""Microsoft.Fabric and Microsoft.Purview"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, NO_LOGS, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.reading import open_network
from scanner.sdk import ON, Arm, AtRest, Exposure, Home, KeyCustody, Replicas, TlsFloor, Transit, TypeDecl, always, derive, fact, here, never, unread

FABRIC = "Microsoft Learn, Security in Microsoft Fabric"

CAPACITY = TypeDecl(
    "Microsoft.Fabric/capacities",
    live=Arm("2023-11-01"),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, unread("whether disaster recovery copies OneLake to the paired region is a setting inside of Fabric, not in the body of the capacity")),
        fact(AtRest, state=always(ON, cite=f"{FABRIC}: data at rest is encrypted under Microsoft-managed keys")),
        fact(KeyCustody, unread("keys of one's own are chosen for each workspace, inside of Fabric")),
        fact(Transit, plaintext_allowed=always(False, cite=f"{FABRIC}: data in transit is always encrypted")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite=f"{FABRIC}: TLS 1.2 at least")),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_LOGS, **PLATFORM_CERTIFICATE,
        **never(Exposure, why="is reached through the Fabric service, whose network rules belong to the tenant"),
    },
)  # fmt: skip

PURVIEW = "Microsoft Learn, Microsoft Purview network architecture and best practices"

ACCOUNT = TypeDecl(
    "Microsoft.Purview/accounts",
    live=Arm("2021-12-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, unread("whether the service copies its catalog to another region of its geography is not in its body")),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Microsoft Purview security best practices: the catalog is encrypted at rest under Microsoft-managed keys")),
        fact(Transit, plaintext_allowed=always(False, cite=f"{PURVIEW}: HTTPS only")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Microsoft Learn, Microsoft Purview security best practices: TLS 1.2 or later")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccess")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE, **never(KeyCustody, why="the service offers its own keys only")},
)
