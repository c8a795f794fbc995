"""Microsoft.Sql"""

from providers.azure.databases import kept_longest
from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, NO_BACKUPS, NO_ENDPOINT, NO_LOGIN, PLATFORM_CERTIFICATE
from providers.azure.reading import audit_logs, audit_places, partners, redundancy_copies, sql_exposure, sql_transit
from providers.azure.terraform import shapes
from scanner.sdk import (
    OFF,
    Arm,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Child,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    LogPlaces,
    Logs,
    Outflow,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    azure_ids,
    choice,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    of_parent,
    per_dialect,
    regions,
    text,
)

API = "2021-11-01"
FLOOR = "properties.minimalTlsVersion"
#: `status` is how api-version 2014-04-01 called it.
TDE = "tde.properties.state || tde.properties.status"
KEPT = ("retention.properties.retentionDays", *(f"longer.properties.{often}Retention" for often in ("weekly", "monthly", "yearly")))
#: A server or database without a policy of its own is not audited by it; one that is gone answers ParentResourceNotFound.
AUDIT = Child("/auditingSettings/Default", put="audit", api=API, on_error={"ResourceNotFound": {}})
PARTNERS = "groups[].properties.partnerServers[]"
AUDIT_PLACES = fact(
    LogPlaces,
    places=derived_regions(audit_places, live=("audit.properties.state", "audit.properties.storageEndpoint", "audit.properties.isAzureMonitorTargetEnabled"), arm=APART),
)

SERVER = TypeDecl(
    "Microsoft.Sql/servers",
    live=Arm(API),
    details=(
        Child(
            "/encryptionProtector/current", put="protector", api=API,
            new={"properties": {"serverKeyType": "ServiceManaged"}}, cite="Microsoft Learn, Transparent data encryption: service-managed keys unless a key of one's own is set",
        ),
        Child("/firewallRules", put="rules", api=API, many=True),
        Child("/failoverGroups", put="groups", api=API, many=True),
        AUDIT,
        LOCKS,
    ),
    terraform=shapes("Microsoft.Sql/servers"),
    facts=(
        fact(Home, place=here(arm="location")),
        # what a failover group copies are databases; that it does, and where to, is said at the server
        fact(Replicas, places=per_dialect(regions(live=f"{PARTNERS}.location"), azure_ids(arm=f"{PARTNERS}.id"))),
        fact(Outflow, guard=flag(arm="properties.restrictOutboundNetworkAccess", absent=OFF, on=("Enabled",), off=("Disabled",)), detail="outbound network access"),
        fact(
            KeyCustody,
            holder=choice({"ServiceManaged": Holder.PROVIDER, "AzureKeyVault": Holder.CUSTOMER}, live="protector.properties.serverKeyType", arm=APART),
            key=text(live="protector.properties.uri", arm=APART, absent=None),
        ),
        fact(Transit, derive(sql_transit, arm=FLOOR)),
        fact(
            TlsFloor,
            # "None" and absent set no floor: the service's own then holds, which has been TLS 1.0 for as long as servers without a floor can be old
            min_version=choice({"None": "TLSv1.0", "1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}, arm=FLOOR, absent="TLSv1.0"),
            policy=text(arm=FLOOR, absent="not set: no minimal version"),
        ),
        fact(Exposure, derive(sql_exposure, live=("properties.publicNetworkAccess", "rules[].properties.startIpAddress", "rules[].properties.endIpAddress"), arm=APART)),
        fact(Logs, derive(audit_logs, live=("audit.properties.state", "audit.properties.retentionDays"), arm=APART)),
        AUDIT_PLACES,
        GUARDED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE,
        **never(AtRest, why="the data lies in the databases, which are resources of their own"),
    },
)  # fmt: skip

DATABASE = TypeDecl(
    "Microsoft.Sql/servers/databases",
    live=Arm(API),
    skip="[?name=='master'].name",  # holds no customer data, and is never encrypted by design
    details=(
        Child(
            "/transparentDataEncryption/current",
            put="tde",
            api=API,
            new={"properties": {"state": "Enabled"}},
            cite="Microsoft Learn, Transparent data encryption: on by default for every new database",
        ),
        Child("/replicationLinks", put="links", api=API, many=True),
        Child(
            "/backupShortTermRetentionPolicies/default",
            put="retention",
            api=API,
            new={"properties": {"retentionDays": 7}},
            cite="Microsoft Learn, Automated backups in Azure SQL Database: 7 days by default",
        ),
        Child(
            "/backupLongTermRetentionPolicies/default",
            put="longer",
            api=API,
            new={"properties": {"weeklyRetention": "PT0S", "monthlyRetention": "PT0S", "yearlyRetention": "PT0S"}},
            cite="Microsoft Learn, Long-term retention: off until a policy is set",
        ),
        AUDIT,
        LOCKS,
    ),
    terraform=shapes("Microsoft.Sql/servers/databases"),
    facts=(
        fact(Home, place=here(arm="location")),
        # in a template a secondary names its source; each secondary is a database of its own, judged where it stands
        fact(
            Replicas,
            places=per_dialect(
                derived_regions(partners, live=("links[].id", "links[].properties.partnerLocation")),
                azure_ids(arm="properties[?createMode=='Secondary' || createMode=='OnlineSecondary'].sourceDatabaseId"),
            ),
        ),
        fact(
            BackupPlaces,
            places=derived_regions(redundancy_copies, arm=("properties.currentBackupStorageRedundancy || properties.requestedBackupStorageRedundancy", "location")),
        ),
        fact(AtRest, state=flag(live=TDE, arm=APART, on=("Enabled",), off=("Disabled",))),
        fact(KeyCustody, holder=of_parent("Microsoft.Sql/servers", KeyCustody, "holder"), key=of_parent("Microsoft.Sql/servers", KeyCustody, "key")),
        fact(Backups, derive(kept_longest, live=KEPT, arm=APART)),
        fact(BackupEncryption, state=flag(live=TDE, arm=APART, on=("Enabled",), off=("Disabled",))),
        AUDIT_PLACES,
        GUARDED,
    ),
    never={**COMMON, **KEYS_APART, **NO_ENDPOINT, **NO_LOGIN, **never(Logs, why="judged at the server, whose auditing covers its databases")},
)
