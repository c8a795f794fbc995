"""Every report format: its name, the file names it is known by, and the function that writes it.

The modules that render are imported when one is asked for, so that `houvast --help` stays quick.
"""

from __future__ import annotations

from enum import StrEnum

TYPE_CHECKING = False  # true for type checkers, and cheaper than importing typing
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from scanner.judge.registry import Check
    from scanner.model.resource import Resource
    from scanner.model.verdict import Assessment
    from scanner.report.console import Style


class Format(StrEnum):
    """A way to write an assessment down."""

    CONSOLE = "console"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MARKDOWN = "markdown"
    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"
    GITLAB = "gitlab"
    OCSF = "ocsf"
    ASFF = "asff"
    PROMETHEUS = "prometheus"
    NAGIOS = "nagios"

    @property
    def wants_resources(self) -> bool:
        """Whether it shows facts beside verdicts: places, certificates, handshakes."""
        return self in (Format.HTML, Format.PROMETHEUS)


#: Endings of file names, the longest first where one ends in another.
SUFFIXES = {
    ".ocsf.json": Format.OCSF,
    ".asff.json": Format.ASFF,
    ".sarif.json": Format.SARIF,
    ".txt": Format.CONSOLE,
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".csv": Format.CSV,
    ".md": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".sarif": Format.SARIF,
    ".xml": Format.JUNIT,
    ".prom": Format.PROMETHEUS,
}
#: File names that tools have agreed on.
NAMES = {"gl-code-quality-report.json": Format.GITLAB}


def split(output: str, default: Format = Format.CONSOLE) -> tuple[Format, str]:
    """Format and path of an `-o`: `FORMAT=FILE`, or a file whose name tells. `default` for a name that tells nothing."""
    name, equals, path = output.partition("=")
    if equals and path and name in set(Format):
        return Format(name), path
    file = output.replace("\\", "/").rsplit("/", 1)[-1].lower()
    return NAMES.get(file) or next((kind for suffix, kind in SUFFIXES.items() if file.endswith(suffix)), default), output


def render(  # noqa: RET503  (assert_never ends it)
    kind: Format, assessment: Assessment, checks: Mapping[str, Check[Any]], resources: Callable[[], Sequence[Resource]] = tuple, language: str | None = None,
    style: Style | None = None,
) -> str:  # fmt: skip
    """The whole report. Pure: equal arguments give an equal text. `resources` is called only by formats that want them."""
    match kind:
        case Format.CONSOLE:
            from scanner.report import console

            return console.render(assessment, checks, style or console.Style(), language)
        case Format.JSON:
            from scanner.report import json

            return json.render(assessment)
        case Format.JSONL:
            from scanner.report import jsonl

            return jsonl.render(assessment)
        case Format.CSV:
            from scanner.report import csv

            return csv.render(assessment)
        case Format.MARKDOWN:
            from scanner.report import markdown

            return markdown.render(assessment, checks, language)
        case Format.HTML:
            from scanner.report.html import page

            return page.render(assessment, checks, resources(), language)
        case Format.SARIF:
            from scanner.report import sarif

            return sarif.render(assessment, checks)
        case Format.JUNIT:
            from scanner.report import junit

            return junit.render(assessment, checks)
        case Format.GITLAB:
            from scanner.report import gitlab

            return gitlab.render(assessment)
        case Format.OCSF:
            from scanner.report import ocsf

            return ocsf.render(assessment, checks)
        case Format.ASFF:
            from scanner.report import asff

            return asff.render(assessment, checks)
        case Format.PROMETHEUS:
            from scanner.report import prometheus

            return prometheus.render(assessment, resources())
        case Format.NAGIOS:
            from scanner.report import nagios

            return nagios.render(assessment)
        case _:
            from typing import assert_never

            assert_never(kind)


def pieces(
    kind: Format, assessment: Assessment, checks: Mapping[str, Check[Any]], resources: Callable[[], Sequence[Resource]] = tuple, language: str | None = None,
    style: Style | None = None,
) -> Iterable[str]:  # fmt: skip
    """The text of `render` in pieces: those formats that list every verdict are never in memory as a whole."""
    match kind:
        case Format.JSON:
            from scanner.report import json

            return json.pieces(assessment)
        case Format.JSONL:
            from scanner.report import jsonl

            return jsonl.pieces(assessment)
        case Format.CSV:
            from scanner.report import csv

            return csv.pieces(assessment)
        case _:
            return (render(kind, assessment, checks, resources, language, style),)


def left_out(kind: Format, assessment: Assessment) -> str:
    """What a format cannot hold, as a sentence for the user; empty when it holds all it should."""
    if kind is Format.ASFF:
        from scanner.report import asff

        count = asff.left_out(assessment)
        return f"{count} of {len(assessment.verdicts)} verdicts are not about an AWS account and have no place in it" if count else ""
    return ""
