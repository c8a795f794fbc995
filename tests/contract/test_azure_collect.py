"""How the scan behaves towards Resource Manager: targets, pages, waiting, credentials, and that it only reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from providers.azure.clouds import CLOUDS, Cloud, cloud_of
from scanner.demo.arm import ArmReplay
from scanner.demo.arm.core import Settings
from scanner.demo.azure_estate import estate
from scanner.errors import MissingCredentials, UsageError
from scanner.judge.engine import Question, judge
from scanner.judge.estate import coverage
from scanner.model.known import Reason
from scanner.model.snapshot import EVERY_TYPE
from scanner.plugins import load_checks
from scanner.sdk import FOUND, AtRest, Below, Deletion, Home, LogPlaces, Replicas, TlsFloor, azure_name
from tests.support.azure import OPTIONS, Judged, countries, decls, estate_document, scan, served, worker

PRODUCTION, OLD_WORLD = "11111111-aaaa-4bbb-8ccc-000000000001", "22222222-aaaa-4bbb-8ccc-000000000002"


@pytest.fixture
def arm(scrubbed_environment: None, tmp_path: Path) -> Iterator[ArmReplay]:
    with served(estate_document(), tmp_path) as served_arm:
        yield served_arm


@pytest.mark.parametrize("bodies", ["graph", "lists", "single"])
def test_every_request_is_a_read(arm: ArmReplay, bodies: str) -> None:
    """Two kinds of request are no GET: a query of Resource Graph, and a batch, which holds nothing but GETs (the replay would refuse others)."""
    assert [call for call in scan(replace(OPTIONS, settings={"azure.bodies": bodies})).calls if not call.ok] == []
    posted = {path.split("?")[0] for method, path in arm.core.tally.paths if method != "GET" and "/oauth2/" not in path}
    assert posted <= {"/batch", "/providers/Microsoft.ResourceGraph/resources"}
    assert arm.core.tally.status.keys() <= {200, 404}  # 404: what a declaration takes for "none"


@pytest.mark.parametrize("target", [PRODUCTION, PRODUCTION.upper(), "Production", "production"])
def test_a_target_narrows_the_scan(arm: ArmReplay, target: str) -> None:
    snapshot = scan(OPTIONS, target)
    assert {doc.ref.account for doc in snapshot.documents} == {PRODUCTION}
    assert all(call.ok for call in snapshot.calls)


@pytest.mark.parametrize("target", ["Nobody", "33333333-aaaa-4bbb-8ccc-000000000003"])
def test_a_subscription_that_is_not_there_is_a_gap(arm: ArmReplay, target: str) -> None:
    snapshot = scan(OPTIONS, target)
    gaps = [gap for gap in coverage(snapshot).gaps if gap.account == target]
    assert {gap.code for gap in gaps} == {"SubscriptionNotFound"}
    assert (EVERY_TYPE,) in {gap.types for gap in gaps}


def test_no_subscription_at_all_is_a_gap(arm: ArmReplay) -> None:
    arm.set_rules([{"hide": "/subscriptions/"}])
    assert [(gap.reason, gap.code) for gap in coverage(scan()).gaps] == [(Reason.DENIED, "NoSubscriptions")]


def test_pages_even_empty_ones_are_followed_to_the_end(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document(), tmp_path / "whole"):
        whole = scan()
    with served(estate_document(), tmp_path / "paged", Settings(page_size=3, empty_page_every=2, gzip=True)):
        paged = scan()
    assert [doc.ref for doc in paged.documents] == [doc.ref for doc in whole.documents]
    assert max(call.pages for call in paged.calls) > 5


def test_a_page_that_fails_keeps_what_was_read(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document(), tmp_path, Settings(page_size=5)) as arm:
        arm.set_rules([{"match": f"{PRODUCTION}/resources$", "after": 2, "action": 403}])
        snapshot = scan(OPTIONS, PRODUCTION)
    failed = next(call for call in snapshot.calls if not call.ok)
    assert (failed.pages, failed.items, failed.types) == (2, 10, (EVERY_TYPE,))
    assert sum(doc.calls[FOUND] == failed.id for doc in snapshot.documents) == 10
    assert Judged.of(snapshot).estate.gaps(Home)


def test_what_is_said_to_be_left_is_heeded(scrubbed_environment: None, tmp_path: Path) -> None:
    """Resource Manager says with each answer how many reads are left: the scan slows down before it is refused."""
    with served(estate_document(), tmp_path, Settings(bucket=30, refill=200.0)) as arm:
        snapshot = scan(replace(OPTIONS, retries=4), PRODUCTION)
        assert "429" not in arm.stats()["by_status"]
    assert [call for call in snapshot.calls if not call.ok] == []


@pytest.mark.parametrize("code", ["SubscriptionRequestsThrottled", "ResourceRequestsThrottled"])
def test_a_refusal_for_a_while_is_waited_for(arm: ArmReplay, code: str) -> None:
    arm.set_rules([{"match": "storageAccounts", "action": 429, "retry_after": 0.05, "code": code, "every": 3}])
    snapshot = scan(replace(OPTIONS, retries=8))
    assert arm.stats()["by_operation"]["POST batch"] >= 1
    assert [call for call in snapshot.calls if not call.ok] == []


def test_a_wait_longer_than_the_scan_is_not_waited(arm: ArmReplay) -> None:
    arm.set_rules([{"match": "vaults/kvgood$", "action": 429, "retry_after": 372, "code": "ResourceRequestsThrottled"}])
    snapshot = scan(replace(OPTIONS, retries=4))
    failed = [call for call in snapshot.calls if not call.ok]
    assert [(call.outcome, call.code) for call in failed] == [(Reason.THROTTLED, "ResourceRequestsThrottled")]
    assert "372" in failed[0].detail


def test_a_passing_fault_is_tried_again(arm: ArmReplay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.azure.session.BACKOFF", 0.01)
    rules = [{"match": "vaults/kvgood$", "action": action, "times": 1} for action in (500, "truncate", "html", "reset", "version")]
    for rule in rules:
        arm.set_rules([rule])
        assert all(call.ok for call in scan(replace(OPTIONS, retries=1)).calls), rule


def test_nothing_is_registered_when_a_provider_is_not(arm: ArmReplay) -> None:
    """The SDK's own pipeline would answer this 409 with a POST that registers the provider."""
    arm.set_rules([{"match": "storageAccounts/stgood$", "action": 409}])
    snapshot = scan()
    assert [call.code for call in snapshot.calls if not call.ok] == ["MissingSubscriptionRegistration"]
    assert {path.split("?")[0] for method, path in arm.core.tally.paths if method != "GET" and "/oauth2/" not in path} <= {"/batch"}


def test_a_token_is_sent_to_no_other_host(arm: ArmReplay) -> None:
    arm.set_rules([{"match": "/resources$", "action": 200, "body": {"value": [], "nextLink": "https://127.0.0.1:1/steal"}}])
    failed = [call for call in scan(OPTIONS, PRODUCTION).calls if not call.ok]
    assert [(call.outcome, call.code) for call in failed] == [(Reason.UNPARSABLE, "ForeignLink")]


def test_a_resource_that_cannot_be_read_in_full_stays_a_subject(arm: ArmReplay) -> None:
    arm.set_rules([{"match": "storageAccounts/stusa$", "action": 403}])
    judged = Judged.of(scan())
    assert countries([judged.known("stusa", Home).place]) == ["NL"]
    assert judged.unknown("stusa", TlsFloor).reason is Reason.DENIED
    assert "Microsoft.Storage/storageAccounts/read" in judged.unknown("stusa", Replicas).detail


def test_a_resource_that_vanished_is_unknown_never_green(arm: ArmReplay) -> None:
    arm.set_rules([{"match": "databases/plain$", "action": 404}])
    snapshot = scan()
    judged = Judged.of(snapshot)
    assert judged.unknown("sqlnone/plain", AtRest).reason is Reason.NOT_COLLECTED
    gap = next(gap for gap in coverage(snapshot).gaps)
    assert (gap.reason, gap.code) == (Reason.UNAVAILABLE, "ResourceNotFound")


def test_the_answer_has_to_be_about_what_was_asked(arm: ArmReplay) -> None:
    arm.set_rules([{"match": "storageAccounts/stgood$", "action": 200, "body": {"id": "/subscriptions/x/other", "properties": {}}}])
    assert Judged.of(scan()).unknown("stgood", TlsFloor).reason is Reason.UNPARSABLE


def test_types_and_facts_narrow_what_is_asked(arm: ArmReplay) -> None:
    options = replace(OPTIONS, types=frozenset({"Microsoft.Sql/servers/databases"}), facts=frozenset({AtRest}))
    snapshot = scan(options)
    assert {doc.ref.type for doc in snapshot.documents} == {"Microsoft.Sql/servers/databases"}
    children = {call.operation for call in snapshot.calls if "/databases/" in call.operation} - {"Microsoft.Sql/servers/databases/read"}
    assert children == {"Microsoft.Sql/servers/databases/transparentDataEncryption/read"}
    arm.set_rules([{"match": "/resources$", "action": 403}])
    assert {call.types for call in scan(options).calls if not call.ok} == {("Microsoft.Sql/servers/databases",)}


def test_ids_are_compared_without_case(arm: ArmReplay) -> None:
    """The workspace's id is spelt in another case by the diagnostic setting, the account's by its lock."""
    judged = Judged.of(scan())
    assert azure_name(judged.known("stgood", LogPlaces).places[0].region) == "westeurope"
    assert judged.known("stgood", Deletion).detail == "lock: CanNotDelete"


def test_no_credential_says_the_next_step(scrubbed_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential")  # a metadata service is not to be probed from a test
    with pytest.raises(MissingCredentials) as raised:
        worker()
    assert "az login" in raised.value.advice


def test_half_a_credential_says_what_is_missing(arm: ArmReplay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "")
    with pytest.raises(MissingCredentials, match="incomplete"):
        worker()


def test_a_metadata_service_that_swallows_packets_does_not_hang(scrubbed_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
        with pytest.raises(MissingCredentials):
            worker(replace(OPTIONS, call_timeout=0.3))


def test_a_wrong_secret_is_a_gap_of_everything(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document(), tmp_path, Settings(secret="another")):
        snapshot = scan()
    assert [(call.outcome, call.code, call.types) for call in snapshot.calls] == [(Reason.DENIED, "AADSTS7000215", (EVERY_TYPE,))]


PUBLIC = CLOUDS["public"]


@pytest.mark.parametrize(
    ("settings", "environment", "expected", "discovery"),
    [
        ({}, {}, Cloud(*PUBLIC), True),
        ({"azure.cloud": "china"}, {}, Cloud(*CLOUDS["china"]), True),
        ({"azure.cloud": "USGovernment"}, {}, Cloud(*CLOUDS["usgovernment"]), True),
        ({"azure.cloud": "https://arm.local:1/"}, {}, Cloud("https://arm.local:1", PUBLIC[1]), False),
        ({"azure.resource_manager": "https://a"}, {"HOUVAST_AZURE_RESOURCE_MANAGER": "https://b"}, Cloud("https://a", PUBLIC[1]), False),
        ({}, {"HOUVAST_AZURE_RESOURCE_MANAGER": "https://b", "AZURE_AUTHORITY_HOST": "login.local"}, Cloud("https://b", "https://login.local"), False),
        ({}, {"AZURE_AUTHORITY_HOST": "https://login.local/"}, Cloud(PUBLIC[0], "https://login.local"), False),
    ],
)
def test_the_cloud_that_is_meant(settings: dict[str, str], environment: dict[str, str], expected: Cloud, discovery: bool) -> None:
    found = cloud_of(settings, environment)
    assert (found, found.discovery) == (expected, discovery)
    assert found.scope == f"{expected.resource_manager}/.default"


@pytest.mark.parametrize("settings", [{"azure.cloud": "mars"}, {"azure.resource_manager": "http://plain"}])
def test_a_wrong_cloud_is_an_error_of_use(settings: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        cloud_of(settings, {})


def test_the_demo_estate_keeps_and_breaks_its_word(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate(), tmp_path):
        snapshot = scan()
    judged = Judged.of(snapshot)
    assert all(call.ok for call in snapshot.calls)
    outside = {r.ref.name for r in judged.estate.resources if Home in r.facts and judged.known(r.ref.name, Home).place.country not in ("DE", "IE", "NL")}
    assert outside == {"voorbeeldlondon", "voorbeeldarchive"}
    assert countries(judged.known("voorbeeld-sql/reports", Replicas).places) == ["GB"]
    assert sum(not isinstance(decls()[r.ref.type].live, Below) for r in judged.estate.resources) == 17


def test_an_id_that_changes_its_case_is_the_same_question(scrubbed_environment: None, tmp_path: Path) -> None:
    """Services spell resource groups and types differently from call to call, and from month to month; the name stays as it is spelt."""
    document = estate_document()
    for resource in document["resources"]:
        scope, _, rest = resource["id"].partition("/resourceGroups/")
        resource["id"] = (
            f"{scope}/RESOURCEGROUPS/{rest.upper().replace('/PROVIDERS/MICROSOFT', '/providers/MICROSOFT')}" if "stgood" in rest or "kvgood" in rest else resource["id"]
        )
    with served(estate_document(), tmp_path / "before"):
        before = Judged.of(scan())
    with served(document, tmp_path / "after"):
        after = Judged.of(scan())
    question = Question(load_checks()["transit-minimum-tls"])
    prints = [{v.subject.name.lower(): v.fingerprint for v in judge(judged.estate, [question], datetime(2026, 11, 21, tzinfo=UTC))} for judged in (before, after)]
    assert prints[0] == prints[1]
    assert "STGOOD" in {r.ref.name for r in after.estate.resources}
