"""Lines of findings in files whose reader does not note them: a second look at files with findings only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from scanner import plugins
from scanner.cli.targets import read_text
from scanner.errors import InvalidFile
from scanner.model.known import Evidence, Lower, Source
from scanner.model.resource import Ref
from scanner.model.verdict import Assessment, Status

_Addresses = dict[str, set[str]]
_Wanted = dict[str, _Addresses]
_Found = Mapping[str, Mapping[tuple[str, str], int]]


def with_lines(assessment: Assessment) -> Assessment:
    """The assessment with the lines of what fails, or is not known, in files that were just read."""
    wanted: _Wanted = defaultdict(lambda: defaultdict(set))
    lacking: dict[int, list[tuple[str, _Addresses, str]]] = {}
    opened: list[int] = []
    passed = Status.PASS  # an enumeration is slow to be asked for its members
    for n, verdict in enumerate(assessment.verdicts):
        if verdict.status is passed:
            continue
        evidence = verdict.evidence.shared if type(verdict.evidence) is Lower else verdict.evidence  # what stands lower lacks the same lines
        without = lacking.get(id(evidence))
        if without is None:
            without = lacking[id(evidence)] = [(f"{one.file}#", wanted[one.file], one.path) for one in evidence if one.line is None and one.file]
        subject, found = verdict.subject.id, False
        for head, addresses, path in without:
            if subject.startswith(head):
                addresses[subject[len(head) :]].add(path)
                found = True
        if found:
            opened.append(n)
    lines = {file: lines for file, addresses in wanted.items() if addresses and (lines := _looked_up(file, addresses))}
    if not lines:
        return assessment
    verdicts = list(assessment.verdicts)
    for n in opened:
        one = verdicts[n]
        verdicts[n] = one.with_evidence(Placed(one.evidence, one.subject, lines))
    return replace(assessment, verdicts=tuple(verdicts))


def _looked_up(file: str, addresses: Mapping[str, set[str]]) -> Mapping[tuple[str, str], int]:
    try:
        text = read_text(Path(file))
    except InvalidFile:
        return {}  # it is gone meanwhile: the findings stand without lines
    look = plugins.line_finder(text)
    return look(text, addresses) if look else {}


class Placed(Evidence):
    """Evidence with the lines at which it stands in the file of its subject."""

    __slots__ = ("_lines", "_subject")

    def __init__(self, shared: Sequence[Source], subject: Ref, lines: _Found) -> None:
        self.shared, self._subject, self._lines, self._found = shared, subject, lines, None

    def _made(self, source: Source) -> Source:
        lines = self._lines.get(str(source.file))
        if source.line is not None or not lines:
            return source
        address = self._subject.id.removeprefix(f"{source.file}#")
        line = lines.get((address, source.path)) or lines.get((address, ""))
        if not line:
            return source
        return Source(source.origin, source.path, source.value, source.call, source.file, line, source.at)  # `replace` takes ten times as long
