"""Microsoft.CertificateRegistration and Microsoft.DomainRegistration"""

from providers.azure.domains import name_renewal, order_renewal, ordered
from scanner.sdk import NOT_SHOWN, Arm, Certificate, Renewal, TypeDecl, derive, fact, never_others

SIGNED = "properties.signedCertificate"
RENEWS = "properties.autoRenew"

ORDER = TypeDecl(
    "Microsoft.CertificateRegistration/certificateOrders",
    live=Arm("2023-12-01"),
    facts=(
        fact(
            Certificate,
            derive(
                ordered,
                live=(f"{SIGNED}.rawData", f"{SIGNED}.subject", f"{SIGNED}.issuer", f"{SIGNED}.notBefore", f"{SIGNED}.notAfter", "properties.expirationTime", RENEWS),
                arm=NOT_SHOWN("the certificate is issued after deployment"),
            ),
        ),
        fact(Renewal, derive(order_renewal, live=(RENEWS, "properties.status"), arm=RENEWS)),
    ),
    never=never_others(Certificate, Renewal, why="an order of a certificate: whatever serves the certificate is judged for the rest"),
)

NAME = TypeDecl(
    "Microsoft.DomainRegistration/domains",
    live=Arm("2023-12-01"),
    facts=(fact(Renewal, derive(name_renewal, live=(RENEWS, "properties.registrationStatus", "properties.expirationTime"), arm=RENEWS)),),
    never=never_others(Renewal, why="the registration of a name: its zone and what answers under it are resources of their own"),
)
