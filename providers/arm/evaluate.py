"""Values of a template, evaluated as far as the template says, and never further.

An expression gives what Azure would put there, the id of a resource, what a resource of the same template will answer, or
an open value with the reason. There is no fifth answer: what is not evaluated here is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from providers.arm.budget import Budget
from providers.arm.expressions import At, Call, ExpressionError, Lambda, Lit, Local, Member, Node, Symbol, Unread, is_expression, parse
from providers.arm.functions import PURE, Misuse, Opened, key_of, kind, pieces, to_string, whole
from providers.arm.jsonc import Arr, Obj, Raw
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


class Beside(Open):
    """The address of a file, relative to that of the template itself."""

    __slots__ = ("path",)

    def __init__(self, path: str = "") -> None:
        super().__init__("the address from which the template is deployed is known at deployment", f"{{template}}/{path}")
        self.path = path


class Handle(Open):
    """A resource of the template, of which some members are known before deployment."""

    __slots__ = ("inside", "resource")

    def __init__(self, resource: Any, inside: bool) -> None:
        super().__init__(f"what {resource.name_text} answers is known after deployment", f"{{{resource.name_text}}}")
        self.resource = resource
        self.inside = inside
        """Its members are the resource's properties, as `reference(…)` gives them."""

    def member(self, name: str) -> Value:
        found = self.resource.member(name, self.inside)
        return Pointer(self.resource.name_text, name) if found is None else found


class Loop(Open):
    """A resource that is made several times."""

    __slots__ = ("of",)

    def __init__(self, name: str, of: Callable[[int], Value]) -> None:
        super().__init__(f"{name} is a loop", f"{{{name}}}")
        self.of = of


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
        special = _SPECIAL.get(node.name)
        try:
            if special is not None:
                return special(self, node, locals)
            args = [self.node(arg, locals) for arg in node.args]
            if node.name in ("concat", "format"):
                return self._glued(node.name, args)
            opened = next((arg for arg in args if isinstance(arg, Open)), None)
            if opened is not None:
                return Open(opened.why, _said(node.said, args))
            function = PURE.get(node.name)
            if function is not None:
                for arg in args:
                    if isinstance(arg, (list, dict)):
                        self.budget.made(arg)
                return self.budget.made(function(*args))
            return self._own(node, args)
        except Opened as error:
            return Open(error.open.why, _said(node.said, []))
        except (Misuse, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            return Open(f"{node.name}(…) cannot be evaluated: {error}", _said(node.said, []))

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
            return Open(f"{node.name}(…) is not evaluated before deployment", _said(node.said, args))
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


_GROUP_ID = "/subscriptions/{subscription}/resourceGroups/{resource group}"


def _said(name: str, args: list[Value]) -> str:
    """A call as it stands in a name, in which slashes part the names of parent and child."""
    return f"{{{name}({', '.join(written(arg).replace(_GROUP_ID, 'resourceGroup().id').replace('/', ':') for arg in args)})}}"


# -- functions that look at more than their arguments ------------------------------------------------------------------
_Special = Callable[[Evaluator, Call, Locals], Value]


def _if(ev: Evaluator, node: Call, locals: Locals) -> Value:
    if len(node.args) != 3:
        raise Misuse("takes three arguments")
    test = ev.node(node.args[0], locals)
    if isinstance(test, Open):
        sides = [ev.node(arg, locals) for arg in node.args[1:]]
        if not any(first_open(ev.budget.made(side)) for side in sides) and PURE["equals"](*sides):
            return sides[0]
        return Open(test.why, _said("if", [test, *sides]))
    if not isinstance(test, bool):
        raise Misuse(f"decides by {kind(test)}")
    return ev.node(node.args[1 if test else 2], locals)


def _every(decisive: bool) -> _Special:
    def decide(ev: Evaluator, node: Call, locals: Locals) -> Value:
        opened: Open | None = None
        for arg in node.args:
            found = ev.node(arg, locals)
            if isinstance(found, Open):
                opened = opened or found
            elif not isinstance(found, bool):
                raise Misuse(f"decides by {kind(found)}")
            elif found is decisive:
                return decisive
        return (not decisive) if opened is None else Open(opened.why, _said(node.said, [opened]))

    return decide


def _not(ev: Evaluator, node: Call, locals: Locals) -> Value:
    found = ev.node(node.args[0], locals) if len(node.args) == 1 else None
    if isinstance(found, Open):
        return Open(found.why, _said("not", [found]))
    if not isinstance(found, bool):
        raise Misuse(f"turns {kind(found)} round")
    return not found


def _coalesce(ev: Evaluator, node: Call, locals: Locals) -> Value:
    for arg in node.args:
        found = ev.node(arg, locals)
        if found is not None:
            return found
    return None


def _parameters(ev: Evaluator, node: Call, locals: Locals) -> Value:
    name = ev.node(node.args[0], locals)
    if isinstance(name, Open):
        return name
    own = f"argument:{str(name).lower()}"
    return locals[own] if own in locals else ev.names.parameter(str(name))


def _variables(ev: Evaluator, node: Call, locals: Locals) -> Value:
    name = ev.node(node.args[0], locals)
    return name if isinstance(name, Open) else ev.names.variable(str(name))


def _copy_index(ev: Evaluator, node: Call, locals: Locals) -> Value:
    args = [ev.node(arg, locals) for arg in node.args]
    name = args.pop(0).lower() if args and isinstance(args[0], str) else ""
    at = locals.get(f"copy:{name}", locals.get("copy:input") if not name else None)
    if at is None or any(isinstance(arg, Open) for arg in args):
        return Open(f"copyIndex({name}) stands outside of its loop", _said("copyIndex", []))
    return PURE["add"](at, args[0]) if args else at


def _try_get(ev: Evaluator, node: Call, locals: Locals) -> Value:
    found, *keys = [ev.node(arg, locals) for arg in node.args]
    for key in keys:
        found = ev._at(found, key, True)
    return found


def _resource_id(level: str) -> _Special:
    def id_of(ev: Evaluator, node: Call, locals: Locals) -> Value:
        args = [ev.node(arg, locals) for arg in node.args]
        base = args.pop(0) if level == "extension" else None
        at = next((n for n, arg in enumerate(args) if isinstance(arg, str) and "/" in arg), None)
        if at is None or not isinstance(args[at], str):
            return Open("names a type of resource that is not known", _said(node.said, args))
        names = [arg.text if isinstance(arg, Open) else text_of(arg) for arg in args[at + 1 :]]
        if any(name is None for name in names) or len(names) != args[at].count("/"):
            raise Misuse("does not name a resource by its type and names")
        before = [arg.text if isinstance(arg, Open) else str(arg) for arg in args[:at]]
        opened = next((arg for arg in args if isinstance(arg, Open)), None)
        why = opened.why if opened else "the id is known at deployment"
        if level == "extension":
            stem = base.text if isinstance(base, Open) else str(base)
            return Identity(why, f"{stem}/providers/{joined(args[at], [str(name) for name in names])}")
        group = before[-1] if before and level == "group" else ""
        subscription = before[0] if len(before) == 2 or (before and level != "group") else ""
        return Identity(why, ev.names.id_of(level, args[at], [str(name) for name in names], subscription, group))

    return id_of


def joined(type: str, names: list[str]) -> str:
    """`Microsoft.Sql/servers/s/databases/d` of a type and names."""
    namespace, *parts = type.split("/")
    return "/".join([namespace, *(piece for pair in zip(parts, names, strict=True) for piece in pair)])


def _reference(ev: Evaluator, node: Call, locals: Locals) -> Value:
    args = [ev.node(arg, locals) for arg in node.args]
    named = args[0].text if isinstance(args[0], Open) else str(args[0])
    found = ev.names.pointed(named)
    if isinstance(found, Handle):
        return Handle(found.resource, not (len(args) > 2 and str(args[-1]).lower() == "full"))
    return Open("what a resource answers is known after deployment", _said("reference", args[:1]))


def _resource_info(ev: Evaluator, node: Call, locals: Locals) -> Value:
    return ev.names.symbol(str(ev.node(node.args[0], locals)))


def _uri(ev: Evaluator, node: Call, locals: Locals) -> Value:
    """An address beside the template stays one, whatever token follows its question mark."""
    args = [ev.node(arg, locals) for arg in node.args]
    if len(args) == 2 and isinstance(args[0], Beside):
        path = args[1].text.partition("{")[0] if isinstance(args[1], Open) and "/{" not in args[1].text else args[1]
        if isinstance(path, str):
            return Beside(path.partition("?")[0])
    opened = next((arg for arg in args if isinstance(arg, Open)), None)
    return Open(opened.why, _said("uri", args)) if opened else PURE["uri"](*args)


def _about(ev: Evaluator, node: Call, locals: Locals) -> Value:
    """`resourceGroup()` of the deployment, or (Bicep, for scopes) another one by name."""
    if not node.args:
        return ev.names.about(node.name)
    texts = [arg.text if isinstance(arg, Open) else str(arg) for arg in (ev.node(arg, locals) for arg in node.args)]
    why = f"{node.name}(…) is known at deployment"
    if node.name == "resourcegroup" and len(texts) <= 2:
        return Identity(why, ev.names.prefix("group", texts[0] if len(texts) == 2 else "", texts[-1]))
    if node.name == "subscription" and len(texts) == 1:
        return Identity(why, ev.names.prefix("subscription", texts[0], ""))
    return Open(why, _said(node.said, texts))


def _lambda(ev: Evaluator, found: Value, locals: Locals) -> Callable[..., Value]:
    if not isinstance(found, Lambda):
        raise Misuse("takes a function")
    return lambda *args: ev.node(found.body, {**locals, **dict(zip(found.names, args, strict=False))})


def _each(ev: Evaluator, node: Call, locals: Locals) -> Value:
    """`map`, `filter`, `sort`, `reduce`, `toObject`, `groupBy`, `mapValues`."""
    items = ev.node(node.args[0], locals)
    if isinstance(items, Open):
        return Open(items.why, _said(node.said, [items]))
    run = _lambda(ev, node.args[2 if node.name == "reduce" else 1], locals)
    ev.budget.made(items)
    if node.name == "mapvalues":
        if not isinstance(items, dict):
            raise Misuse(f"takes an object, found {kind(items)}")
        return {key: run(value) for key, value in items.items()}
    if not isinstance(items, list):
        raise Misuse(f"takes a list, found {kind(items)}")
    if node.name == "map":
        two = len(node.args[1].names) > 1
        return [run(item, n) if two else run(item) for n, item in enumerate(items)]
    if node.name == "filter":
        kept = [(item, run(item, n)) for n, item in enumerate(items)]
        return [item for item, wanted in kept if whole(wanted)]
    if node.name == "reduce":
        held = ev.node(node.args[1], locals)
        for n, item in enumerate(items):
            held = ev.budget.made(run(held, item, n))
        return held
    if node.name == "sort":
        return _sorted(items, run)
    if node.name == "toobject":
        give: Callable[..., Value] = _lambda(ev, node.args[2], locals) if len(node.args) > 2 else lambda *items: items[0]
        return {str(to_string(whole(run(item)))): give(item) for item in items}
    groups: dict[str, Value] = {}
    for item in items:
        groups.setdefault(str(to_string(whole(run(item)))), []).append(item)
    return groups


def _sorted(items: list[Value], before: Callable[..., Value]) -> list[Value]:
    """By insertion, as the function only says which of two comes first."""
    if len(items) > 500:
        raise Misuse("sorts a list that is too long")
    found: list[Value] = []
    for item in items:
        at = next((n for n, other in enumerate(found) if whole(before(item, other))), len(found))
        found.insert(at, item)
    return found


_SPECIAL: dict[str, _Special] = {
    "if": _if, "and": _every(False), "or": _every(True), "not": _not, "coalesce": _coalesce, "tryget": _try_get,
    "parameters": _parameters, "variables": _variables, "copyindex": _copy_index,
    "resourceid": _resource_id("group"), "subscriptionresourceid": _resource_id("subscription"), "tenantresourceid": _resource_id("tenant"),
    "managementgroupresourceid": _resource_id("management"), "extensionresourceid": _resource_id("extension"),
    "reference": _reference, "resourceinfo": _resource_info, "uri": _uri,
    "resourcegroup": _about, "subscription": _about, "deployment": _about, "tenant": _about, "managementgroup": _about, "environment": _about,
    "map": _each, "filter": _each, "reduce": _each, "sort": _each, "toobject": _each, "groupby": _each, "mapvalues": _each,
}  # fmt: skip
