"""`houvast permissions`: the least that a scan has to be allowed, derived from the declarations."""

from __future__ import annotations

import argparse
import sys

from scanner import plugins
from scanner.cli.judging import known_types
from scanner.errors import UsageError
from scanner.report import permissions


def run(arguments: argparse.Namespace) -> int:
    """Always 0, unless the arguments are wrong."""
    checks = plugins.load_checks()
    unknown = [name for name in arguments.check if name not in checks]
    if unknown:
        raise UsageError(f"there is no check {unknown[0]!r}", "`houvast explain` lists all")
    facts = frozenset(kind for name in arguments.check for kind in checks[name].needs)
    wanted = known_types(arguments.type)
    decls = plugins.load_types(f"providers.{arguments.cloud}.types")
    if wanted:
        decls = {name: decl for name, decl in decls.items() if name in wanted}
    actions = plugins.permissions(arguments.cloud, decls, facts)
    sys.stdout.write(permissions.render(arguments.cloud, arguments.format, actions))
    return 0
