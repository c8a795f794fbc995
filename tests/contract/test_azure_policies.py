"""Azure Policy as a guard on places: which regions it allows, whether it refuses others, what is left out or exempt, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.known import Known, Reason, Unknown
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Status
from scanner.plugins import load_checks
from scanner.sdk import AllowedRegions
from tests.support.azure import Judged, countries, decls, estate_document, scan, served
from tests.support.azure_template import judged as from_template

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ASSIGNMENTS = "Microsoft.Authorization/policyAssignments"
EXEMPTIONS = "Microsoft.Authorization/policyExemptions"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    with served(estate_document("data_services.json"), tmp_path_factory.mktemp("arm")):
        return scan()


@pytest.fixture(scope="module")
def judged(snapshot: Snapshot) -> Judged:
    return Judged.of(snapshot)


def rule(resource: Resource) -> AllowedRegions:
    got = resource.facts[AllowedRegions]
    assert isinstance(got, Known), got
    assert isinstance(got.value, AllowedRegions)
    return got.value


def test_what_an_assignment_allows_and_whether_it_refuses(judged: Judged) -> None:
    locations = rule(judged.resource("locations"))
    assert (countries(locations.places), locations.enforced, locations.exempt) == (["NL", "IE"], True, ())  # `global` is no place
    assert countries(rule(judged.resource("groups")).places) == ["NL", "US"]
    assert (rule(judged.resource("reporting")).enforced, rule(judged.resource("reporting")).detail) == (False, "its enforcement mode is DoNotEnforce")
    assert (rule(judged.resource("auditing")).enforced, rule(judged.resource("auditing")).detail) == (False, "its effect is audit")
    assert [scope.rsplit("/", 1)[-1] for scope in rule(judged.resource("leaky")).exempt] == ["lab"]


def test_a_list_that_is_not_there_allows_nothing_by_silence(judged: Judged) -> None:
    got = judged.unknown("nolist", AllowedRegions)
    assert (got.reason, "no list" in got.detail) == (Reason.UNPARSABLE, True)


def test_policies_about_other_things_are_no_subject_of_this(judged: Judged) -> None:
    assert AllowedRegions not in judged.resource("naming").facts
    assert AllowedRegions not in judged.resource("unrelated").facts


def test_exemptions(judged: Judged) -> None:
    lasting, endless, ended = (rule(judged.resource(name)) for name in ("lasting", "endless", "ended"))
    assert (lasting.enforced, lasting.detail, lasting.until) == (False, "an exemption (Waiver)", datetime(2027, 6, 1, tzinfo=UTC))
    assert endless.until is None
    assert ended.until == datetime(2026, 1, 1, tzinfo=UTC)
    assert countries(lasting.places) == ["NL", "IE"]


def test_an_exemption_from_what_is_not_seen_is_unknown(judged: Judged) -> None:
    assert judged.unknown("unseen", AllowedRegions).reason is Reason.UNRESOLVED


VERDICTS = {
    "locations": Status.PASS, "groups": Status.FAIL, "reporting": Status.FAIL, "auditing": Status.FAIL, "leaky": Status.FAIL, "nolist": Status.UNKNOWN, "lasting": Status.FAIL,
    "endless": Status.FAIL, "ended": Status.PASS, "unseen": Status.UNKNOWN,
}  # fmt: skip


def test_verdicts(snapshot: Snapshot) -> None:
    found = {v.subject.name: v.status for v in judge(Estate.of(snapshot, decls()), [Question(load_checks()["allowed-regions"])], NOW)}
    assert found == VERDICTS


def test_a_list_that_is_refused_is_a_gap(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document("data_services.json"), tmp_path) as arm:
        arm.set_rules([{"match": "/policyAssignments$", "action": 403}, {"match": "/policyExemptions$", "action": 500}])
        snapshot = scan()
    verdicts = judge(Estate.of(snapshot, decls()), [Question(load_checks()["allowed-regions"])], NOW)
    assert {v.status for v in verdicts} == {Status.UNKNOWN}
    assert {kind for call in snapshot.calls if not call.ok for kind in call.types} == {ASSIGNMENTS, EXEMPTIONS}


def test_exemptions_without_their_assignments_are_unknown(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document("data_services.json"), tmp_path) as arm:
        arm.set_rules([{"match": "/policyAssignments$", "action": 403}])
        judged = Judged.of(scan())
    for name in ("lasting", "unrelated"):
        assert judged.unknown(name, AllowedRegions).reason is Reason.DENIED


def test_the_same_in_a_template(tmp_path: Path) -> None:
    given = [r for r in estate_document("data_services.json")["resources"] if r["type"] in (ASSIGNMENTS, EXEMPTIONS) and "/resourceGroups/" not in r["id"]]
    found = {name: resource for (_, name), resource in from_template(given, tmp_path).items()}
    assert countries(rule(found["locations"]).places) == ["NL", "IE"]
    assert rule(found["reporting"]).enforced is False
    assert rule(found["lasting"]).until == datetime(2027, 6, 1, tzinfo=UTC)
    assert isinstance(found["nolist"].facts[AllowedRegions], Unknown)
    assert AllowedRegions not in found["naming"].facts
