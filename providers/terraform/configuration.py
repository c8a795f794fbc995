"""The configuration inside a plan: which provider a resource has, and what a value that is not known yet comes from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from providers.terraform.names import join, key_of, module_of, plain

_MAX_DEPTH = 40
"""Steps that a value is followed through modules."""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


class Configuration:
    """The configuration of a plan, indexed."""

    def __init__(self, configuration: Mapping[str, Any], variables: Mapping[str, Any], addresses: Iterable[str]) -> None:
        self.present = bool(configuration)
        self.providers = _dict(configuration.get("provider_config"))
        self.variables = variables
        self.instances: dict[str, list[str]] = defaultdict(list)
        """By address without keys: every instance of the plan."""
        for address in dict.fromkeys(addresses):
            self.instances[plain(address)].append(address)
        self.module_instances: dict[str, set[str]] = defaultdict(set)
        """By module without keys: every instance of it in the plan."""
        seen: set[str] = set()
        for many in self.instances.values():
            for address in many:
                inside = module_of(address)[0]
                while inside and inside not in seen:
                    seen.add(inside)
                    self.module_instances[plain(inside)].add(inside)
                    inside = _above(inside)
        self.modules: dict[str, dict[str, Any]] = {}
        self.calls: dict[str, dict[str, Any]] = {}
        todo: list[tuple[str, dict[str, Any], int]] = [("", _dict(configuration.get("root_module")), 0)]
        while todo:
            path, module, depth = todo.pop()
            self.modules[path] = {**module, "$resources": {str(one.get("address")): one for one in _items(module.get("resources"))}}
            for name, call in _dict(module.get("module_calls")).items():
                inner = join(path, f"module.{name}")
                self.calls[inner] = _dict(call)
                if depth < _MAX_DEPTH:
                    todo.append((inner, _dict(_dict(call).get("module")), depth + 1))
        self._scopes: dict[str, Scope] = {}
        self._regions: dict[tuple[str, str], str | None] = {}
        self._versions: dict[tuple[str, str], str] = {}

    def scope(self, module: str, key: str = "") -> Scope:
        """The names that hold inside a module; `key` is that of the instance that asks."""
        if key:
            return Scope(self, module, key)
        if module not in self._scopes:
            self._scopes[module] = Scope(self, module)
        return self._scopes[module]

    def close(self) -> None:
        """Let go of the scopes, which know their configuration: a plan is too large to wait until the circle is found."""
        self._scopes.clear()


def _above(module: str) -> str:
    """The module that calls this one."""
    parts = re.findall(r"""module\.[^.\[]+(?:\[(?:"(?:[^"\\]|\\.)*"|-?\d+)\])?""", module)
    return ".".join(parts[:-1])


class Scope:
    """One module instance."""

    def __init__(self, configuration: Configuration, module: str, key: str = "") -> None:
        self.configuration, self.module, self.key = configuration, module, key
        self.path = plain(module)
        self.config = configuration.modules.get(self.path, {})

    def resource(self, local: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = _dict(self.config.get("$resources")).get(local)
        return found

    # -- providers ---------------------------------------------------------------------------------------------
    def region(self, resource: Mapping[str, Any] | None) -> str | None:
        """The region of a resource's provider; empty where it is set and not known, None where the plan does not say it."""
        key, known = str(resource.get("provider_config_key", "")) if resource else "", self.configuration._regions
        if (key, self.path) not in known:
            provider = _dict(self.configuration.providers.get(key))
            expression = _dict(provider.get("expressions")).get("region")
            value = None if expression is None else self.configuration.scope(str(provider.get("module_address", ""))).constant(expression)
            known[key, self.path] = None if expression is None else value if isinstance(value, str) else ""
        return known[key, self.path]

    def version(self, resource: Mapping[str, Any] | None, name: str) -> str:
        """The constraint on the version of the provider, as written by any module."""
        key = str(resource.get("provider_config_key", "")) if resource else ""
        known = self.configuration._versions.get((key, name))
        if known is None:
            known = self.configuration._versions[key, name] = self._constraint(_dict(self.configuration.providers.get(key)), name)
        return known

    def _constraint(self, provider: Mapping[str, Any], name: str) -> str:
        said = [provider.get("version_constraint")]
        said += [one.get("version_constraint") for one in self.configuration.providers.values() if isinstance(one, dict) and name and one.get("full_name") == name]
        return ", ".join(dict.fromkeys(str(one) for one in said if one))

    def constant(self, expression: Any, depth: int = 0) -> Any:
        """The value of an expression that is a constant, or the plain name of a variable; None where it cannot be told."""
        if not isinstance(expression, dict) or depth > _MAX_DEPTH:
            return None
        if "constant_value" in expression:
            return expression["constant_value"]
        references = expression.get("references")
        if not isinstance(references, list) or len(references) != 1 or not isinstance(references[0], str) or not references[0].startswith("var."):
            return None
        name = references[0].removeprefix("var.")
        if not re.fullmatch(r"[\w-]+", name):
            return None
        if not self.path:
            given = _dict(self.configuration.variables.get(name))
            return given.get("value")
        call = self.configuration.calls.get(self.path, {})
        argument = _dict(call.get("expressions")).get(name)
        if argument is None:
            return _dict(_dict(self.config.get("variables")).get(name)).get("default")
        return self._above().constant(argument, depth + 1)

    def _above(self) -> Scope:
        return self.configuration.scope(_above(self.module))

    # -- references --------------------------------------------------------------------------------------------
    def targets(self, references: list[str], depth: int = 0) -> dict[str, str] | None:
        """Resources that an expression takes its value from, with the attribute; None where one of them cannot be told.
        Variables of the root and literals are known at plan time, and so no source of what is not."""
        found: dict[str, str] = {}
        shorter = set(references)
        for reference in references:
            if depth > _MAX_DEPTH:
                return None
            if any(other != reference and re.match(re.escape(reference) + r"[.\[]", other) for other in shorter):
                continue  # Terraform lists `aws_kms_key.k.arn` and `aws_kms_key.k`
            inner = self._target(reference, references, depth)
            if inner is None:
                return None
            found.update(inner)
        return found

    def _target(self, reference: str, all_of: list[str], depth: int) -> dict[str, str] | None:
        head, _, rest = reference.partition(".")
        if head in ("each", "count", "path", "terraform", "self"):
            return {}
        if head == "local":
            return None  # a plan does not show what locals are made of
        if head == "var":
            return self._variable(re.split(r"[.\[]", rest, maxsplit=1)[0], depth)
        if head == "module":
            return self._output(reference, all_of, depth)
        match = re.match(r"""((?:data\.)?[\w-]+\.[\w-]+(?:\[(?:"(?:[^"\\]|\\.)*"|-?\d+)\])?)(?:\.(.+))?$""", reference)
        if match is None:
            return None
        address = self._instance(join(self.module, match[1]), all_of)
        return None if address is None else {address: match[2] or ""}

    def _instance(self, address: str, all_of: list[str]) -> str | None:
        """The instance that is meant. Without a key of its own a reference inside `for_each` means the instance of the same key."""
        if key_of(address) or not address:
            return address
        known = self.configuration.instances.get(plain(address), [])
        known = [one for one in known if module_of(one)[0] == self.module] or known
        if len(known) == 1:
            return known[0]
        if not known:
            return address
        same = f"{address}{self.key}"
        return same if self.key and same in known and any(one.startswith(("each.", "count.")) for one in all_of) else None

    def _variable(self, name: str, depth: int) -> dict[str, str] | None:
        if not self.path:
            return {}
        call = self.configuration.calls.get(self.path, {})
        argument = _dict(call.get("expressions")).get(name)
        references = _dict(argument).get("references")
        if not isinstance(references, list):
            return {} if argument is None or "constant_value" in _dict(argument) else None
        return self._above().targets([one for one in references if isinstance(one, str)], depth + 1)

    def _output(self, reference: str, all_of: list[str], depth: int) -> dict[str, str] | None:
        match = re.match(r"""(module\.[\w-]+)(\[(?:"(?:[^"\\]|\\.)*"|-?\d+)\])?(?:\.([\w-]+))?""", reference)
        if match is None or match[3] is None:
            return None
        inner = join(self.module, f"{match[1]}{match[2] or ''}")
        if not match[2]:
            known = self.configuration.module_instances.get(plain(inner), set())
            under = {one for one in known if one == inner or one.startswith(f"{inner}[")}
            if len(under) > 1:
                same = f"{inner}{self.key}"
                if not (self.key and same in under and any(one.startswith(("each.", "count.")) for one in all_of)):
                    return None
                inner = same
            elif under:
                inner = next(iter(under))
        scope = self.configuration.scope(inner)
        expression = _dict(_dict(_dict(scope.config.get("outputs")).get(match[3])).get("expression"))
        references = expression.get("references")
        if not isinstance(references, list):
            return None
        return scope.targets([one for one in references if isinstance(one, str)], depth + 1)


__all__ = ["Configuration", "Scope"]
