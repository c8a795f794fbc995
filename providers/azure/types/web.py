"""Microsoft.Web"""

from providers.azure.excuses import COMMON, GUARDED, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, diagnostics
from providers.azure.reading import client_certificate
from scanner.sdk import (
    NOT_SHOWN,
    Arm,
    AtRest,
    Certificate,
    Child,
    ClientAuth,
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
    any_of,
    boolean,
    by_dialect,
    choice,
    derive,
    fact,
    here,
    never,
    text,
    unread,
)

API = "2023-12-01"
VERSIONS = {"1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}


def _site(type: str) -> TypeDecl:
    """A site and a slot of it are configured alike."""
    return TypeDecl(
        type,
        live=Arm(API),
        # siteConfig in the body of the site itself is null or partial: the child has all of it
        details=(Child("/config/web", put="config", api=API), diagnostics(), LOCKS),
        facts=(
            fact(Home, place=here(arm="location")),
            fact(
                Transit,
                plaintext_allowed=any_of(
                    boolean(arm="properties.httpsOnly", negate=True, absent=True),  # the documented default is false
                    boolean(
                        live="config.properties.ftpsState", arm="properties.siteConfig.ftpsState", true=("AllAllowed",), false=("FtpsOnly", "Disabled"),
                        absent=NOT_SHOWN("whether plain FTP is accepted is not said"),
                    ),
                ),
                detail="plain HTTP, or plain FTP for deployment",
            ),
            fact(
                TlsFloor,
                min_version=choice(
                    VERSIONS, live="config.properties.minTlsVersion", arm="properties.siteConfig.minTlsVersion",
                    absent=by_dialect(live=NOT_SHOWN("the site does not say which TLS versions it accepts"), arm="TLSv1.2"),
                ),
                policy=text(live="config.properties.minTlsVersion", arm="properties.siteConfig.minTlsVersion", absent="not set; new sites accept TLS 1.2"),
            ),
            fact(ClientAuth, state=derive(client_certificate, arm=("properties.clientCertEnabled", "properties.clientCertMode"))),
            fact(Certificate, unread("needs Microsoft.Web/certificates and the bindings of the host names")),
            GUARDED,
            *LOGGED,
        ),
        never={
            **COMMON, **NO_BACKUPS, **NO_LOGIN,
            **never(AtRest, KeyCustody, KeyRotation, KeyGuard, Replicas, why="keeps no data: it lies in storage accounts and databases, which are judged there"),
            **never(Exposure, why="a site is there to be reached"),
            **never(Renewal, why="goes with the certificate, a resource of its own"),
        },
    )  # fmt: skip


SITE = _site("Microsoft.Web/sites")
SLOT = _site("Microsoft.Web/sites/slots")
