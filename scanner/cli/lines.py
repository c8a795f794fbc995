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
    opened: list[int] = []
    for n, verdict in enumerate(assessment.verdicts):
        if verdict.status is not Status.PASS and (without := _without(verdict)):
            opened.append(n)
            for source, address in without:
                wanted[str(source.file)][address].add(source.path)
    found = {file: lines for file, addresses in wanted.items() if (lines := _looked_up(file, addresses))}
    if not found:
        return assessment
    verdicts, placed = list(assessment.verdicts), _Placed(found)
    for n in opened:
        verdicts[n] = placed(verdicts[n])
    return replace(assessment, verdicts=tuple(verdicts))


def _without(verdict: Verdict) -> list[tuple[Source, str]]:
    """Evidence without a line that stands in the file of its subject, with the subject's address there."""
    found: list[tuple[Source, str]] = []
    for source in verdict.evidence:
        if source.line is None and source.file:
            head, id = f"{source.file}#", verdict.subject.id
            if id.startswith(head):
                found.append((source, id[len(head) :]))
    return found


def _looked_up(file: str, addresses: Mapping[str, set[str]]) -> Mapping[tuple[str, str], int]:
    try:
        text = read_text(Path(file))
    except InvalidFile:
        return {}  # it is gone meanwhile: the findings stand without lines
    look = plugins.line_finder(text)
    return look(text, addresses) if look else {}


class _Placed:
    """Puts lines into evidence; what several verdicts share is shared again."""

    def __init__(self, found: _Found) -> None:
        self._found = found
        self._done: dict[tuple[int, str], tuple[Source, ...]] = {}

    def __call__(self, verdict: Verdict) -> Verdict:
        key = (id(verdict.evidence), verdict.subject.id)
        evidence = self._done.get(key)
        if evidence is None:
            evidence = self._done[key] = tuple(_with_line(verdict, source, self._found.get(str(source.file), {})) for source in verdict.evidence)
        return Verdict(
            verdict.check, verdict.params, verdict.subject, verdict.fact, verdict.status, verdict.why, verdict.severity, evidence, verdict.reason, verdict.gap, verdict.waiver,
            verdict.tags, verdict.all_tags,
        )  # fmt: skip


def _with_line(verdict: Verdict, source: Source, lines: Mapping[tuple[str, str], int]) -> Source:
    if source.line is not None or not lines:
        return source
    address = verdict.subject.id.removeprefix(f"{source.file}#")
    line = lines.get((address, source.path)) or lines.get((address, ""))
    if not line:
        return source
    return Source(source.origin, source.path, source.value, source.call, source.file, line, source.at)  # `replace` takes ten times as long
