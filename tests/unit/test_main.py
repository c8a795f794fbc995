"""How the command ends: at once where nothing waits, and never before what was asked to come last."""

from __future__ import annotations

import subprocess
import sys

import pytest


def ended(code: str) -> tuple[int, str, str]:
    program = f"import sys\nsys.argv = ['houvast', 'explain', 'residency']\n{code}\nfrom scanner.cli.main import entry\nentry()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_all_is_written_before_the_end() -> None:
    code, out, err = ended("")
    assert (code, err) == (0, "")
    assert "Data and its copies stay in the promised countries" in out
    assert out.endswith("\n")


@pytest.mark.parametrize(
    "waiting",
    [
        "import atexit\natexit.register(print, 'last')",
        "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.5), print('last'))).start()",
    ],
    ids=["registered", "thread"],
)
def test_what_comes_last_is_waited_for(waiting: str) -> None:
    code, out, _ = ended(waiting)
    assert (code, out.splitlines()[-1]) == (0, "last")


def test_an_error_keeps_its_code_and_its_words() -> None:
    code, out, err = ended("sys.argv = ['houvast', 'explain', 'no-such-check']")
    assert (code, out) == (2, "")
    assert "no-such-check" in err
