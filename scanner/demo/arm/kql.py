"""Queries of the replay's Resource Graph: where, project, extend, order by, top, limit, count, distinct, summarize count() by.

No join, union, mv-expand, parse, let, case, iff or dates: a refusal may be this replay's limit and no fault of the query.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from scanner.demo.arm.expressions import KqlError, Row, Value, condition_of, path_of, split, value_of

TABLES = (
    "resources", "resourcecontainers", "recoveryservicesresources", "securityresources",
    "policyresources", "appserviceresources", "advisorresources", "authorizationresources",
)  # fmt: skip
_OPERATOR = re.compile(r"(project-away|project-keep|project|where|extend|order by|sort by|top|limit|take|count|summarize|distinct)\b\s*(.*)", re.DOTALL | re.IGNORECASE)


def run_kql(query: str, rows_of: Callable[[str], list[Row]]) -> tuple[list[Row], bool]:
    """(rows, limited): `limited` when the query itself cuts them, so that no further page is offered. Raises KqlError."""
    text = re.sub(r"//[^\n]*", "", query).strip()
    if not text:
        raise KqlError("EmptyQuery", "query is empty")
    stages = split(text, "|")
    table = "resources"
    if re.fullmatch(r"[A-Za-z_]\w*", stages[0]):
        table = stages.pop(0).lower()
        if table not in TABLES:
            raise KqlError("InvalidTableName", table)
    rows, limited = rows_of(table), False
    for stage in stages:
        match = _OPERATOR.match(stage)
        if not match:
            raise KqlError("ParserFailure", f"this replay does not know the operator {stage.split()[0] if stage else '<EOF>'}")
        operator, rest = match[1].lower(), match[2].strip()
        rows = _STAGES[operator](rows, rest)
        limited = limited or operator in ("limit", "take", "top")
    return rows, limited


def _where(rows: list[Row], rest: str) -> list[Row]:
    test = condition_of(rest)
    return [row for row in rows if test(row)]


def _project(rows: list[Row], rest: str) -> list[Row]:
    columns = _columns(rest)
    return [{name: value(row) for name, value in columns} for row in rows]


def _extend(rows: list[Row], rest: str) -> list[Row]:
    columns = _columns(rest)
    return [{**row, **{name: value(row) for name, value in columns}} for row in rows]


def _away(rows: list[Row], rest: str) -> list[Row]:
    dropped = set(split(rest, ","))
    return [{name: value for name, value in row.items() if name not in dropped} for row in rows]


def _keep(rows: list[Row], rest: str) -> list[Row]:
    kept = set(split(rest, ","))
    return [{name: value for name, value in row.items() if name in kept} for row in rows]


def _order(rows: list[Row], rest: str) -> list[Row]:
    for column in reversed(split(rest, ",")):
        words = column.split()
        value = value_of(words[0])
        rows = sorted(rows, key=lambda row, value=value: _sortable(value(row)), reverse=words[-1].lower() != "asc")  # type: ignore[misc]
    return rows


def _limit(rows: list[Row], rest: str) -> list[Row]:
    return rows[: int(rest)]


def _top(rows: list[Row], rest: str) -> list[Row]:
    match = re.fullmatch(r"(\d+)\s+by\s+(\S+)(?:\s+(asc|desc))?", rest)
    if not match:
        raise KqlError("ParserFailure", rest)
    return _order(rows, f"{match[2]} {match[3] or 'desc'}")[: int(match[1])]


def _count(rows: list[Row], _rest: str) -> list[Row]:
    return [{"Count": len(rows)}]


def _distinct(rows: list[Row], rest: str) -> list[Row]:
    return [json.loads(key) for key in dict.fromkeys(json.dumps(row, sort_keys=True) for row in _project(rows, rest))]


def _summarize(rows: list[Row], rest: str) -> list[Row]:
    if re.match(r"by\s", rest):
        return _distinct(rows, rest[3:])
    match = re.fullmatch(r"(?:([A-Za-z_]\w*)\s*=\s*)?count\(\)(?:\s+by\s+(.+))?", rest, re.DOTALL)
    if not match:
        raise KqlError("ParserFailure", f"this replay summarizes by count() only: {rest}")
    name, groups = match[1] or "count_", _project(rows, match[2]) if match[2] else [{} for _ in rows]
    tally: dict[str, int] = {} if match[2] else {"{}": 0}
    for group in groups:
        key = json.dumps(group)
        tally[key] = tally.get(key, 0) + 1
    return [{**json.loads(key), name: number} for key, number in tally.items()]


_STAGES: dict[str, Callable[[list[Row], str], list[Row]]] = {
    "where": _where, "project": _project, "extend": _extend, "project-away": _away, "project-keep": _keep, "order by": _order, "sort by": _order,
    "limit": _limit, "take": _limit, "top": _top, "count": _count, "distinct": _distinct, "summarize": _summarize,
}  # fmt: skip


def _columns(text: str) -> list[tuple[str, Value]]:
    columns: list[tuple[str, Value]] = []
    for item in split(text, ","):
        named = re.fullmatch(r"([A-Za-z_]\w*)\s*=(?![=~])\s*(.+)", item, re.DOTALL)
        path = path_of(item)
        if named:
            columns.append((named[1], value_of(named[2])))
        elif path is not None:
            columns.append(("_".join(str(key) for key in path), value_of(item)))
        else:
            raise KqlError("ParserFailure", f"name the column: {item}")
    return columns


def _sortable(value: object) -> str:
    return "" if value is None else str(value)
