"""Plugins: our own packages or none; a foreign `checks` or `providers` in the way stops the program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from scanner import plugins
from scanner.errors import HouvastError
from scanner.judge.registry import CheckError

ROOT = Path(plugins.__file__).resolve().parent.parent


@pytest.fixture
def fresh() -> Iterator[None]:
    for cached in (plugins.load_checks, plugins.load_types, plugins._entry_point_files):
        cached.cache_clear()
    yield
    for cached in (plugins.load_checks, plugins.load_types, plugins._entry_point_files):
        cached.cache_clear()


@pytest.mark.parametrize("package", ["checks", "providers"])
@pytest.mark.parametrize("marker", [True, False], ids=["package", "namespace"])
def test_a_foreign_package_is_refused_and_not_run(tmp_path: Path, package: str, marker: bool) -> None:
    folder = tmp_path / package
    folder.mkdir()
    proof = tmp_path / "ran"
    for name in ("__init__.py", "evil.py") if marker else ("evil.py",):
        (folder / name).write_text(f"open({str(proof)!r}, 'w').close()\n", encoding="utf-8")
    code = "from scanner import plugins\nfrom scanner.errors import HouvastError\n" + (
        "try:\n    plugins.load_checks(); plugins.load_types()\nexcept HouvastError as error:\n    print('refused', error.message)\n"
    )
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60, check=False)
    assert not proof.exists(), "code of the scanned folder was run"
    if marker:
        assert "refused" in done.stdout, done.stderr
        assert str(tmp_path) in done.stdout
    else:  # a folder without __init__.py is passed over by Python when a real package follows
        assert (done.returncode, done.stdout) == (0, "")


def test_our_own_are_found() -> None:
    assert plugins._beside("checks") == ROOT / "checks"
    with pytest.raises(HouvastError):
        plugins._beside("json")
    with pytest.raises(HouvastError):
        plugins._beside("no_such_package_anywhere")


def test_checks_are_sorted_and_read_only() -> None:
    checks = plugins.load_checks()
    assert list(checks) == sorted(checks)
    assert {f"{name.replace('-', '_')}.py" for name in checks} == {p.name for p in (ROOT / "checks").glob("*.py")} - {"__init__.py"}
    with pytest.raises(TypeError):
        checks["x"] = checks["mfa"]  # type: ignore[index]


@pytest.mark.usefixtures("fresh")
def test_a_file_without_its_check_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in ({}, {"wrong_name": plugins.load_checks()["mfa"]}):
        plugins.load_checks.cache_clear()
        module = ModuleType("checks.wrong_name")
        vars(module).update(content)
        monkeypatch.setattr(plugins, "_modules", lambda _package, module=module: iter([module]))
        with pytest.raises(CheckError, match="wrong-name"):
            plugins.load_checks()
        monkeypatch.undo()


def _install(folder: Path, module: str, code: str, entry_points: str) -> None:
    """What pip leaves behind of a package with entry points."""
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(entry_points, encoding="utf-8")
    (folder / f"{module}.py").write_text(code, encoding="utf-8")


@pytest.mark.usefixtures("fresh")
def test_a_plugin_never_replaces_a_check_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _install(tmp_path, "houvast_evil", "from checks.mfa import mfa\n", "[houvast.checks]\nmfa = houvast_evil:mfa\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(CheckError, match="no new check"):
        plugins.load_checks()


@pytest.mark.usefixtures("fresh")
def test_a_plugin_brings_a_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = "from dataclasses import replace\nfrom checks.mfa import mfa\nours = replace(mfa, id='house-rule')\n"
    _install(tmp_path, "houvast_house", code, "[houvast.checks]\nhouse-rule = houvast_house:ours\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "house-rule" in plugins.load_checks()


@pytest.mark.usefixtures("fresh")
def test_a_plugin_brings_a_type_to_every_scan_of_its_cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = "from dataclasses import replace\nfrom providers.aws.types.sqs import QUEUE\nours = replace(QUEUE, type='AWS::Care::Thing', terraform=())\n"
    _install(tmp_path, "houvast_care", code, "[houvast.types]\nthing = houvast_care:ours\n")
    monkeypatch.syspath_prepend(tmp_path)
    for packages in ((), ("providers.aws.types",)):
        assert plugins.load_types(*packages)["AWS::Care::Thing"].type == "AWS::Care::Thing"
        assert list(plugins.load_types(*packages)) == sorted(plugins.load_types(*packages))
    assert "AWS::Care::Thing" not in plugins.load_types("providers.azure.types")
