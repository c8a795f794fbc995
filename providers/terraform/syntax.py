"""What stands in a Terraform file: blocks, attributes, their lines, and which names an expression uses. Nothing is evaluated.

tree-sitter reads the text; expressions keep only what is needed to tell whether a value can be trusted: literals, names,
lists, objects, texts with names in them, and functions by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from providers.terraform.names import module_of, plain
from scanner.sdk import MissingExtra

MAX_DEPTH = 150
"""Levels of blocks and brackets; nobody writes more, and deeper text is not read."""


class TooDeep(Exception):
    """The text is nested deeper than anybody writes."""


class Broken(Exception):
    """The text is no HCL; carries the line."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression: `literal`, `ref`, `text`, `list`, `object`, `call`, or `other`, with the names inside it."""

    kind: str
    value: Any = None
    """literal: the value; ref: its text; text, list, object: the parts; call: (name, arguments)."""
    refs: tuple[str, ...] = ()
    """Every name that is used, at any depth: `var.encrypt`, `aws_kms_key.k[0].arn`."""
    calls: tuple[str, ...] = ()
    """Every function that is used, at any depth."""


@dataclass(slots=True)
class Block:
    """A block with its attributes and inner blocks, in their order."""

    kind: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, tuple[Expr, int]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)


@cache
def _parser() -> Any:
    try:
        import tree_sitter
        import tree_sitter_hcl
    except ImportError as error:
        raise MissingExtra("Terraform files need packages that are not installed", "pip install 'houvast[hcl]', or scan a plan: terraform show -json tfplan > plan.json") from error
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def parse(text: str) -> Block:
    """The file as a block without a name. Raises Broken with the line, TooDeep, MissingExtra."""
    data = text.encode("utf-8", "surrogatepass")
    _bounded(data)
    root = _parser().parse(data).root_node
    if root.has_error:
        raise Broken(_first_error(root))
    top = Block("", (), 1)
    for child in root.children:
        if child.type == "body":
            _body(child, top, frozenset(), 0)
    return top


def _bounded(data: bytes) -> None:
    """Brackets are counted before they are parsed: the parser's tree would be as deep."""
    depth = 0
    for byte in data:
        if byte in b"{[(":
            depth += 1
            if depth > MAX_DEPTH:
                raise TooDeep
        elif byte in b"}])":
            depth = max(depth - 1, 0)


def _first_error(root: Any) -> int:
    """The first line on which something is missing, or up to which what stands there could be read."""
    todo, lines = [root], []
    while todo:
        node = todo.pop()
        if node.is_missing:
            lines.append(node.start_point[0] + 1)
        elif node.type == "ERROR":
            lines.append((node.children[-1] if node.children else node).start_point[0] + 1)
        todo.extend(child for child in node.children if child.has_error or child.is_missing or child.type == "ERROR")
    return min(lines, default=1)


def _body(node: Any, into: Block, bound: frozenset[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise TooDeep
    for child in node.named_children:
        if child.type == "attribute":
            name = _text(child.named_children[0])
            into.attributes[name] = (_expression(child.named_children[1], bound, 0), child.start_point[0] + 1)
        elif child.type == "block":
            into.blocks.append(_block(child, bound, depth + 1))


def _block(node: Any, bound: frozenset[str], depth: int) -> Block:
    kind, labels, body = "", [], None
    for child in node.named_children:
        if child.type == "identifier":
            if kind:
                labels.append(_text(child))
            else:
                kind = _text(child)
        elif child.type == "string_lit":
            labels.append(_string(child))
        elif child.type == "body":
            body = child
    block = Block(kind, tuple(labels), node.start_point[0] + 1)
    inner = bound
    if kind == "dynamic" and labels and body is not None:
        iterator = next((_text(a.named_children[1]) for a in body.named_children if a.type == "attribute" and _text(a.named_children[0]) == "iterator"), labels[0])
        inner = bound | {iterator}
    if body is not None:
        _body(body, block, inner, depth)
    return block


def _text(node: Any) -> str:
    text: bytes = node.text or b""
    return text.decode("utf-8", "replace")


def _string(node: Any) -> str:
    return "".join(_unescaped(_text(child)) for child in node.named_children if child.type == "template_literal")


def _unescaped(text: str) -> str:
    if "\\" not in text and "$${" not in text and "%%{" not in text:
        return text
    for written, meant in (("\\n", "\n"), ("\\t", "\t"), ('\\"', '"'), ("\\\\", "\\"), ("$${", "${"), ("%%{", "%{")):
        text = text.replace(written, meant)
    return text


def _expression(node: Any, bound: frozenset[str], depth: int) -> Expr:
    if depth > MAX_DEPTH:
        raise TooDeep
    while node.type == "expression" and len(node.named_children) == 1:
        node = node.named_children[0]
    children = node.named_children
    kind = node.type
    if kind == "literal_value":
        return _literal(children[0]) if children else Expr("other")
    if kind in ("string_lit", "numeric_lit", "bool_lit", "null_lit"):
        return _literal(node)
    if kind == "expression" and children and children[0].type == "variable_expr":
        return _traversal(children, bound, depth)
    if kind == "variable_expr":
        return _traversal([node], bound, depth)
    if kind == "expression" and len(children) == 3 and _text(node).startswith("("):
        return _expression(children[1], bound, depth + 1)
    if kind == "template_expr":
        return _template(children[0], bound, depth) if children else Expr("other")
    if kind in ("quoted_template", "heredoc_template"):
        return _template(node, bound, depth)
    if kind == "collection_value":
        return _expression(children[0], bound, depth + 1)
    if kind == "tuple":
        items = tuple(_expression(child, bound, depth + 1) for child in children if child.type == "expression")
        return _with("list", items, items)
    if kind == "object":
        return _object(children, bound, depth)
    if kind == "function_call":
        name = "".join(_text(child) for child in node.children[:-2] if child.type != "function_arguments").split("(")[0]
        given = next((child for child in children if child.type == "function_arguments"), None)
        arguments = tuple(_expression(child, bound, depth + 1) for child in (given.named_children if given else ()) if child.type == "expression")
        inner = _with("call", (name, arguments), arguments)
        return Expr("call", (name, arguments), inner.refs, (name, *inner.calls))
    if kind == "for_expr":
        return _loop(node, bound, depth)
    found = tuple(_expression(child, bound, depth + 1) for child in _grouped(children))
    return _with("other", None, found)


def _grouped(children: list[Any]) -> Iterator[Any]:
    """Operands of an operation: a name and what follows it (`.attr`, `[0]`) stand side by side in the tree."""
    for child in children:
        if child.type in ("variable_expr",):
            yield child.parent if len(children) and children[0].type == "variable_expr" and child.parent.type == "expression" else _Group(child)
        elif child.type not in ("get_attr", "index", "splat"):
            yield child
        elif child.type == "index":
            yield from (inner for one in child.named_children for inner in one.named_children)


class _Group:
    """A name inside an operation, with the steps that follow it, in the shape of a node."""

    type = "expression"

    def __init__(self, first: Any) -> None:
        self.named_children = [first]
        at = first.next_named_sibling
        while at is not None and at.type in ("get_attr", "index", "splat"):
            self.named_children.append(at)
            at = at.next_named_sibling
        self.children = self.named_children
        self.text = b"".join(child.text for child in self.named_children)


def _literal(node: Any) -> Expr:
    kind = node.type
    if kind == "bool_lit":
        return Expr("literal", _text(node) == "true")
    if kind == "null_lit":
        return Expr("literal", None)
    if kind == "numeric_lit":
        try:
            return Expr("literal", int(_text(node)))
        except ValueError:
            return Expr("literal", float(_text(node)))
    return Expr("literal", _string(node))


def _traversal(children: list[Any], bound: frozenset[str], depth: int) -> Expr:
    head = _text(children[0])
    parts = [head]
    inner: list[Expr] = []
    for child in children[1:]:
        if child.type == "get_attr":
            parts.append(f".{_text(child.named_children[0])}")
        elif child.type == "index":
            keys = [one for new in child.named_children for one in new.named_children]
            key = _expression(keys[0], bound, depth + 1) if keys else Expr("other")
            if key.kind == "literal" and isinstance(key.value, (str, int)):
                parts.append(f'["{key.value}"]' if isinstance(key.value, str) else f"[{key.value}]")
            elif key.kind == "ref":
                parts.append(f"[{key.value}]")
            else:
                parts.append("[?]")
            inner.append(key)
        elif child.type == "splat":
            parts.append("[*]" + "".join(f".{_text(one.named_children[0])}" for splat in child.named_children for one in splat.named_children if one.type == "get_attr"))
    refs = () if head in bound else ("".join(parts),)
    more = _with("other", None, tuple(inner))
    return Expr("ref" if refs else "other", "".join(parts), (*refs, *more.refs), more.calls)


def _template(node: Any, bound: frozenset[str], depth: int) -> Expr:
    parts: list[Expr] = []
    for child in node.named_children:
        if child.type == "template_literal":
            parts.append(Expr("literal", _unescaped(_text(child)) if node.type == "quoted_template" else _text(child)))
        elif child.type == "template_interpolation":
            parts.extend(_expression(one, bound, depth + 1) for one in child.named_children if one.type == "expression")
        elif child.type == "template_directive":
            parts.append(_with("other", None, tuple(_expression(one, bound, depth + 1) for one in _expressions(child))))
    if len(parts) == 1 and parts[0].kind != "literal" and node.type == "quoted_template":
        return parts[0]  # "${x}" is x
    if all(part.kind == "literal" for part in parts):
        return Expr("literal", "".join(str(part.value) for part in parts))
    return _with("text", tuple(parts), tuple(parts))


def _expressions(node: Any) -> Iterator[Any]:
    todo = list(node.named_children)
    while todo:
        one = todo.pop()
        if one.type == "expression":
            yield one
        else:
            todo.extend(one.named_children)


def _object(children: list[Any], bound: frozenset[str], depth: int) -> Expr:
    found: dict[str, Expr] = {}
    others: list[Expr] = []
    for child in children:
        if child.type != "object_elem":
            continue
        sides = [one for one in child.named_children if one.type == "expression"]
        if len(sides) != 2:
            continue
        key, value = _key(sides[0], bound, depth), _expression(sides[1], bound, depth + 1)
        if isinstance(key, str):
            found[key] = value
        else:
            others += [key, value]
    everything = (*found.values(), *others)
    return _with("other" if others else "object", found, everything)


def _key(node: Any, bound: frozenset[str], depth: int) -> str | Expr:
    text = _text(node).strip()
    if text.replace("_", "a").replace("-", "a").isalnum():
        return text  # a bare word is no name here
    key = _expression(node, bound, depth + 1)
    if key.kind == "ref" and not text.startswith("("):
        return text  # of `providers` alone: nowhere else may a name stand here without brackets
    return str(key.value) if key.kind == "literal" else key


def _loop(node: Any, bound: frozenset[str], depth: int) -> Expr:
    inner = node.named_children[0]
    intro = next((child for child in inner.named_children if child.type == "for_intro"), None)
    names = frozenset(_text(child) for child in (intro.named_children if intro else ()) if child.type == "identifier")
    over = tuple(_expression(child, bound, depth + 1) for child in (intro.named_children if intro else ()) if child.type == "expression")
    rest = tuple(_expression(one, bound | names, depth + 1) for child in inner.named_children if child is not intro and child.type != "for_intro" for one in _outer(child))
    return _with("other", None, (*over, *rest))


def _outer(node: Any) -> Iterator[Any]:
    return iter([node]) if node.type == "expression" else (one for one in node.named_children if one.type == "expression")


def _with(kind: str, value: Any, inner: tuple[Expr, ...]) -> Expr:
    refs = tuple(dict.fromkeys(ref for one in inner for ref in one.refs))
    calls = tuple(dict.fromkeys(call for one in inner for call in one.calls))
    return Expr(kind, value, refs, calls)


def renamed(block: Block, old: str, new: str) -> Block:
    """The block with one name for another wherever an expression uses it: `each.value`, and what follows it."""

    def name(ref: str) -> str:
        return new + ref[len(old) :] if ref == old or ref.startswith((f"{old}.", f"{old}[")) else ref

    def expr(one: Expr) -> Expr:
        if not any(name(ref) != ref for ref in one.refs):
            return one
        value = one.value
        if one.kind == "ref":
            value = name(value)
        elif one.kind in ("text", "list"):
            value = tuple(map(expr, value))
        elif one.kind == "object":
            value = {key: expr(inner) for key, inner in value.items()}
        elif one.kind == "call":
            value = (value[0], tuple(map(expr, value[1])))
        return Expr(one.kind, value, tuple(map(name, one.refs)), one.calls)

    found = Block(block.kind, block.labels, block.line, {key: (expr(one), line) for key, (one, line) in block.attributes.items()})
    found.blocks = [renamed(inner, old, new) for inner in block.blocks]
    return found


def line_of(text: str, address: str, path: str) -> int | None:
    """1-based line of an attribute (`rule.apply_server_side_encryption_by_default.sse_algorithm`, without list steps) of a
    resource in a file: of the nearest thing that is there, at last the resource itself; None where the file has no such resource."""
    kind, _, name = plain(module_of(address)[1]).partition(".")
    try:
        top = parse(text)
    except (Broken, TooDeep):
        return None
    block = next((one for one in top.blocks if one.kind == "resource" and one.labels == (kind, name)), None)
    if block is None:
        return None
    at, line = block, block.line
    for part in path.split("."):
        if part in at.attributes:
            return at.attributes[part][1]
        inner = next((one for one in at.blocks if one.kind == part or (one.kind == "dynamic" and one.labels == (part,))), None)
        if inner is None:
            break
        line = inner.line
        at = next((one for one in inner.blocks if one.kind == "content"), inner) if inner.kind == "dynamic" else inner
    return line


__all__ = ["Block", "Broken", "Expr", "TooDeep", "line_of", "parse", "renamed"]
