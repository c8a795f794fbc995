"""The promise files of two real statements: every claim is answered, none twice, and the checks that they bind exist."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from scanner import plugins
from scanner.judge.assess import assess
from scanner.model.promise import Promise, Settled
from scanner.model.snapshot import Run, Snapshot
from scanner.store.promise_file import load_promises

ROOT = Path(__file__).parents[2]
FILES = {"care-technology.toml": 38, "it-service-provider.toml": 24}
CLAIM = re.compile(r"^#\s+(\d+)  (\S.*?)\s+-> ([a-z0-9-]+)$", re.M)


def promises(name: str) -> tuple[Promise, ...]:
    return load_promises(ROOT / "fixtures" / "promises" / name, plugins.load_checks())


@pytest.mark.parametrize(("name", "count"), FILES.items())
def test_every_claim_of_the_statement_is_answered(name: str, count: int) -> None:
    table = CLAIM.findall((ROOT / "fixtures" / "promises" / name).read_text(encoding="utf-8"))
    assert [int(number) for number, _, _ in table] == list(range(1, count + 1))
    assert [answer for _, _, answer in table] == [promise.id for promise in promises(name)]


@pytest.mark.parametrize("name", FILES)
def test_texts_are_whole_and_dutch(name: str) -> None:
    for promise in promises(name):
        assert promise.language in ("nl", "nl-BE")
        assert promise.text.endswith(".")
        assert promise.url
        assert promise.said == date(2026, 1, 15)


@pytest.mark.parametrize("name", FILES)
def test_attestations_are_examples_that_end_in_2027(name: str) -> None:
    attested = [promise.attested for promise in promises(name) if promise.attested]
    assert attested
    assert all(a.until.year == 2027 and a.on.year == 2026 for a in attested)
    persons = {"directie", "zaakvoerder", "beheerder", "systeembeheer", "hoofd ontwikkeling", "hoofd servicedesk", "personeelszaken", "beveiligingsteam", "productmanager",
               "functionaris gegevensbescherming"}  # fmt: skip
    assert {a.by for a in attested} <= persons, "roles, never names of people"


def test_claims_that_a_check_can_answer_are_bound() -> None:
    bound = {p.id: {bind.check for bind in p.binds} for name in FILES for p in promises(name)}
    assert bound["data-places"] == {"residency"}
    assert bound["encryption-at-rest"] == {"encryption-at-rest"}
    assert bound["daily-backups"] == {"backup-enabled", "backup-frequency"}
    assert bound["two-factor"] == {"mfa", "root-access"}
    assert bound["certificates-renewed"] == {"certificate-validity", "certificate-renewal"}
    assert bound["backups-aes-256"] == {"backup-encryption"}
    assert bound["client-certificates"] == {"tls-client-certificate"}
    assert "tls-versions" in bound["encryption-in-transit"] & bound["customers-over-tls"]


def test_the_places_are_those_of_the_statement() -> None:
    (places,) = (p for p in promises("care-technology.toml") if p.id == "data-places")
    assert places.binds[0].params == {"countries": ["DE", "IE", "NL"]}
    assert places.scope == ("aws", "azure")


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_kept_when_nothing_was_looked_at(name: str) -> None:
    snapshot = Snapshot.of(Run("2026-11-21T10:00:00Z", "0.1.0"), (), ())
    loaded = promises(name)

    def settled_on(day: datetime) -> dict[str, Settled]:
        return {s.promise: s.status for s in assess(snapshot, plugins.load_types(), plugins.load_checks(), loaded, day).settlements}

    settled = settled_on(datetime(2026, 11, 21, tzinfo=UTC))
    for promise in loaded:
        only_attested = promise.attested and not promise.binds and not promise.needs
        assert settled[promise.id] is (Settled.ATTESTED if only_attested else Settled.UNPROVEN)
    assert set(settled_on(datetime(2028, 1, 1, tzinfo=UTC)).values()) == {Settled.UNPROVEN}, "an attestation that ended proves nothing"


def test_the_examples_of_the_manual_load(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "promises.md").read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 8
    ids = []
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.toml"
        path.write_text(block, encoding="utf-8")
        ids += [promise.id for promise in load_promises(path, plugins.load_checks())]
    whole = tmp_path / "all.toml"
    whole.write_text("\n".join(blocks), encoding="utf-8")
    assert [promise.id for promise in load_promises(whole, plugins.load_checks())] == ids


def test_the_manual_names_every_key() -> None:
    text = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    for word in ("id", "text", "url", "said", "scope", "binds", "attested", "needs", "language", "title", "types", "facts"):
        assert f"`{word}`" in text
    for status in Settled:
        assert f"**{status.value}**" in text
