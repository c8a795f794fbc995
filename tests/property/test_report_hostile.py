"""Names that the scanned world chooses are harmless in every format: they steer no terminal, spreadsheet, browser or renderer."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from functools import cache
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

from scanner.model.promise import Settled
from scanner.report import asff, console, formats, gitlab, locate, markdown, nagios, ocsf, prometheus, sarif
from scanner.report import csv as csv_report
from scanner.report import json as json_report
from scanner.report.formats import Format
from scanner.report.html import page
from scanner.report.text import cell, safe
from tests.support.reports import Case, case, promises

NASTY = (
    '"><script>alert(1)</script>', "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "<!--<script>", "javascript:alert(1)", "&lt;b&gt;",
    "\x1b[31mred\x1b[0m", "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "\x9b2J", "a\rb\nc\x00d\x08",
    "=HYPERLINK(\"https://evil.example\")", "+1+1", "-2+3", "@SUM(A1)", "a;=cmd|'/c calc'!A0", "\t=1", "＝1+1",
    "[click](https://evil.example)", "![](https://evil.example/x.png)", "# title", "| a | b |", "```\ncode", "`` ` ``", "www.evil.example", "https://evil.example/x", "@everyone", "<https://evil.example>",
    "a\u202egnp.exe", "\u2066x\u2069", "\u200bhidden", "\ufeff", "\u2028line", "\ud800", "\U000e0041\U000e0042", "../../etc/passwd", "..", ".", "", " ", "C:\\x\\y", "%s{0}{name}{{}}",
    "{{constructor.constructor('alert(1)')()}}", "x" * 5_000, "é" * 600, "日本語", "🏴‍☠️", "]]>", "a#b:c", "'", "\\", "$(id)", "*vol*", "_a_", "~~x~~", "1. x", "===", "---", "\u00a0",
)  # fmt: skip
names = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.builds("".join, st.lists(st.sampled_from(NASTY), max_size=3)))
quick = settings(max_examples=12, deadline=None)
one = settings(max_examples=120, deadline=None)


@cache
def _plain() -> Case:
    return _case("")


def _case(nasty: str) -> Case:
    """A small estate in which everything that has a name bears this one too."""
    first = promises()[:8]
    return case(6, lambda name: f"{nasty}{name}{nasty}" if nasty else name, first)


def _steers(text: str) -> set[str]:
    """Characters that a terminal or an editor obeys, hides or reorders by."""
    return {c for c in set(text) if c not in "\n\r" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}


@given(names)
@quick
@example("\x1b[31m\u202e\x9b")
@example("\ud800</script><script>")
def test_no_format_lets_a_character_steer(nasty: str) -> None:
    """… and each can be written as UTF-8."""
    made = _case(nasty)
    for kind in Format:
        text = formats.render(kind, made.assessment, made.checks, lambda: made.resources, "nl")
        assert not _steers(text), kind
        text.encode("utf-8")


class _Page(HTMLParser):
    """Elements and attributes of a page, without its texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shape: list[Any] = []
        self.links: set[str] = set()
        self.data = ""
        self._in_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._in_data = named.get("id") == "data"
        self.links |= {str(named[key]) for key in ("href", "src", "action") if named.get(key)}
        self.shape.append((tag, sorted(named)))

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False


def _page(made: Case) -> _Page:
    parsed = _Page()
    parsed.feed(page.render(made.assessment, made.checks, made.resources, "nl"))
    return parsed


@given(names)
@quick
@example('"><script>alert(1)</script>')
@example("</script><!--<script>")
def test_a_page_keeps_its_shape(nasty: str) -> None:
    """The same elements with the same attributes, whatever things are called; no link leads elsewhere; the data stays data."""
    parsed, plain = _page(_case(nasty)), _page(_plain())
    assert {(tag, tuple(attributes)) for tag, attributes in parsed.shape} == {(tag, tuple(attributes)) for tag, attributes in plain.shape}
    assert [tag for tag, _ in parsed.shape].count("script") == 2
    assert parsed.links == plain.links
    assert len(json.loads(parsed.data)["verdicts"]["status"]) == len(_case(nasty).assessment.verdicts)


@given(names)
@one
def test_no_cell_is_a_formula(nasty: str) -> None:
    for separator in (",", ";", "\t"):
        out = io.StringIO()
        csv.writer(out).writerow(["first", cell(nasty), "last"])
        for field in next(csv.reader(io.StringIO(out.getvalue()), delimiter=separator), []):
            assert not re.match(r"\s*[=+\-@＝＋－＠]", field), field


@given(names)
@quick
def test_csv_holds_a_row_a_verdict(nasty: str) -> None:
    made = _case(nasty)
    rows = list(csv.reader(io.StringIO(csv_report.render(made.assessment), newline="")))
    assert len(rows) == len(made.assessment.verdicts) + 1
    assert {len(row) for row in rows} == {len(csv_report.COLUMNS)}


@given(names)
@one
@example("[click](https://evil.example)")
@example("see https://evil.example and @everyone #12 www.evil.example")
@example("1. x")
@example("   ")
def test_markdown_means_itself(nasty: str) -> None:
    """In a paragraph, a list item and a table's cell: no link, image, HTML, heading or list of its own, and no words lost."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    prose, code = markdown.prose(nasty), markdown.code(nasty)
    for text in (f"- {prose} {code}\n", f"| a | b |\n|---|---|\n| {prose} | {code} |\n"):
        tokens = parser.parse(text)
        flat = [token for outer in tokens for token in (outer, *(outer.children or []))]
        kinds = {token.type for token in flat}
        allowed = {"inline", "text", "code_inline", "text_special", "paragraph_open", "paragraph_close", "softbreak", "html_entity"}
        allowed |= {f"{name}_{end}" for name in ("bullet_list", "list_item", "table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")}
        assert kinds <= allowed, kinds - allowed
        bare = "".join(token.content for token in flat if token.type in ("text", "text_special"))
        assert not re.search(r"://|www\.|@\w|(?<!\w)#\d", bare), bare
        assert len([t for t in tokens if t.type == "list_item_open"]) <= 1
        assert len([t for t in tokens if t.type == "td_open"]) in (0, 2)


@given(names)
@quick
def test_the_whole_markdown_has_only_our_links(nasty: str) -> None:
    made = _case(nasty)
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown.render(made.assessment, made.checks, "nl"))
    flat = [token for outer in tokens for token in (outer, *(outer.children or []))]
    assert not {"link_open", "image", "html_block", "fence", "code_block"} & {t.type for t in flat}
    assert {t.content for t in flat if t.type == "html_inline"} <= {"<br>"}


@given(names)
@quick
def test_xml_json_and_metrics_stay_well_formed(nasty: str) -> None:
    made = _case(nasty)
    ElementTree.fromstring(formats.render(Format.JUNIT, made.assessment, made.checks).encode())
    for text in (sarif.render(made.assessment, made.checks), ocsf.render(made.assessment, made.checks), asff.render(made.assessment, made.checks), gitlab.render(made.assessment)):
        json.loads(text)
    whole = json.loads(json_report.render(made.assessment))
    assert [v["subject"]["id"] for v in whole["verdicts"]] == [v.subject.id for v in made.assessment.verdicts], "JSON keeps names as they are"
    families = list(text_string_to_metric_families(prometheus.render(made.assessment, made.resources)))
    [held] = list(next(f for f in families if f.name == "houvast_info").samples)
    assert held.labels == {"version": "0.1.0"}


@given(names)
@quick
def test_sarif_messages_hold_no_links_or_placeholders(nasty: str) -> None:
    for result in json.loads(sarif.render(_case(nasty).assessment, {}))["runs"][0]["results"]:
        text = result["message"]["text"]
        assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", text)
        assert not re.search(r"(?<!\{)(?:\{\{)*\{(?!\{)|(?<!\})(?:\}\})*\}(?!\})", text)


@given(names)
@one
def test_stand_in_paths_stay_inside(nasty: str) -> None:
    made = _plain().assessment.verdicts
    for verdict in (made[0], made[-1]):
        from dataclasses import replace

        for id in (nasty, f"arn:aws:s3:::{nasty}", f"/subscriptions/{nasty}/x", f"{nasty}#{nasty}", f"{nasty}:443"):
            where = locate.stand_in(replace(verdict.subject, id=id))
            parts = where.split("/")
            assert where
            assert not where.startswith("/")
            assert not {"", ".", ".."} & set(parts), where
            assert "\\" not in where.replace("\\u{", "")
            assert re.fullmatch(r"[A-Za-z0-9/~._@+,=%-]+", locate.uri(where))


@given(names)
@quick
def test_one_line_for_nagios(nasty: str) -> None:
    first, *rest = nagios.render(_case(nasty).assessment).splitlines()
    assert re.fullmatch(r"HOUVAST (OK|WARNING|CRITICAL|UNKNOWN) - [^|]* \| ('\w+'=\d+ ?)+", first)
    assert not any("|" in line for line in rest)


@given(st.text(max_size=60))
@one
def test_safe_text_is_what_it_was_or_says_what_it_hides(text: str) -> None:
    shown = safe(text)
    assert not _steers(shown)
    assert "\n" not in shown
    if text.isprintable():
        assert shown == text


def test_the_terminal_report_is_plain_without_colour() -> None:
    made = _case("\x1b]0;title\x07")
    assert "\x1b" not in console.render(made.assessment, made.checks, console.Style())
    assert {s.status for s in made.assessment.settlements} & {Settled.BROKEN, Settled.UNPROVEN}


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil", "https://a@b", "http://x y", "https://\u202e", "", None, "vbscript:x", "https:///x", "http://[bad"]
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    from scanner.report.html.markup import link

    assert link(url, "there") == ""
    assert link("https://example.org/?a=1&b=<x>", "there") == '<a href="https://example.org/?a=1&amp;b=&lt;x&gt;" rel="noopener noreferrer">there</a>'
