"""Reads Bicep files: by the Bicep compiler where there is one, else by their syntax tree (extra `bicep`)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from providers.arm import compiler
from providers.arm.bicep_syntax import Converter, with_spreads
from providers.arm.deployment import Deployment
from providers.arm.jsonc import Obj, parse
from providers.arm.parameters import Parameters
from providers.arm.reader import answer, text_of
from providers.arm.template import sections
from providers.arm.values import Value
from scanner.sdk import Answer, InvalidFile, MissingExtra, Options

_STATEMENT = re.compile(
    r"^[ \t]*(?:resource[ \t]+\w+[ \t]+'[^'\n]*'[ \t]*(?:existing[ \t]*)?=|module[ \t]+\w+[ \t]+'[^'\n]*'[ \t]*=|targetScope[ \t]*=[ \t]*'|param[ \t]+\w+[ \t]+[\w\[\]{}|'(]+)",
    re.M,
)
_MAKES = re.compile(r"^[ \t]*(?:resource|module)[ \t]+\w+[ \t]+'", re.M)
_NO_SECTIONS = re.compile(r"^\s*(?:[{\[<]|---|[\w\"'$]+\s*:)")


def recognise(text: str) -> bool:
    """Whether the text looks like a Bicep file that makes resources: told by its statements, without parsing it."""
    return bool(_MAKES.search(text) and _STATEMENT.search(text)) and not _NO_SECTIONS.match(text.lstrip("\ufeff"))


def read(path: Path, name: str, options: Options) -> Answer:
    """The resources of a Bicep file. Raises InvalidFile, UsageError, and MissingExtra without compiler and extra."""
    parameters = Parameters.of(options, path, name)
    compiled = compiler.compiled(path, options.call_timeout * 3)
    if compiled is not None:
        found = parse(compiled, f"{name} (compiled)")
        if isinstance(found, Obj):
            return compiler.without_lines(answer(path, name, sections(found), compiled.count(":"), parameters, options), path, name)
    raw, values = template(path, name)
    return answer(path, name, raw, values, parameters, options)


def template(path: Path, name: str) -> tuple[Obj, int]:
    """The file in the shape of an ARM template, and about how many values it holds."""
    converter, root = _converter(text_of(path, name), name)
    found = converter.template(root)
    if not found["resources"] and converter.gaps:
        line, why = converter.gaps[0]
        raise InvalidFile(name, f"is not understood as Bicep: {why}", "correct the line", line)
    found.put("$gaps", converter.gaps, 1)
    return found, root.descendant_count // 2


def parameters(path: Path, main: Deployment) -> dict[str, Value]:
    """Values of a `.bicepparam` file, as far as they are known without deployment."""
    name = path.name
    text = text_of(path, name)
    names = set(re.findall(r"^[ \t]*param[ \t]+(\w+)[ \t]*=", text, re.M))
    converter, root = _converter(re.sub(r"^([ \t]*)param([ \t]+\w+[ \t]*=)", r"\1var\2", text, flags=re.M), name)
    raw = converter.template(root)
    own = Deployment(main.reading, raw, main.target, name, path)
    return {key.lower(): own.variable(key) for key in sorted(names)}


def _converter(text: str, name: str) -> tuple[Converter, Any]:
    source = with_spreads(text).encode()
    return Converter(source, name), _parser().parse(source).root_node


@cache
def _parser() -> Any:
    try:
        from tree_sitter import Language, Parser
        from tree_sitter_bicep import language
    except ImportError as error:
        raise MissingExtra(
            "reading Bicep needs a package that is not installed (tree-sitter-bicep), or the Bicep compiler",
            "pip install 'houvast[bicep]', or compile it yourself (bicep build) and scan the JSON",
        ) from error
    return Parser(Language(language()))
