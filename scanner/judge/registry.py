"""Checks: how one is written, and where it is found.

A check is one function in one file of `checks/`; the file name (with dashes) is its id, its docstring the manual
page, its EXAMPLES tests and documentation.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any, Generic, TypeVar, get_type_hints

from scanner.model.known import Json, Reason
from scanner.model.record import dataclass
from scanner.model.resource import Resource
from scanner.model.verdict import Outcome, Severity

Body = TypeVar("Body", bound=Callable[..., Any])


class CheckError(Exception):
    """A check that cannot be used as it is written; found when it is loaded."""


class ParamError(ValueError):
    """A parameter that the check does not have, or a value that it cannot take."""


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of judging; a check that needs it takes a parameter of this type."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Example:
    """A fact and the answer that the check has to give for it."""

    fact: Any
    """An instance of the fact, or a Reason for an unknown one."""
    expect: str
    """pass, fail or unknown."""
    params: Mapping[str, Json]
    name: str
    now: datetime | None


def good(fact: object, /, *, name: str = "thing", now: datetime | None = None, **params: Json) -> Example:
    """An example that passes."""
    return Example(fact, "pass", params, name, now)


def bad(fact: object, /, *, name: str = "thing", now: datetime | None = None, **params: Json) -> Example:
    """An example that fails."""
    return Example(fact, "fail", params, name, now)


def unsure_of(fact: object, /, *, name: str = "thing", now: datetime | None = None, **params: Json) -> Example:
    """An example that cannot be answered: a fact that does not say enough, or the Reason why there is none."""
    return Example(fact, "unknown", params, name, now)


@dataclass(frozen=True)
class Check(Generic[Body]):
    """A registered check."""

    id: str
    needs: tuple[type, ...]
    severity: Severity
    since: str
    cites: tuple[str, ...]
    body: Body
    params: type | None
    wants_now: bool
    estate: bool = False
    """Asked once for the whole estate instead of once for each resource."""
    by_request: bool = False
    """Asked only where it is named: on the command line, or by a promise."""

    @property
    def doc(self) -> str:
        return inspect.cleandoc(self.body.__doc__ or "")

    @property
    def ours(self) -> bool:
        """One of Houvast's own: of a resource it reads nothing but its fact and its name, and the name only to say it (a test sees to that)."""
        return str(self.body.__module__).startswith("checks.")

    @property
    def title(self) -> str:
        """First line of the docstring."""
        return self.doc.split("\n", 1)[0]

    def section(self, heading: str) -> str:
        """Text under `Why:` or `Remedy:`."""
        match = re.search(rf"^{heading}:\s*(.*?)(?=^(?:Why|Remedy):|\Z)", self.doc, re.M | re.S)
        return re.sub(r"\s*\n\s*", " ", match[1]).strip() if match else ""

    def fill(self, given: Mapping[str, Json]) -> Any:
        """The parameters as the check's own dataclass. Raises ParamError naming what is wrong."""
        if self.params is None:
            if given:
                raise ParamError(f"{self.id} takes no parameters, found {', '.join(sorted(given))}")
            return None
        known = {f.name: f for f in fields(self.params)}
        for name in given:
            if name not in known:
                raise ParamError(f"{self.id} has no parameter {name!r}; it has {', '.join(sorted(known))}")
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
        hints = get_type_hints(self.params)
        for name, value in values.items():
            if not _fits(value, hints[name]):
                raise ParamError(f"{self.id}: {name} = {given[name]!r} is not {_say(hints[name])}")
        lacking = [n for n, f in known.items() if n not in values and f.default is MISSING and f.default_factory is MISSING]
        if lacking:
            raise ParamError(f"{self.id} needs {', '.join(lacking)}")
        try:
            return self.params(**values)
        except (ValueError, KeyError) as error:
            raise ParamError(f"{self.id}: {error}") from error

    def ask(self, resource: Resource, fact: object, params: object, now: datetime) -> Outcome:
        """The check's answer about one known fact."""
        outcome: Outcome = self.asking(params, now)(resource, fact)
        return outcome

    def asking(self, params: object, now: datetime) -> Callable[[Resource, Any], Any]:
        """The check with all that is the same for every resource."""
        body, rest = self.body, [*([params] if self.params is not None else []), *([Now(now)] if self.wants_now else [])]
        return (lambda resource, fact: body(resource, fact, *rest)) if rest else body


def _fits(value: object, hint: object) -> bool:
    text = str(hint)
    if "tuple[str" in text:
        return isinstance(value, tuple) and all(isinstance(v, str) for v in value)
    if hint is bool:
        return isinstance(value, bool)
    if hint in (int, float) or text in ("int | None", "float | None"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str) if hint is str or text == "str | None" else True


def _say(hint: object) -> str:
    return {"<class 'str'>": "text", "<class 'int'>": "a whole number", "<class 'float'>": "a number", "<class 'bool'>": "true or false"}.get(
        str(hint), "a list of text" if "tuple" in str(hint) else str(hint)
    )


def check(
    *, id: str, needs: type | tuple[type, ...], severity: Severity, since: str, cites: tuple[str, ...], params: type | None = None, estate: bool = False, by_request: bool = False
) -> Callable[[Body], Check[Body]]:
    """Make a check of a function `(resource, fact[, params][, now]) -> Outcome`. With several facts in `needs`
    it is asked about each of them separately, so that one refused call hides one answer and no more."""

    def make(body: Body) -> Check[Body]:
        hints = get_type_hints(body)
        return Check(id, needs if isinstance(needs, tuple) else (needs,), severity, since, cites, body, params, Now in hints.values(), estate, by_request)

    return make


def estate_check(
    *, id: str, needs: tuple[type, ...], severity: Severity, since: str, cites: tuple[str, ...], params: type | None = None, by_request: bool = False
) -> Callable[[Body], Check[Body]]:
    """Make a check of a function `(estate[, params][, now]) -> Iterable[(Resource, Outcome, fact name)]` that sees
    every resource at once. It must answer unknown where what it reads is incomplete: `estate.gaps(...)`."""
    return check(id=id, needs=needs, severity=severity, since=since, cites=cites, params=params, estate=True, by_request=by_request)


__all__ = ["Check", "CheckError", "Example", "Now", "ParamError", "Reason", "bad", "check", "estate_check", "good", "unsure_of"]
