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
    if getattr(arguments, "organization", False):
        if arguments.format != "json":
            raise UsageError("--organization is printed as json only", "it is the policy of the identity that scans; the role of each account comes without --organization")
        sys.stdout.write(permissions.organization(*plugins.organization_permissions(), arguments.partition, arguments.role or permissions.NAME))
        return 0
    actions = plugins.permissions(arguments.cloud, decls, facts)
    if arguments.cloud == "aws" and arguments.format == "json" and len(permissions.parts(actions)) > 1:
        print("houvast: longer than one managed policy may be (6,144 characters): --format cloudformation and terraform print several", file=sys.stderr)
    sys.stdout.write(permissions.render(arguments.cloud, arguments.format, actions))
    return 0
