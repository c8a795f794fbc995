"""Every check is complete: words, examples, citation, name; and its examples come out as it says."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import checks
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.judge.registry import Check, Example
from scanner.model.facts import FACTS
from scanner.model.known import Known, Reason, Unknown
from scanner.model.resource import Ref, Resource
from scanner.model.verdict import Verdict
from scanner.plugins import load_checks
from tests.support.cases import cases

CHECKS = load_checks()
FOLDER = Path(checks.__path__[0])
REF = Ref("aws", "AWS::Test::Thing", "111122223333", "eu-west-1", "thing", "thing")
NOW = datetime(2026, 11, 21, tzinfo=UTC)

#: Check ids that others rely on (contract); more may join.
PINNED = {
    "residency", "encryption-at-rest", "encryption-default", "key-custody", "key-rotation", "key-deletion-guard", "transit-encryption",
    "transit-minimum-tls", "tls-versions", "tls-ciphers", "tls-key-exchange", "tls-post-quantum", "tls-attacks", "tls-client-certificate",
    "certificate-validity", "certificate-renewal", "certificate-chain", "certificate-names", "certificate-strength", "backup-enabled",
    "backup-frequency", "backup-retention", "backup-encryption", "public-exposure", "mfa", "stale-access", "root-access", "password-login",
    "audit-logs", "deletion-guard",
}  # fmt: skip

#: Facts that no check asks about, each with the reason.
UNASKED: dict[str, str] = {}


def examples(check: Check[Any]) -> tuple[Example, ...]:
    found: tuple[Example, ...] = importlib.import_module(f"checks.{check.id.replace('-', '_')}").EXAMPLES
    return found


SINGLE = {id: check for id, check in CHECKS.items() if not check.estate}


def ask(check: Check[Any], example: Example) -> tuple[Verdict, ...]:
    """Through the engine, as a scan does. A Reason stands for each of the facts that the check needs."""
    if isinstance(example.fact, Reason):
        facts: dict[type, Known[Any] | Unknown] = {kind: Unknown(example.fact, "example") for kind in check.needs}
    else:
        assert type(example.fact) in check.needs, f"{check.id} has an example about {type(example.fact).__name__}"
        facts = {type(example.fact): Known(example.fact)}
    return judge(Estate((Resource(REF, facts),), (), {}), [Question(check, example.params)], example.now or NOW)


@pytest.mark.parametrize("id", SINGLE)
def test_examples_come_out_as_they_say(id: str) -> None:
    with cases() as case:
        for example in examples(SINGLE[id]):
            with case(example):
                verdicts = ask(SINGLE[id], example)
                assert verdicts
                for verdict in verdicts:
                    assert verdict.status == example.expect, verdict.why
                    assert verdict.reason is not Reason.DEFECT, verdict.why
                    assert verdict.why
                    assert (verdict.reason is not None) == (example.expect == "unknown")


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_a_check_is_complete(id: str) -> None:
    check = CHECKS[id]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id)
    assert (FOLDER / f"{id.replace('-', '_')}.py").is_file()
    assert re.fullmatch(r"[A-Z].*\.", check.title), "the first line is the rule, one sentence"
    assert len(check.section("Why")) > 60
    assert len(check.section("Remedy")) > 40
    assert check.cites
    assert all(len(cite) > 3 for cite in check.cites)
    assert re.fullmatch(r"\d+\.\d+", check.since)


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_a_check_has_examples_of_each_kind(id: str) -> None:
    assert {"pass", "fail", "unknown"} <= {example.expect for example in examples(CHECKS[id])}


@pytest.mark.parametrize("id", sorted(SINGLE))
def test_examples_differ_and_meet_every_fact(id: str) -> None:
    found = examples(SINGLE[id])
    assert len({(repr(e.fact), repr(sorted(e.params.items())), e.now) for e in found}) == len(found)
    known = {type(e.fact) for e in found if not isinstance(e.fact, Reason)}
    assert known == set(SINGLE[id].needs)


@pytest.mark.parametrize("id", sorted(id for id, check in CHECKS.items() if check.params))
def test_parameters_are_explained_frozen_and_have_defaults(id: str) -> None:
    params: Any = CHECKS[id].params
    assert params.__dataclass_params__.frozen
    assert params.__doc__
    assert not params.__doc__.startswith(f"{params.__name__}("), "the docstring that dataclass makes is no explanation"
    CHECKS[id].fill({})


def test_the_promised_ids_are_there() -> None:
    assert set(CHECKS) >= PINNED


def test_every_fact_is_asked_about() -> None:
    asked = {kind.__name__ for check in CHECKS.values() for kind in check.needs}
    names = {kind.__name__ for kind in FACTS}
    assert asked <= names
    assert names - asked == set(UNASKED), "a fact that no check asks about proves nothing: write the check, or excuse it here"


@pytest.mark.parametrize("file", sorted(p.name for p in FOLDER.glob("*.py")))
def test_a_check_imports_the_sdk_and_the_standard_library_only(file: str) -> None:
    tree = ast.parse((FOLDER / file).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = [node.module or "."] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            assert name == "scanner.sdk" or name.split(".")[0] in sys.stdlib_module_names, f"{file} imports {name}"
        calls = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        assert calls not in {"open", "print", "eval", "exec", "__import__"}, f"{file} calls {calls}: checks are pure"


@pytest.mark.parametrize("file", sorted(p.name for p in FOLDER.glob("*.py")))
def test_a_check_never_reads_the_clock(file: str) -> None:
    text = (FOLDER / file).read_text(encoding="utf-8")
    assert not re.search(r"\b(now|utcnow|today|time)\(\)|time\.time", text), f"{file}: time is an argument (Now)"
