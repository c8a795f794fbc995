"""docs/coverage.md: the matrix as a page, generated from the declarations."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.declare.decl import TypeDecl
from scanner.report.coverage import LEGEND, matrix

_MARK = {"read": "●", "platform": "P", "not shown": "–", "not yet": "○"}


def page(decls: Mapping[str, TypeDecl]) -> str:
    """Markdown: a table for each type, facts down, dialects across."""
    rows = matrix(decls)
    out = ["# What is read", "", "Generated from the declarations by `make docs`; `houvast coverage` prints the same.", ""]
    out += [f"- {_MARK[word]} {meaning}" for word, meaning in LEGEND.items()]
    out += [
        "",
        f"{len(decls)} types, {len({(r['type'], r['fact']) for r in rows})} answers. Facts that do not apply to a type are left out; `houvast explain TYPE` gives the reasons.",
        "",
    ]
    for name in decls:
        own = [row for row in rows if row["type"] == name]
        dialects = list(dict.fromkeys(row["dialect"] for row in own))
        if not own:
            continue
        out += [f"## {name}", "", f"| fact | {' | '.join(dialects)} |", f"|---|{'---|' * len(dialects)}"]
        for fact in dict.fromkeys(row["fact"] for row in own):
            cells = [next((_MARK[r["state"]] for r in own if r["fact"] == fact and r["dialect"] == d), "") for d in dialects]
            out.append(f"| {fact} | {' | '.join(cells)} |")
        out.append("")
    return "\n".join(out)
