"""Microsoft.AAD"""

from providers.azure.domains import ldap_certificate, ldap_exposure, ldap_transit
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_LOGIN, diagnostics
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Certificate,
    ClientAuth,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    choice,
    derive,
    fact,
    here,
    never,
    regions,
    text,
    unread,
)

BASELINE = "Microsoft Learn, Azure security baseline for Microsoft Entra Domain Services"
LDAPS = "properties.ldapsSettings"
SECURITY = "properties.domainSecuritySettings"

DOMAIN = TypeDecl(
    "Microsoft.AAD/domainServices",
    live=Arm("2022-12-01"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(Replicas, places=regions(arm="properties.replicaSets[].location")),
        fact(AtRest, state=always(ON, cite=f"{BASELINE}: data at rest is encrypted under platform keys")),
        fact(KeyCustody, holder=always(Holder.PROVIDER, cite=f"{BASELINE}: customers' keys are not supported")),
        fact(Transit, derive(ldap_transit, arm=(f"{LDAPS}.ldaps", f"{SECURITY}.ldapSigning"))),
        fact(
            TlsFloor,
            # Microsoft Learn, Harden a Domain Services managed domain: TLS 1.0 is on until it is switched off
            min_version=choice({"Enabled": "TLSv1.0", "Disabled": "TLSv1.2"}, arm=f"{SECURITY}.tlsV1", absent="TLSv1.0"),
            policy=text(arm=f"{SECURITY}.tlsV1", absent="not set"),
        ),
        fact(
            Certificate,
            derive(
                ldap_certificate,
                live=(f"{LDAPS}.ldaps", f"{LDAPS}.publicCertificate", f"{LDAPS}.certificateNotAfter"),
                arm=NOT_SHOWN("a template holds the certificate as a secret"),
            ),
        ),
        fact(Backups, unread("the service backs managed domains up by itself, and shows neither how often nor for how long")),
        fact(BackupPlaces, unread("the service backs managed domains up by itself, and does not show where to")),
        fact(Exposure, derive(ldap_exposure, arm=(f"{LDAPS}.ldaps", f"{LDAPS}.externalAccess"))),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_LOGIN,
        **never(BackupEncryption, why="its backups are the service's own and are not shown"),
        **never(Renewal, why="the certificate of secure LDAP is uploaded by hand"),
        **never(ClientAuth, why="clients of LDAP sign in by name and password or Kerberos"),
    },
)  # fmt: skip
