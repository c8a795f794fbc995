"""Microsoft.Communication"""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from scanner.sdk import ON, Arm, AtRest, Exposure, Home, KeyCustody, Replicas, TlsFloor, Transit, TypeDecl, always, fact, here, never, unread

PAGE = "Microsoft Learn, Region availability and data residency for Azure Communication Services"


def _service(type: str) -> TypeDecl:
    """`location` is always Global: where data is kept was chosen as a geography."""
    return TypeDecl(
        type,
        live=Arm("2023-04-01"),
        details=(diagnostics(), LOCKS),
        facts=(
            fact(Home, place=here(arm="properties.dataLocation")),
            fact(Replicas, unread("data at rest stays in the chosen geography, but messages and calls may pass and be processed in others, which the service does not show")),
            fact(AtRest, state=always(ON, cite=f"{PAGE}: data at rest is encrypted")),
            fact(Transit, plaintext_allowed=always(False, cite=f"{PAGE}: HTTPS for its interfaces, SRTP for calls")),
            fact(TlsFloor, min_version=always("TLSv1.2", cite="Microsoft Learn, TLS 1.2 in Azure Communication Services: older versions are refused")),
            GUARDED,
            *LOGGED,
        ),
        never={
            **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE,
            **never(KeyCustody, why="the service offers its own keys only"),
            **never(Exposure, why="is there to be reached"),
        },
    )  # fmt: skip


SERVICE = _service("Microsoft.Communication/communicationServices")
MAIL = _service("Microsoft.Communication/emailServices")
