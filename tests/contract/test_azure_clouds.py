"""Other clouds than the public one: Microsoft's own by name, and a Resource Manager of one's own by what it says of itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from providers.azure.clouds import Cloud, cloud_of, described
from scanner.demo.arm import ArmReplay
from scanner.errors import UsageError
from scanner.model.snapshot import Snapshot
from scanner.sdk import Certificate, SignIn
from tests.support.azure import OPTIONS, Judged, estate_document, scan, served
from tests.support.azure_directory import directory

CLOUDS = {
    "public": ("management.azure.com", "login.microsoftonline.com", "graph.microsoft.com", "vault.azure.net"),
    "AzureChinaCloud": ("management.chinacloudapi.cn", "login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn", "vault.azure.cn"),
    "AzureUSGovernment": ("management.usgovcloudapi.net", "login.microsoftonline.us", "graph.microsoft.us", "vault.usgovcloudapi.net"),
}


@pytest.mark.parametrize("name", [*CLOUDS, "china", "usgovernment", "AzureCloud"])
def test_a_cloud_is_known_by_its_names(name: str) -> None:
    manager, authority, graph, vaults = CLOUDS[{"china": "AzureChinaCloud", "usgovernment": "AzureUSGovernment", "AzureCloud": "public"}.get(name, name)]
    cloud = cloud_of({"azure.cloud": name}, {})
    assert (cloud.resource_manager, cloud.authority, cloud.graph, cloud.vaults) == (f"https://{manager}", f"https://{authority}", f"https://{graph}", vaults)
    assert cloud.scope == f"https://{manager}/.default"


def moved(vaults: str) -> dict[str, Any]:
    """The estate with its vaults in the domain of another cloud."""
    document = {**estate_document(), "directory": directory()}
    for resource in document["resources"]:
        if resource["type"].lower() == "microsoft.keyvault/vaults":
            resource["properties"]["vaultUri"] = str(resource["properties"]["vaultUri"]).replace("vault.azure.net", vaults)
    return document


def hosts(arm: ArmReplay) -> set[str]:
    return {host.split(":")[0] for host in arm.core.tally.hosts}


@pytest.mark.parametrize("name", CLOUDS)
def test_a_scan_of_it_asks_only_there(scrubbed_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    manager, authority, graph, vaults = CLOUDS[name]
    with served(moved(vaults), tmp_path) as arm:
        for variable in ("AZURE_AUTHORITY_HOST", "HOUVAST_AZURE_RESOURCE_MANAGER"):
            monkeypatch.delenv(variable)
        monkeypatch.setenv("NO_PROXY", "")
        snapshot = scan(replace(OPTIONS, settings={"azure.cloud": name, "azure.bodies": "graph"}))
        assert hosts(arm) - {host for host in hosts(arm) if host.endswith(vaults)} == {manager, authority, graph}
    check(snapshot)


def check(snapshot: Snapshot) -> None:
    assert [call for call in snapshot.calls if not call.ok] == []
    judged = Judged.of(snapshot)
    assert judged.known("kvgood/shop", Certificate).names
    assert judged.known("ann@voorbeeld.example", SignIn).mfa


def test_a_resource_manager_of_ones_own_says_where_to_sign_in(scrubbed_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(moved("vault.azure.net"), tmp_path) as arm:
        for variable in ("AZURE_AUTHORITY_HOST", "HOUVAST_AZURE_RESOURCE_MANAGER"):
            monkeypatch.delenv(variable)
        snapshot = scan(replace(OPTIONS, settings={"azure.cloud": arm.url}))
        assert any(path.startswith("/metadata/endpoints") for _, path in arm.core.tally.paths)
    check(snapshot)


@pytest.mark.parametrize("rule", [{"action": 404}, {"action": "html"}, {"action": 200, "body": {"authentication": {"loginEndpoint": "http://plain"}}}, {"action": 200, "body": 7}])
def test_one_that_does_not_say_it_is_an_error_of_use(scrubbed_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: dict[str, Any]) -> None:
    with served(estate_document(), tmp_path) as arm:
        arm.set_rules([{"match": "^/metadata/endpoints$", **rule}])
        monkeypatch.delenv("AZURE_AUTHORITY_HOST")
        with pytest.raises(UsageError):
            scan(replace(OPTIONS, settings={"azure.cloud": arm.url}))


def test_what_a_cloud_says_of_itself() -> None:
    own = Cloud("https://management.local.example", "https://login.microsoftonline.com")
    said: Any = {
        "authentication": {"loginEndpoint": "https://adfs.local.example/adfs/", "audiences": ["https://management.local.example/1234"]},
        "suffixes": {"keyVaultDns": ".vault.local.example"}, "microsoftGraphResourceId": "",
    }  # fmt: skip
    found = described(own, [said])
    assert (found.authority, found.vaults, found.scope) == ("https://adfs.local.example/adfs", "vault.local.example", "https://management.local.example/1234/.default")
    with pytest.raises(UsageError):
        described(own, {"suffixes": {"keyVaultDns": "evil example"}})
