"""The replay server itself: it has to be as unfriendly as Azure is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.demo.arm.core import Core, Settings
from scanner.demo.arm.identity import Identity
from scanner.demo.arm.query import FilterError, compile_filter
from tests.support.azure import estate_document

PRODUCTION = "11111111-aaaa-4bbb-8ccc-000000000001"
HOST = "localhost:1"


class Client:
    """Asks a core without sockets."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.core = Core(estate_document(), settings=settings)
        self.headers = {"authorization": f"Bearer {self.core.identity.issue({}, 't')['access_token']}"}

    def ask(self, target: str, method: str = "GET", body: object = None, authorized: bool = True) -> tuple[int, Any]:
        sent = self.core.handle(method, HOST, target, self.headers if authorized else {}, json.dumps(body).encode() if body is not None else b"")
        return sent.status, json.loads(sent.body)

    def code(self, target: str, method: str = "GET", authorized: bool = True) -> tuple[int, str]:
        status, body = self.ask(target, method, authorized=authorized)
        return status, body["error"]["code"]


ACCOUNT = f"/subscriptions/{PRODUCTION}/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/stgood"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (ACCOUNT, (400, "MissingApiVersionParameter")),
        (f"{ACCOUNT}?api-version=yesterday", (400, "InvalidApiVersionParameter")),
        (f"{ACCOUNT}?api-version=2001-01-01", (400, "NoRegisteredProviderFound")),
        (f"{ACCOUNT}x?api-version=2023-05-01", (404, "ResourceNotFound")),
        (f"{ACCOUNT}x/blobServices/default?api-version=2023-05-01", (404, "ParentResourceNotFound")),
        (f"{ACCOUNT}x/blobServices?api-version=2023-05-01", (404, "ParentResourceNotFound")),
        (f"/subscriptions/{PRODUCTION}/resourceGroups/none/resources?api-version=2021-04-01", (404, "ResourceGroupNotFound")),
        ("/subscriptions/33333333-aaaa-4bbb-8ccc-000000000003/resources?api-version=2021-04-01", (404, "SubscriptionNotFound")),
        ("/subscriptions/short/resources?api-version=2021-04-01", (400, "InvalidSubscriptionId")),
        (f"/subscriptions/{PRODUCTION}/providers/Microsoft.Storage/nothing?api-version=2023-05-01", (404, "InvalidResourceType")),
        (f"/subscriptions/{PRODUCTION}/providers/Microsoft.Nothing/things?api-version=2023-05-01", (404, "InvalidResourceNamespace")),
        (f"/subscriptions/{PRODUCTION}/resources?api-version=2021-04-01&$filter=size gt 3", (400, "InvalidFilterInQueryString")),
        (f"/subscriptions/{PRODUCTION}/resources?api-version=2021-04-01&$top=0", (400, "InvalidTopInQueryString")),
    ],
)
def test_errors(target: str, expected: tuple[int, str]) -> None:
    assert Client().code(target) == expected


def test_a_reader_writes_nothing() -> None:
    assert [Client().code(f"{ACCOUNT}?api-version=2023-05-01", method) for method in ("PUT", "DELETE", "POST")] == [(403, "AuthorizationFailed")] * 3


def test_without_a_token_nothing_is_served() -> None:
    assert Client().code(f"{ACCOUNT}?api-version=2023-05-01", authorized=False) == (401, "AuthenticationFailed")


def test_a_token_ends() -> None:
    client = Client(Settings(token_lifetime=-1))
    assert client.code("/subscriptions?api-version=2022-12-01") == (401, "ExpiredAuthenticationToken")


def test_the_generic_list_shows_no_properties_and_no_proxy_children() -> None:
    _, body = Client().ask(f"/subscriptions/{PRODUCTION}/resources?api-version=2021-04-01&$expand=createdTime")
    assert all("properties" not in item and "createdTime" in item for item in body["value"])
    assert not [item for item in body["value"] if item["type"].count("/") > 1 and item["type"] != "Microsoft.Sql/servers/databases"]
    assert {item["location"] for item in body["value"]} >= {"westeurope", "global", "europe"}


def test_a_typed_list_and_children_that_always_exist() -> None:
    client = Client()
    _, typed = client.ask(f"/subscriptions/{PRODUCTION}/providers/Microsoft.Storage/storageAccounts?api-version=2023-05-01")
    assert all("properties" in item for item in typed["value"])
    _, made = client.ask(ACCOUNT.replace("stgood", "stuk") + "/blobServices/default?api-version=2023-05-01")
    assert made["properties"]["deleteRetentionPolicy"]["enabled"] is False
    sql = f"/subscriptions/{PRODUCTION}/resourceGroups/rg-sql/providers/Microsoft.Sql/servers/sqlgood/databases"
    states = {name: client.ask(f"{sql}/{name}/transparentDataEncryption/current?api-version=2021-11-01")[1]["properties"]["state"] for name in ("app", "master")}
    assert states == {"app": "Enabled", "master": "Disabled"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("resourceType eq 'Microsoft.Storage/storageAccounts'", 5),
        ("location eq 'West Europe' and resourceType eq 'microsoft.compute/disks'", 1),
        ("(name eq 'stgood' or name eq 'stuk')", 2),
        ("substringof('berlin', name)", 1),
        ("startswith(name, 'kv')", 3),
        ("tagName eq 'env' ", 5),
        ("resourceGroup ne 'rg-data' and startswith(name, 'st')", 0),
    ],
)
def test_filter(text: str, number: int) -> None:
    resources = [r for r in estate_document()["resources"] if PRODUCTION in r["id"] and r.get("location")]
    assert sum(map(compile_filter(text), resources)) == number


@pytest.mark.parametrize("text", ["", "name", "name eq", "name eq stgood", "name like 'x'", "(name eq 'a'", "size eq '1'", "name eq 'a' 'b'"])
def test_filter_refuses(text: str) -> None:
    with pytest.raises(FilterError):
        compile_filter(text)({"id": "", "name": "", "type": ""})


def graph(query: str, **options: object) -> tuple[int, Any]:
    body = {"query": query, "options": {f"${key}": value for key, value in options.items()}}
    return Client().ask("/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01", "POST", body)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("resources | where type =~ 'Microsoft.Storage/storageAccounts' | count", [{"Count": 6}]),
        ("resources | where name == 'stnofloor' and isempty(properties.minimumTlsVersion) | project name", [{"name": "stnofloor"}]),
        ("resources | where name startswith 'kv' and not(properties.enablePurgeProtection) | project n = toupper(name)", [{"n": "KVOPEN"}]),
        (
            "resources | where location in~ ('UKSOUTH', 'norwayeast') | summarize n = count() by location | order by location asc",
            [{"location": "norwayeast", "n": 1}, {"location": "uksouth", "n": 1}],
        ),
        ("resourcecontainers | where type has 'subscriptions' | where isnotempty(name) | take 1 | project name", [{"name": "Production"}]),
        ("resources | where type contains 'documentdb' | extend first = properties.locations[0].locationName | distinct first | top 1 by first asc", [{"first": "Sweden Central"}]),
    ],
)
def test_resource_graph(query: str, expected: list[dict[str, object]]) -> None:
    status, body = graph(query)
    assert (status, body["data"]) == (200, expected)


def test_resource_graph_pages_by_token() -> None:
    client, seen, token = Client(), list[str](), ""
    while True:
        options = {"$top": 10} | ({"$skipToken": token} if token else {})
        _, body = client.ask("/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01", "POST", {"query": "resources | project id, name", "options": options})
        seen += [row["id"] for row in body["data"]]
        token = body.get("$skipToken", "")
        if not token:
            break
    assert len(seen) == len(set(seen)) == body["totalRecords"]


@pytest.mark.parametrize("query", ["", "nowhere", "resources | join x", "resources | where f(x)", "resources | project strcat(name)"])
def test_resource_graph_refuses(query: str) -> None:
    assert graph(query)[0] == 400


def test_resource_graph_has_a_quota() -> None:
    client = Client(Settings(graph_quota=1, graph_window=60))
    answers = [client.ask("/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01", "POST", {"query": "resources"})[0] for _ in range(2)]
    assert answers == [200, 429]


def test_a_wrong_secret_gets_no_token() -> None:
    from scanner.demo.arm.reply import Reply

    with pytest.raises(Reply) as raised:
        Identity("t", secret="right").issue({"grant_type": "client_credentials", "client_secret": "wrong"}, "t")
    assert raised.value.status == 401
