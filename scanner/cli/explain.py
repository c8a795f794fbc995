"""`houvast explain`: the manual page of a check, or what is read of a resource type."""

from __future__ import annotations

import argparse
import difflib
import importlib
from dataclasses import MISSING, fields
from typing import Any

from scanner import plugins
from scanner.declare.decl import TypeDecl
from scanner.errors import UsageError
from scanner.judge.registry import Check
from scanner.report.text import wrapped


def run(arguments: argparse.Namespace) -> int:
    """Always 0, unless the name is unknown."""
    checks, types = plugins.load_checks(), plugins.load_types()
    if arguments.what is None:
        print("Checks:\n" + "\n".join(f"  {name:<24} {check.title}" for name, check in checks.items()))
        print("\nResource types:\n" + "\n".join(f"  {name}" for name in types))
    elif arguments.what in checks:
        print(_check(checks[arguments.what], types))
    elif arguments.what in types:
        print(_type(types[arguments.what], checks))
    else:
        close = difflib.get_close_matches(arguments.what, [*checks, *types], 3, 0.4)
        raise UsageError(f"there is no check or resource type {arguments.what!r}", f"did you mean {' or '.join(close)}?" if close else "`houvast explain` lists all")
    return 0


def _check(check: Check[Any], types: Any) -> str:
    lines = [f"{check.id} · {check.severity} · since {check.since}", "", check.title, ""]
    for heading in ("Why", "Remedy"):
        lines += [f"{heading}:", wrapped(check.section(heading), 96, "  "), ""]
    if check.params is not None:
        lines.append("Parameters (in a promise's binds, or under [checks." + check.id + "] in houvast.toml):")
        lines += [f"  {f.name} = {_default(f)}" for f in fields(check.params)] + [""]
    lines += ["Asked about: " + ", ".join(kind.__name__ for kind in check.needs), "Of: " + _met(check, types), "", "See: " + "; ".join(check.cites)]
    examples = getattr(importlib.import_module(f"checks.{check.id.replace('-', '_')}"), "EXAMPLES", ())
    lines += ["", "Examples:"] + [f"  {e.expect:<8} {e.fact}" for e in examples]
    return "\n".join(lines)


def _default(field: Any) -> str:
    value = field.default if field.default is not MISSING else field.default_factory() if field.default_factory is not MISSING else "(required)"
    return ", ".join(sorted(value)) if isinstance(value, (tuple, frozenset)) else str(value)


def _met(check: Check[Any], types: Any) -> str:
    return ", ".join(name for name, decl in types.items() if any(decl.given(kind) for kind in check.needs)) or "nothing yet"


def _type(decl: TypeDecl, checks: Any) -> str:
    lines = [decl.type, "", "Read:"]
    for declared in decl.facts:
        asked = [name for name, check in checks.items() if declared.fact in check.needs]
        lines.append(f"  {declared.fact.__name__:<18} {', '.join(asked) or 'no check asks for it'}")
        for dialect in decl.dialects():
            paths = declared.paths(dialect)
            if paths:
                lines.append(f"  {'':<18}   {dialect.value}: {', '.join(paths)}")
    lines += ["", "Never:"] + [f"  {kind.__name__:<18} {why}" for kind, why in decl.never.items()]
    return "\n".join(lines)
