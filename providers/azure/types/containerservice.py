"""Microsoft.ContainerService"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.flows import cluster_exposure, pools_encrypted, set_key
from providers.azure.terraform import shapes
from scanner.sdk import Arm, AtRest, Exposure, Home, KeyCustody, Replicas, TlsFloor, Transit, TypeDecl, boolean, derive, fact, here, nowhere, unread

POOLS = "properties.agentPoolProfiles[]"

CLUSTER = TypeDecl(
    "Microsoft.ContainerService/managedClusters",
    live=Arm("2024-05-01"),
    details=(diagnostics(), LOCKS),
    terraform=shapes("Microsoft.ContainerService/managedClusters"),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=nowhere("Microsoft Learn, Reliability in AKS: a cluster and its state stand in one region")),
        fact(AtRest, derive(pools_encrypted, arm=(f"{POOLS}.name", f"{POOLS}.enableEncryptionAtHost"))),
        fact(KeyCustody, derive(set_key, arm="properties.diskEncryptionSetID")),
        fact(
            Transit,
            # ManagedClusterAddonProfile in the REST reference: an add-on that is not named is off
            plaintext_allowed=boolean(arm="properties.addonProfiles.httpApplicationRouting.enabled", absent=False),
            detail="HTTP application routing",
        ),
        fact(TlsFloor, unread("what its API server and its own ingress accept is seen on the wire only: scan the endpoints")),
        fact(Exposure, derive(cluster_exposure, arm=("properties.apiServerAccessProfile.enablePrivateCluster", "properties.apiServerAccessProfile.authorizedIPRanges[]"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)
