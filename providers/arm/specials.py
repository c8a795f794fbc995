"""Functions that look at more than their arguments: conditions, which are decided as soon as they can be; names; ids; loops; lambdas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from providers.arm.expressions import Call, Lambda
from providers.arm.functions import PURE, Misuse, kind, to_string, whole
from providers.arm.handles import Beside, Handle
from providers.arm.values import Identity, Open, Value, first_open, text_of, written

if TYPE_CHECKING:
    from providers.arm.evaluate import Evaluator, Locals

_GROUP_ID = "/subscriptions/{subscription}/resourceGroups/{resource group}"


def said(name: str, args: list[Value]) -> str:
    """A call as it stands in a name, in which slashes part the names of parent and child."""
    return f"{{{name}({', '.join(written(arg).replace(_GROUP_ID, 'resourceGroup().id').replace('/', ':') for arg in args)})}}"


_Special = Callable[["Evaluator", Call, "Locals"], Value]


def _if(ev: Evaluator, node: Call, locals: Locals) -> Value:
    if len(node.args) != 3:
        raise Misuse("takes three arguments")
    test = ev.node(node.args[0], locals)
    if isinstance(test, Open):
        sides = [ev.node(arg, locals) for arg in node.args[1:]]
        if not any(first_open(ev.budget.made(side)) for side in sides) and PURE["equals"](*sides):
            return sides[0]
        return Open(test.why, said("if", [test, *sides]))
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
        return (not decisive) if opened is None else Open(opened.why, said(node.said, [opened]))

    return decide


def _not(ev: Evaluator, node: Call, locals: Locals) -> Value:
    found = ev.node(node.args[0], locals) if len(node.args) == 1 else None
    if isinstance(found, Open):
        return Open(found.why, said("not", [found]))
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
        return Open(f"copyIndex({name}) stands outside of its loop", said("copyIndex", []))
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
            return Open("names a type of resource that is not known", said(node.said, args))
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
    return Open("what a resource answers is known after deployment", said("reference", args[:1]))


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
    return Open(opened.why, said("uri", args)) if opened else PURE["uri"](*args)


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
    return Open(why, said(node.said, texts))


def _loaded(ev: Evaluator, node: Call, locals: Locals) -> Value:
    from providers.arm import loaded

    return loaded.content(ev, node, locals) if node.name.startswith("load:") else loaded.exported(ev, node, locals)


def _lambda(ev: Evaluator, found: Value, locals: Locals) -> Callable[..., Value]:
    if not isinstance(found, Lambda):
        raise Misuse("takes a function")
    return lambda *args: ev.node(found.body, {**locals, **dict(zip(found.names, args, strict=False))})


def _each(ev: Evaluator, node: Call, locals: Locals) -> Value:
    """`map`, `filter`, `sort`, `reduce`, `toObject`, `groupBy`, `mapValues`."""
    items = ev.node(node.args[0], locals)
    if isinstance(items, Open):
        return Open(items.why, said(node.said, [items]))
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


SPECIAL: dict[str, _Special] = {
    "if": _if, "and": _every(False), "or": _every(True), "not": _not, "coalesce": _coalesce, "tryget": _try_get,
    "parameters": _parameters, "variables": _variables, "copyindex": _copy_index,
    "resourceid": _resource_id("group"), "subscriptionresourceid": _resource_id("subscription"), "tenantresourceid": _resource_id("tenant"),
    "managementgroupresourceid": _resource_id("management"), "extensionresourceid": _resource_id("extension"),
    "reference": _reference, "resourceinfo": _resource_info, "uri": _uri,
    "resourcegroup": _about, "subscription": _about, "deployment": _about, "tenant": _about, "managementgroup": _about, "environment": _about,
    # Names that no ARM expression can write: only the reader of Bicep makes these.
    "load:loadtextcontent": _loaded, "load:loadjsoncontent": _loaded, "load:loadyamlcontent": _loaded, "import:variable": _loaded, "import:function": _loaded,
    "map": _each, "filter": _each, "reduce": _each, "sort": _each, "toobject": _each, "groupby": _each, "mapvalues": _each,
}  # fmt: skip
