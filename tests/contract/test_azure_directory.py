"""The directory through Microsoft Graph: who signs in with a second factor, by what is demanded and not by what is registered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.demo.arm import ArmReplay
from scanner.judge.engine import Question, judge
from scanner.judge.estate import coverage
from scanner.model.known import Reason
from scanner.model.place import Confidence
from scanner.model.snapshot import Snapshot
from scanner.model.verdict import Status
from scanner.plugins import load_checks
from scanner.sdk import Credential, Home, SignIn
from tests.support.azure import OPTIONS, Judged, estate_document, scan, served
from tests.support.azure_directory import BREAK_GLASS, IDS, PEOPLE, STAFF, directory, policy

TENANT = estate_document()["tenants"][0]["tenantId"]
ONLY = replace(OPTIONS, types=frozenset({"Microsoft.Graph/users"}))
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def arm(scrubbed_environment: None, tmp_path: Path) -> Iterator[ArmReplay]:
    with served({**estate_document(), "directory": directory()}, tmp_path) as served_arm:
        yield served_arm


def given(arm: ArmReplay, **changed: Any) -> None:
    document: Any = arm.core.estate.document
    document["directory"] = directory(**changed)


def factor(snapshot: Snapshot, name: str) -> bool | Reason:
    """Whether a user has to show a second factor, or why that is not known."""
    got = Judged.of(snapshot).resource(f"{name}@voorbeeld.example").facts[SignIn]
    value = getattr(got, "value", None)
    return value.mfa if value is not None else got.reason  # type: ignore[union-attr]


def test_each_user_row_by_row(arm: ArmReplay) -> None:
    snapshot = scan(ONLY, "entra")
    assert [call for call in snapshot.calls if not call.ok] == []
    for name, (enabled, _, _, expected) in PEOPLE.items():
        if enabled:
            assert factor(snapshot, name) == (Reason.UNPARSABLE if expected is None else expected), name
    assert Judged.of(snapshot).known("off@voorbeeld.example", SignIn) == SignIn(password_login=False, mfa=True)
    assert {doc.ref.account for doc in snapshot.documents} == {TENANT}


ALL = [name for name, (enabled, _, registered, _) in PEOPLE.items() if enabled and registered]
DEMANDS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("security defaults", {"securityDefaults": {"isEnabled": True}, "policies": []}, ALL),
    ("nothing", {"policies": []}, []),
    ("reports only", {"policies": [policy("p", state="enabledForReportingButNotEnforced")]}, []),
    ("switched off", {"policies": [policy("p", state="disabled")]}, []),
    ("one of two controls", {"policies": [policy("p", controls=("mfa", "compliantDevice"))]}, []),
    ("both controls", {"policies": [policy("p", controls=("mfa", "compliantDevice"), operator="AND")]}, ALL),
    ("some applications", {"policies": [policy("p", applications={"includeApplications": ["Office365"], "excludeApplications": []})]}, []),
    ("one application left out", {"policies": [policy("p", applications={"includeApplications": ["All"], "excludeApplications": ["x"]})]}, []),
    ("trusted networks left out", {"policies": [policy("p", locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]})]}, []),
    ("all networks", {"policies": [policy("p", locations={"includeLocations": ["All"], "excludeLocations": []})]}, ALL),
    ("old clients only", {"policies": [policy("p", clientAppTypes=["exchangeActiveSync", "other"])]}, []),
    ("modern clients", {"policies": [policy("p", clientAppTypes=["browser", "mobileAppsAndDesktopClients"])]}, ALL),
    ("risky sign-ins only", {"policies": [policy("p", signInRiskLevels=["high"])]}, []),
    ("some devices", {"policies": [policy("p", devices={"deviceFilter": {"mode": "exclude", "rule": "x"}})]}, []),
    ("one group", {"policies": [policy("p", users={"includeUsers": [], "includeGroups": [STAFF]})]}, ["eve"]),
    ("administrators only", {"policies": [policy("p", users={"includeUsers": [], "includeRoles": ["admin"]})]}, []),
    ("one by name", {"policies": [policy("p", users={"includeUsers": [IDS["ann"]]})]}, ["ann"]),
    ("guests", {"policies": [policy("p", users={"includeUsers": ["GuestsOrExternalUsers"]})]}, ["gil"]),
    ("guests left out", {"policies": [policy("p", users={"excludeUsers": ["GuestsOrExternalUsers"]})]}, [name for name in ALL if name != "gil"]),
    ("a group left out", {"policies": [policy("p", users={"excludeGroups": [BREAK_GLASS]})]}, [name for name in ALL if name != "gus"]),
    ("two policies, each with a gap", {"policies": [policy("p", users={"excludeUsers": [IDS["eve"]]}), policy("q", users={"excludeUsers": [IDS["ann"]]})]}, ALL),
]


@pytest.mark.parametrize(("changed", "expected"), [row[1:] for row in DEMANDS], ids=[row[0] for row in DEMANDS])
def test_what_enforces(arm: ArmReplay, changed: dict[str, Any], expected: list[str]) -> None:
    given(arm, **changed)
    snapshot = scan(ONLY, "entra")
    assert [name for name in ALL if factor(snapshot, name) is True] == expected
    assert factor(snapshot, "bob") is False  # whoever knows the password may register a factor first


def test_a_strength_that_demands_two_factors_is_one(arm: ArmReplay) -> None:
    strong, weak = policy("p", controls=()), policy("q", controls=())
    strong["grantControls"]["authenticationStrength"] = {"id": "x", "requirementsSatisfied": "mfa"}
    weak["grantControls"]["authenticationStrength"] = {"id": "y", "requirementsSatisfied": "none"}
    for rule, expected in ((strong, True), (weak, False)):
        given(arm, policies=[rule])
        assert factor(scan(ONLY, "entra"), "ann") is expected


def test_roles_that_are_left_out_leave_it_open(arm: ArmReplay) -> None:
    given(arm, policies=[policy("p", users={"excludeRoles": ["admin"]})])
    assert factor(scan(ONLY, "entra"), "ann") is Reason.UNSUPPORTED


REFUSED = [
    ("User.Read.All", "Microsoft.Graph/users"),
    ("Application.Read.All", "Microsoft.Graph/applications/passwordCredentials"),
    ("Organization.Read.All", "Microsoft.Graph/organization"),
]


@pytest.mark.parametrize(("missing", "hidden"), REFUSED)
def test_a_list_that_is_refused_is_a_gap_that_names_the_permission(arm: ArmReplay, missing: str, hidden: str) -> None:
    others = ["User.Read.All", "Application.Read.All", "Organization.Read.All", "Policy.Read.All", "AuditLog.Read.All", "GroupMember.Read.All"]
    given(arm, permissions=[one for one in others if one != missing])
    gaps = coverage(scan(OPTIONS, "entra")).gaps
    assert {(gap.reason, gap.permission) for gap in gaps} == {(Reason.DENIED, missing)}
    assert hidden in {kind for gap in gaps for kind in gap.types}


@pytest.mark.parametrize(("missing", "known"), [("Policy.Read.All", []), ("AuditLog.Read.All", ["eve", "gus"]), ("GroupMember.Read.All", [])])
def test_a_read_that_is_refused_makes_nobody_safe(arm: ArmReplay, missing: str, known: list[str]) -> None:
    """Without the report those whom nothing protects are known all the same; nobody counts as protected."""
    given(arm, permissions=[one for one in ("User.Read.All", "Policy.Read.All", "AuditLog.Read.All", "GroupMember.Read.All") if one != missing])
    snapshot = scan(ONLY, "entra")
    assert {call.permission for call in snapshot.calls if not call.ok} == {missing}
    assert [name for name in ALL if factor(snapshot, name) is False] == known
    assert {factor(snapshot, name) for name in ALL if name not in known} == {Reason.DENIED}


def test_a_tenant_without_the_licence_says_so(arm: ArmReplay) -> None:
    given(arm, premium=False, securityDefaults={"isEnabled": True}, policies=[])
    snapshot = scan(ONLY, "entra")
    failed = [call for call in snapshot.calls if not call.ok]
    assert [call.code for call in failed] == ["Authentication_RequestFromNonPremiumTenantOrB2CTenant"]
    assert "no licence" in failed[0].detail
    assert factor(snapshot, "ann") is Reason.DENIED


def test_pages_of_the_directory_are_followed(arm: ArmReplay) -> None:
    many = [{"id": f"u{n}", "userPrincipalName": f"u{n}@voorbeeld.example", "accountEnabled": True, "userType": "Member"} for n in range(1100)]
    given(arm, users=many, registration=[{"id": f"u{n}", "isMfaRegistered": n % 2 == 0} for n in range(1100)])
    snapshot = scan(ONLY, "entra")
    assert len(snapshot.documents) == 1100
    judged = Judged.of(snapshot)
    assert [judged.known(f"{name}@voorbeeld.example", SignIn).mfa for name in ("u1098", "u1099")] == [True, False]
    assert max(call.pages for call in snapshot.calls) >= 2


def test_a_busy_graph_is_waited_for(arm: ArmReplay) -> None:
    arm.set_rules([{"match": "/v1.0/", "action": 429, "retry_after": 0.02, "every": 2}])
    assert [call for call in scan(replace(ONLY, retries=6), "entra").calls if not call.ok] == []


def test_credentials_of_programs(arm: ArmReplay) -> None:
    judged = Judged.of(scan(OPTIONS, "entra"))
    ends = {r.ref.name: judged.known(r.ref.name, Credential) for r in judged.estate.resources if Credential in r.facts}
    assert {name: (one.kind, one.not_after.year) for name, one in ends.items()} == {
        "deploy/ci": ("secret", 2027), "deploy/old": ("secret", 2299), "deploy/CN=job": ("certificate", 2025), "sso/CN=SSO": ("certificate", 2027),
    }  # fmt: skip
    verdicts = judge(judged.estate, [Question(load_checks()["credential-expiry"])], NOW)
    assert {v.subject.name for v in verdicts if v.status is Status.PASS} == {"deploy/ci"}
    assert {v.subject.name for v in verdicts if v.status is Status.FAIL} == {"deploy/old", "deploy/CN=job", "sso/CN=SSO"}


def test_no_secret_reaches_the_snapshot(arm: ArmReplay) -> None:
    assert all(word not in str(doc.body) for doc in scan(OPTIONS, "entra").documents for word in ("hint", "secretText", "a1b"))


def test_the_place_of_a_directory_is_no_country(arm: ArmReplay) -> None:
    place = Judged.of(scan(OPTIONS, "entra")).known("Voorbeeld BV", Home).place
    assert (place.country, place.confidence) == (None, Confidence.UNDETERMINED)
    assert "country is NL" in place.detail


def test_a_subscription_as_target_holds_no_directory(arm: ArmReplay) -> None:
    """A promise speaks of what the targets hold: one about two-factor sign-in then finds nothing, and is unproven."""
    snapshot = scan(OPTIONS, "Production")
    assert snapshot.run.excluded == ()
    assert not Judged.of(snapshot).estate.with_fact(SignIn)
    assert not [path for _, path in arm.core.tally.paths if path.startswith("/v1.0/")]


def test_the_directory_alone_asks_nothing_of_resource_manager(arm: ArmReplay) -> None:
    scan(OPTIONS, "entra")
    assert arm.core.tally.reads == []
