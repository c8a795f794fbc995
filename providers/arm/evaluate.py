"""Values of a template, evaluated as far as the template says, and never further.

An expression gives what Azure would put there, the id of a resource, what a resource of the same template will answer, or
an open value with the reason. There is no fifth answer: what is not evaluated here is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from providers.arm.budget import Budget
from providers.arm.expressions import At, Call, ExpressionError, Lit, Local, Member, Node, Symbol, Unread, is_expression, parse
from providers.arm.functions import PURE, Misuse, Opened, key_of, kind, pieces, to_string
from providers.arm.handles import Handle, Loop
from providers.arm.jsonc import Arr, Obj, Raw
from providers.arm.specials import SPECIAL, said
from providers.arm.values import Identity, Open, Pointer, Value, bare, braced, first_open, text_of, without_secret, written

#: Variables of loops and lambdas: `copy:NAME` counts a loop.
Locals = Mapping[str, Value]
MAX_COPIES = 800
"""Repetitions of one loop (Azure: template limits)."""
_MAX_DEPTH = 300


class Names(Protocol):
    """What the names in a template stand for."""

    def parameter(self, name: str) -> Value: ...
    def variable(self, name: str) -> Value: ...
    def function(self, name: str) -> tuple[tuple[str, ...], Raw] | None:
        """Parameters and body of a user's function."""
        ...

    def symbol(self, name: str) -> Value:
        """A resource by its symbolic name: a Handle, or a Loop of them."""
        ...

    def pointed(self, id: str) -> Value | None:
        """The Handle of the resource of this template with an id or name."""
        ...

    def about(self, what: str) -> Value:
        """`resourceGroup`, `subscription`, `deployment`, …"""
        ...

    def prefix(self, level: str, subscription: str, group: str) -> str:
        """The beginning of the ids of what stands at a level."""
        ...

    def id_of(self, level: str, kind: str, names: list[str], subscription: str, group: str) -> str: ...


class Evaluator:
    """Evaluates the values of one template."""

    def __init__(self, names: Names, budget: Budget) -> None:
        self.names, self.budget = names, budget
        self._depth = 0

    # -- values ------------------------------------------------------------------------------------------------
    def value(self, raw: Raw, locals: Locals, notes: dict[str, int] | None = None, path: str = "") -> Value:
        """What stands in a template as a value. With `notes`, the lines of its parts are entered by path."""
        self.budget.spend(1)
        if isinstance(raw, str):
            return self.expression(raw, locals) if raw[:1] == "[" else raw
        if isinstance(raw, Obj):
            return self._object(raw, locals, notes, path)
        if isinstance(raw, list):
            return self._list(raw, locals, notes, path)
        if isinstance(raw, Node):
            return self.node(raw, locals)
        return raw

    def expression(self, text: str, locals: Locals) -> Value:
        if not is_expression(text):
            return text[1:] if text[:2] == "[[" else text
        try:
            tree = parse(text)
        except ExpressionError as error:
            return Open(f"the expression {text[:80]} {error}", braced(text[1:-1]))
        return self.node(tree, locals)

    def _list(self, raw: list[Raw], locals: Locals, notes: dict[str, int] | None, path: str) -> Value:
        lines = raw.lines if isinstance(raw, Arr) and notes is not None else ()
        for n, line in enumerate(lines):
            if notes is not None and len(path) < 300:
                notes[f"{path}[{n}]"] = line
        return [self.value(item, locals, notes, f"{path}[{n}]") for n, item in enumerate(raw)]

    def _object(self, raw: Obj, locals: Locals, notes: dict[str, int] | None, path: str) -> Value:
        found: dict[str, Value] = {}
        for key, inner in raw.items():
            at = f"{path}.{key}" if path else key
            if notes is not None and len(at) < 300:
                notes[at] = raw.lines.get(key, raw.line)
            if key in raw.again or (raw.again and key.lower() in map(str.lower, raw.again)):
                found[key] = Open(f"{key} is given more than once", braced(key))
            elif key == "copy" and isinstance(inner, list) and all(isinstance(item, dict) and "input" in item for item in inner):
                for item in inner:
                    found.update(self._copied(item, locals))
            else:
                name: Value = self.expression(key, locals) if key[:1] == "[" else key
                if not isinstance(name, str):
                    return Open(f"the name of a property is not known: {name.why if isinstance(name, Open) else key}", "{…}")
                found[name] = without_secret(name, self.value(inner, locals, notes, at))
        return found

    def _copied(self, loop: Obj, locals: Locals) -> dict[str, Value]:
        """A property that a loop makes a list of."""
        name, count = self.value(loop.get("name"), locals), self.value(loop.get("count"), locals)
        if not isinstance(name, str):
            return {}
        if isinstance(count, (Open, bool)) or not isinstance(count, int) or not 0 <= count <= MAX_COPIES:
            return {name: Open(count.why if isinstance(count, Open) else f"the loop {name} has no count from 0 to {MAX_COPIES}", braced(name))}
        return {name: [self.value(loop["input"], {**locals, f"copy:{name.lower()}": n, "copy:input": n}) for n in range(count)]}

    # -- expressions -------------------------------------------------------------------------------------------
    def node(self, node: Any, locals: Locals) -> Value:
        """The value of a part of an expression."""
        self.budget.spend(1)
        if type(node) is Lit:
            return node.value
        if not isinstance(node, Node):
            return self.value(node, locals)
        self._depth += 1
        try:
            if self._depth > _MAX_DEPTH:
                return Open("leads through more expressions than are followed", "{…}")
            return self._node(node, locals)
        finally:
            self._depth -= 1

    def _node(self, node: Node, locals: Locals) -> Value:
        if isinstance(node, Call):
            return self._call(node, locals)
        if isinstance(node, Member):
            return self._member(self.node(node.base, locals), node.name, node.safe)
        if isinstance(node, At):
            return self._at(self.node(node.base, locals), self.node(node.index, locals), node.safe)
        if isinstance(node, Local):
            return locals[node.name] if node.name in locals else Open(f"{node.name} is no variable here", braced(node.name))
        if isinstance(node, Symbol):
            return self.names.symbol(node.name)
        if isinstance(node, Unread):
            return Open(node.why, braced(node.text))
        return Open("a function stands where a value belongs", "{…}")

    def _member(self, base: Value, name: str, safe: bool) -> Value:
        if isinstance(base, Handle):
            return base.member(name)
        if isinstance(base, Pointer):
            return Pointer(base.resource, f"{base.attribute}.{name}")
        if isinstance(base, Open):
            return Open(base.why, f"{{{bare(base.text)}.{name}}}")
        if isinstance(base, dict):
            key = key_of(base, name)
            if key is not None:
                return base[key]
        if safe and (base is None or isinstance(base, dict)):
            return None
        return Open(f"{kind(base)} has no member {name}", f"{{.{name}}}")

    def _at(self, base: Value, index: Value, safe: bool) -> Value:
        if isinstance(base, Loop) and isinstance(index, int) and not isinstance(index, bool):
            return base.of(index)
        if isinstance(base, Open):
            return Open(base.why, f"{{{bare(base.text)}[{written(index)}]}}")
        if isinstance(index, Open):
            return Open(index.why, f"{{[{written(index)}]}}")
        if isinstance(index, str) and (isinstance(base, dict) or (safe and base is None)):
            return self._member(base, index, safe)
        if isinstance(base, list) and isinstance(index, int) and not isinstance(index, bool):
            if 0 <= index < len(base):
                return base[index]
            return None if safe else Open(f"the index {index} leads out of its list", f"{{[{index}]}}")
        return None if safe and base is None else Open(f"{kind(base)} has no item {written(index)}", f"{{[{written(index)}]}}")

    def _call(self, node: Call, locals: Locals) -> Value:
        special = SPECIAL.get(node.name)
        args: list[Value] = []
        try:
            if special is not None:
                return special(self, node, locals)
            args = [self.node(arg, locals) for arg in node.args]
            if node.name in ("concat", "format"):
                return self._glued(node.name, args)
            opened = next((arg for arg in args if isinstance(arg, Open)), None)
            if opened is not None:
                return Open(opened.why, said(node.said, args))
            function = PURE.get(node.name)
            if function is not None:
                for arg in args:
                    if isinstance(arg, (list, dict)):
                        self.budget.made(arg)
                return self.budget.made(function(*args))
            return self._own(node, args)
        except Opened as error:
            return Open(error.open.why, said(node.said, []))
        except (Misuse, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            inside = first_open(args)
            if inside is not None:  # a list that holds what is not known is no misuse
                return Open(inside.why, said(node.said, []))
            return Open(f"{node.name}(…) cannot be evaluated: {error}", said(node.said, []))

    def _glued(self, name: str, args: list[Value]) -> Value:
        """A text that is put together: where a piece is open the writing of the whole still tells it from others."""
        if not args:
            return ""
        if name == "format":
            if not isinstance(args[0], str):
                return args[0] if isinstance(args[0], Open) else Open("format(…) has no text", "{…}")
            args = pieces(args[0], tuple(args[1:]))
        opened = next((arg for arg in args if isinstance(arg, Open)), None)
        if opened is None:
            return self.budget.made(PURE["concat"](*args) if name == "concat" else "".join(to_string(arg) for arg in args))
        if any(isinstance(arg, list) for arg in args):
            return Open(opened.why, "{…}")
        shown = "".join(
            braced(arg.text) if isinstance(arg, Open) and not arg.text.startswith(("{", "/")) and "{" not in arg.text else arg.text if isinstance(arg, Open) else to_string(arg)
            for arg in args
        )
        self.budget.made(shown)
        whole_id = isinstance(args[0], Identity) and all(isinstance(arg, Identity) or not isinstance(arg, Open) for arg in args)
        return Identity(opened.why, shown) if whole_id else Open(opened.why, shown)

    def _own(self, node: Call, args: list[Value]) -> Value:
        """A function that the template itself defines."""
        found = self.names.function(node.name)
        if found is None:
            return Open(f"{node.name}(…) is not evaluated before deployment", said(node.said, args))
        names, body = found
        inner: dict[str, Value] = {f"argument:{name.lower()}": arg for name, arg in zip(names, args, strict=False)}
        return self.node(body, inner) if isinstance(body, Node) else self.value(body, inner)

    def text(self, raw: Raw, locals: Locals) -> tuple[str, Open | None]:
        """A name: known, or as it is written, with why it is not known."""
        found = self.value(raw, locals)
        if isinstance(found, Open):
            return found.text, found
        known = text_of(found)
        return (known, None) if known is not None else ("", Open("is no text", "{…}"))
