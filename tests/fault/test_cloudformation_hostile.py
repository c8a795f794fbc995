"""Hostile templates: bounded memory, an error with a remedy, nothing executed, nothing hidden."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from providers.cloudformation.nodes import MAX_BYTES
from providers.cloudformation.reader import read, recognise
from scanner.collect.plan import Answer, Options
from scanner.errors import InvalidFile

ROOT = Path(__file__).parents[2]
HEAD = "Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties: { Encrypted: true }\n"


def reading(data: bytes, tmp_path: Path) -> Answer:
    (tmp_path / "hostile.yaml").write_bytes(data)
    return read(tmp_path / "hostile.yaml", "hostile.yaml", Options())


def laughs(levels: int, wide: int = 10) -> str:
    rows = ["L0: &l0 [ha]"] + [f"L{n}: &l{n} [{', '.join([f'*l{n - 1}'] * wide)}]" for n in range(1, levels)]
    return "\n".join(rows) + f"\nResources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties: {{ Tags: *l{levels - 1} }}\n"


def merges(levels: int, wide: int = 10) -> str:
    rows = ["L0: &l0 { a: 1 }"] + [f"L{n}: &l{n} {{ <<: [{', '.join([f'*l{n - 1}'] * wide)}] }}" for n in range(1, levels)]
    return "\n".join(rows) + f"\nResources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties: {{ <<: *l{levels - 1} }}\n"


def loops(levels: int, wide: int = 10) -> str:
    inner = "{ 'V': { Type: AWS::EC2::Volume } }"
    items = "[" + ", ".join(str(n) for n in range(wide)) + "]"
    for n in range(levels):
        inner = f"{{ 'Fn::ForEach::L{n}': [x{n}, {items}, {inner}] }}"
    return f"Resources: {inner}\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (HEAD.encode("utf-16"), "not UTF-8"),
        (HEAD.encode() + b"# \xff\xfe\n", "not UTF-8"),
        (HEAD.encode() + b"\x00", "character"),
        (HEAD.encode() + b"B: \x1b[31m\n", "character"),
        (HEAD.encode() + b"B: " + b"[" * 100_000, "levels deep"),
        (b'{"Resources":' * 100_000, "levels deep"),
        (HEAD.encode() + b"B: " + b"[" * 5000 + b"]" * 5000, "levels deep"),
        (HEAD.encode() + b"B:\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 300)), "levels deep"),
        (HEAD.encode() + b"B: [" + b"[]," * 450_000 + b"]", "more than 400000 values"),
        (HEAD.encode() + b"#" * MAX_BYTES, "larger than 4 MiB"),
        (laughs(30).encode(), "aliases, loops or conditions"),
        (b"Resources: {A: {Type: AWS::EC2::Volume, Properties: &p {P: *p}}}", "alias leads back to itself"),
        (b"Resources: {A: {Type: AWS::EC2::Volume, Properties: {P: &p [*p]}}}", "alias leads back to itself"),
        (b"Resources: {A: {Type: AWS::EC2::Volume, Properties: {P: &p {'Fn::Join': ['', [*p]]}}}}", "alias leads back to itself"),
        (b"Resources: {'Fn::ForEach::A': &p [x, [a], {'Fn::ForEach::B': *p}]}", "alias leads back to itself"),
        (b"Conditions: {C: &c !And [*c, *c]}\nResources: {A: {Type: AWS::EC2::Volume, Condition: C}}", "alias leads back to itself"),
        (loops(7).encode(), "aliases, loops or conditions"),
    ],
    ids=lambda value: None if isinstance(value, str) else "",
)
def test_refused_with_a_remedy(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        reading(data, tmp_path)
    assert words in caught.value.message
    assert caught.value.file == "hostile.yaml"
    assert caught.value.advice


def test_a_section_that_holds_itself(tmp_path: Path) -> None:
    answer = reading(b"Resources: &r {A: *r, <<: *r}", tmp_path)
    assert "no resource with a Type" in answer.more_calls[0].detail
    assert not answer.documents


def test_memory_stays_within_bounds(tmp_path: Path) -> None:
    """A bomb of two kilobytes that would grow to 10^29 values, read by a process that may take 500 MB and no more."""
    (tmp_path / "bomb.yaml").write_text(laughs(30), encoding="utf-8")
    code = (
        "import resource, pathlib, sys; resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))\n"
        "from providers.cloudformation.reader import read; from scanner.sdk import InvalidFile, Options\n"
        "try: read(pathlib.Path(sys.argv[1]), 'bomb.yaml', Options())\n"
        "except InvalidFile as error: print(error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "bomb.yaml")], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "grows to more than" in done.stdout) == (0, True), done.stderr


def test_merges_do_not_grow(tmp_path: Path) -> None:
    assert reading(merges(30).encode(), tmp_path).documents[0].body == {"a": 1}


def test_too_many_merges_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match="merges more than"):
        reading(merges(300, 1).encode(), tmp_path)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!python/object/new:os.system", "!<tag:yaml.org,2002:python/module:os>"])
def test_nothing_is_executed(tmp_path: Path, tag: str) -> None:
    target = tmp_path / "ran"
    found = reading(f"{HEAD}    Metadata: {tag} ['touch {target}']\n  B:\n    Type: AWS::EC2::Volume\n    Properties: {{ P: {tag} ['touch {target}'] }}\n".encode(), tmp_path)
    assert not target.exists()
    assert found.documents[0].body == {"Encrypted": True}
    assert "$unresolved" in str(found.documents[1].body["P"])


def test_long_chains_of_conditions(tmp_path: Path) -> None:
    """Each condition is decided once, however many ask for it; a chain longer than any template has is refused."""
    wide = ["  C0: !Equals [a, a]"] + [f"  C{n}: !And [{', '.join([f'!Condition C{n - 1}'] * 10)}]" for n in range(1, 40)]
    found = reading(("Conditions:\n" + "\n".join(wide) + "\nResources: {A: {Type: AWS::EC2::Volume, Condition: C39}}\n").encode(), tmp_path)
    assert len(found.documents) == 1
    assert found.documents[0].body == {}


def test_keys_that_are_no_text(tmp_path: Path) -> None:
    found = reading(b"Resources:\n  A:\n    Type: AWS::EC2::Volume\n    Properties:\n      ? [a, b]\n      : 1\n      ? {c: d}\n      : 2\n      7: 3\n      true: 4\n", tmp_path)
    assert sorted(found.documents[0].body.values(), key=str) == [1, 2, 3, 4]
    assert {"7", "true"} < set(found.documents[0].body)


def test_names_that_look_like_markup_stay_what_they_are(tmp_path: Path) -> None:
    found = reading(b'Resources:\n  "<b>|#\\e[31m\xe2\x80\xae":\n    Type: AWS::EC2::Volume\n', tmp_path)
    assert found.documents[0].ref.name == "<b>|#\x1b[31m\u202e"


@pytest.mark.parametrize("place", ["missing.yaml", "."])
def test_places_that_cannot_be_read(tmp_path: Path, place: str) -> None:
    with pytest.raises(InvalidFile, match="cannot be read") as caught:
        read(tmp_path / place, place, Options())
    assert caught.value.advice


def test_recognising_does_not_hang(tmp_path: Path) -> None:
    """No text makes the patterns walk back and forth."""
    for text in ("{" * 300_000, "{ " * 200_000, "Type: " * 100_000, '"Resources"' * 50_000, ("\n" + " " * 50) * 20_000, ("," + " " * 5000) * 100):
        assert not recognise(text)
