"""What checks and engine say can be said in every language: each template has its translation, with the same fields."""

from __future__ import annotations

import ast
import pickle
import string
from datetime import datetime
from pathlib import Path

import pytest

from scanner.data.tables import rows, table
from scanner.model.said import Said, listed, say, term
from scanner.plugins import ROOT, load_checks
from scanner.report import console, json, markdown
from scanner.report.console import Style
from scanner.report.i18n import LANGUAGES, words
from tests.meta.test_checks import SINGLE, ask, examples
from tests.support.reports import case

OTHERS = LANGUAGES[1:]
ENGINE = ("scanner/judge", "scanner/declare", "scanner/model")
ANSWERS = {"passes": 0, "fails": 0, "unsure": 1}


def files() -> list[Path]:
    return [path for folder in ("checks", *ENGINE) for path in sorted((ROOT / folder).rglob("*.py"))]


def calls(path: Path, *names: str) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names]


def templates() -> dict[str, str]:
    """Every template of the code, with a place where it stands."""
    found: dict[str, str] = {}
    for path in files():
        for call in calls(path, "say"):
            assert isinstance(call.args[0], ast.Constant), f"{path.name}:{call.lineno}: the template of say() stands in the call, so that it can be translated"
            found[str(call.args[0].value)] = f"{path.name}:{call.lineno}"
    return found


def fields(template: str) -> set[tuple[str, str, str]]:
    """Name, format and conversion of each field."""
    return {(name, spec or "", conversion or "") for _, name, spec, conversion in string.Formatter().parse(template) if name is not None}


TEMPLATES = templates()


def test_templates_are_found() -> None:
    assert len(TEMPLATES) > 150
    assert "not seen: {look}" in TEMPLATES


@pytest.mark.parametrize("language", OTHERS)
def test_every_template_is_translated_with_the_same_fields(language: str) -> None:
    told = rows(f"messages/why/{language}")
    assert {f"{TEMPLATES[t]}: {t}" for t in TEMPLATES if t not in told} == set(), f"scanner/data/messages/why/{language}.json: add it"
    assert {t for t in told if fields(t) != fields(told[t])} == set()
    assert all(told[t].strip() for t in told)
    assert table(f"messages/why/{language}")["language"] == language


def test_translations_of_nothing_are_not_kept() -> None:
    """What is in the tables without a template is a term, a word without fields; and all tables hold the same."""
    tables = [set(rows(f"messages/why/{language}")) for language in OTHERS]
    assert all(keys == tables[0] for keys in tables)
    assert {key for key in tables[0] - set(TEMPLATES) if fields(key)} == set(), "no such template any more"


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in files()])
def test_fields_are_given_by_name_and_answers_are_templates(path: Path) -> None:
    for call in calls(path, "say"):
        assert len(call.args) == 1
        template = call.args[0]
        assert isinstance(template, ast.Constant)
        assert {key.arg for key in call.keywords} == {name for name, _, _ in fields(str(template.value))}, f"{path.name}:{call.lineno}"
    if path.parent.name == "checks":
        for call in calls(path, *ANSWERS):
            assert isinstance(call.func, ast.Name)
            why = call.args[ANSWERS[call.func.id]]
            assert not isinstance(why, (ast.JoinedStr, ast.BinOp, ast.Constant)), f"{path.name}:{call.lineno}: say(…), so that reports can translate it"


@pytest.mark.parametrize("id", sorted(SINGLE))
def test_every_answer_of_every_example_is_spoken(id: str) -> None:
    for example in examples(SINGLE[id]):
        for verdict in ask(SINGLE[id], example):
            if verdict.why != "example":
                for language in OTHERS:
                    told = words(language).why(verdict.why)
                    assert words(language).speaks(verdict.why), verdict.why
                    assert "{" not in told


def test_a_sentence_is_its_english_text() -> None:
    inner = listed([say("with subdomains"), term("Ireland", "country.IE"), "x"], "; ")
    said = say("{name}: {found}", name="{name}", found=inner)
    assert said == "{name}: with subdomains; Ireland; x"
    assert hash(said) == hash(str(said))
    assert words("nl").why(said) == "{name}: met subdomeinen; Ierland; x"
    assert words("en").why(said) == str(said)
    again = pickle.loads(pickle.dumps(said))
    assert isinstance(again, Said)
    assert words("de").why(again) == words("de").why(said)


def test_what_has_no_translation_stays_english() -> None:
    assert words("nl").why(say("{n} of mine", n=1)) == "1 of mine"
    assert not words("nl").speaks(say("{n} of mine", n=1))
    assert not words("nl").speaks("plain words of a foreign check")
    assert words("en").speaks("plain words of a foreign check")
    assert words("nl").why(say("{name}: {detail}", name="a", detail=term("never heard of"))) == "a: never heard of"


def test_formats_of_fields_hold_in_every_language() -> None:
    said = say("{name}: last restorable is {last:%Y-%m-%d %H:%M} UTC, more than {hours:g} hours ago", name="db", last=datetime(2026, 11, 20, 9, 5), hours=24.0)
    assert words("nl").why(said) == "db: het laatste dat te herstellen is stamt van 2026-11-20 09:05 UTC, meer dan 24 uur geleden"


def test_people_read_their_language_and_machines_english() -> None:
    made = case(60)
    english, machine = console.render(made.assessment, made.checks, Style()), json.render(made.assessment)
    dutch = console.render(made.assessment, made.checks, Style(width=140, verbose=True), "nl-BE")
    assert console.render(made.assessment, made.checks, Style(), "en") == english
    assert "vol-00030 bewaart gegevens onversleuteld" in dutch
    assert "vol-00030 stores data unencrypted" not in dutch
    assert "vol-00030 bewaart gegevens onversleuteld" in markdown.render(made.assessment, made.checks, "nl")
    assert "vol-00030 stores data unencrypted" in english + machine
    assert "onversleuteld" not in machine
    for word in ("BELOFTEN", "BEVINDINGEN", "NIET BEKEND", "WAT NIET TE ZIEN WAS", "CONTROLES"):
        assert word in dutch
    for word in ("FINDINGS", "asked", " more", " BROKEN", "severity", "promised is"):
        assert word not in dutch


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_console_speaks_every_language(language: str) -> None:
    shown = console.render(case(60).assessment, load_checks(), Style(verbose=True), language)
    assert "{" not in shown.replace("\\u{", "")
