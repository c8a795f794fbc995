"""Bodies by Resource Graph, by the types' own lists and one by one come to the same; what Resource Graph lacks is read elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from providers.azure.graph import carries, queries, row_of
from scanner.cli.targets import parse_targets, words_of
from scanner.demo.arm import ArmReplay
from scanner.demo.arm.core import Settings
from scanner.errors import UsageError
from scanner.judge.estate import coverage
from scanner.model.known import Known, Reason
from scanner.model.snapshot import Snapshot
from scanner.sdk import Arm, Home, TlsFloor
from tests.support.azure import FIXTURES, OPTIONS, Judged, decls, estate_document, scan, served, small_document
from tests.support.azure_looks import FAULTS

PRODUCTION, OLD_WORLD = "11111111-aaaa-4bbb-8ccc-000000000001", "22222222-aaaa-4bbb-8ccc-000000000002"
GRAPH = replace(OPTIONS, settings={"azure.bodies": "graph"})
LISTS = replace(OPTIONS, settings={"azure.bodies": "lists"})


@pytest.fixture
def arm(scrubbed_environment: None, tmp_path: Path) -> Iterator[ArmReplay]:
    with served(estate_document(), tmp_path) as served_arm:
        yield served_arm


def facts(snapshot: Snapshot) -> dict[tuple[str, str], Any]:
    """Every fact by id and name. A region may be spelt in two ways."""
    found: dict[tuple[str, str], Any] = {}
    for resource in Judged.of(snapshot).estate.resources:
        for kind, fact in resource.facts.items():
            value = fact.value if isinstance(fact, Known) else (fact.reason, fact.detail if fact.reason is not Reason.UNRESOLVED else "")
            if isinstance(fact, Known) and kind is Home:
                value = (fact.value.place.country, fact.value.place.confidence)
            elif isinstance(fact, Known) and hasattr(fact.value, "places"):
                value = [(place.country, place.confidence) for place in fact.value.places]
            found[resource.ref.id.lower(), kind.__name__] = value
    return found


def asked(arm: ArmReplay) -> list[str]:
    """Operations that were counted."""
    return list(arm.core.tally.operations)


FILES = ["estate.json", *sorted(file.name for file in FIXTURES.glob("*.json") if file.name != "estate.json")]


@pytest.mark.parametrize("name", FILES)
def test_three_ways_to_the_same_facts(scrubbed_environment: None, tmp_path: Path, name: str) -> None:
    with served(estate_document(name), tmp_path):
        one, lists, graph = scan(), scan(LISTS), scan(GRAPH)
    assert [(call.operation, call.code) for snapshot in (one, lists, graph) for call in snapshot.calls if not call.ok] == []
    assert facts(lists) == facts(one)
    assert facts(graph) == facts(one)


def test_bodies_come_from_resource_graph_and_the_evidence_says_so(arm: ArmReplay) -> None:
    judged = Judged.of(scan(GRAPH))
    assert {source.call for source in judged.resource("stgood").facts[TlsFloor].sources} == {"Microsoft.ResourceGraph/resources/read"}
    assert "GET Microsoft.Storage/storageAccounts get" not in asked(arm)


def test_pages_are_followed_by_their_token(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document(), tmp_path / "whole"):
        whole = scan(GRAPH)
    with served(estate_document(), tmp_path / "paged", Settings(graph_page=4)):
        paged = scan(GRAPH)
    assert facts(paged) == facts(whole)
    assert max(call.pages for call in paged.calls if call.service == "Microsoft.ResourceGraph") > 5


def changed(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {**estate_document(), "graph": {name: said}}


@pytest.mark.parametrize(
    "said",
    [
        {"apiVersion": "2017-10-01", "drops": ["properties.minimumTlsVersion"]},
        {"apiVersion": None, "drops": ["properties.minimumTlsVersion"]},
        {"apiVersion": "2023-05-01-preview", "drops": ["properties.minimumTlsVersion"]},
        {"drops": ["properties"]},
        {"absent": True},
    ],
)
def test_a_body_that_may_lack_something_is_read_from_resource_manager(scrubbed_environment: None, tmp_path: Path, said: dict[str, Any]) -> None:
    """Judged by its absence in an old body, a floor that is set would look like none."""
    with served(changed("Microsoft.Storage/storageAccounts", said), tmp_path) as arm:
        judged = Judged.of(scan(GRAPH))
        assert "GET Microsoft.Storage/storageAccounts list" in asked(arm)
    assert judged.known("stgood", TlsFloor).min_version == "TLSv1.2"


def test_a_resource_that_resource_graph_has_not_seen_yet(scrubbed_environment: None, tmp_path: Path) -> None:
    document = estate_document()
    next(r for r in document["resources"] if r["name"] == "stgood")["_arg"] = False
    with served(document, tmp_path) as arm:
        judged = Judged.of(scan(GRAPH))
        assert "GET Microsoft.Storage/storageAccounts get" in asked(arm)
    assert judged.known("stgood", TlsFloor).min_version == "TLSv1.2"


def test_a_resource_that_only_resource_graph_shows_is_a_subject(scrubbed_environment: None, tmp_path: Path) -> None:
    document = estate_document()
    group = next(r["id"] for r in document["resources"] if r["name"] == "stgood").split("/providers/")[0]
    hidden = {"id": f"{group}/providers/Microsoft.Storage/storageAccounts/shy", "name": "shy", "type": "Microsoft.Storage/storageAccounts", "location": "uksouth"}
    document["resources"].append({**hidden, "sku": {"name": "Standard_LRS"}, "properties": {"minimumTlsVersion": "TLS1_0", "encryption": {"keySource": "Microsoft.Storage"}}})
    with served(document, tmp_path) as arm:
        arm.set_rules([{"match": "/resources$", "method": "GET", "action": 200, "body": {"value": []}}])
        judged = Judged.of(scan(GRAPH, PRODUCTION))
    assert judged.known("shy", Home).place.country == "GB"
    assert judged.known("shy", TlsFloor).min_version == "TLSv1.0"


BROKEN: dict[str, tuple[dict[str, Any], Reason]] = FAULTS | {
    "version-gone": ({"action": "version"}, Reason.UNSUPPORTED),
    "other-shape": ({"action": 200, "body": {"answer": 42}}, Reason.UNPARSABLE),
    "token-loop": ({"action": 200, "body": {"data": [], "$skipToken": "again"}}, Reason.UNPARSABLE),
    "a-later-page": ({"action": 500, "after": 2}, Reason.UNAVAILABLE),
}


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    with served(estate_document(), tmp_path_factory.mktemp("arm")):
        return facts(scan())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    with served(small_document(), tmp_path_factory.mktemp("arm")):
        return facts(scan())


@pytest.mark.parametrize("name", BROKEN)
def test_without_resource_graph_the_lists_say_the_same_and_the_ledger_says_why(scrubbed_environment: None, tmp_path: Path, small: dict[tuple[str, str], Any], name: str) -> None:
    rule, reason = BROKEN[name]
    with served(small_document(), tmp_path, Settings(graph_page=4)) as arm:
        arm.set_rules([{"match": "Microsoft.ResourceGraph/resources$", **rule}])
        snapshot = scan(GRAPH)
    assert [(call.operation, call.outcome, call.types) for call in snapshot.calls if not call.ok] == [("Microsoft.ResourceGraph/resources/read", reason, ())]
    assert facts(snapshot) == small


TYPED = {name: fault for name, fault in BROKEN.items() if name not in ("token-loop", "a-later-page")} | {"loop": ({"action": "loop"}, Reason.UNPARSABLE)}


@pytest.mark.parametrize("name", TYPED)
def test_without_a_types_list_each_is_read_by_itself(scrubbed_environment: None, tmp_path: Path, truth: dict[tuple[str, str], Any], name: str) -> None:
    rule, reason = TYPED[name]
    with served(estate_document(), tmp_path) as arm:
        arm.set_rules([{"match": f"{PRODUCTION}/providers/Microsoft.Storage/storageAccounts$", **rule}])
        snapshot = scan(LISTS)
    assert [(call.operation, call.account, call.outcome) for call in snapshot.calls if not call.ok] == [("Microsoft.Storage/storageAccounts/read", PRODUCTION, reason)]
    assert facts(snapshot) == truth


BATCHES: list[dict[str, Any]] = [
    *(rule for name, (rule, _) in BROKEN.items() if name not in ("token-loop", "a-later-page")),
    {"action": 200, "body": {"responses": []}},
    {"action": 200, "body": {"responses": [{"name": "0", "httpStatusCode": "?"}, 7]}},
    {"action": 202, "body": {}},
    {"action": 500, "every": 2},
]


@pytest.mark.parametrize("rule", BATCHES, ids=str)
def test_what_does_not_come_together_is_asked_alone(scrubbed_environment: None, tmp_path: Path, small: dict[tuple[str, str], Any], rule: dict[str, Any]) -> None:
    with served(small_document(), tmp_path) as arm:
        arm.set_rules([{"match": "^/batch$", **rule}])
        snapshot = scan(GRAPH)
    assert [call for call in snapshot.calls if not call.ok] == []
    assert facts(snapshot) == small


def test_a_resource_manager_without_batches(scrubbed_environment: None, tmp_path: Path, truth: dict[tuple[str, str], Any]) -> None:
    with served(estate_document(), tmp_path, Settings(batches=False)) as arm:
        snapshot = scan(GRAPH)
        assert arm.core.tally.operations["POST batch"] < 8  # refused once to each that had asked already
    assert facts(snapshot) == truth


def test_a_batch_holds_nothing_but_reads_and_each_has_its_own_status(arm: ArmReplay) -> None:
    arm.set_rules([{"match": "storageAccounts/stgood/blobServices/default$", "action": 403}])
    snapshot = scan(GRAPH)
    assert arm.core.tally.operations["POST batch"] >= 1
    assert [(call.subject.rsplit("/", 3)[1], call.outcome) for call in snapshot.calls if not call.ok] == [("stgood", Reason.DENIED)]


def test_queries_have_a_quota_that_is_heeded(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document(), tmp_path, Settings(graph_page=4, graph_quota=6, graph_window=1.0)) as arm:
        snapshot = scan(GRAPH)
        assert "429" not in arm.stats()["by_status"]
    assert [call for call in snapshot.calls if not call.ok] == []


def test_an_api_version_that_is_gone_is_a_gap_without_a_request(scrubbed_environment: None, tmp_path: Path) -> None:
    document = {**estate_document(), "apiVersions": {"Microsoft.Storage/storageAccounts": ["2099-01-01"], "Microsoft.Sql/servers/encryptionProtector": ["2099-01-01"]}}
    with served(document, tmp_path) as arm:
        snapshot = scan()
        assert not [path for path in arm.core.tally.reads if path.endswith("storageAccounts/stgood")]
    failed = {call.operation: call for call in snapshot.calls if not call.ok}
    assert set(failed) == {"Microsoft.Storage/storageAccounts/read", "Microsoft.Sql/servers/encryptionProtector/read"}
    for call in failed.values():
        assert (call.outcome, call.code) == (Reason.UNSUPPORTED, "NoRegisteredProviderFound")
        assert "2099-01-01" in call.detail
    assert Judged.of(snapshot).unknown("stgood", TlsFloor).reason is Reason.UNSUPPORTED


def grouped() -> dict[str, Any]:
    """The estate in a tree of management groups: root > (production, europe > old world)."""
    document = estate_document()
    names = {"root": "", "europe": "root", "empty": "root"}
    document["managementGroups"] = [
        {
            "id": f"/providers/Microsoft.Management/managementGroups/{name}",
            "type": "Microsoft.Management/managementGroups",
            "name": name,
            "properties": {"displayName": name},
            "_parent": parent,
        }
        for name, parent in names.items()
    ]
    for subscription in document["subscriptions"]:
        subscription["_parent"] = "root" if subscription["subscriptionId"] == PRODUCTION else "europe"
    return document


@pytest.mark.parametrize(("group", "expected"), [("root", {PRODUCTION, OLD_WORLD}), ("europe", {OLD_WORLD}), ("EUROPE", {OLD_WORLD})])
def test_subscriptions_of_a_management_group(scrubbed_environment: None, tmp_path: Path, group: str, expected: set[str]) -> None:
    with served(grouped(), tmp_path):
        snapshot = scan(GRAPH, f"mg/{group}")
    assert [call for call in snapshot.calls if not call.ok] == []
    assert {doc.ref.account for doc in snapshot.documents} == expected


@pytest.mark.parametrize("name", [*TYPED, "nobody", "empty"])
def test_a_management_group_that_does_not_answer_hides_every_type(scrubbed_environment: None, tmp_path: Path, name: str) -> None:
    rule, reason = TYPED.get(name, ({}, Reason.DENIED if name == "empty" else Reason.UNAVAILABLE))
    with served(grouped(), tmp_path) as arm:
        arm.set_rules([{"match": "/descendants$", **rule}] if rule else [])
        snapshot = scan(GRAPH, f"mg/{name if not rule else 'root'}")
    assert [(gap.reason, gap.operation) for gap in coverage(snapshot).gaps] == [(reason, "Microsoft.Management/managementGroups/descendants/read")]
    assert Judged.of(snapshot).estate.gaps(Home)


def test_a_subscription_that_is_refused_is_a_gap_and_the_others_are_judged(arm: ArmReplay) -> None:
    arm.set_rules([{"hide": f"/subscriptions/{OLD_WORLD}"}])
    snapshot = scan(GRAPH, PRODUCTION, OLD_WORLD)
    assert {doc.ref.account for doc in snapshot.documents} == {PRODUCTION}
    assert {ref.account for ref, _ in Judged.of(snapshot).estate.gaps(Home)} == {OLD_WORLD}


def test_two_choices_of_subscriptions_are_two_looks(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(grouped(), tmp_path):
        snapshot = scan(GRAPH, "mg/europe", PRODUCTION)
    assert {doc.ref.account for doc in snapshot.documents} == {PRODUCTION, OLD_WORLD}
    assert sum(call.service == "Microsoft.ResourceGraph" for call in snapshot.calls) == 2


def test_a_query_names_few_types_and_orders_its_rows() -> None:
    made = queries(f"Microsoft.Example/type{n}" for n in range(200))
    assert len(made) == 3
    assert all(query.endswith("| order by id asc") and len(query) < 4000 for query in made)


@pytest.mark.parametrize(
    ("api", "expected"),
    [("2023-05-01", True), ("2026-09-01", True), ("2023-04-30", False), ("", False), ("2026-09-01-preview", False), ("2023-05-01-preview", False)],
)
def test_which_bodies_are_whole(api: str, expected: bool) -> None:
    decl = decls()["Microsoft.Storage/storageAccounts"]
    found = row_of({"id": "/x", "type": "t", "properties": {"a": 1}, "apiVersion": api, "tags": None}, "call")
    assert found is not None
    assert "tags" not in found[1].body
    assert carries(found[1], replace(decl, live=Arm("2023-05-01"))) is expected
    assert not carries(found[1], replace(decl, live=Arm("2023-05-01", graph=False)))


def test_a_management_group_is_a_target_by_option_or_by_word() -> None:
    assert parse_targets(words_of((), ("root", "lab"))).live == parse_targets(("azure:mg/root", "azure:mg/lab")).live == {"azure": ("mg/root", "mg/lab")}


def test_a_way_to_bodies_that_is_none_is_an_error_of_use(arm: ArmReplay) -> None:
    with pytest.raises(UsageError, match="cannot be read by 'magic'"):
        scan(replace(OPTIONS, settings={"azure.bodies": "magic"}))
