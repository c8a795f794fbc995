"""Children that always exist in Azure with the service's defaults, for estates that do not state them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.demo.arm.reply import Body

#: Parent type -> (path below the parent, properties of a new child). Values: what the service makes when nothing is chosen.
DEFAULTS: dict[str, tuple[tuple[str, Body], ...]] = {
    "microsoft.storage/storageaccounts": (
        ("blobServices/default", {"deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": False}, "cors": {"corsRules": []}}),
        ("fileServices/default", {"shareDeleteRetentionPolicy": {"enabled": True, "days": 7}, "cors": {"corsRules": []}}),
        ("queueServices/default", {"cors": {"corsRules": []}}),
        ("tableServices/default", {"cors": {"corsRules": []}}),
    ),
    "microsoft.sql/servers": (
        ("encryptionProtector/current", {"serverKeyName": "ServiceManaged", "serverKeyType": "ServiceManaged", "autoRotationEnabled": False}),
        ("auditingSettings/Default", {"state": "Disabled", "retentionDays": 0, "storageEndpoint": "", "isAzureMonitorTargetEnabled": False}),
    ),
    "microsoft.sql/servers/databases": (
        ("transparentDataEncryption/current", {"state": "Enabled"}),
        ("backupShortTermRetentionPolicies/default", {"retentionDays": 7, "diffBackupIntervalInHours": 12}),
        ("backupLongTermRetentionPolicies/default", {"weeklyRetention": "PT0S", "monthlyRetention": "PT0S", "yearlyRetention": "PT0S", "weekOfYear": 0}),
        ("auditingSettings/Default", {"state": "Disabled", "retentionDays": 0, "storageEndpoint": "", "isAzureMonitorTargetEnabled": False}),
    ),
    "microsoft.web/sites": (("config/web", {"minTlsVersion": "1.2", "scmMinTlsVersion": "1.2", "ftpsState": "FtpsOnly", "http20Enabled": False}),),
    "microsoft.web/sites/slots": (("config/web", {"minTlsVersion": "1.2", "scmMinTlsVersion": "1.2", "ftpsState": "FtpsOnly", "http20Enabled": False}),),
}


def missing_children(resources: Iterable[Body]) -> Iterator[Body]:
    """The children that Azure would have made beside `resources`."""
    given = list(resources)
    ids = {resource["id"].rstrip("/").lower() for resource in given}
    for parent in given:
        for path, properties in DEFAULTS.get(parent["type"].lower(), ()):
            id = f"{parent['id'].rstrip('/')}/{path}"
            if id.lower() not in ids:
                child = path.split("/")
                stated = {"state": "Disabled"} if path.startswith("transparentData") and parent["name"].rsplit("/")[-1] == "master" else properties
                yield {"id": id, "name": child[-1], "type": f"{parent['type']}/{child[0]}", "properties": dict(stated), "_list": False}
