"""Reports that are written piece by piece are the text that the plain data gives, whatever the world is called."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scanner.errors import InvalidFile
from scanner.model.baseline import Baseline
from scanner.model.known import Origin, Source
from scanner.model.severity import Severity
from scanner.model.verdict import Assessment, Status, Verdict
from scanner.report import formats
from scanner.report import json as json_report
from scanner.report.formats import Format
from scanner.store.atomic import write_atomic
from tests.support.reports import case, promises

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
sources = st.builds(
    Source,
    st.sampled_from(Origin),
    st.text(max_size=60),
    JSON,
    st.none() | st.text(max_size=8),
    st.none() | st.text(max_size=8),
    st.none() | st.integers(1, 9),
    st.none() | st.text(max_size=8),
)
FIRST = case(6, str, promises()[:8]).assessment


def _whole(assessment: Assessment) -> str:
    """The same by the general encoder of the standard library."""
    return json_report.dumps(json_report.assessment_object(assessment), 1) + "\n"


@given(st.lists(sources, max_size=3), st.dictionaries(st.text(max_size=8), JSON, max_size=2), st.text(max_size=30), st.none() | st.text(max_size=8))
@settings(max_examples=60, deadline=None)
@example([], {}, "\x7f", "\u202e")
@example([Source(Origin.LIVE, "\ud800", "\U000e0041")], {"\u2028": []}, "é", None)
def test_a_verdict_is_written_as_its_data(evidence: list[Source], params: dict[str, Any], text: str, waiver: str | None) -> None:
    first = FIRST.verdicts[0]
    changed = replace(
        first, check=text or "x", subject=replace(first.subject, name=text, region=text, id=f"{text}\n"), why=text, evidence=tuple(evidence), params=params, waiver=waiver
    )
    assessment = replace(FIRST, verdicts=(changed, first, replace(changed, status=Status.PASS, gap=True, severity=Severity.LOW)))
    assert json_report.render(assessment) == _whole(assessment)


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 600])
def test_whatever_their_number(count: int) -> None:
    some = tuple(FIRST.verdicts[n % len(FIRST.verdicts)] for n in range(count))
    assessment = replace(FIRST, verdicts=some)
    assert json_report.render(assessment) == _whole(assessment)
    for kind in Format:
        assert "".join(formats.pieces(kind, assessment, {})) == formats.render(kind, assessment, {}), kind


def test_what_a_baseline_knew_is_said() -> None:
    failing = [verdict for verdict in FIRST.verdicts if verdict.status is Status.FAIL and not verdict.waiver]
    assessment = replace(FIRST, baseline=Baseline("old.json", "2026-01-01T00:00:00Z", frozenset(verdict.fingerprint for verdict in failing[::2])))
    told = json_report.render(assessment)
    assert told == _whole(assessment)
    assert sum(bool(verdict.get("in_baseline")) for verdict in json.loads(told)["verdicts"]) == len({verdict.fingerprint for verdict in failing[::2]})


def test_large_reports_are_never_whole(tmp_path: Path) -> None:
    """No piece grows with the number of verdicts."""
    many: tuple[Verdict, ...] = FIRST.verdicts * 40
    assert len(many) > 3000
    few, more = (max(len(piece) for piece in formats.pieces(Format.JSON, replace(FIRST, verdicts=given), {})) for given in (FIRST.verdicts * 10, many))
    assert more < few * 1.5
    write_atomic(tmp_path / "r.json", formats.pieces(Format.JSON, replace(FIRST, verdicts=many), {}))
    assert len(json.loads((tmp_path / "r.json").read_text())["verdicts"]) == len(many)


def test_a_report_that_breaks_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken() -> Any:
        yield "half"
        raise RuntimeError("a defect")

    (tmp_path / "r.json").write_text("before")
    with pytest.raises(RuntimeError):
        write_atomic(tmp_path / "r.json", broken())
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]
    assert (tmp_path / "r.json").read_text() == "before"
    with pytest.raises(InvalidFile):
        write_atomic(tmp_path / "none" / "r.json", "x")
