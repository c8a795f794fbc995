"""What a Bicep file takes from others beside it: the content of texts, JSON and YAML, and names that another Bicep file exports.

Read as the Bicep compiler reads them, within the folder that is scanned and nowhere else; what cannot be read is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from providers.arm.expressions import Call, Lit
from providers.arm.jsonc import Obj, parse
from providers.arm.values import Open, Value, braced, text_of
from scanner.sdk import HouvastError, InvalidFile, OutOfReach, local_file

if TYPE_CHECKING:
    from providers.arm.deployment import Deployment
    from providers.arm.evaluate import Evaluator, Locals

#: Longest content in characters (Bicep: file functions).
_LONGEST = {"loadtextcontent": 131_072, "loadjsoncontent": 1_048_576, "loadyamlcontent": 1_048_576}
#: Functions of Bicep that load a file.
CONTENT = frozenset(_LONGEST)
_STEP = re.compile(r"\.?([A-Za-z_][\w-]*)|\[(?:'([^']*)'|\"([^\"]*)\"|([0-9]{1,6}))\]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_MAX_DEPTH = 100


def content(ev: Evaluator, node: Call, locals: Locals) -> Value:
    """`loadTextContent`, `loadJsonContent` or `loadYamlContent`, with the path within the content that may follow."""
    args = [ev.node(arg, locals) for arg in node.args]
    name = node.name.partition(":")[2]
    where, at = args[0] if args else None, args[1] if len(args) > 1 and name != "loadtextcontent" else ""
    if not isinstance(where, str) or not isinstance(at, str):
        return Open("which file is loaded is not known", "{…}")
    text = _text(_deployment(ev), where, _LONGEST[name])
    if isinstance(text, Open):
        return text
    ev.budget.spend(1 + len(text) // 8)
    if name == "loadtextcontent":
        return text
    try:
        found = _plain(parse(text, where)) if name == "loadjsoncontent" else _yaml(text)
    except HouvastError as error:
        return Open(error.message if where in error.message else f"{where} {error.message}", braced(where))
    return ev.budget.made(_within(found, at, where))


def exported(ev: Evaluator, node: Call, locals: Locals) -> Value:
    """A variable that another file exports, or what a function of it gives."""
    where, name, *args = (ev.node(arg, locals) for arg in node.args)
    found = _shared(_deployment(ev), str(where))
    if isinstance(found, str):
        return Open(f"{name} is imported: {found}", braced(str(name)))
    if node.name.endswith("variable"):
        return found.variable(str(name))
    return found.evaluator.node(Call(str(name), *(Lit(arg) for arg in args)), {})


def _deployment(ev: Evaluator) -> Deployment:
    from providers.arm.deployment import Deployment

    if not isinstance(ev.names, Deployment):
        raise TypeError("a file is loaded by a deployment only")
    return ev.names


def _text(at: Deployment, where: str, longest: int) -> str | Open:
    try:
        with local_file(at.path, where).open("rb") as file:
            data = file.read(4 * longest + 1)
        text = data.decode("utf-8-sig")
    except OutOfReach as error:
        return Open(str(error), braced(where))
    except (OSError, UnicodeDecodeError):
        return Open(f"{where} cannot be read as UTF-8 text", braced(where))
    return text if len(text) <= longest else Open(f"{where} is longer than {longest} characters, which Bicep does not load", braced(where))


def _shared(at: Deployment, relative: str) -> Deployment | str:
    """Another file as a template of its own, for what it exports. It stays a file to be scanned: its resources are not deployed by this one."""
    from providers.arm.sources import load

    key = f"exports of {relative}"
    if key not in at.shared:
        known = set(at.reading.files)
        at.shared[key] = load(at, relative)
        at.reading.files.intersection_update(known)
    return at.shared[key]


def _plain(raw: Any) -> Value:
    """Data, in which nothing is an expression."""
    if isinstance(raw, Obj):
        return {key: Open(f"{key} is given more than once", braced(key)) if key in raw.again else _plain(inner) for key, inner in raw.items()}
    return [_plain(inner) for inner in raw] if isinstance(raw, list) else raw


def _yaml(text: str) -> Value:
    import yaml

    try:
        return _of_node(yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), 0)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidFile("", "is not valid YAML", "correct the file") from error


def _of_node(node: Any, depth: int) -> Value:
    """Scalars as YAML 1.2 has them: `yes` and dates are texts."""
    import yaml

    if depth > _MAX_DEPTH:
        return Open("is nested too deep, or an alias leads back to itself", "{…}")
    if isinstance(node, yaml.MappingNode):
        if any(not isinstance(key, yaml.ScalarNode) or key.value == "<<" for key, _ in node.value):
            return Open(f"line {node.start_mark.line + 1} has keys that are not read", "{…}")
        return {key.value: _of_node(inner, depth + 1) for key, inner in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_of_node(inner, depth + 1) for inner in node.value]
    if node is None or (node.style is None and node.value in ("", "~", "null")):
        return None
    if node.style is None and node.value in ("true", "false"):
        return bool(node.value == "true")
    found = str(node.value)
    return int(found) if node.style is None and _NUMBER.fullmatch(found) else found


def _within(found: Value, path: str, where: str) -> Value:
    """What `$.a['b'][0]` leads to."""
    rest = path.removeprefix("$")
    at = 0
    while at < len(rest):
        step = _STEP.match(rest, at)
        if step is None or isinstance(found, Open):
            return found if isinstance(found, Open) else Open(f"the path {path} within {where} is not followed", braced(where))
        at = step.end()
        name = next((part for part in step.groups()[:3] if part is not None), None)
        if isinstance(found, dict) and name is not None and name in found:
            found = found[name]
        elif isinstance(found, list) and step[4] is not None and int(step[4]) < len(found):
            found = found[int(step[4])]
        else:
            return Open(f"{where} has nothing at {text_of(path)}", braced(where))
    return found
