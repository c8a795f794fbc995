"""The inventory as a table or CSV: what was found, and where it and its copies are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from scanner.model.facts import BackupPlaces, Home, LogPlaces, Replicas
from scanner.model.known import Unknown
from scanner.model.place import Place
from scanner.model.resource import Resource
from scanner.report.text import cell, safe, shorten

COLUMNS = ("provider", "type", "account", "region", "id", "name", "home", "replicas", "backups", "logs")


def _places(resource: Resource, kind: type) -> str:
    fact = resource.facts.get(kind)
    if fact is None:
        return ""
    if isinstance(fact, Unknown):
        return f"unknown: {fact.reason}"
    places: tuple[Place, ...] = (fact.value.place,) if isinstance(fact.value, Home) else fact.value.places
    return ", ".join(sorted({f"{p.region or '?'} ({p.country or '?'})" for p in places})) or "none"


def rows(resources: Iterable[Resource]) -> list[tuple[str, ...]]:
    """A row a resource, in the order of COLUMNS."""
    return [
        (r.ref.provider, r.ref.type, r.ref.account, r.ref.region, r.ref.id, r.ref.name, *(_places(r, kind) for kind in (Home, Replicas, BackupPlaces, LogPlaces)))
        for r in resources
    ]


def as_csv(resources: Iterable[Resource]) -> str:
    """CSV with a header. A cell that a spreadsheet would run as a formula is made text by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell(value) for value in row] for row in rows(resources))
    return out.getvalue()


def as_table(resources: Iterable[Resource]) -> str:
    """A table for a terminal, without the long ids."""
    from tabulate import tabulate

    table = [[safe(shorten(row[5], 36)), row[1], row[6] or row[3], row[7], row[8], row[9]] for row in rows(resources)]
    return tabulate(table, headers=["name", "type", "home", "replicas", "backups", "logs"], tablefmt="simple", disable_numparse=True) + "\n"
