"""Message catalogues: complete, with the same gaps to fill, and nothing that a page asks for is missing."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from pathlib import Path

import pytest

from scanner import plugins
from scanner.data.tables import rows, table
from scanner.errors import advice
from scanner.judge.settle import left_out_words
from scanner.model.facts import FACTS
from scanner.model.known import Reason
from scanner.model.promise import Settled, Settlement
from scanner.model.verdict import Coverage, Gap, Severity, Status
from scanner.plugins import ROOT
from scanner.report.i18n import LANGUAGES, words
from scanner.report.proof import Proof, broken_by
from tests.support.reports import case

OTHERS = LANGUAGES[1:]


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_catalogues_say_the_same(language: str) -> None:
    """Every English message has its translation with the same fields; only titles and countries are extra."""
    english, other = rows("messages/en"), rows(f"messages/{language}")
    assert set(english) <= set(other)
    assert {key for key in set(other) - set(english) if not key.startswith(("check.", "country."))} == set()
    assert {key for key in english if _fields(english[key]) != _fields(other[key])} == set()
    assert all(other[key].strip() for key in other)
    assert table(f"messages/{language}")["language"] == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_model_is_there(language: str) -> None:
    say = words(language)
    for member in (*Status, "waived"):
        assert say(f"status.{member}")
    for key in (*(f"severity.{s}" for s in Severity), *(f"settled.{s}" for s in Settled), *(f"settled.{s}.means" for s in Settled), *(f"reason.{r}" for r in Reason)):
        assert say(key)
    for kind in FACTS:
        assert f"fact.{kind.__name__}" in rows(f"messages/{language}"), "scanner/data/messages: add a word for the new fact"


@pytest.mark.parametrize("language", OTHERS)
def test_titles_and_countries_have_names(language: str) -> None:
    """A check without a title of its own is shown in English, so that a new one needs one file; a title without a check is a slip."""
    known = rows(f"messages/{language}")
    checks = plugins.load_checks()
    titled = {key.removeprefix("check.") for key in known if key.startswith("check.")}
    assert len(titled & set(checks)) >= 30
    assert titled - set(checks) <= {"certificate-revocation", "certificate-served", "threat-detection"}, "no check of this name"
    assert words(language).title("residency", checks) != checks["residency"].title
    assert words(language).title("no-such-check", checks) == "no-such-check"
    seen = {row["country"] for name in ("aws_regions", "azure_regions") for row in rows(name).values() if row["country"]}
    assert {country for country in seen if f"country.{country}" not in known} == set()


def test_every_message_that_the_code_asks_for_exists() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "scanner" / "report").rglob("*.py")))
    english = rows("messages/en")
    asked = set(re.findall(r'say(?:\.count)?\(\s*"(page\.[a-z_.]+)"', source))
    assert len(asked) > 40
    assert {key for key in asked if key not in english and f"{key}.one" not in english} == set()


def test_the_script_of_the_page_knows_its_words() -> None:
    script = (Path(plugins.ROOT) / "scanner" / "report" / "html" / "page.js").read_text(encoding="utf-8")
    source = (Path(plugins.ROOT) / "scanner" / "report" / "html" / "findings.py").read_text(encoding="utf-8")
    asked = {a or b for a, b in re.findall(r'\bW(?:\["([a-z_.]+)"\]|\.([a-z_]+))', script)} - {"language", "facts", "reasons", "status", "severity"}
    given = set(re.findall(r'"([a-z_.]+)"', source[source.index("def _words") :]))
    assert asked <= given, asked - given


def test_languages() -> None:
    assert words("nl-BE").language == "nl"
    assert words("NL").language == "nl"
    assert words("xx").language == words(None).language == "en"
    assert words("en").number(9_999) == "9999"
    assert words("de").number(1_234_567) == "1\u202f234\u202f567"
    assert words("fr").count("page.resources", 0) == "0 ressource évaluée"
    assert words("en").count("page.resources", 0) == "0 resources judged"


@pytest.mark.parametrize("reason", list(Reason))
def test_advice_in_every_language(reason: Reason) -> None:
    """English advice is that of the errors; the others name the same permission."""
    gap = Gap("aws", None, None, "s3", "ListBuckets", reason, "", "s3:ListAllMyBuckets", (), advice=advice(reason, "s3:ListAllMyBuckets"))
    assert words("en").advice(gap) == gap.advice == rows("messages/en")[f"advice.{reason}"].format(permission="s3:ListAllMyBuckets")
    for language in OTHERS:
        told = words(language).advice(gap)
        assert told != gap.advice
        assert ("s3:ListAllMyBuckets" in told) == ("s3:ListAllMyBuckets" in gap.advice)


def _unproven(*missing: str) -> Settlement:
    return Settlement("p", Settled.UNPROVEN, "P.", {}, (), missing)


def test_what_is_missing_is_told_once_for_many() -> None:
    """Against the real settlement of a real estate: every line of the judge is understood, none is lost."""
    made = case(60)
    proof = Proof(made.assessment, made.checks, words("nl"))
    settlement = next(s for s in made.assessment.settlements if s.promise == "data-places")
    told = proof.lines(settlement)
    assert all(line.translated for line in told)
    assert len(told) < len(settlement.missing)
    assert any(line.text.startswith("Gegevens en hun kopieën blijven in de beloofde landen — toegang geweigerd: ") for line in told)


def test_what_breaks_a_promise_is_said_worst_first() -> None:
    made = case(60)
    by_print = {verdict.fingerprint: verdict for verdict in made.assessment.verdicts}
    told = 0
    for settlement in made.assessment.settlements:
        words = broken_by(settlement, by_print)
        worst = {why: min(by_print[one].severity.rank for one in settlement.fails if by_print[one].why == why) for why in words}
        assert [worst[why] for why in words] == sorted(worst.values())
        assert set(words) == {by_print[one].why for one in settlement.fails}
        told += len(set(worst.values())) > 1
    assert told, "no promise is broken by findings of several severities"


def test_other_sentences_of_settlements() -> None:
    excluded = ("aws:111122223333/eu-west-3", "types:all but A, B", "types:all but A, B, C, D")
    judged = replace(case(6).assessment, coverage=Coverage(1, 1, (), excluded))
    lines = (
        "mfa: was left out of this run", "mfa: nothing in scope was looked at", "the scan was stopped before its end", "no check is bound to it and nobody attests it",
        "the attestation by Ann ended on 2026-01-01: renew it", "the attestation by Ann begins on 2027-01-01", "azure was not looked at", "a person has to look at it",
        *(f"{left_out_words(entry)} not looked at" for entry in excluded),
    )  # fmt: skip
    told = Proof(judged, plugins.load_checks(), words("nl")).lines(_unproven(*lines))
    assert [line.text for line in told if not line.translated] == ["a person has to look at it"]
    assert told[0].text == "Wie met een wachtwoord inlogt heeft een tweede factor nodig: is deze keer overgeslagen"
    assert [line.text for line in told[-3:]] == [
        "niet bekeken: aws:111122223333/eu-west-3", "niet bekeken: soorten onderdelen anders dan A, B", "niet bekeken: soorten onderdelen buiten de 4 die zijn gekozen",
    ]  # fmt: skip
    assert all(line.translated for line in Proof(judged, {}, words("en")).lines(_unproven(*lines)))


def test_sentences_of_settlements_are_known() -> None:
    """The sentences that settling promises writes are those that have messages."""
    source = (ROOT / "scanner" / "judge" / "settle.py").read_text(encoding="utf-8")
    for sentence in (
        "nothing in scope was looked at",
        "was left out of this run",
        "was not looked at",
        "the scan was stopped before its end",
        "no check is bound to it and nobody attests it",
        "begins on",
        "ended on",
    ):
        assert sentence in source, "scanner/judge/settle.py says something else now: scanner/report/proof.py has to follow"
