"""The promise file: TOML in, promises out; whatever is wrong with it is said with its line and remedy.

A file that cannot be used is an error (exit 2), never a broken promise and never one promise less.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from scanner.errors import InvalidFile
from scanner.judge.registry import Check, ParamError
from scanner.model.known import Json
from scanner.model.later import pattern
from scanner.model.promise import Attestation, Bind, Promise
from scanner.model.severity import Severity
from scanner.store.scope_words import SCOPES, Environments, environments_of, scope_words
from scanner.store.toml_file import TomlFile, Where, nearest, read_toml

_FILE = ("environments", "language", "promise", "said", "title", "url")
_PROMISE = ("attested", "binds", "id", "language", "needs", "said", "scope", "severity", "text", "url")
_ATTESTED = ("by", "document", "on", "until")
_REMINDERS = ("remind", "remind_days")
_RESERVED = ("check", "facts", "types")
"""Keys of a bind that are no parameters of its check."""
_ID = pattern(r"[a-z0-9][a-z0-9-]{0,79}\Z")
_LANGUAGE = pattern(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_TYPE = pattern(r"[A-Za-z0-9*?]+(?:\.[A-Za-z0-9*?]+)*(?:(?:::|/)[A-Za-z0-9*?_-]+)*\Z")
_DAY = "write a date without quotes: 2027-06-30"


def load_promises(path: Path, checks: Mapping[str, Check[Any]], environments: Environments | None = None) -> tuple[Promise, ...]:
    """The promises of a file, in its order; `environments` are those of houvast.toml, beside which the file's own go first.
    Raises InvalidFile naming file, line and remedy."""
    file = read_toml(path, "a promise file with [[promise]] entries")
    file.only((), file.values, _FILE, "a promise file")
    given = file.values.get("promise")
    if not isinstance(given, list) or not given or not all(isinstance(item, dict) for item in given):
        file.wrong(("promise",), "holds no promises", "write at least one [[promise]] with id and text")
    common: dict[str, Any] = {
        "environments": {**(environments or {}), **environments_of(file)},
        "language": _language(file, (), file.values),
        "said": _day(file, (), file.values, "said"),
        "url": _text(file, (), file.values, "url"),
    }
    _text(file, (), file.values, "title")
    promises: list[Promise] = []
    lines: dict[str, int | None] = {}
    for n, item in enumerate(given):
        promise = _promise(file, ("promise", n), item, common, checks)
        if promise.id in lines:
            file.wrong(("promise", n, "id"), f"the id {promise.id!r} is used before, on line {lines[promise.id]}", "give each promise an id of its own")
        lines[promise.id] = file.line(("promise", n, "id"))
        promises.append(promise)
    return tuple(promises)


def _promise(file: TomlFile, at: Where, item: Mapping[str, Any], common: Mapping[str, Any], checks: Mapping[str, Check[Any]]) -> Promise:
    file.only(at, item, _PROMISE, "a promise")
    for key in ("id", "text"):
        if key not in item:
            file.wrong(at, f"the promise has no {key}", f"add {key} = …")
    name = _text(file, at, item, "id") or ""
    if not _ID.match(name):
        file.wrong((*at, "id"), f"{name!r} cannot be an id", "use lower-case letters, digits and dashes: data-in-europe")
    promise = Promise(
        name,
        _text(file, at, item, "text") or "",
        _text(file, at, item, "url") or common["url"],
        _day(file, at, item, "said") or common["said"],
        _scope(file, at, item, common["environments"]),
        _binds(file, at, item, checks),
        _attested(file, at, item),
        _text(file, at, item, "needs"),
        file.line(at),
        _language(file, at, item) or common["language"],
        _severity(file, at, item),
    )
    if not promise.binds and promise.attested is None and promise.needs is None:
        file.wrong(at, f"nothing can answer the promise {name!r}", "bind a check (binds), let a person attest it (attested), or say what it needs (needs)")
    return promise


def _text(file: TomlFile, at: Where, table: Mapping[str, Any], key: str) -> str | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        file.wrong((*at, key), f"{key} is {'empty' if value == '' or isinstance(value, str) else 'no text'}", f'write {key} = "…", or leave it out where it is optional')
    return value.strip()


def _language(file: TomlFile, at: Where, table: Mapping[str, Any]) -> str | None:
    value = _text(file, at, table, "language")
    if value is not None and not _LANGUAGE.match(value):
        file.wrong((*at, "language"), f"{value!r} is no language", 'write its BCP 47 tag: "nl", "en-GB"')
    return value


def _day(file: TomlFile, at: Where, table: Mapping[str, Any], key: str) -> date | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            date.fromisoformat(value)
        except ValueError:
            pass
        else:
            file.wrong((*at, key), f"{key} is a date in quotes", _DAY)
    if isinstance(value, datetime) or not isinstance(value, date):
        file.wrong((*at, key), f"{key} is no date", _DAY)
    return value


def _texts(file: TomlFile, where: Where, value: object, example: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        file.wrong(where, f"{where[-1]} is no list", f"write {where[-1]} = [{example}]")
    for n, item in enumerate(value):
        if not isinstance(item, str) or not item.strip():
            file.wrong((*where, n), f"{where[-1]} holds {'an empty text' if isinstance(item, str) else f'{item!r}, which is no text'}", f"write {where[-1]} = [{example}]")
    return tuple(value)


def _scope(file: TomlFile, at: Where, item: Mapping[str, Any], environments: Environments) -> tuple[str, ...]:
    if "scope" not in item:
        return ()
    words = _texts(file, (*at, "scope"), item["scope"], '"aws:111122223333"')
    if not words:
        file.wrong((*at, "scope"), "the scope is empty", f"leave it out for everything, or name {SCOPES}")
    return scope_words(file, (*at, "scope"), words, environments)


def _severity(file: TomlFile, at: Where, item: Mapping[str, Any]) -> Severity | None:
    value = _text(file, at, item, "severity")
    if value is not None and value not in list(Severity):
        file.wrong((*at, "severity"), f"there is no severity {value!r}", nearest(value, list(Severity)) or f"use {', '.join(Severity)}")
    return None if value is None else Severity(value)


def _binds(file: TomlFile, at: Where, item: Mapping[str, Any], checks: Mapping[str, Check[Any]]) -> tuple[Bind, ...]:
    given = item.get("binds")
    if given is None:
        return ()
    where = (*at, "binds")
    if not isinstance(given, list) or not given or not all(isinstance(bind, dict) for bind in given):
        file.wrong(where, "binds is no list of checks", 'write binds = [{ check = "residency", countries = ["DE", "IE"] }]')
    binds = tuple(_bind(file, (*where, n), bind, checks) for n, bind in enumerate(given))
    for n, bind in enumerate(binds):
        if bind in binds[:n]:
            file.wrong((*where, n), f"the check {bind.check} is bound twice in the same way", "leave one of the two out")
    return binds


def _bind(file: TomlFile, at: Where, bind: Mapping[str, Any], checks: Mapping[str, Check[Any]]) -> Bind:
    name = bind.get("check")
    if not isinstance(name, str):
        file.wrong((*at, "check") if "check" in bind else at, "a bind names no check", 'write { check = "residency" }; `houvast explain` lists the checks')
    check = checks.get(name)
    if check is None:
        file.wrong((*at, "check"), f"there is no check {name!r}", nearest(name, checks) or "`houvast explain` lists the checks")
    params: dict[str, Json] = {}
    for key, value in bind.items():
        if key not in _RESERVED:
            params[key] = _plain(file, (*at, key), value)
    check_params(file, at, check, params)
    facts: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    if "facts" in bind:
        names = {kind.__name__ for kind in check.needs}
        facts = _texts(file, (*at, "facts"), bind["facts"], f'"{min(names)}"')
        for n, fact in enumerate(facts):
            if fact not in names:
                file.wrong((*at, "facts", n), f"the check {name} does not ask about {fact!r}", nearest(fact, names) or f"it asks about {', '.join(sorted(names))}")
    if "types" in bind:
        types = _texts(file, (*at, "types"), bind["types"], '"AWS::RDS::*"')
        for n, kind in enumerate(types):
            if not _TYPE.match(kind):
                file.wrong((*at, "types", n), f"{kind!r} is no resource type", "write names as `houvast coverage` lists them; * stands for any part")
    for key, value in (("facts", facts), ("types", types)):
        if key in bind and not value:
            file.wrong((*at, key), f"{key} is empty", "leave it out for all of them")
    return Bind(name, params, types, facts)


def check_params(file: TomlFile, at: Where, check: Check[Any], params: Mapping[str, Json]) -> None:
    """Raises InvalidFile at the line of the parameter that the check cannot take."""
    try:
        check.fill(params)
    except ParamError as error:
        at_fault = next((key for key in params if re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", str(error).removeprefix(check.id))), None)
        file.wrong((*at, at_fault) if at_fault else at, str(error), f"`houvast explain {check.id}` shows its parameters")


def _plain(file: TomlFile, where: Where, value: object) -> Json:
    """A parameter as JSON has it; dates and times are none, nor are numbers that are not finite."""
    if isinstance(value, list):
        return [_plain(file, (*where, n), item) for n, item in enumerate(value)]
    if isinstance(value, dict):
        return {key: _plain(file, (*where, key), inner) for key, inner in value.items()}
    if not isinstance(value, (bool, int, str, float)) or (isinstance(value, float) and not math.isfinite(value)):
        file.wrong(where, f"{where[-1]} = {value} cannot be a parameter", "use text, a number, true, false, or a list of them")
    return value


def _attested(file: TomlFile, at: Where, item: Mapping[str, Any]) -> Attestation | None:
    given = item.get("attested")
    if given is None:
        return None
    where = (*at, "attested")
    example = 'write attested = { by = "…", document = "…", on = 2026-01-31, until = 2027-01-31 }'
    if not isinstance(given, dict):
        file.wrong(where, "attested is no table", example)
    file.only(where, given, (*_ATTESTED, *_REMINDERS), "an attestation")
    missing = [key for key in _ATTESTED if key not in given]
    if missing:
        file.wrong(where, f"the attestation has no {' and no '.join(missing)}", example)
    by, document = _text(file, where, given, "by"), _text(file, where, given, "document")
    on, until = _day(file, where, given, "on"), _day(file, where, given, "until")
    if by is None or document is None or on is None or until is None:
        raise InvalidFile(file.name, "the attestation is incomplete", example, file.line(where))
    if until < on:
        file.wrong((*where, "until"), f"the attestation ends on {until}, before it begins on {on}", "give the last day on which it holds")
    return Attestation(by, document, on, until, _remind(file, where, given, until))


def _remind(file: TomlFile, at: Where, given: Mapping[str, Any], until: date) -> date | None:
    """The day from which its end is announced; None for the usual one."""
    day, days = _day(file, at, given, "remind"), given.get("remind_days")
    if day is not None and days is not None:
        file.wrong((*at, "remind_days"), "the attestation has both remind and remind_days", "leave one of the two out")
    if day is not None and day > until:
        file.wrong((*at, "remind"), f"remind is {day}, after the attestation ends on {until}", "give a day before its end, early enough to renew it")
    if days is None:
        return day
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 3660:
        file.wrong((*at, "remind_days"), f"remind_days = {days!r} is no number of days", "write remind_days = 30: so many days before the attestation ends")
    return until - timedelta(days=days)
