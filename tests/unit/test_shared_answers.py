"""Resources that share a fact are asked about once: each answer is the one that it would have got by itself."""

from __future__ import annotations

import ast
import inspect
import pickle
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner import plugins
from scanner.judge.answers import said, said_of_all
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.judge.order import in_order
from scanner.judge.registry import Check, Example, check
from scanner.model.facts import OFF, ON, AtRest
from scanner.model.known import Known, Origin, Reason, Source
from scanner.model.resource import Ref, Resource
from scanner.model.said import Said, blank_form, listed, say
from scanner.model.verdict import Outcome, Severity, Status, Verdict, fails, passes

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CHECKS = [one for one in plugins.load_checks().values() if not one.estate]
NAMES = ("a", "test.prod-1", "x" * 90, "é {name} %s", "Öl\u202e", "1")


def thing(name: str, facts: dict[type, Known[Any]], lower: int = 0) -> Resource:
    return Resource(Ref("aws", "AWS::S3::Bucket", "", "eu-central-1", f"t.yaml#{name}", name), facts, {}, "cloudformation", False, (), lower)


def examples(one: Check[Any]) -> list[Example]:
    return [example for example in inspect.getmodule(one.body).EXAMPLES if not isinstance(example.fact, Reason)]  # type: ignore[union-attr]


def words(text: str) -> object:
    """A text with all that a translation of it is made of."""
    return (
        (str(text), text.template, text.separator, {key: words(str(value) if not isinstance(value, Said) else value) for key, value in text.values.items()})
        if isinstance(text, Said)
        else text
    )


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.id)
def test_answers_of_our_checks_are_those_of_each(one: Check[Any]) -> None:
    formed = 0
    for example in examples(one):
        ask = one.asking(one.fill(example.params), example.now or NOW)
        known = Known(example.fact)
        shared = said_of_all(one, ask, known, thing("first", {type(example.fact): known}))
        if shared is None:
            continue
        outcome, form = shared
        formed += 1
        for name in NAMES:
            alone = said(ask, thing(name, {type(example.fact): known}), known)
            assert (outcome.status, outcome.reason, outcome.severity) == (alone.status, alone.reason, alone.severity)
            assert words(outcome.why if form is None else form(name)) == words(alone.why)
    assert formed == len(examples(one)), "what it says of a name is no value of a sentence"


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.id)
def test_our_checks_read_nothing_of_a_resource_but_its_name(one: Check[Any]) -> None:
    """`Check.ours` says so. The name goes into sentences, and into functions that make them: never into a condition."""
    (function,) = [node for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(one.body)))) if isinstance(node, ast.FunctionDef) and node.name == one.body.__name__]  # type: ignore[arg-type]
    first = function.args.args[0].arg
    read = [ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Attribute) and ast.unparse(node).startswith(f"{first}.")]
    assert set(read) <= {f"{first}.ref", f"{first}.ref.name", f"{first}.ref.label"}
    handed = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == first]
    assert len(handed) == read.count(f"{first}.ref"), "the resource itself is handed on"
    asked = [part for node in ast.walk(function) if isinstance(node, (ast.If, ast.IfExp, ast.Compare, ast.Subscript)) for part in ast.walk(getattr(node, "test", node))]
    assert not [part for part in asked if isinstance(part, ast.Attribute) and ast.unparse(part).startswith(f"{first}.ref")]


@check(id="named", needs=AtRest, severity=Severity.LOW, since="0.1", cites=("x",))
def named(res: Resource, rest: AtRest) -> Outcome:
    """Looks at the name, as checks of others may."""
    return passes("of a test") if res.ref.name.startswith("test") else fails(say("{name} is not", name=res.ref.name))


def test_a_check_of_others_is_asked_about_each() -> None:
    facts: dict[type, Known[Any]] = {AtRest: Known(AtRest(ON), (Source(Origin.TEMPLATE, "P", True, None, "t.yaml", 3),))}
    estate = Estate((thing("prod", facts), thing("test", facts, 4)), (), {})
    found = {v.subject.name: (v.status, v.why, v.evidence[0].line) for v in judge(estate, [Question(named)], NOW)}
    assert found == {"prod": (Status.FAIL, "prod is not", 3), "test": (Status.PASS, "of a test", 7)}


def test_a_check_that_breaks_is_asked_about_each() -> None:
    ours = plugins.load_checks()["encryption-at-rest"]
    broken = replace(ours, body=_breaks, params=None)
    facts: dict[type, Known[Any]] = {AtRest: Known(AtRest(OFF))}
    found = {v.why for v in judge(Estate((thing("a", facts), thing("b", facts)), (), {}), [Question(broken)], NOW)}
    assert found == {f"the check itself failed: ValueError: {name}" for name in "ab"}


def _breaks(res: Resource, rest: AtRest) -> Outcome:
    raise ValueError(res.ref.name)


_breaks.__module__ = "checks.breaks"


@pytest.mark.parametrize(
    "made",
    [
        lambda name: f"{name} is open",
        lambda name: say("{name:>9} is open", name=name),
        lambda name: say("{what} is open", what=f"of {name}"),
        lambda name: say("{what} is open", what=[name]),
    ],
)
def test_a_name_that_is_no_value_of_its_own_has_no_form(made: Callable[[str], str]) -> None:
    assert blank_form(made("⟦name⟧"), "⟦name⟧") is None


def test_a_form_says_it_of_every_name() -> None:
    def made(name: str) -> Said:
        return say("{all}: {name} holds {n:.1f}, {name} has {what}", all=listed(["x", say("of {other}", other=name), name]), name=name, n=2.25, what="{name}")

    form = blank_form(made("⟦name⟧"), "⟦name⟧")
    assert form is not None
    for name in NAMES:
        assert words(form(name)) == words(made(name))


def test_numbers_put_verdicts_where_their_keys_do() -> None:
    pick = random.Random(7)
    verdicts = []
    for n in range(600):
        ref = Ref(pick.choice(("aws", "azure")), pick.choice("AB"), pick.choice(("", "1")), pick.choice("xy"), pick.choice("pqr"), pick.choice("pqr"))
        verdicts.append(
            Verdict(pick.choice(("one", "two-b")), {"n": n}, ref, pick.choice(("AtRest", "Home", "Transit")), pick.choice(list(Status)), "", pick.choice(list(Severity)))
        )
    assert list(in_order(verdicts)) == sorted(verdicts, key=lambda v: (v.sort_key, v.fingerprint))


def test_a_sentence_that_is_said_when_it_is_read_is_one_from_the_start() -> None:
    ours = plugins.load_checks()["encryption-at-rest"]
    facts: dict[type, Known[Any]] = {AtRest: Known(AtRest(ON), (Source(Origin.TEMPLATE, "P", True, None, "t.yaml", 3),))}

    def judged() -> tuple[Verdict, ...]:
        return judge(Estate((thing("a", facts), thing("b", facts, 4)), (), {}), [Question(ours)], NOW)

    assert judged() == judged()
    assert [pickle.loads(pickle.dumps(one)) for one in judged()] == list(judged())
    assert [repr(one) for one in judged()] == [repr(replace(one, why=one.why)) for one in judged()]
    moved = [one.with_evidence(()) for one in judged()]
    assert moved == [replace(one, evidence=()) for one in judged()]
    assert all(isinstance(one.why, Said) and one.why is one.why and one.subject.name in one.why for one in moved)
