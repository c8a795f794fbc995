"""`houvast coverage`: which facts are read of which types, live and in templates."""

from __future__ import annotations

import argparse
import json
import sys

from scanner import plugins
from scanner.report import coverage


def run(arguments: argparse.Namespace) -> int:
    """Always 0."""
    rows = coverage.matrix(plugins.load_types())
    if arguments.format == "json":
        sys.stdout.write(json.dumps({"schema": "houvast/coverage/1", "rows": rows}, indent=1) + "\n")
    else:
        sys.stdout.write(coverage.as_table(rows))
    return 0
