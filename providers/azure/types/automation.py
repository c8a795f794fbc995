"""Microsoft.Automation"""

from providers.azure.edges import until_only
from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.flows import always_paired, switched_network
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    Arm,
    AtRest,
    Below,
    Certificate,
    Exposure,
    Holder,
    Home,
    KeyCustody,
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
    never_others,
    text,
)

API = "2023-11-01"
ACCOUNT_TYPE = "Microsoft.Automation/automationAccounts"
SECURE = "Microsoft Learn, Encryption of secure assets in Azure Automation: secure assets are encrypted under a key of the account"

ACCOUNT = TypeDecl(
    ACCOUNT_TYPE,
    live=Arm(API),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        # Microsoft Learn, Management of Azure Automation data: geo-replication to a second region is standard for every account
        fact(Replicas, places=derived_regions(always_paired, arm="location")),
        fact(AtRest, state=always(ON, cite=SECURE)),
        fact(
            KeyCustody,
            holder=choice({"Microsoft.Automation": Holder.PROVIDER, "Microsoft.Keyvault": Holder.CUSTOMER}, arm="properties.encryption.keySource", absent=Holder.PROVIDER),
            key=text(arm="properties.encryption.keyVaultProperties.keyName", absent=None),
        ),
        fact(Transit, plaintext_allowed=always(False, cite="Microsoft Learn, Azure Automation data security: HTTPS for all its interfaces")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Microsoft Learn, TLS for Azure Automation: TLS 1.2 or higher is enforced")),
        fact(Exposure, derive(switched_network, arm="properties.publicNetworkAccess")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE},
)

VARIABLE = TypeDecl(
    f"{ACCOUNT_TYPE}/variables",
    live=Below(ACCOUNT_TYPE, suffix="/variables", api=API),
    facts=(
        # VariableCreateOrUpdateProperties in the REST reference: not encrypted unless asked for
        fact(AtRest, state=flag(arm="properties.isEncrypted", absent=by_dialect(live=NOT_SHOWN("the variable does not say whether it is encrypted"), arm=OFF))),
    ),
    never=never_others(AtRest, why="a value that an account holds; the account is judged for the rest"),
)

CERTIFICATE = TypeDecl(
    f"{ACCOUNT_TYPE}/certificates",
    live=Below(ACCOUNT_TYPE, suffix="/certificates", api=API),
    facts=(fact(Certificate, derive(until_only, live=("name", "properties.expiryTime"), arm=NOT_SHOWN("a template holds the certificate as a secret"))),),
    never=never_others(Certificate, why="a certificate that runbooks use: the account is judged for the rest"),
)
