"""Microsoft.App"""

from providers.azure import endpoints
from providers.azure.certificates import stated
from providers.azure.copies import environment_logs
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, NO_BACKUPS, NO_LOGIN, diagnostics
from providers.azure.guarding import environment_certificate, ingress_client, ingress_exposure, ingress_floor, ingress_transit, peer_transit
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    Arm,
    AtRest,
    Certificate,
    ClientAuth,
    Exposure,
    Home,
    KeyCustody,
    LogPlaces,
    Logs,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    azure_ids,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    never_others,
    together,
)

API = "2024-03-01"
INGRESS = "properties.configuration.ingress"
HTTP = (INGRESS, f"{INGRESS}.transport")
STATELESS = never(AtRest, KeyCustody, Replicas, why="runs code; what it keeps lies in accounts and databases, which are judged there")

CONTAINER_APP = TypeDecl(
    "Microsoft.App/containerApps",
    live=Arm(API),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        endpoints.INGRESS,
        fact(Transit, derive(ingress_transit, arm=(*HTTP, f"{INGRESS}.allowInsecure"))),
        fact(TlsFloor, min_version=derive(ingress_floor, arm=HTTP)),
        fact(ClientAuth, state=derive(ingress_client, arm=(INGRESS, f"{INGRESS}.clientCertificateMode"))),
        fact(Exposure, derive(ingress_exposure, arm=(INGRESS, f"{INGRESS}.external", f"{INGRESS}.ipSecurityRestrictions[].action"))),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **STATELESS,
        **never(Certificate, Renewal, why="its certificates are resources of their environment"),
        **never(Logs, LogPlaces, why="its logs go where its environment sends them"),
    },
)  # fmt: skip

PEERS = "properties.peerTrafficConfiguration.encryption.enabled"
MUTUAL = "properties.peerAuthentication.mtls.enabled"
LOGS = "properties.appLogsConfiguration"
_environment_logs = derived_regions(environment_logs, arm=(f"{LOGS}.destination", f"{LOGS}.logAnalyticsConfiguration.customerId"))

ENVIRONMENT = TypeDecl(
    "Microsoft.App/managedEnvironments",
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Transit, derive(peer_transit, arm=(PEERS, MUTUAL))),
        # Microsoft Learn, Networking in Container Apps: mutual TLS between apps is off by default
        fact(ClientAuth, state=flag(arm=MUTUAL, absent=OFF)),
        fact(Certificate, derive(environment_certificate, arm="properties.customDomainConfiguration.expirationDate")),
        fact(
            LogPlaces,
            places=together(_environment_logs, azure_ids(arm=("diagnostics[].properties.workspaceId", "diagnostics[].properties.storageAccountId"))),
        ),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **STATELESS,
        **never(TlsFloor, Exposure, why="asked of each app in it"),
        **never(Renewal, why="the certificate of its DNS suffix is one's own"),
        **never(Logs, why="which logs are written is a matter of the apps"),
    },
)  # fmt: skip

CERTIFICATE = TypeDecl(
    "Microsoft.App/managedEnvironments/certificates",
    live=Arm(API),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Certificate,
            derive(
                stated,
                live=("properties.subjectAlternativeNames[]", "properties.subjectName", "properties.issuer", "properties.issueDate", "properties.expirationDate"),
                arm=NOT_SHOWN("a template holds the certificate as a secret"),
            ),
        ),
    ),
    never=never_others(Home, Certificate, why="a certificate: the environment that holds it is judged for the rest"),
)
