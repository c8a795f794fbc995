"""The page in a real browser: by keyboard, for screen readers, in light and dark, narrow, on paper, without scripts, with hostile names."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner.model.verdict import Status
from scanner.report.html import page
from tests.support import browser as support
from tests.support.browser import Browser
from tests.support.reports import Case, case

pytestmark = pytest.mark.skipif(bool(support.missing()), reason=support.missing() or "chromium is here")

AXE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"
ENTER, ESCAPE, TAB = "\ue007", "\ue00c", "\ue004"
_COUNT = "return document.getElementById('count').textContent"


@cache
def _case() -> Case:
    return case(60)


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with support.browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


def _write(folder: Path, made: Case, language: str = "nl") -> Path:
    file = folder / "report.html"
    file.write_text(page.render(made.assessment, made.checks, made.resources, language), encoding="utf-8")
    return file


def _show(chrome: Browser, file: Path, scheme: str = "light", width: int = 1200) -> None:
    chrome.look(scheme, width)
    chrome.open(file)
    assert chrome.complaints() == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: .ci/node-packages installs it where npm is")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barriers(chrome: Browser, tmp_path: Path, scheme: str) -> None:
    """axe-core finds nothing, with a finding and its help opened."""
    _show(chrome, _write(tmp_path, _case()), scheme)
    chrome.run("document.querySelector('.help').open = true; document.querySelector('.row').open = true;")
    chrome.run(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = chrome.run("return axe.run(document, {resultTypes: ['violations']})")
    told = [(v["impact"], v["id"], v["nodes"][0]["target"], v["nodes"][0]["failureSummary"]) for v in found["violations"]]
    assert told == []


def test_by_keyboard_alone(chrome: Browser, tmp_path: Path) -> None:
    """`/` jumps to the search, typing filters, Tab and Enter open a finding with its evidence, Escape clears."""
    made = _case()
    _show(chrome, _write(tmp_path, made))
    failed = sum(v.status is Status.FAIL and not v.waiver for v in made.assessment.verdicts)
    assert chrome.run(_COUNT) == f"{failed} van {len(made.assessment.verdicts)} getoond"
    chrome.keys("/")
    assert chrome.run("return document.activeElement.id") == "q"
    chrome.keys(*"db-00001 backup-enabled")
    wait = "return new Promise(done => setTimeout(() => done([document.getElementById('count').textContent, document.querySelectorAll('.row').length]), 250))"
    assert chrome.run(wait) == [f"1 van {len(made.assessment.verdicts)} getoond", 1]
    for _ in range(20):
        chrome.keys(TAB)
        if chrome.run("return document.activeElement.parentElement.className") == "row":
            break
    chrome.keys(ENTER)
    opened = chrome.run("return new Promise(done => setTimeout(() => done(document.querySelector('.row[open] dl').textContent), 100))")
    assert "BackupRetentionPeriod = 0" in opened
    assert "rds:DescribeDBInstances" in opened
    chrome.run("document.getElementById('q').focus()")
    chrome.keys(ESCAPE)
    assert chrome.run(_COUNT) == f"{failed} van {len(made.assessment.verdicts)} getoond"


def test_filters_and_promises(chrome: Browser, tmp_path: Path) -> None:
    made = _case()
    _show(chrome, _write(tmp_path, made))
    every = len(made.assessment.verdicts)
    settlement = next(s for s in made.assessment.settlements if len(s.fails) > 1)
    chrome.run("document.querySelector(`[data-promise='${arguments[0]}']`).click()", settlement.promise)
    assert chrome.run(_COUNT) == f"{len(settlement.fails)} van {every} getoond"
    assert settlement.text in chrome.run("return document.getElementById('chip').textContent")
    assert chrome.run("return document.activeElement.tagName") == "SUMMARY"
    chrome.run("document.querySelector('form.filter').reset()")
    boxes = "document.querySelectorAll('[name=status]').forEach(box => { box.checked = true }); document.querySelector('[name=status]').dispatchEvent(new Event('change', {bubbles: true}));"
    assert chrome.run(f"return new Promise(done => setTimeout(() => {{ {boxes} done(document.getElementById('count').textContent) }}, 50))") == f"{every} van {every} getoond"
    picked = "const select = document.getElementById('f-where'); select.value = arguments[0]; select.dispatchEvent(new Event('change', {bubbles: true}));"
    chrome.run(picked, "aws/444455556666")
    there = sum(v.subject.account == "444455556666" for v in made.assessment.verdicts)
    assert chrome.run(_COUNT) == f"{there} van {every} getoond"


def test_narrow_paper_and_network(chrome: Browser, tmp_path: Path) -> None:
    """Nothing sticks out of a narrow window, nothing is fetched, on paper the findings are open."""
    file = _write(tmp_path, _case())
    _show(chrome, file, width=360)
    assert chrome.run("return document.documentElement.scrollWidth") <= 360
    assert chrome.run("return performance.getEntriesByType('resource').length") == 0
    assert chrome.run("return document.documentElement.lang") == "nl"
    chrome.paper(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    opened, closed = chrome.run("dispatchEvent(new Event('beforeprint')); return ['.row[open] dl', '.group:not([open])'].map(s => document.querySelectorAll(s).length)")
    assert opened > 20
    assert closed == 0
    if shutil.which("pdftotext"):
        import subprocess

        told = subprocess.run(["pdftotext", str(tmp_path / "report.pdf"), "-"], capture_output=True, text=True, check=True).stdout
        assert "Worden de beloften nagekomen?" in told
        assert "Vingerafdruk" in told


def test_without_scripts(chrome: Browser, tmp_path: Path) -> None:
    """The promises and the worst findings stand in the page itself."""
    chrome.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chrome.open(_write(tmp_path, _case()))
        found = chrome.devtools(
            "Runtime.evaluate", expression="[document.querySelectorAll('noscript .rows li').length, getComputedStyle(document.querySelector('.filter')).display].join()"
        )
        assert found["result"]["value"] == "100,none"
    finally:
        chrome.devtools("Emulation.setScriptExecutionDisabled", value=False)


def test_hostile_names_do_nothing(chrome: Browser, tmp_path: Path) -> None:
    """Markup in names is text; long and right-to-left names leave the page whole."""
    nasty = '"><img src=x onerror="window.struck=1"></script><script>window.struck=1</script>\u202e' + "W" * 900
    made = case(12, lambda name: f"{name}{nasty}")
    _show(chrome, _write(tmp_path, made), width=360)
    chrome.run("document.querySelectorAll('details').forEach(one => { one.open = true; one.dispatchEvent(new Event('toggle')) })")
    struck, images, wide, body = chrome.run(
        "return [window.struck || 0, document.images.length, document.documentElement.scrollWidth, document.body.textContent.includes('<img src=x')]"
    )
    assert (struck, images, body) == (0, 0, True)
    assert wide <= 360
