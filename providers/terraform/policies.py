"""`data.aws_iam_policy_document` as the policy that it renders: its attributes say all that it needs, and nothing is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.sdk import UNRESOLVED, Json

KIND = "aws_iam_policy_document"


def rendered(values: Mapping[str, Any]) -> Json:
    """The policy document. What builds on other documents (`source_policy_documents`) is not known here."""
    for name in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        if values.get(name):
            return {UNRESOLVED: f"a policy document that builds on {name}"}
    statements = _list(values.get("statement"))
    if any(isinstance(one, dict) and UNRESOLVED in one for one in statements):
        return {UNRESOLVED: "its statements are not known before it is applied"}
    return {"Version": values.get("version") or "2012-10-17", "Statement": [_statement(one) for one in statements]}


def _statement(given: Any) -> Json:
    if not isinstance(given, Mapping):
        return {UNRESOLVED: "a statement of a shape that is not known"}
    made: dict[str, Json] = {"Effect": given.get("effect") or "Allow"}
    for name, written in (("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource")):
        if given.get(name):
            made[written] = given[name]
    for name, written in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        principals = _list(given.get(name))
        if principals:
            made[written] = _principals(principals)
    condition: dict[str, Json] = {}
    for one in _list(given.get("condition")):
        if not isinstance(one, Mapping) or UNRESOLVED in one or not isinstance(one.get("test"), str) or not isinstance(one.get("variable"), str):
            return {UNRESOLVED: "a condition that is not known before it is applied"}
        test = condition.setdefault(str(one["test"]), {})
        if isinstance(test, dict):
            test[str(one["variable"])] = one.get("values")
    if condition:
        made["Condition"] = condition
    return made


def _principals(given: list[Any]) -> Json:
    made: dict[str, Json] = {}
    for one in given:
        if not isinstance(one, Mapping) or UNRESOLVED in one or not isinstance(one.get("type"), str):
            return {UNRESOLVED: "principals that are not known before it is applied"}
        kind, names = str(one["type"]), one.get("identifiers")
        if kind == "*":
            return "*"
        made[kind] = names
    return made


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


__all__ = ["KIND", "rendered"]
