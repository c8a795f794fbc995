"""A child process that can be asked, overtaken and killed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.tls.child import Child, Died, Overdue

SOURCE = """
import os, sys, time
from providers.tls.child import serve
def handle(request):
    if request.get("exit"):
        sys.stderr.write("gone wrong\\\\n"); sys.stderr.flush(); os._exit(7)
    for n in range(request["say"]):
        yield {"n": n, "cwd": "" in sys.path}
    time.sleep(request.get("sleep", 0))
def main():
    serve(handle)
""".replace("\\\\n", "\\n")


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Child]:
    (tmp_path / "house_child.py").write_text(SOURCE)
    monkeypatch.setattr(sys, "path", ["", *sys.path, str(tmp_path)])
    made = Child("house_child")
    yield made
    made.kill()


def soon(seconds: float = 20.0) -> float:
    return time.monotonic() + seconds


def test_it_answers_again_and_again(child: Child) -> None:
    for count in (2, 0, 3):
        child.ask({"say": count})
        answers = list(child.answers(soon()))
        assert [answer["n"] for answer in answers] == list(range(count))
        assert not any(answer["cwd"] for answer in answers), "nothing is imported from where the scan was started"


def test_what_was_said_before_the_deadline_is_kept_and_the_child_is_gone(child: Child) -> None:
    child.ask({"say": 1, "sleep": 60})
    answers = child.answers(soon())
    assert next(answers)["n"] == 0
    with pytest.raises(Overdue):
        child.answer(soon(0.1))
    assert child._process.poll() is not None
    with pytest.raises(ProcessLookupError):
        os.kill(child._process.pid, 0)


def test_a_child_that_dies_leaves_its_last_words(child: Child) -> None:
    child.ask({"exit": True})
    with pytest.raises(Died, match="gone wrong"):
        child.answer(soon())
    with pytest.raises(Died):
        child.ask({"say": 1})
