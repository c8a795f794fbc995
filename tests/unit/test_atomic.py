"""Files are put in place whole; what is no file of its own is written to, and never replaced."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scanner.errors import InvalidFile
from scanner.store.atomic import write_atomic


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_atomic(path, "old")
    write_atomic(path, ("n", "ew"))
    assert path.read_text() == "new"
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_atomic(pipe, "through")
    reader.join(10)
    assert read == ["through"]
    assert pipe.is_fifo()


def test_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "there.json", tmp_path / "link.json"
    link.symlink_to(target)
    for text in ("made", "again"):
        write_atomic(link, text)
        assert link.is_symlink()
        assert target.read_text() == text


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this system has no /dev/full")
def test_a_device_stays_one_and_its_refusal_is_told() -> None:
    with pytest.raises(InvalidFile, match="No space left"):
        write_atomic(Path("/dev/full"), "x" * 100_000)
    assert Path("/dev/full").is_char_device()


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_no_defect() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "scanner.cli.main", "explain"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "cannot be written: No space left" in done.stderr
    assert "defect" not in done.stderr
