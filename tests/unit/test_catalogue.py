"""Declarations by need: the same as all of them, whatever was kept of an earlier start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scanner import outlines, plugins
from scanner.declare.catalogue import Outline

AWS = "providers.aws.types"
ROOT = Path(plugins.__file__).resolve().parent.parent


def test_outlines_tell_what_the_declarations_say() -> None:
    found = plugins._outlines(AWS)
    assert found
    for name, outline in found.items():
        loaded = plugins.load_types()[name]
        assert loaded.type == name
        assert Outline.of(loaded, outline.module) == outline


def test_a_type_is_loaded_alone() -> None:
    code = (
        f"import sys; from scanner import plugins; plugins._outlines({AWS!r}); before = set(sys.modules); "
        f"kept = 'providers.aws.types.fsx' not in before; types = plugins.load_types({AWS!r}); assert len(types) > 100; "
        "assert types['AWS::SQS::Queue'].type == 'AWS::SQS::Queue'; print(kept, 'providers.aws.types.fsx' in sys.modules)"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-P", "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=True)
    kept, loaded = done.stdout.split()
    assert kept == "False" or loaded == "False"  # where bytecode cannot be written, all are read


def test_what_was_kept_counts_for_its_sources_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    source = tmp_path / "one.py"
    source.write_text("x = 1\n", encoding="utf-8")
    stamped = outlines.stamp((tmp_path,))
    rows = {"AWS::SQS::Queue": plugins._outlines(AWS)["AWS::SQS::Queue"]}
    outlines.keep(tmp_path, stamped, rows)
    assert outlines.kept(tmp_path, stamped) == rows
    source.write_text("x = 12\n", encoding="utf-8")
    assert outlines.kept(tmp_path, outlines.stamp((tmp_path,))) is None
    for damage in ("", "[]", json.dumps({"stamp": stamped}), json.dumps({"stamp": stamped, "types": {"x": 1}})):
        outlines.place(tmp_path).write_text(damage, encoding="utf-8")
        assert outlines.kept(tmp_path, stamped) is None


def test_nothing_is_kept_where_bytecode_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    outlines.keep(tmp_path, "", {})
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "__pycache__").write_text("a file in the way", encoding="utf-8")
    outlines.keep(tmp_path, "", {})
    assert outlines.kept(tmp_path, "") is None
