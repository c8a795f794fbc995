"""The wheel is whole: what is built and installed works without the checkout, in a folder full of hostile packages."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.command import ROOT, houvast


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as pip would; its dependencies are those of the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True, timeout=90)
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(target)
    return target


def test_it_holds_the_packages_and_nothing_else(installed: Path) -> None:
    top = {entry.name for entry in installed.iterdir() if not entry.name.endswith(".dist-info")}
    assert top == {"scanner", "providers", "checks"}
    assert (installed / "scanner" / "data" / "aws_regions.json").is_file()
    assert (installed / "scanner" / "demo" / "promises" / "care-technology.toml").is_file()
    (info,) = installed.glob("*.dist-info")
    assert (info / "licenses" / "LICENSE").is_file()
    assert "houvast = scanner.cli.main:entry" in (info / "entry_points.txt").read_text(encoding="utf-8")


def test_it_judges_in_a_folder_full_of_hostile_packages(installed: Path, tmp_path: Path) -> None:
    for package in ("checks", "providers", "scanner", "yaml", "jmespath"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("import pathlib; pathlib.Path('ran').write_text('yes')\n", encoding="utf-8")
    (tmp_path / "t.yaml").write_text("Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties: {AvailabilityZone: eu-central-1a, Encrypted: false}\n", encoding="utf-8")
    ran = houvast("scan", "t.yaml", "--check", "encryption-at-rest", cwd=tmp_path, root=installed)
    assert ran.code == 10, ran.err
    assert "stores data unencrypted" in ran.out
    assert not (tmp_path / "ran").exists()
