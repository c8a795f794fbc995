"""Which values of an evaluated configuration can be trusted, and what the others are.

tfparse evaluates, and where it cannot it leaves a mark, a null, an empty object, or a part of the value; or it drops the
block. None of these may be taken for a value. So a value counts only if every name that its expression uses, through
locals, variables, modules and outputs, leads to something that is known; otherwise it is a reference to the one resource
that it names, or not known, with the reason.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from providers.terraform.modules import Folder, Module, literal
from providers.terraform.names import join, key_of
from providers.terraform.policies import KIND as POLICY
from providers.terraform.policies import rendered
from providers.terraform.syntax import Block, Expr
from scanner.sdk import REFERENCE, UNRESOLVED, Json

_MAX_DEPTH = 60
_STEPS = 2_000_000
#: Functions whose result depends on nothing but their arguments (Terraform documentation, "Built-in Functions"), and which cannot fail in silence.
PURE = frozenset(
    {
        "abs", "alltrue", "anytrue", "base64decode", "base64encode", "can", "ceil", "chunklist", "cidrhost", "cidrnetmask", "cidrsubnet", "cidrsubnets", "coalesce", "coalescelist",
        "compact", "concat", "contains", "distinct", "element", "endswith", "flatten", "floor", "format", "formatlist", "index", "indent", "join", "jsondecode", "jsonencode", "keys",
        "length", "lookup", "lower", "matchkeys", "max", "merge", "min", "one", "parseint", "pow", "range", "regex", "regexall", "replace", "reverse", "setintersection", "setproduct",
        "setsubtract", "setunion", "signum", "slice", "sort", "split", "startswith", "strcontains", "strrev", "substr", "sum", "title", "tobool", "tolist", "tomap", "tonumber", "toset",
        "tostring", "transpose", "trim", "trimprefix", "trimspace", "trimsuffix", "try", "upper", "urlencode", "values", "zipmap", "md5", "sha1", "sha256", "sha512", "nonsensitive", "sensitive",
    }
)  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Place:
    """A module instance: its address with keys (empty: the root), its folder, and the call that made it."""

    address: str
    module: Module
    above: Place | None = None
    call: Block | None = None


class Values:
    """Judges values of one configuration."""

    def __init__(self, folder: Folder, given: frozenset[str], workspace: str, raw: dict[str, dict[str, Any]]) -> None:
        self.folder, self.given, self.workspace = folder, given, workspace
        self.raw = raw
        """What tfparse gave, by address."""
        self._open: dict[tuple[str, str], str | None] = {}
        self._steps = 0

    # -- what cannot be known ----------------------------------------------------------------------------------
    def why_open(self, expr: Expr, place: Place, depth: int = 0) -> str | None:
        """Why the value of an expression cannot be known before it is applied; None if it can."""
        for call in expr.calls:
            if call not in PURE:
                return f"{call}() is not evaluated"
        for ref in expr.refs:
            why = self.why_ref(ref, place, depth)
            if why is not None:
                return why
        return None

    def why_ref(self, ref: str, place: Place, depth: int = 0) -> str | None:
        key = (place.address, ref)
        if key not in self._open:
            self._steps += 1
            if depth > _MAX_DEPTH or self._steps > _STEPS:
                return f"{ref} is defined through too many steps"
            self._open[key] = f"{ref} is defined by itself"
            self._open[key] = self._why_ref(ref, place, depth + 1)
        return self._open[key]

    def _why_ref(self, ref: str, place: Place, depth: int) -> str | None:
        module = place.module
        head, name = _split(ref)
        if head == "var":
            return self._why_variable(name, place, depth)
        if head == "local":
            return self.why_open(module.locals[name], place, depth) if name in module.locals else f"{ref} is not declared"
        if head == "module":
            return self._why_output(ref, place, depth)
        if head in ("each", "count"):
            return None  # known where the number of instances is, which is asked of the whole resource
        if head == "path":
            return None
        if head == "terraform":
            return None if self.workspace and ref == "terraform.workspace" else f"{ref} differs by where it is applied"
        if head == "data":
            return f"{ref} is read when it is applied"
        if head == "self":
            return f"{ref} is known after it is applied"
        block = module.resources.get(("resource", head, name))
        if block is None:
            return f"{ref} is not declared"
        attribute = _attribute(ref)
        given = block[0].attributes.get(attribute)
        if given is None:
            return f"{ref} is known after it is applied"
        return self.why_many(block[0], place, depth) or self.why_open(given[0], place, depth)

    def why_many(self, block: Block, place: Place, depth: int = 0) -> str | None:
        """Why it is not known how many instances of a block there are."""
        chained = self.chained(block, place)
        if chained is not None and depth < _MAX_DEPTH:
            return self.why_many(place.module.resources["resource", *_split(chained)][0], place, depth + 1)
        for name in ("count", "for_each"):
            if name in block.attributes:
                why = self.why_open(block.attributes[name][0], place, depth)
                if why is not None:
                    return why
        return None

    def chained(self, block: Block, place: Place) -> str | None:
        """The resource whose instances a `for_each` runs over, as it stands: of each there is one, whatever becomes of its values."""
        over = block.attributes.get("for_each")
        if over is None or over[0].kind != "ref" or not re.fullmatch(r"[\w-]+\.[\w-]+", str(over[0].value)):
            return None
        found = place.module.resources.get(("resource", *_split(str(over[0].value))))
        return str(over[0].value) if found is not None and found[0] is not block and "for_each" in found[0].attributes else None

    def _why_variable(self, name: str, place: Place, depth: int) -> str | None:
        declared = place.module.variables.get(name)
        if declared is None:
            return f"var.{name} is not declared"
        if place.above is None:
            return None if name in self.given or "default" in declared.attributes else f"var.{name} has no value: it has no default, and none was given"
        argument = place.call.attributes.get(name) if place.call is not None else None
        if argument is not None:
            strict = declared.attributes.get("nullable")
            if strict is not None and strict[0].value is False and not (argument[0].kind == "literal" and argument[0].value is not None):
                return f"var.{name} takes no null: if it is given one, its default stands"
            return self.why_open(argument[0], place.above, depth)
        return None if "default" in declared.attributes else f"var.{name} has no value"

    def _why_output(self, ref: str, place: Place, depth: int) -> str | None:
        inner = self.inside(ref, place)
        output = _output(ref)
        if inner is None or output is None:
            return f"{ref}: the module is not read"
        declared = inner.module.outputs.get(output, None)
        value = declared.attributes.get("value") if declared is not None else None
        return self.why_open(value[0], inner, depth) if value is not None else f"{ref} is not declared"

    def inside(self, ref: str, place: Place) -> Place | None:
        """The module instance that `module.a["x"].out` speaks of; of several without a key any, since they share their source."""
        match = re.match(r"""module\.([\w-]+)(\[[^\]]*\])?""", ref)
        called = place.module.calls.get(match[1]) if match else None
        if match is None or called is None:
            return None
        module = self.callee(called[0], place)
        return Place(join(place.address, f"module.{match[1]}{match[2] or ''}"), module, place, called[0]) if module is not None else None

    def callee(self, call: Block, place: Place) -> Module | None:
        """The module that a call leads to, if it is a folder that was read."""
        import os

        source = literal(call, "source")
        if source is None or not (source.startswith(("./", "../")) or source in (".", "..")):
            return None
        return self.folder.modules.get(os.path.normpath(os.path.join(place.module.path, source)))

    # -- values ------------------------------------------------------------------------------------------------
    def value(self, expr: Expr, got: Any, place: Place, key: str = "", loops: str | None = None, depth: int = 0) -> Json:
        """The value of an expression, given what tfparse made of it. `key` is that of the instance; `loops` says why its
        number of instances is open."""
        if expr.kind == "literal":
            return expr.value  # type: ignore[no-any-return]
        why = self.why_open(expr, place)
        if why is None and loops is not None and any(ref.startswith(("each.", "count.")) for ref in expr.refs):
            why = loops
        if why is None:
            return self._trusted(expr, got)
        if depth > _MAX_DEPTH:
            return {UNRESOLVED: why}
        if expr.kind == "ref":
            return self._referred(expr.value, place, key, why, depth)
        if expr.kind == "list":
            listed = got if isinstance(got, list) and len(got) == len(expr.value) else [None] * len(expr.value)
            return [self.value(one, listed[n], place, key, loops, depth + 1) for n, one in enumerate(expr.value)]
        if expr.kind == "object":
            known = got if isinstance(got, dict) else {}
            return {name: self.value(one, known.get(name), place, key, loops, depth + 1) for name, one in expr.value.items()}
        if expr.kind == "text":
            return self._around(expr, place, key, why, depth)
        if expr.kind == "call" and expr.value[0] in ("jsonencode", "tostring", "sensitive", "nonsensitive") and len(expr.value[1]) == 1:
            inside = _loaded(got) if expr.value[0] == "jsonencode" else got
            return self.value(expr.value[1][0], inside, place, key, loops, depth + 1)
        return {UNRESOLVED: why}

    def _trusted(self, expr: Expr, got: Any) -> Json:
        """What tfparse made of an expression all of whose names are known."""
        if _is_mark(got) or got is None:
            if expr.calls or expr.kind in ("text", "list", "object"):
                return {UNRESOLVED: f"{'() and '.join(expr.calls) or expr.kind}() gave nothing that can be read"}
            return None
        if isinstance(got, str) and _UUID.search(got):
            return {UNRESOLVED: "holds an id that is known after it is applied"}
        if isinstance(got, (dict, list)) and expr.calls and _holes(got):
            return {UNRESOLVED: "a part of it could not be evaluated"}
        return clean(got)

    def _referred(self, ref: str, place: Place, key: str, why: str, depth: int) -> Json:
        """A name that stands alone: the resource that it means, as far as its address can be told."""
        head, name = _split(ref)
        if head == "var" and ref == f"var.{name}" and place.above is not None and place.call is not None and name in place.call.attributes:
            given = self.value(place.call.attributes[name][0], None, place.above, key_of(place.address), None, depth + 1)
            declared = place.module.variables[name].attributes if name in place.module.variables else {}
            if given is None and "nullable" in declared and "default" in declared and declared["nullable"][0].value is False:
                return self.value(declared["default"][0], None, place, "", None, depth + 1)
            return given
        if head == "local" and ref == f"local.{name}" and name in place.module.locals:
            return self.value(place.module.locals[name], None, place, key, None, depth + 1)
        if head == "module":
            return self._out_of(ref, place, key, why, depth)
        if head == "data":
            return self._data(ref, place, why)
        if head in ("each", "count", "path", "terraform", "self", "var", "local"):
            return {UNRESOLVED: why}
        match = re.match(r"""([\w-]+\.[\w-]+)(\[[^\]]*\])?(?:\.(.+))?$""", ref)
        if match is None or "[*]" in ref or "[?]" in ref:
            return {UNRESOLVED: why}
        index = match[2] or ""
        if index in ("[each.key]", "[count.index]", "[each.value]"):
            index = key if index != "[each.value]" or join(place.address, f"{match[1]}{key}") in self.raw else "?"
        elif index and not re.fullmatch(r"""\["[^"]*"\]|\[\d+\]""", index):
            index = "?"
        if index == "?":
            return {UNRESOLVED: why}
        return {REFERENCE: join(place.address, f"{match[1]}{index}"), "att": match[3] or ""}

    def _out_of(self, ref: str, place: Place, key: str, why: str, depth: int) -> Json:
        inner, output = self.inside(ref.replace("[each.key]", key).replace("[count.index]", key), place), _output(ref)
        declared = inner.module.outputs.get(output) if inner is not None and output is not None else None
        if inner is None or declared is None or "value" not in declared.attributes or ref.count(".") > 2 or "[*]" in ref:
            return {UNRESOLVED: why}
        if "[" not in ref and inner.call is not None and {"count", "for_each"} & set(inner.call.attributes):
            return {UNRESOLVED: why}
        return self.value(declared.attributes["value"][0], None, inner, "", None, depth + 1)

    def _data(self, ref: str, place: Place, why: str) -> Json:
        """A policy that a data source renders; every other one is read when it is applied."""
        match = re.fullmatch(rf"data\.{POLICY}\.([\w-]+)\.(?:json|minified_json)", ref)
        block = place.module.resources.get(("data", POLICY, match[1])) if match else None
        if match is None or block is None or {"count", "for_each"} & set(block[0].attributes):
            return {UNRESOLVED: why}
        raw = self.raw.get(join(place.address, f"data.{POLICY}.{match[1]}"))
        return rendered(self.body(block[0], raw or {}, place)) if raw is not None else {UNRESOLVED: why}

    def _around(self, expr: Expr, place: Place, key: str, why: str, depth: int) -> Json:
        """Text around one reference: `"${aws_s3_bucket.b.arn}/*"` still names the bucket."""
        inner = [part for part in expr.value if part.kind != "literal"]
        if len(inner) != 1 or inner[0].kind != "ref" or expr.value[0] is not inner[0]:
            return {UNRESOLVED: why}
        found = self._referred(inner[0].value, place, key, why, depth + 1)
        rest = "".join(str(part.value) for part in expr.value[1:])
        if isinstance(found, dict) and REFERENCE in found and rest in ("/*", ":*", "*"):
            return {**found, "text": f"${{{inner[0].value}}}{rest}"}
        return {UNRESOLVED: why}

    # -- bodies ------------------------------------------------------------------------------------------------
    def body(self, block: Block, raw: dict[str, Any], place: Place, key: str = "", loops: str | None = None, skip: frozenset[str] = frozenset()) -> dict[str, Json]:
        """Attributes and blocks of a block, by what stands in its text."""
        found: dict[str, Json] = {}
        for name, (expr, _) in block.attributes.items():
            if name not in skip:
                value = self.value(expr, raw.get(name), place, key, loops)
                if value is not None:
                    found[name] = value
        kinds = dict.fromkeys(inner.labels[0] if inner.kind == "dynamic" and inner.labels else inner.kind for inner in block.blocks)
        for kind in kinds:
            if kind not in skip:
                found[kind] = self._blocks(kind, block, raw.get(kind), place, key, loops)
        return found

    def _blocks(self, kind: str, block: Block, got: Any, place: Place, key: str, loops: str | None) -> Json:
        written = [inner for inner in block.blocks if inner.kind == kind]
        dynamic = [inner for inner in block.blocks if inner.kind == "dynamic" and inner.labels == (kind,)]
        items = [one for one in (got if isinstance(got, list) else [got]) if isinstance(one, dict)]
        for one in dynamic:
            over = one.attributes.get("for_each")
            why = "it has no for_each" if over is None else self.why_open(over[0], place) or (loops if any(r.startswith(("each.", "count.")) for r in over[0].refs) else None)
            if why is not None:
                return {UNRESOLVED: f"how many {kind} blocks there are: {why}"}
        if not dynamic:
            if len(items) != len(written):
                return {UNRESOLVED: f"{len(written)} {kind} blocks stand in the file, and {len(items)} were evaluated"}
            return [self.body(inner, items[n], place, key, loops) for n, inner in enumerate(written)]
        contents = [next((c for c in one.blocks if c.kind == "content"), one) for one in dynamic]
        if not written and len(contents) == 1:
            return [self.body(contents[0], item, place, key, loops) for item in items]
        if len(items) < len(written):
            return {UNRESOLVED: f"{len(written)} {kind} blocks stand in the file, and {len(items)} were evaluated"}
        return [self._either([*written, *contents], item, place, key, loops) for item in items]

    def _either(self, candidates: list[Block], item: dict[str, Any], place: Place, key: str, loops: str | None) -> Json:
        """An item of which it cannot be told which block made it: known only where it is known by each of them."""
        made = [self.body(one, item, place, key, loops) for one in candidates]
        names = dict.fromkeys(name for one in made for name in one)
        found: dict[str, Json] = {}
        for name in names:
            values = [one.get(name) for one in made if name in one]
            open_one = next((value for value in values if isinstance(value, dict) and UNRESOLVED in value), None)
            found[name] = open_one if open_one is not None else clean(item[name]) if name in item else None
        return {name: value for name, value in found.items() if value is not None}


def _split(ref: str) -> tuple[str, str]:
    parts = re.split(r"[.\[]", ref, maxsplit=2)
    return parts[0], parts[1] if len(parts) > 1 else ""


def _attribute(ref: str) -> str:
    match = re.match(r"""[\w-]+\.[\w-]+(?:\[[^\]]*\])?\.([\w-]+)""", ref)
    return match[1] if match else ""


def _output(ref: str) -> str | None:
    match = re.match(r"""module\.[\w-]+(?:\[[^\]]*\])?\.([\w-]+)""", ref)
    return match[1] if match else None


def _is_mark(value: Any) -> bool:
    return isinstance(value, dict) and "__attribute__" in value


def _holes(value: Any) -> bool:
    if _is_mark(value) or value is None:
        return True
    return any(_holes(one) for one in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()))


def _loaded(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None


def clean(value: Any) -> Json:
    """Without what tfparse adds, and without marks, which stand for what is not known."""
    if _is_mark(value):
        return {UNRESOLVED: f"{value['__attribute__']} is not known"}
    if isinstance(value, dict):
        return {str(key): clean(inner) for key, inner in value.items() if key != "__tfmeta" and inner is not None}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return value  # type: ignore[no-any-return]


__all__ = ["Place", "Values", "clean"]
