"""The coverage matrix, derived from the declarations: type × fact × dialect."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.declare.decl import FactDecl, TypeDecl
from scanner.declare.readers import Always, Unread
from scanner.declare.view import NotShown
from scanner.model.snapshot import Dialect

#: What a cell says, and what it means.
LEGEND = {"read": "read from the source", "platform": "guaranteed by the platform", "not shown": "this source cannot show it", "not yet": "applies, and is not read yet"}


def matrix(decls: Mapping[str, TypeDecl]) -> list[dict[str, str]]:
    """A row for each type, fact and dialect that applies; facts that never apply are left out."""
    return [
        {
            "provider": decl.provider,
            "type": name,
            "fact": declared.fact.__name__,
            "dialect": dialect.value,
            "state": _state(declared, dialect) if dialect is not Dialect.TERRAFORM else _from_terraform(declared, decl),
        }
        for name, decl in sorted(decls.items())
        for declared in decl.facts
        for dialect in decl.dialects()
    ]


def _state(declared: FactDecl, dialect: Dialect) -> str:
    readers = declared.readers
    if any(isinstance(reader, Unread) for reader in readers):
        return "not yet"
    if all(isinstance(reader, Always) for reader in readers):
        return "platform"
    if any(isinstance(reader.where.spec(dialect), NotShown) for reader in readers):
        return "not shown"
    return "read"


def _from_terraform(declared: FactDecl, decl: TypeDecl) -> str:
    """From Terraform a fact is read where one of its types maps every key that the fact reads."""
    state = _state(declared, Dialect.TERRAFORM)
    if state != "read" or not any(reader.where.paths(Dialect.TERRAFORM) for reader in declared.readers):
        return state
    paths = {path for reader in declared.readers for path in reader.where.paths(Dialect.TERRAFORM)}
    return "read" if any(all(shape.reads(path) for path in paths) for shape in decl.shapes.values()) else "not shown"


def as_table(rows: list[dict[str, str]]) -> str:
    """Type and fact down, dialects across."""
    from tabulate import tabulate

    dialects = [d.value for d in Dialect if any(row["dialect"] == d.value for row in rows)]
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        cells.setdefault((row["type"], row["fact"]), {})[row["dialect"]] = row["state"]
    table = [[kind, fact, *(states.get(d, "") for d in dialects)] for (kind, fact), states in cells.items()]
    types = len({row["type"] for row in rows})
    legend = "\n".join(f"  {word:<10} {meaning}" for word, meaning in LEGEND.items())
    return f"{tabulate(table, headers=['type', 'fact', *dialects])}\n\n{types} types, {len(cells)} answers\n{legend}\n"
