"""Walks a declared path over what vendors publish: botocore's output shapes, and the resource schemas that cfn-lint ships.

JMESPath answers null alike for absent, wrong and misspelt; these walkers know the difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import jmespath

from tests.support.botocore_files import untouched


class Wrong(AssertionError):
    """A path that leads to nothing that the vendor knows."""


class Node(Protocol):
    """A place in a vendor's description."""

    def member(self, name: str) -> Node: ...
    def items(self) -> Node: ...
    def values(self) -> Node: ...


def walk(path: str, root: Node) -> Node:
    """The place that a path leads to. Raises Wrong."""
    return _go(dict(jmespath.compile(path).parsed), root)


def _go(node: dict[str, Any], at: Node) -> Node:
    kind, children = node["type"], node.get("children", [])
    match kind:
        case "field":
            return at.member(str(node["value"]))
        case "identity" | "current" | "literal":
            return at
        case "subexpression" | "pipe":
            for child in children:
                at = _go(child, at)
            return at
        case "index_expression":
            for child in children:
                at = at.items() if child["type"] == "index" else _go(child, at)
            return at
        case "flatten":
            return _go(children[0], at)
        case "projection":
            return _go(children[1], _go(children[0], at).items())
        case "value_projection":
            return _go(children[1], _go(children[0], at).values())
        case "filter_projection":
            inner = _go(children[0], at).items()
            _go(children[2], inner)
            return _go(children[1], inner)
        case "or_expression" | "and_expression" | "comparator" | "not_expression":
            found = [_go(child, at) for child in children if child["type"] != "literal"]
            return found[0]
    raise Wrong(f"{kind} is not walked")


class Anything:
    """Text that holds a document of its own (a policy), or columns of a report."""

    def member(self, name: str) -> Node:
        return self

    items = values = lambda self: self


class Shape:
    """A botocore shape; a structure stands for a list of one, as in the evaluator."""

    def __init__(self, shape: Any, where: str) -> None:
        self.shape, self.where = shape, where

    def member(self, name: str) -> Node:
        from providers.aws.documents import HOSTS_ONLY, NO_SECRETS

        if getattr(self.shape, "is_document_type", False):  # whatever JSON can say
            return Anything()
        if self.shape.type_name == "map":  # any key
            return Shape(self.shape.value, f"{self.where}.{name}")
        if self.shape.type_name != "structure" or name not in self.shape.members:
            raise Wrong(f"{self.where} has no member {name}; it has {', '.join(getattr(self.shape, 'members', {})) or self.shape.type_name}")
        inner = self.shape.members[name]
        if (inner.metadata.get("sensitive") or getattr(inner, "sensitive", False)) and inner.name not in NO_SECRETS | HOSTS_ONLY:
            raise Wrong(f"{self.where}.{name} is sensitive: it never reaches a document")
        return Shape(inner, f"{self.where}.{name}")

    def items(self) -> Node:
        if self.shape.type_name == "list":
            return Shape(self.shape.member, f"{self.where}[]")
        if self.shape.type_name == "structure":
            return self
        raise Wrong(f"{self.where} is no list but {self.shape.type_name}")

    def values(self) -> Node:
        if self.shape.type_name == "map":
            return Shape(self.shape.value, f"{self.where}.*")
        raise Wrong(f"{self.where} is no map")


class Parts:
    """An item, and beside it the answers of the detail calls."""

    def __init__(self, item: Node, parts: Mapping[str, Node]) -> None:
        self.item, self.parts = item, parts

    def member(self, name: str) -> Node:
        return self.parts[name] if name in self.parts else self.item.member(name)

    def items(self) -> Node:
        return self

    def values(self) -> Node:
        raise Wrong("an item is no map")


@cache
def model(service: str) -> Any:
    return untouched(service)


@cache
def methods(service: str) -> dict[str, str]:
    """boto3 method: API name."""
    from botocore import xform_name

    return {xform_name(name): name for name in model(service).operation_names}


def output(service: str, method: str, path: str) -> Node:
    """The place in an operation's answer."""
    name = methods(service)[method]
    at: Node = Shape(model(service).operation_model(name).output_shape, f"{service}:{name}")
    for key in path.split(".") if path else ():
        while isinstance(at, Shape) and at.shape.type_name == "list":  # lists of lists are walked through
            at = at.items()
        at = at.member(key)
    return at


class Schema:
    """A resource schema of CloudFormation; alternatives are all tried."""

    def __init__(self, root: dict[str, Any], nodes: list[dict[str, Any]], where: str) -> None:
        self.root, self.where = root, where
        self.nodes = [inner for node in nodes for inner in self._flat(node)]

    def _flat(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        found = [node]
        if "$ref" in node:
            target: Any = self.root
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            found += self._flat(target)
        for word in ("allOf", "anyOf", "oneOf"):
            for inner in node.get(word, ()):
                found += self._flat(inner)
        return found

    def member(self, name: str) -> Node:
        found = [node["properties"][name] for node in self.nodes if name in node.get("properties", {})]
        found = found or [inner for node in self.nodes for inner in node.get("patternProperties", {}).values()]
        if not found:
            if any(node.get("type") in ("object", ["object", "string"]) and not node.get("properties") for node in self.nodes):
                return Anything()
            raise Wrong(f"{self.where} has no property {name}")
        return Schema(self.root, found, f"{self.where}.{name}")

    def items(self) -> Node:
        found = [node["items"] for node in self.nodes if "items" in node]
        if not found:
            if any(node.get("properties") for node in self.nodes):  # an object stands for a list of one, as in the evaluator
                return self
            raise Wrong(f"{self.where} is no list")
        return Schema(self.root, found, f"{self.where}[]")

    def values(self) -> Node:
        found = [inner for node in self.nodes for inner in node.get("patternProperties", {}).values()]
        if not found:
            raise Wrong(f"{self.where} is no map")
        return Schema(self.root, found, f"{self.where}.*")


@cache
def schema(kind: str, regions: tuple[str, ...] = ("us-east-1", "eu-west-1")) -> Schema:
    """The schema of a type as it stands in Ireland, or in Virginia where some services alone are."""
    import cfnlint

    folder = Path(cfnlint.__file__).parent / "data" / "schemas"
    names: dict[str, Any] = {}
    for region in regions:
        names |= json.loads((folder / "providers" / f"{region}.json").read_text(encoding="utf-8"))
    if kind not in names:
        raise Wrong(f"CloudFormation knows no {kind}")
    root = json.loads((folder / "resources" / f"{names[kind]}.json").read_text(encoding="utf-8"))
    return Schema(root, [root], kind)
