"""Reads what `terraform show -json` writes of a plan: resources with the values that they will have.

`resource_changes` says what becomes of each resource, `after_unknown` what is known only after it is applied, and
`configuration` what such a value will come from. What is not known stays not known, with the reason; a value that will
be that of a resource of this plan is a reference to it. Values that are sensitive are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from providers.terraform.configuration import Configuration, Scope
from providers.terraform.names import cloud, join, key_of, module_of, plain
from providers.terraform.plan_lines import lines as lines
from providers.terraform.policies import KIND as POLICY
from providers.terraform.policies import rendered
from scanner.sdk import ACTION, EVERY_TYPE, INNER, REFERENCE, UNRESOLVED, UNSET, VERSION, Answer, Call, Dialect, Document, InvalidFile, Json, Options, Reason, Ref

_REMEDY = "write the plan with `terraform show -json tfplan > plan.json`"
_MARKS = re.compile(r'"(?:resource_changes|planned_values)"\s*:')
_MAX_BYTES = 512 * 1024 * 1024


def recognise(text: str) -> bool:
    """Whether the text looks like a plan (or a state) of Terraform, told by its keys."""
    head = text[:4096].lstrip("\ufeff \t\r\n")
    if not head.startswith("{") or '"format_version"' not in text:
        return False
    return bool(_MARKS.search(text)) or ('"terraform_version"' in text and '"values"' in text)


def read(path: Path, name: str, options: Options) -> Answer:
    """The resources of a plan. Raises InvalidFile when it is none."""
    try:
        return _Plan(name, _loaded(_text(path, name), name), options).read()
    except RecursionError as error:
        raise InvalidFile(name, "is nested too deep for a plan", _REMEDY) from error


def _text(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InvalidFile(name, f"cannot be read: {error.strerror}", "give a file that exists and that you may read") from error
    if len(data) > _MAX_BYTES:
        raise InvalidFile(name, f"is larger than {_MAX_BYTES // 1024 // 1024} MiB", "plan its parts one by one (-target), or split the configuration")
    return data.removeprefix(b"\xef\xbb\xbf")


def _loaded(data: bytes, name: str) -> dict[str, Any]:
    try:
        loaded = json.loads(data)
    except UnicodeDecodeError as error:
        raise InvalidFile(name, "is not UTF-8 text", f"save it as UTF-8; {_REMEDY}", data.count(b"\n", 0, error.start) + 1) from error
    except json.JSONDecodeError as error:
        raise InvalidFile(name, f"is not JSON: {error.msg}", _REMEDY, error.lineno) from error
    except RecursionError as error:
        raise InvalidFile(name, "is nested too deep for a plan", _REMEDY) from error
    if not isinstance(loaded, dict):
        raise InvalidFile(name, "is no object", _REMEDY, 1)
    if not isinstance(loaded.get("planned_values"), dict) and not isinstance(loaded.get("resource_changes"), list):
        what = "is a state of Terraform, no plan" if isinstance(loaded.get("values"), dict) else "holds neither planned_values nor resource_changes"
        raise InvalidFile(name, what, _REMEDY)
    return loaded


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


class _Plan:
    def __init__(self, name: str, plan: dict[str, Any], options: Options) -> None:
        self.name, self.plan = name, plan
        self.account = options.settings.get("template.account", "")
        self.region = options.settings.get("template.region", "")
        self.at = options.taken_at
        self.call = Call("terraform", self.account, "", "file", f"read {name}", at=self.at, pages=1)
        self._look = self.call.id
        self.gaps: list[Call] = []
        self.documents: dict[str, Document] = {}
        self.action = ""
        """What becomes of the resource under way."""
        self.wanted: set[str] = set()
        """Resources that values refer to."""

    def read(self) -> Answer:
        plan = self.plan
        changes = _items(plan.get("resource_changes"))
        planned = {one["address"]: one for one in _resources(_dict(_dict(plan.get("planned_values")).get("root_module")))}
        addresses = [*planned, *(str(one.get("address")) for one in changes)]
        self.configuration = Configuration(_dict(plan.get("configuration")), _dict(plan.get("variables")), addresses)
        self._data(changes)
        done = set()
        for change in changes:
            address = change.get("address")
            if not isinstance(address, str) or not isinstance(change.get("type"), str):
                self._gap("resource_changes", Reason.UNPARSABLE, "a change without an address and a type")
                continue
            done.add(address)
            if change.get("mode", "managed") == "managed":
                self._change(address, change)
        for address, resource in planned.items():
            if address not in done and resource.get("mode", "managed") == "managed":
                self._add(address, resource, _dict(resource.get("values")), {}, _dict(resource.get("sensitive_values")))
        for change in _items(plan.get("deferred_changes")):
            inner = _dict(change.get("resource_change"))
            if isinstance(inner.get("address"), str) and isinstance(inner.get("type"), str):
                self._put(inner["address"], inner, {UNRESOLVED: f"deferred to a later plan: {change.get('reason') or 'no reason is given'}"})
        if plan.get("errored") is True:
            self._gap("errored", Reason.UNPARSABLE, "Terraform could not plan everything: the plan is not whole")
        self._dangling()
        self.configuration.close()
        return Answer(replace(self.call, items=len(self.documents)), tuple(self.documents.values()), more_calls=tuple(self.gaps))

    # -- resources ---------------------------------------------------------------------------------------------
    def _change(self, address: str, change: dict[str, Any]) -> None:
        """Whatever exists after the plan is applied is a subject; what is deleted or forgotten is none."""
        inner = _dict(change.get("change"))
        actions = inner.get("actions")
        if not isinstance(actions, list) or not actions or not set(actions) <= {"create", "update", "delete", "no-op", "read", "forget", "import"}:
            self._gap(address, Reason.UNPARSABLE, f"{address}: the plan does not say what becomes of it", change["type"])
            return
        after = inner.get("after")
        if actions in (["delete"], ["forget"]) or (after is None and inner.get("after_unknown") is not True):
            return
        if change.get("deposed"):
            return
        self.action = "create" if "create" in actions else str(actions[0])
        self._add(address, change, after if isinstance(after, dict) else {}, inner.get("after_unknown"), inner.get("after_sensitive"))
        self.action = ""

    def _add(self, address: str, about: dict[str, Any], values: dict[str, Any], unknown: Any, sensitive: Any) -> None:
        module, local = module_of(address)
        scope = self.configuration.scope(module, key_of(local))
        resource = scope.resource(plain(local))
        expressions = _dict(resource.get("expressions")) if resource is not None else {}
        body: dict[str, Json] = dict(values)
        if unknown is True:
            self._put(address, about, {UNRESOLVED: "known after it is applied"})
            return
        if isinstance(unknown, dict):
            for key, mark in unknown.items():
                if mark is not False:
                    body[key] = self._unknown(values.get(key), mark, expressions.get(key), scope, resource is not None)
        if isinstance(sensitive, dict):
            for key, mark in sensitive.items():
                if mark and body.get(key) is not None:
                    body[key] = _hidden(body[key], mark)
        elif sensitive is True:
            body = {UNRESOLVED: "its values are sensitive: they are left out"}
        for key, expression in expressions.items():
            if key not in body and isinstance(expression, dict) and expression:
                body[key] = {UNRESOLVED: "the plan shows no value of it"}
        if not self.configuration.present:
            body = {key: _no_unset(value) for key, value in body.items()}
        if self.action:
            body[ACTION] = self.action
        version = scope.version(resource, str(about.get("provider_name", "")))
        if version:
            body[VERSION] = version
        self._put(address, about, body, self._region(body, scope, resource))

    def _put(self, address: str, about: dict[str, Any], body: dict[str, Json], region: str = "", reference: bool = False) -> None:
        provider = cloud(about["type"])
        ref = Ref(provider, about["type"], self.account, region if provider == "aws" else "", f"{self.name}#{address}", address)
        self.documents[address] = Document(ref, Dialect.TERRAFORM, body, {"": self._look}, file=self.name, reference=reference)

    def _region(self, body: Mapping[str, Json], scope: Scope, resource: Mapping[str, Any] | None) -> str:
        """The resource's own region (AWS provider 6), else its provider's."""
        own = body.get("region")
        if isinstance(own, str) and own:
            return own
        if isinstance(own, dict) and UNSET not in own:
            return ""
        region = scope.region(resource)
        return self.region if region is None else region

    def _dangling(self) -> None:
        """What values refer to, and the plan shows no change of: only that it is there is known."""
        for address in sorted(self.wanted - set(self.documents)):
            _, local = module_of(address)
            kind = local.partition(".")[0]
            if kind and kind != "data":
                self._put(address, {"type": kind}, {UNRESOLVED: f"{address} is not shown by this plan"}, reference=True)

    # -- values ------------------------------------------------------------------------------------------------
    def _unknown(self, value: Any, mark: Any, expression: Any, scope: Scope, configured: bool, inner: bool = False) -> Json:
        if mark is True:
            if expression is None and configured:
                return {UNRESOLVED: "known after it is applied; the configuration does not set it", UNSET: INNER if inner else True}
            return self._from(expression, scope)
        if isinstance(mark, dict):
            nested = _dict(expression)
            made: dict[str, Json] = dict(_dict(value))
            for key, own in mark.items():
                if own is not False:
                    made[key] = self._unknown(made.get(key), own, nested.get(key), scope, configured and isinstance(expression, dict) and "references" not in nested, True)
            return made
        if isinstance(mark, list):
            held = list(value) if isinstance(value, list) else []
            found: list[Json] = []
            for n in range(max(len(held), len(mark))):
                own = mark[n] if n < len(mark) else False
                nested_expression = expression[n] if isinstance(expression, list) and len(expression) == len(held) and n < len(expression) else None
                one = held[n] if n < len(held) else None
                if own is False:
                    found.append(one)
                elif own is True and not isinstance(nested_expression, dict):
                    found.append(self._from(expression if isinstance(expression, dict) else None, scope))
                else:
                    found.append(self._unknown(one, own, nested_expression, scope, configured and isinstance(nested_expression, dict), True))
            return found
        return value  # type: ignore[no-any-return]

    def _from(self, expression: Any, scope: Scope) -> Json:
        """A value that is known after it is applied: a reference where it can only be that of one resource of this plan."""
        references = expression.get("references") if isinstance(expression, dict) else None
        if not isinstance(references, list) or not references:
            return {UNRESOLVED: "known after it is applied"}
        targets = scope.targets([one for one in references if isinstance(one, str)])
        if targets is None or len(targets) != 1:
            return {UNRESOLVED: f"known after it is applied: comes from {', '.join(map(str, references[:4]))}"}
        ((address, attribute),) = targets.items()
        data = self.data.get(address)
        if data is not None:
            return data
        if module_of(address)[1].startswith("data."):
            return {UNRESOLVED: f"known after it is applied: comes from {address}"}
        self.wanted.add(address)
        return {REFERENCE: address, "att": attribute}

    def _data(self, changes: list[dict[str, Any]]) -> None:
        """Policies that data sources render: those are pure, and can be told before they are read."""
        self.data: dict[str, Json] = {}
        for change in changes:
            if change.get("mode") != "data" or change.get("type") != POLICY or not isinstance(change.get("address"), str):
                continue
            inner = _dict(change.get("change"))
            module, local = module_of(change["address"])
            scope = self.configuration.scope(module, key_of(local))
            resource = scope.resource(plain(local))
            values = self._unknown(_dict(inner.get("after")), inner.get("after_unknown"), _dict(resource.get("expressions")) if resource else None, scope, resource is not None)
            if isinstance(values, dict) and inner.get("after_unknown") is not True:
                given = {key: _plain(value) for key, value in values.items() if not (isinstance(value, dict) and value.get(UNSET))}
                self.data[change["address"]] = rendered(given)

    def _gap(self, what: str, reason: Reason, detail: str, kind: str = EVERY_TYPE) -> None:
        provider = cloud(kind) if kind != EVERY_TYPE else "terraform"
        self.gaps.append(Call(provider, self.account, "", "file", f"read {self.name}", f"{self.name}#{what}", reason, "", f"{self.name}: {detail}", "", (kind,), at=self.at))


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Resources of a module and those below it; modules nest as deep as somebody wrote them, and no deeper than a stack."""
    todo = [module]
    while todo:
        one = todo.pop()
        yield from (resource for resource in _items(one.get("resources")) if isinstance(resource.get("address"), str) and isinstance(resource.get("type"), str))
        todo.extend(_items(one.get("child_modules")))


def _hidden(value: Json, mark: Any) -> Json:
    """A value without what is sensitive in it."""
    if mark is True:
        return {UNRESOLVED: "is sensitive: it is left out"}
    if isinstance(mark, dict) and isinstance(value, dict):
        return {key: _hidden(inner, mark.get(key)) if mark.get(key) else inner for key, inner in value.items()}
    if isinstance(mark, list) and isinstance(value, list):
        return [_hidden(inner, mark[n]) if n < len(mark) and mark[n] else inner for n, inner in enumerate(value)]
    return value


def _plain(value: Json) -> Json:
    """For a text that is made of values: what a reference will say in it is not known, not even how many it will be."""
    if isinstance(value, dict):
        return {UNRESOLVED: f"holds {value[REFERENCE]}"} if REFERENCE in value else {key: _plain(inner) for key, inner in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _no_unset(value: Json) -> Json:
    """Without a configuration nobody can tell what it does not set."""
    return {UNRESOLVED: value[UNRESOLVED]} if isinstance(value, dict) and UNSET in value else value


__all__ = ["join", "read", "recognise"]
