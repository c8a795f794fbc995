"""Lines of findings in files whose reader does not note them: a second look at files with findings only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from scanner import plugins
from scanner.cli.targets import read_text
from scanner.errors import InvalidFile
from scanner.model.known import Source
from scanner.model.verdict import Assessment, Status, Verdict

_Wanted = dict[str, dict[str, set[str]]]
_Found = Mapping[str, Mapping[tuple[str, str], int]]


def with_lines(assessment: Assessment) -> Assessment:
    """The assessment with the lines of what fails, or is not known, in files that were just read."""
    wanted: _Wanted = defaultdict(lambda: defaultdict(set))
    for verdict in assessment.verdicts:
        for source in _open(verdict):
            wanted[str(source.file)][_address(verdict, source)].add(source.path)
    found = {file: lines for file, addresses in wanted.items() if (lines := _looked_up(file, addresses))}
    return replace(assessment, verdicts=tuple(_placed(verdict, found) for verdict in assessment.verdicts)) if found else assessment


def _open(verdict: Verdict) -> list[Source]:
    """Evidence without a line that stands in the file of its subject."""
    if verdict.status is Status.PASS:
        return []
    return [source for source in verdict.evidence if source.file and source.line is None and verdict.subject.id.startswith(f"{source.file}#")]


def _address(verdict: Verdict, source: Source) -> str:
    return verdict.subject.id.removeprefix(f"{source.file}#")


def _looked_up(file: str, addresses: Mapping[str, set[str]]) -> Mapping[tuple[str, str], int]:
    try:
        text = read_text(Path(file))
    except InvalidFile:
        return {}  # it is gone meanwhile: the findings stand without lines
    look = plugins.line_finder(text)
    return look(text, addresses) if look else {}


def _placed(verdict: Verdict, found: _Found) -> Verdict:
    if not _open(verdict):
        return verdict
    evidence = tuple(_with_line(verdict, source, found.get(str(source.file), {})) for source in verdict.evidence)
    return Verdict(
        verdict.check, verdict.params, verdict.subject, verdict.fact, verdict.status, verdict.why, verdict.severity, evidence, verdict.reason, verdict.gap, verdict.waiver,
        verdict.tags, verdict.all_tags,
    )  # fmt: skip


def _with_line(verdict: Verdict, source: Source, found: Mapping[tuple[str, str], int]) -> Source:
    address = _address(verdict, source)
    line = found.get((address, source.path)) or found.get((address, ""))
    if not line or source.line is not None:
        return source
    return Source(source.origin, source.path, source.value, source.call, source.file, line, source.at)  # `replace` takes ten times as long
