"""Evidence packs: the same bytes twice, tampering named, hostile archives refused."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.cli.main import main
from scanner.errors import InvalidFile
from scanner.store.pack import MANIFEST, pack, unpack
from scanner.store.snapshot_file import save
from tests.support.month import day, demo, taken

FILES = {"snapshot.jsonl": b"one\n", "reports/report.txt": b"two\n"}
PROMISES = '[[promise]]\nid = "not-public"\ntext = "Nothing is public."\nscope = ["aws"]\nbinds = [{ check = "public-exposure" }]\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of the demo's estate, made by the command."""
    folder = tmp_path_factory.mktemp("pack")
    save(taken(demo(), day(0)), folder / "day.jsonl")
    (folder / "promises.toml").write_text(PROMISES)
    options = ["--promises", str(folder / "promises.toml"), "--check", "public-exposure", "--check", "residency"]
    for name in ("one.zip", "two.zip"):
        assert main(["evidence", str(folder / "day.jsonl"), "-o", str(folder / name), *options]) in (10, 11, 0)
    return folder


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None], honest: bool = False) -> Path:
    """The pack with files changed; `honest` writes a new manifest for them, as a forger would."""
    files = dict(unpack(source).files)
    change(files)
    if honest:
        about = {key: value for key, value in json.loads(files[MANIFEST]).items() if key not in ("schema", "files")}
        target.write_bytes(pack({name: body for name, body in files.items() if name != MANIFEST}, about)[0])
        return target
    with zipfile.ZipFile(target, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return target


def test_equal_contents_give_equal_bytes(made: Path) -> None:
    assert (made / "one.zip").read_bytes() == (made / "two.zip").read_bytes()
    names = zipfile.ZipFile(made / "one.zip").namelist()
    assert names[0] == MANIFEST
    assert {"snapshot.jsonl", "assessment.json", "promises.toml", "rules.json", "reports/report.txt"} <= set(names)


def test_it_verifies(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest = unpack(made / "one.zip").digest
    assert main(["verify", str(made / "one.zip"), "--digest", digest]) == 0
    assert "judged again with the same outcome" in capsys.readouterr().out
    assert main(["verify", str(made / "one.zip"), "--digest", "0" * 64]) == 10
    assert "the pack is another one" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [("snapshot.jsonl", b"{}", "snapshot.jsonl was altered"), ("promises.toml", None, "promises.toml is missing"), ("reports/extra.txt", b"x", "reports/extra.txt was added")],
)
def test_tampering_is_named(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, body: bytes | None, said: str) -> None:
    def change(files: dict[str, bytes]) -> None:
        files.pop(name, None) if body is None else files.__setitem__(name, body)

    assert main(["verify", str(rewritten(made / "one.zip", tmp_path / "bad.zip", change))]) == 10
    assert said in capsys.readouterr().out


def test_a_forged_judgement_does_not_follow(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def better(files: dict[str, bytes]) -> None:
        files["assessment.json"] = files["assessment.json"].replace(b'"status": "fail"', b'"status": "pass"')

    assert main(["verify", str(rewritten(made / "one.zip", tmp_path / "bad.zip", better, honest=True))]) == 10
    assert "is fail, stated was pass" in capsys.readouterr().out

    def nicer(files: dict[str, bytes]) -> None:
        files["reports/report.txt"] = b"all is well\n"

    assert main(["verify", str(rewritten(made / "one.zip", tmp_path / "bad.zip", nicer, honest=True))]) == 10
    assert "reports/report.txt does not say what the assessment says" in capsys.readouterr().out

    def softer(files: dict[str, bytes]) -> None:
        files["promises.toml"] = files["promises.toml"].replace(b'"public-exposure"', b'"residency"')

    assert main(["verify", str(rewritten(made / "one.zip", tmp_path / "bad.zip", softer, honest=True))]) == 10


def test_another_version_with_the_same_outcome_is_no_fault(made: Path, tmp_path: Path) -> None:
    def older(files: dict[str, bytes]) -> None:
        stated = json.loads(files["assessment.json"])
        stated["version"], stated["declarations_digest"] = "0.0.1", "0" * 64
        files["assessment.json"] = json.dumps(stated).encode()

    assert main(["verify", str(rewritten(made / "one.zip", tmp_path / "old.zip", older, honest=True))]) == 0

    def other(files: dict[str, bytes]) -> None:
        older(files)
        stated = json.loads(files["assessment.json"])
        stated["verdicts"][0]["status"] = "unknown" if stated["verdicts"][0]["status"] != "unknown" else "pass"
        files["assessment.json"] = json.dumps(stated).encode()

    assert main(["verify", str(rewritten(made / "one.zip", tmp_path / "old.zip", other, honest=True))]) == 11


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/passwd", "a/../../b", "C:\\evil.txt", "reports/../x", ".hidden", "a//b", "reports\\x", "A.TXT", "a/b/c", "snapshot.jsonl\x00.txt/.."]
)
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    body, _ = pack(FILES, {})
    (tmp_path / "p.zip").write_bytes(body)
    with zipfile.ZipFile(tmp_path / "p.zip", "a") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"x")
    if name.split("\x00")[0] in FILES:
        with pytest.raises(InvalidFile):
            unpack(tmp_path / "p.zip")
        return
    with pytest.raises(InvalidFile, match="which no pack has"):
        unpack(tmp_path / "p.zip")


def test_links_doubles_and_crowds_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    for number, entries in enumerate(
        [[(link, b"/etc/passwd")], [(zipfile.ZipInfo("a"), b"1"), (zipfile.ZipInfo("a"), b"2")], [(zipfile.ZipInfo(f"f{n}"), b"") for n in range(100)]]
    ):
        with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            warnings.simplefilter("ignore")
            for info, body in entries:
                archive.writestr(info, body)
        with pytest.raises(InvalidFile):
            unpack(tmp_path / f"{number}.zip")


def test_a_bomb_is_refused_without_filling_the_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("snapshot.jsonl", bytes(64 * 1024 * 1024))
    assert (tmp_path / "bomb.zip").stat().st_size < 100_000
    with pytest.raises(InvalidFile, match="unpacks to more than"):
        unpack(tmp_path / "bomb.zip")


def test_a_header_that_lies_about_the_size_is_not_believed(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("snapshot.jsonl", bytes(64 * 1024 * 1024))
    body = out.getvalue().replace(struct.pack("<L", 64 * 1024 * 1024), struct.pack("<L", 10))
    (tmp_path / "liar.zip").write_bytes(body)
    with pytest.raises(InvalidFile):
        unpack(tmp_path / "liar.zip")


@pytest.mark.parametrize("body", [b"", b"PK", b"PK\x03\x04" + b"x" * 100, b"no zip at all"])
def test_rubbish_is_no_pack(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "p.zip").write_bytes(body)
    assert main(["verify", str(tmp_path / "p.zip")]) == 2


def test_every_cut_of_a_pack_is_seen(tmp_path: Path) -> None:
    body, _ = pack(FILES, {})
    for cut in range(0, len(body), 7):
        (tmp_path / "p.zip").write_bytes(body[:cut])
        with pytest.raises(InvalidFile):
            unpack(tmp_path / "p.zip")


def test_every_changed_byte_of_a_body_is_seen(tmp_path: Path) -> None:
    body, digest = pack(FILES, {})
    assert digest == hashlib.sha256(unpack_bytes(tmp_path, body).files[MANIFEST]).hexdigest()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        where = {info.filename: info.header_offset + 30 + len(info.filename) for info in archive.infolist()}
    for offset in (where["snapshot.jsonl"], where["reports/report.txt"], where[MANIFEST]):
        altered = bytearray(body)
        altered[offset + 3] ^= 0x10
        try:
            found = unpack_bytes(tmp_path, bytes(altered))
        except InvalidFile:
            continue
        assert found.faults or found.digest != digest


def unpack_bytes(folder: Path, body: bytes):  # type: ignore[no-untyped-def]
    (folder / "p.zip").write_bytes(body)
    return unpack(folder / "p.zip")
