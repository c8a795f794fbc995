"""Microsoft.Sql: managed instances"""

from providers.azure.databases import instance_partners
from providers.azure.excuses import APART, COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_ENDPOINT, NO_LOGIN, PLATFORM_CERTIFICATE, diagnostics
from providers.azure.networks import instance_exposure
from providers.azure.reading import redundancy_copies, sql_backups, sql_transit
from scanner.sdk import (
    NOT_SHOWN,
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
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    choice,
    derive,
    derived_regions,
    fact,
    flag,
    here,
    never,
    never_others,
    of_parent,
    regions,
    text,
)

API = "2021-11-01"
FLOOR = "properties.minimalTlsVersion"
GROUPS = "Microsoft.Sql/locations/instanceFailoverGroups"
PAIRS = "groups[].properties.managedInstancePairs[]"

INSTANCE = TypeDecl(
    "Microsoft.Sql/managedInstances",
    live=Arm(API),
    details=(
        Child("/encryptionProtector/current", put="protector", api=API),
        Child("/providers/Microsoft.Sql/locations/{location}/instanceFailoverGroups", put="groups", api=API, many=True, group=True),
        diagnostics(),
        LOCKS,
    ),
    facts=(
        fact(Home, place=here(arm="location")),
        fact(
            Replicas,
            places=derived_regions(
                instance_partners,
                live=(f"{PAIRS}.primaryManagedInstanceId", f"{PAIRS}.partnerManagedInstanceId", "groups[].properties.partnerRegions[].location"),
                arm=NOT_SHOWN("in a template a failover group of instances is a resource of its own, and is judged as that"),
            ),
        ),
        fact(
            BackupPlaces,
            places=derived_regions(redundancy_copies, arm=("properties.currentBackupStorageRedundancy || properties.requestedBackupStorageRedundancy", "location")),
        ),
        fact(
            KeyCustody,
            holder=choice({"ServiceManaged": Holder.PROVIDER, "AzureKeyVault": Holder.CUSTOMER}, live="protector.properties.serverKeyType", arm=APART),
            key=text(live="protector.properties.uri", arm=APART, absent=None),
        ),
        fact(Transit, derive(sql_transit, arm=FLOOR)),
        fact(
            TlsFloor,
            # "None" and absent set no floor: the service's own then holds, which has been TLS 1.0 for as long as instances without a floor can be old
            min_version=choice({"None": "TLSv1.0", "1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}, arm=FLOOR, absent="TLSv1.0"),
            policy=text(arm=FLOOR, absent="not set: no minimal version"),
        ),
        fact(Exposure, derive(instance_exposure, arm="properties.publicDataEndpointEnabled")),
        GUARDED,
        *LOGGED,
    ),
    never={
        **COMMON, **KEYS_APART, **NO_LOGIN, **PLATFORM_CERTIFICATE,
        **never(AtRest, Backups, BackupEncryption, why="the data lies in its databases, which are resources of their own"),
    },
)  # fmt: skip

PARENT = "Microsoft.Sql/managedInstances"
_TDE = flag(live="tde.properties.state", arm=APART, on=("Enabled",), off=("Disabled",))

DATABASE = TypeDecl(
    f"{PARENT}/databases",
    live=Arm(API),
    details=(
        Child(
            "/transparentDataEncryption/current", put="tde", api=API,
            new={"properties": {"state": "Enabled"}}, cite="Microsoft Learn, Transparent data encryption: on by default for every new database",
        ),
        Child(
            "/backupShortTermRetentionPolicies/default", put="retention", api=API,
            new={"properties": {"retentionDays": 7}}, cite="Microsoft Learn, Automated backups in Azure SQL Managed Instance: 7 days by default",
        ),
        LOCKS,
    ),
    facts=(
        fact(Home, place=here(arm="location")),
        # a failover group copies all databases of an instance, and the instance says where its backups are kept
        fact(Replicas, places=of_parent(PARENT, Replicas, "places")),
        fact(BackupPlaces, places=of_parent(PARENT, BackupPlaces, "places")),
        fact(AtRest, state=_TDE),
        fact(KeyCustody, holder=of_parent(PARENT, KeyCustody, "holder"), key=of_parent(PARENT, KeyCustody, "key")),
        fact(Backups, derive(sql_backups, live="retention.properties.retentionDays", arm=APART)),
        fact(BackupEncryption, state=_TDE),
        GUARDED,
    ),
    never={**COMMON, **KEYS_APART, **NO_ENDPOINT, **NO_LOGIN, **never(Logs, LogPlaces, why="judged at the instance, whose settings cover its databases")},
)  # fmt: skip

FAILOVER_GROUP = TypeDecl(
    GROUPS,
    live=None,  # read with the instances themselves; in templates it stands alone
    facts=(fact(Replicas, places=regions(arm="properties.partnerRegions[].location")),),
    never=never_others(Replicas, why="says which instances copy to each other; they are judged themselves"),
)
