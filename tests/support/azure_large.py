"""A large Azure estate with its ground truth: any number of resources over any number of subscriptions, the same for the same seed.

The truth is what the builder decided, in plain values, never what the product makes of it. Traps of real estates are in it: ids
in several cases, display names of regions, floors that are absent, system databases, bodies that Resource Graph has by an old
api-version or not at all, vaults that do not let one in, machines whose backup was stopped.

    python -m tests.support.azure_large 2000 10 > estate.json
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
TENANT = "77777777-0000-4000-8000-000000000000"
#: Region -> (display name, country, paired region). Microsoft Learn, List of Azure regions, and Cross-region replication.
REGIONS: dict[str, tuple[str, str, str]] = {
    "westeurope": ("West Europe", "NL", "northeurope"), "northeurope": ("North Europe", "IE", "westeurope"), "germanywestcentral": ("Germany West Central", "DE", "germanynorth"),
    "francecentral": ("France Central", "FR", "francesouth"), "swedencentral": ("Sweden Central", "SE", "swedensouth"), "italynorth": ("Italy North", "IT", ""),
    "uksouth": ("UK South", "GB", "ukwest"), "switzerlandnorth": ("Switzerland North", "CH", "switzerlandwest"), "norwayeast": ("Norway East", "NO", "norwaywest"),
    "eastus": ("East US", "US", "westus"),
}  # fmt: skip
PAIRED = {name: REGIONS[pair][1] if pair in REGIONS else country for name, (_, country, pair) in REGIONS.items() if pair}
FLOORS = {"1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}
PLAIN = (
    "Microsoft.Network/networkInterfaces",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/publicIPAddresses",
    "Contoso.Example/things",
)


@dataclass
class Large:
    """Builds; `document` is what the replay serves, `truth` maps (id in lower case, fact) to a plain value."""

    size: int
    subscriptions: int = 10
    seed: int = 7
    truth: dict[tuple[str, str], Any] = field(default_factory=dict)
    resources: list[Body] = field(default_factory=list)
    closed: int = 0
    """Vaults that do not let one in."""

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.count = 0
        self.vaults: Body = {}
        self.accounts = [f"77777777-{n:04}-4000-8000-000000000000" for n in range(1, self.subscriptions + 1)]
        self.recovery = {account: self.add("Microsoft.RecoveryServices/vaults", account=account, region="westeurope", sku={"name": "RS0"},
                                           properties={"redundancySettings": {"standardTierStorageRedundancy": "ZoneRedundant", "crossRegionRestore": "Disabled"}}) for account in self.accounts}  # fmt: skip
        menu: tuple[tuple[Callable[[], None], int], ...] = (
            (self.storage, 16), (self.disk, 14), (self.machine, 10), (self.sql, 6), (self.vault, 5), (self.cosmos, 4), (self.site, 8), (self.postgres, 4), (self.redis, 4), (self.plain, 29),
        )  # fmt: skip
        kinds, weights = zip(*menu, strict=True)
        for kind in kinds:
            kind()
        while self.count < self.size:
            self.random.choices(kinds, weights)[0]()

    # -- the pieces ------------------------------------------------------------------------------------------
    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def add(self, type: str, *, account: str = "", region: str = "", name: str = "", shown: bool = False, parent: str = "", **more: Any) -> Body:
        """A resource that the generic list has. `shown`: its own body spells the region as people do."""
        self.count += 1
        account, region = account or self.random.choice(self.accounts), region or self.random.choice(list(REGIONS))
        name = name or f"{type.rsplit('/', 1)[1][:8].lower()}{self.count:06}"
        group = f"rg-{self.random.randrange(20):02}"
        group = group.upper() if self.chance(0.1) else group
        segment = "resourcegroups" if self.chance(0.1) else "resourceGroups"
        id = f"{parent}/{type.rsplit('/', 1)[1]}/{name}" if parent else f"/subscriptions/{account}/{segment}/{group}/providers/{type}/{name}"
        body = {"id": id, "name": name, "type": type, "location": REGIONS[region][0] if shown else region, "tags": {"team": self.random.choice("abc")}, "properties": {}, **more}
        if self.chance(0.01):
            body["_arg"] = False  # Resource Graph has not heard of it yet
        self.resources.append(body)
        self.truth[id.lower(), "Home"] = REGIONS[region][1]
        return body | {"_region": region, "_account": account}

    def below(self, parent: Body, path: str, properties: Body, type: str = "") -> None:
        kind = "/".join((parent["type"], *path.split("/")[::2]))
        self.resources.append({"id": f"{parent['id']}/{path}", "name": path.rsplit("/", 1)[-1], "type": type or kind, "properties": properties, "_list": False})

    def know(self, body: Body, **facts: Any) -> None:
        self.truth |= {(body["id"].lower(), name): value for name, value in facts.items()}

    # -- types -----------------------------------------------------------------------------------------------
    def storage(self) -> None:
        region, geo = self.random.choice(list(REGIONS)), self.chance(0.4)
        geo = geo and region in PAIRED
        sku = self.random.choice(("Standard_GRS", "Standard_RAGRS") if geo else ("Standard_LRS", "Standard_ZRS"))
        floor, https, own = self.random.choice(("1.0", "1.1", "1.2", "1.2", "1.2", "1.3", None)), not self.chance(0.1), self.chance(0.25)
        properties: Body = {"supportsHttpsTrafficOnly": https, "encryption": {"keySource": "Microsoft.Keyvault" if own else "Microsoft.Storage"}, "primaryLocation": region}
        if floor:
            properties["minimumTlsVersion"] = "TLS" + floor.replace(".", "_")
        if geo:
            properties["secondaryLocation"] = REGIONS[region][2]
        body = self.add("Microsoft.Storage/storageAccounts", region=region, sku={"name": sku}, kind="StorageV2", properties=properties)
        versions = self.chance(0.5)
        self.below(body, "blobServices/default", {"isVersioningEnabled": versions, "deleteRetentionPolicy": {"enabled": False}})
        self.know(
            body, Replicas=[PAIRED[region]] if geo else [], TlsFloor=FLOORS[floor] if floor else "TLSv1.0", Transit=not https, AtRest="on", Backups=versions,
            KeyCustody="customer" if own else "provider",
        )  # fmt: skip

    def disk(self) -> None:
        own = self.chance(0.3)
        kind = "EncryptionAtRestWithCustomerKey" if own else "EncryptionAtRestWithPlatformKey"
        body = self.add("Microsoft.Compute/disks", properties={"encryption": {"type": kind}, "diskState": "Attached"}, sku={"name": "Premium_LRS"})
        self.know(body, AtRest="on", KeyCustody="customer" if own else "provider")

    def machine(self) -> None:
        keys_only = self.chance(0.6)
        profile = {"computerName": "vm", "linuxConfiguration": {"disablePasswordAuthentication": keys_only}}
        body = self.add("Microsoft.Compute/virtualMachines", properties={"osProfile": profile, "storageProfile": {"osDisk": {}}})
        state = self.random.choice(("Protected", "Protected", "ProtectionStopped", None))
        if state:
            vault = self.recovery[body["_account"]]
            said = {"sourceResourceId": body["id"].upper(), "protectionState": state, "lastRecoveryPoint": "2026-11-20T02:00:00Z", "backupManagementType": "AzureIaasVM"}
            self.below(vault, f"backupProtectedItems/vm-{body['name']}", {**said, "friendlyName": body["name"], "policyName": "daily", "workloadType": "VM"})
        self.know(body, PasswordLogin=not keys_only, Backups=state == "Protected")

    def sql(self) -> None:
        floor, own = self.random.choice(("1.2", "1.2", "1.1", "None", None)), self.chance(0.3)
        properties: Body = {"publicNetworkAccess": "Disabled", **({"minimalTlsVersion": floor} if floor else {})}
        server = self.add("Microsoft.Sql/servers", kind="v12.0", properties=properties)
        self.below(
            server,
            "encryptionProtector/current",
            {"serverKeyType": "AzureKeyVault" if own else "ServiceManaged", **({"uri": "https://keys.vault.azure.net/keys/k/1"} if own else {})},
        )
        self.know(server, TlsFloor=FLOORS.get(floor or "", "TLSv1.0"), KeyCustody="customer" if own else "provider")
        for name in ("master", *(f"db{n}" for n in range(self.random.randrange(1, 4)))):
            region, encrypted, far, geo = server["_region"], not self.chance(0.15), self.chance(0.2), self.chance(0.5)
            geo = geo and region in PAIRED
            database = self.add("Microsoft.Sql/servers/databases", account=server["_account"], region=region, name=name, parent=server["id"], shown=self.chance(0.3), kind="v12.0,user",
                                properties={"currentBackupStorageRedundancy": "Geo" if geo else "Zone"})  # fmt: skip
            if name == "master":
                del self.truth[database["id"].lower(), "Home"]  # no subject: holds nobody's data
                continue
            self.below(database, "transparentDataEncryption/current", {"state": "Enabled" if encrypted else "Disabled"})
            if far:
                self.below(database, "replicationLinks/far", {"partnerLocation": "East US", "role": "Primary", "linkType": "GEO"})
            self.know(
                database, AtRest="on" if encrypted else "off", Replicas=["US"] if far else [], BackupPlaces=[PAIRED[region]] if geo else [], Backups=True,
                KeyCustody="customer" if own else "provider",
            )  # fmt: skip

    def vault(self) -> None:
        guarded, opened = self.chance(0.6), not self.chance(0.1)
        region = self.random.choice(list(PAIRED))
        properties: Body = {"enableSoftDelete": True, "networkAcls": {"defaultAction": "Deny"}, **({"enablePurgeProtection": True} if guarded else {})}
        body = self.add("Microsoft.KeyVault/vaults", region=region, properties=properties)
        body["properties"]["vaultUri"] = f"https://{body['name']}.vault.azure.net/"
        if opened:
            self.vaults[body["name"]] = {"certificates": []}
        self.closed += not opened
        self.know(body, KeyGuard="on" if guarded else "off", Replicas=[PAIRED[region]], TlsFloor="TLSv1.2")

    def cosmos(self) -> None:
        regions = self.random.sample(list(REGIONS), self.random.choice((1, 2)))
        floor = self.random.choice(("Tls12", "Tls12", "Tls11", "Tls"))
        properties = {
            "locations": [{"locationName": REGIONS[name][0], "failoverPriority": n} for n, name in enumerate(regions)], "minimalTlsVersion": floor,
            "publicNetworkAccess": "Disabled", "backupPolicy": {"type": "Continuous", "continuousModeProperties": {"tier": "Continuous7Days"}},
        }  # fmt: skip
        body = self.add("Microsoft.DocumentDB/databaseAccounts", region=regions[0], shown=True, kind="GlobalDocumentDB", properties=properties)
        self.know(body, Replicas=sorted({REGIONS[name][1] for name in regions}), TlsFloor={"Tls12": "TLSv1.2", "Tls11": "TLSv1.1", "Tls": "TLSv1.0"}[floor], Backups=True)

    def site(self) -> None:
        https, floor, ftp = not self.chance(0.2), self.random.choice(("1.0", "1.2", "1.2", "1.3")), self.random.choice(("Disabled", "FtpsOnly", "AllAllowed"))
        body = self.add("Microsoft.Web/sites", shown=True, kind="app", properties={"state": "Running", "siteConfig": None, "httpsOnly": https})
        self.below(body, "config/web", {"minTlsVersion": floor, "scmMinTlsVersion": floor, "ftpsState": ftp})
        self.know(body, Transit=not https or ftp == "AllAllowed", TlsFloor=FLOORS[floor])

    def postgres(self) -> None:
        geo, secure, floor = self.chance(0.4), not self.chance(0.2), self.random.choice(("TLSv1.2", "TLSv1.3"))
        region = self.random.choice(list(PAIRED))
        properties = {
            "backup": {"geoRedundantBackup": "Enabled" if geo else "Disabled", "backupRetentionDays": 7},
            "dataEncryption": {"type": "SystemManaged"},
            "replicationRole": "Primary",
        }
        body = self.add("Microsoft.DBforPostgreSQL/flexibleServers", region=region, shown=True, properties=properties)
        self.below(body, "configurations/require_secure_transport", {"value": "on" if secure else "off"})
        self.below(body, "configurations/ssl_min_protocol_version", {"value": floor})
        self.know(body, Transit=not secure, TlsFloor=floor, BackupPlaces=[PAIRED[region]] if geo else [])

    def redis(self) -> None:
        plain, floor = self.chance(0.2), self.random.choice(("1.0", "1.2", "1.2"))
        properties = {
            "enableNonSslPort": plain,
            "minimumTlsVersion": floor,
            "redisConfiguration": {"maxmemory-reserved": "125"},
            "sku": {"name": "Standard"},
            "publicNetworkAccess": "Disabled",
        }
        body = self.add("Microsoft.Cache/redis", shown=True, properties=properties)
        self.know(body, Transit=plain, TlsFloor=FLOORS[floor], AtRest="on")

    def plain(self) -> None:
        self.add(self.random.choice(PLAIN))

    def document(self) -> Body:
        """What the replay serves."""
        accounts = [
            {"id": f"/subscriptions/{id}", "subscriptionId": id, "displayName": f"Subscription {n}", "state": "Enabled", "tenantId": TENANT, "_parent": "root"}
            for n, id in enumerate(self.accounts, 1)
        ]
        root = {
            "id": "/providers/Microsoft.Management/managementGroups/root",
            "type": "Microsoft.Management/managementGroups",
            "name": "root",
            "properties": {"displayName": "root"},
            "_parent": "",
        }
        behind = {"Microsoft.Cache/redis": {"apiVersion": "2017-02-01", "drops": ["properties.minimumTlsVersion"]}, "Microsoft.DBforPostgreSQL/flexibleServers": {"absent": True}}
        return {
            "tenants": [{"tenantId": TENANT}], "subscriptions": accounts, "managementGroups": [root], "resources": self.resources, "keyVaultData": self.vaults, "graph": behind,
            "apiVersions": {"Contoso.Example/things": ["2024-01-01"]},
        }  # fmt: skip


if __name__ == "__main__":
    json.dump(Large(int(sys.argv[1]), int(sys.argv[2])).document(), sys.stdout)
