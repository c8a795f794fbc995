"""Lines of the usual shape give the nodes that libyaml gives, and a text with any other line is left to libyaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.cloudformation.blocks import composed
from providers.cloudformation.libyaml import parsed
from providers.cloudformation.tree import Node, ScalarNode, SequenceNode

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((*(ROOT / "fixtures").rglob("*.yaml"), *(ROOT / "deploy").rglob("*.yaml")))
UNUSUAL = {"config.yaml", "cronjob.yaml", "functions.yaml", "gaps.yaml", "loops.yaml", "null-properties.yaml", "services.yaml", "values.yaml"}
"""Aliases, tags of YAML, nulls, two documents, and signs in flow collections that have several readings."""
LINES = ["A:", "A: b", "- a", "- A: b", "-", "A: !Sub 'a-${b}'", "!Ref A", "A: !If", "- !Ref A", "A: {B: c, D: [e, f]} # why", "- [a, !Ref B]", "A: |", "A: !Sub |-", "- >", "# why",
         "", "a b", "'A': \"b\"", "aws:cdk:path: a:b", "A: b: c", "A: b #c", "A: b#c", "A: [a, b: c]", "A: {b}", "A: [a,", "A: &b c", "A: *b", "<<: a", "A: 'b''c'", 'A: "\\n"', "---",
         "...", "? A", "A: -1", "A: - b", "A: {B: !GetAtt C.D}", "A: é", "A: ~", "A: '", "%YAML 1.1", "A: [a]: b", "A: {b: c,}", "{A: b}"]  # fmt: skip
MARKS = [
    "",
    " ",
    "  ",
    ":",
    ": ",
    " #",
    "-",
    "- ",
    "!",
    "!A ",
    "|",
    ">",
    "&a ",
    "*a",
    "{",
    "}",
    "[",
    "]",
    ",",
    "'",
    '"',
    "\\",
    "?",
    "%",
    "@",
    "`",
    "\t",
    "\r",
    "\x85",
    "\u2028",
    "\ufeff",
    "~",
    "\n",
]


def shown(node: Node) -> Any:
    """Everything of a node that reading asks for."""
    head = (type(node).__name__, node.tag, node.line)
    if isinstance(node, ScalarNode):
        return *head, node.value, node.style
    return *head, [shown(item) if isinstance(node, SequenceNode) else (shown(item[0]), shown(item[1])) for item in node.value]


def same(text: str) -> bool:
    """Whether the text was read line by line; then libyaml reads it as well, and alike."""
    usual = composed(text)
    if usual is None:
        return False
    root, count = parsed(text, "x")
    assert root is not None
    assert (shown(usual[0]), usual[1]) == (shown(root), count)
    return True


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(LINES)), max_size=9), st.booleans())
def test_lines_in_any_order(rows: list[tuple[int, str]], ended: bool) -> None:
    same("A:\n" + "\n".join(f"{' ' * indent}{row}" for indent, row in rows) + "\n" * ended)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(TEMPLATES), st.data())
def test_templates_with_a_slip(path: Path, data: st.DataObject) -> None:
    rows = path.read_text("utf-8").split("\n")
    start = data.draw(st.integers(0, len(rows) - 1))
    part = rows[start : start + 12]
    at = data.draw(st.integers(0, len(part) - 1))
    cut = data.draw(st.integers(0, len(part[at])))
    part[at] = part[at][:cut] + data.draw(st.sampled_from(MARKS)) + part[at][cut + data.draw(st.integers(0, 1)) :]
    whole = min((len(row) - len(row.lstrip(" ")) for row in part if row.strip()), default=0)
    same("\n".join(row[whole:] for row in part))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates(path: Path) -> None:
    text = path.read_text("utf-8")
    assert same(text) is (path.name not in UNUSUAL), "if this must be, name it above"


@pytest.mark.parametrize(
    "text",
    [
        "# A\n---\nA: b\n",
        "A: b # c\nD:\n- e\n- f: g\n  h: i\n",
        "A: !If\n  - b\n  - !Sub 'c'\n  - !Ref D\nE: !GetAtt F.G\n",
        "A:\n  B: |\n    #!/bin/sh\n      echo $1\n\n    exit\n\n  C: >-\n    d\n    e\n# f\nG: h\n",
        "A: {B: [c, \"d\", 'e', {}], F: []}\n\"G:\": !Join ['', [!Ref H, arn:aws:s3:::i]]\n",
        "A: 2012-10-17\nB: -1\nC: rate(1 day)\nD: é\naws:cdk:path: e/f\n",
    ],
)
def test_usual_shapes(text: str) -> None:
    assert same(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "# A\n", "A", "- a\n", " A: b\n", "A:\n", "A: b\n---\nC: d\n", "---\n---\nA: b\n", "A: b\n...\n", "A: &b c\n", "A: *b\n", "<<: {A: b}\n", "A: b\n  c\n", "A: 'b\n  c'\n", "A: [b,\n c]\n",
        "A: ! b\n", "A: !!str b\n", "A: !<x> b\n", "A: \tb\n", "A: b\r\nC: d\n", "A: \x85\n", "A: \ufeffb\n", "A: |\n    b\n  c\n", "A: |\n\n  b\n", "A: |+\n  b\n", "A: |2\n  b\n", "A: |\n  b", "A: >\n  b\n   c\n",
        "A: >\n  b\n\n  c\n", "A: [b, c: d]\n", "A: {b, c}\n", "A: {b: }\n", "A: [b,]\n", "A: \"\\u0041\"\n", "? A\n: b\n", "A: b: c\n", "A: b:\n", "A: %b\n", "A: @b\n", "A:\n B: c\n  D: e\n", "A:\n  B: c\n D: e\n",
        "A: " + "[" * 200 + "]" * 200 + "\n", "\n".join(f"{' ' * n}A:" for n in range(200)) + " b\n", f"{'A' * 600}: b\n", "A: [" + "b, " * 5000 + "b]\n",
    ],
)  # fmt: skip
def test_left_to_libyaml(text: str) -> None:
    assert composed(text) is None


def test_a_file_of_more_values_than_any_template_has_is_left_to_libyaml() -> None:
    row = "- [" + "a, " * 1000 + "a]\n"
    assert composed("A:\n" + row * 10) is not None
    assert composed("A:\n" + row * 410) is None
