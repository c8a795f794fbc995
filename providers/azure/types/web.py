"""Microsoft.Web"""

from providers.azure import endpoints
from providers.azure.certificates import stated
from providers.azure.copies import account_in_connection
from providers.azure.edges import of_host
from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_ENDPOINT, NO_LOGIN, NO_LOGS, NO_PEOPLE, NO_SWITCH, diagnostics
from providers.azure.keeping import bound_names, configured_floor, internal_encryption, planned_backups, planned_site_floor, site_backups, site_floor, static_edges, vault_sync
from providers.azure.reading import client_certificate
from providers.azure.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    Arm,
    AtRest,
    Attacks,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    Chain,
    Child,
    ClientAuth,
    Clue,
    Deletion,
    Exposure,
    Handshake,
    Home,
    KeyCustody,
    NotApplicable,
    Ref,
    Renewal,
    Replicas,
    ServedNames,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    any_of,
    boolean,
    derive,
    derived_regions,
    fact,
    here,
    never,
    never_others,
    nowhere,
    of,
    per_dialect,
    region_of,
    traced,
    unread,
)

API = "2023-12-01"
STORAGE = "Microsoft.Storage/storageAccounts"
MOUNTS = "azureStorageAccounts.*.accountName"
FLOORS = ("minTlsVersion", "scmMinTlsVersion")
PLAIN, SAFE = ("AllAllowed",), ("FtpsOnly", "Disabled")


def _backup_account(ref: Ref, value: str) -> Clue | None:
    """Where a backup lies: a connection string, or the URL of a container, both without their keys."""
    return of_host(ref, value) if value.lower().startswith("https://") else account_in_connection(ref, value)


def _site(type: str) -> TypeDecl:
    """A site and a slot of it are configured alike."""
    return TypeDecl(
        type,
        terraform=shapes(type),
        live=Arm(API),
        # siteConfig in the body of the site itself is null or partial: the child has all of it; in a template the child comes after the site
        details=(
            Child("/config/web", put="config", api=API),
            Child("/backups", put="backups", api=API, many=True),
            diagnostics(), LOCKS,
        ),
        facts=(
            fact(Home, place=here(arm="location")),
            endpoints.SITE,
            fact(
                Transit,
                plaintext_allowed=any_of(
                    boolean(arm="properties.httpsOnly", negate=True, absent=True),  # the documented default is false
                    boolean(
                        live="config.properties.ftpsState", arm="config.properties.ftpsState || properties.siteConfig.ftpsState", true=PLAIN, false=SAFE,
                        absent=NOT_SHOWN("whether plain FTP is accepted is not said"),
                    ),
                ),
                detail="plain HTTP, or plain FTP for deployment",
            ),
            fact(
                TlsFloor,
                per_dialect(
                    derive(site_floor, live=tuple(f"config.properties.{floor}" for floor in FLOORS)),
                    derive(planned_site_floor, arm=tuple(f"config.properties.{floor} || properties.siteConfig.{floor}" for floor in FLOORS)),
                ),
            ),
            fact(ClientAuth, state=derive(client_certificate, arm=("properties.clientCertEnabled", "properties.clientCertMode"))),
            # storage that is mounted into the site: its place, and whether it is encrypted
            fact(Replicas, places=region_of(STORAGE, live=f"config.properties.{MOUNTS}", arm=f"config.properties.{MOUNTS} || properties.siteConfig.{MOUNTS}")),
            fact(
                AtRest,
                state=of(STORAGE, AtRest, "state", live=f"config.properties.{MOUNTS}", arm=f"config.properties.{MOUNTS} || properties.siteConfig.{MOUNTS}", absent=NotApplicable("it mounts no storage account")),
            ),
            fact(Backups, derive(site_backups, live=("backups[].properties.status", "backups[].properties.finishedTimeStamp"), arm=APART)),
            fact(BackupPlaces, places=traced(_backup_account, STORAGE, live="backups[].properties.storageAccountUrl", arm=APART)),
            fact(ServedNames, derive(bound_names, arm=("properties.hostNameSslStates[].name", "properties.hostNameSslStates[].sslState"))),
            GUARDED,
            *LOGGED,
        ),
        never={
            **NO_PEOPLE, **NO_SWITCH, **KEYS_APART, **NO_LOGIN,
            **never(Handshake, Attacks, Chain, why="seen on the wire only: scan the endpoint"),
            **never(KeyCustody, BackupEncryption, why="what it keeps lies in storage accounts and databases, which are judged there"),
            **never(Exposure, why="a site is there to be reached"),
            **never(Certificate, Renewal, why="its certificates are resources of their own"),
        },
    )  # fmt: skip


SITE = _site("Microsoft.Web/sites")
SLOT = _site("Microsoft.Web/sites/slots")


def _config(type: str) -> TypeDecl:
    """Of a site, or of a slot of it; in the live cloud it is read with these."""
    return TypeDecl(
        type,
        live=None,
        facts=(
            fact(
                Backups,
                derive(
                    planned_backups,
                    arm=(
                        "properties.enabled", "properties.backupSchedule.frequencyInterval", "properties.backupSchedule.frequencyUnit",
                        "properties.backupSchedule.retentionPeriodInDays",
                    ),
                ),
            ),
            fact(BackupPlaces, places=traced(_backup_account, STORAGE, arm="properties.storageAccountUrl")),
            fact(Replicas, places=region_of(STORAGE, arm=f"properties.{MOUNTS}")),
            fact(TlsFloor, derive(configured_floor, arm=tuple(f"properties.{floor}" for floor in FLOORS))),
            fact(
                Transit,
                plaintext_allowed=boolean(arm="properties.ftpsState", true=PLAIN, false=SAFE, absent=NotApplicable("says nothing about FTP")),
                detail="plain FTP for deployment",
            ),
        ),
        never=never_others(Backups, BackupPlaces, Replicas, TlsFloor, Transit, why="a part of a site, which is judged for the rest"),
    )  # fmt: skip


CONFIG = _config("Microsoft.Web/sites/config")
SLOT_CONFIG = _config("Microsoft.Web/sites/slots/config")

CERTIFICATE = TypeDecl(
    "Microsoft.Web/certificates",
    live=Arm(API),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Certificate,
            derive(
                stated,
                live=("properties.hostNames[]", "properties.subjectName", "properties.issuer", "properties.issueDate", "properties.expirationDate"),
                arm=NOT_SHOWN("a template names hosts or a vault; the certificate itself is read after deployment"),
            ),
        ),
        fact(
            Renewal, derive(vault_sync, live=("properties.keyVaultSecretStatus", "properties.canonicalName"), arm=NOT_SHOWN("whether the vault is read is known after deployment"))
        ),
        GUARDED,
    ),
    never=never_others(Home, Certificate, Renewal, Deletion, why="a certificate: the sites that use it are judged for the rest"),
)

ENVIRONMENT = TypeDecl(
    "Microsoft.Web/hostingEnvironments",
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=nowhere("Microsoft Learn, App Service Environment overview: it stands in one region and one virtual network")),
        fact(AtRest, state=derive(internal_encryption, arm=("properties.clusterSettings[].name", "properties.clusterSettings[].value"))),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_ENDPOINT, **never(KeyCustody, why="its machines' disks are under the platform's own keys")},
)

STATIC_SITE = TypeDecl(
    "Microsoft.Web/staticSites",
    live=Arm(API),
    details=(LOCKS,),
    facts=(
        fact(Home, place=here(arm="location")),
        endpoints.STATIC_SITE,
        fact(Replicas, places=derived_regions(static_edges, arm="location")),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure Static Web Apps security baseline: HTTPS is enforced")),
        fact(TlsFloor, unread("which versions its edges accept is not in its body: scan the endpoint")),
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **NO_LOGS,
        **never(AtRest, KeyCustody, why="public files; data lies in services that it links to, which are judged there"),
        **never(Exposure, why="is there to be reached"),
        **never(Certificate, Renewal, ClientAuth, why="the platform makes and renews the certificates of its names"),
    },
)  # fmt: skip
