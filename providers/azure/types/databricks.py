"""Microsoft.Databricks"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.flows import root_storage_copies
from providers.azure.reading import open_network
from scanner.sdk import ON, Arm, AtRest, Exposure, Home, KeyCustody, Replicas, TlsFloor, Transit, TypeDecl, always, derive, derived_regions, fact, here, unread

WORKSPACE = TypeDecl(
    "Microsoft.Databricks/workspaces",
    live=Arm("2024-05-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=derived_regions(root_storage_copies, arm=("properties.parameters.storageAccountSkuName.value", "location"))),
        fact(AtRest, state=always(ON, cite="Microsoft Learn, Azure Databricks security baseline: data at rest is encrypted under platform keys by default")),
        fact(KeyCustody, unread("a workspace has three keys (managed services, managed disks, root storage), each of which may be the customer's")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure Databricks security baseline: data in transit is encrypted")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Microsoft Learn, Azure Databricks security baseline: TLS 1.2 or later")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccess")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)
