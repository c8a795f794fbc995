"""Waivers as comments in templates: complete or none at all, for what stands beside them and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.collect.inline import inline
from scanner.errors import Exit
from scanner.model.resource import Ref
from scanner.model.snapshot import Dialect, Document
from tests.support.command import Ran, houvast

SAID = "houvast: waive encryption-at-rest until 2199-01-31 because it holds public maps only"
TWO = """\
Resources:
  First:
    Type: AWS::EC2::Volume
    Properties: { AvailabilityZone: eu-west-1a, Size: 1, Encrypted: false }
  Second:
    Type: AWS::EC2::Volume
    Properties:
      AvailabilityZone: eu-west-1a
      Encrypted: false
Outputs: {}
"""


def scan(folder: Path, text: str, *more: str) -> Ran:
    (folder / "stack.yaml").write_text(text)
    return houvast("scan", "stack.yaml", "--check", "encryption-at-rest", "--format", "json", "--snapshot", "seen.jsonl", *more, cwd=folder)


def waived(ran: Ran) -> dict[str, str | None]:
    return {verdict["subject"]["name"]: verdict["waiver"] for verdict in ran.json["verdicts"]}


@pytest.mark.parametrize(
    ("before", "with_comment"),
    [
        ("  Second:\n", f"  # {SAID}\n  Second:\n"),
        ("  Second:\n", f"  # a map\n  # {SAID}\n  # of the world\n  Second:\n"),
        ("  Second:\n", f"  Second: # {SAID}\n"),
        ("  Second:\n", f"  Second:\n    # {SAID}\n"),
        ("      Encrypted: false\nOut", f"      Encrypted: false # {SAID}\nOut"),
        ("      Encrypted: false\nOut", f"      # {SAID}\n      Encrypted: false\nOut"),
    ],
)
def test_a_comment_beside_it(tmp_path: Path, before: str, with_comment: str) -> None:
    ran = scan(tmp_path, TWO.replace(before, with_comment))
    assert ran.code == Exit.FAILED, "the other one fails"
    assert not ran.err
    found = waived(ran)
    assert found["First"] is None
    assert found["Second"] is not None
    assert found["Second"].startswith("waived by stack.yaml:")
    assert found["Second"].endswith("until 2199-01-31: it holds public maps only")
    assert waived(houvast("judge", "seen.jsonl", "--check", "encryption-at-rest", "--format", "json", cwd=tmp_path)) == found, "the snapshot keeps it"


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("# houvast: waive encryption-at-rest", "lacks its check, its date or its reason"),
        ("# houvast: waive encryption-at-rest until 2199-01-31", "lacks its check, its date or its reason"),
        ("# houvast: waive encryption-at-rest until 2199-01-31 because", "lacks its check, its date or its reason"),
        ("# houvast: waive encryption-at-rest because of maps", "lacks its check, its date or its reason"),
        ("# houvast: waive encryption-at-rest until soon because of maps", "'soon' is no date"),
        ("# houvast: waive encryption until 2199-01-31 because of maps", "there is no check 'encryption'"),
        ("# houvast: skip", "lacks its check"),
    ],
)
def test_half_a_waiver_is_none(tmp_path: Path, comment: str, why: str) -> None:
    ran = scan(tmp_path, TWO.replace("  Second:\n", f"  {comment}\n  Second:\n"))
    assert set(waived(ran).values()) == {None}
    assert "stack.yaml:5: " in ran.err
    assert why in ran.err


@pytest.mark.parametrize("at", ["Outputs: {}\n", "Resources:\n"])
def test_a_comment_elsewhere_excuses_nothing(tmp_path: Path, at: str) -> None:
    ran = scan(tmp_path, TWO.replace(at, f"# {SAID}\n\n{at}"))
    assert set(waived(ran).values()) == {None}
    assert "names no resource" in ran.err


def test_the_end_is_said_aloud(tmp_path: Path) -> None:
    ran = scan(tmp_path, TWO.replace("  Second:\n", f"  # {SAID.replace('2199', '2020')}\n  Second:\n"))
    assert set(waived(ran).values()) == {None}
    assert "ended on 2020-01-31" in ran.err
    assert "its findings fail again" in ran.err or "1 of its findings" in ran.err


def test_texts_and_long_lines_are_no_comments() -> None:
    ref = Ref("aws", "AWS::EC2::Volume", "", "", "plan.json#a", "a")
    doc = Document(ref, Dialect.CLOUDFORMATION, {}, {}, {}, "plan.json", {"": 1})
    for text in (f'{{"note": "# {SAID}"}}', f'{{"note": 1}} {" " * 1000}# {SAID}'):
        (found,), troubles = inline(text, [doc])
        assert (found.waivers, troubles) == ((), ())
    (found,), _ = inline(f'{{"note": 1}} // {SAID}', [doc])
    assert [waiver.check for waiver in found.waivers] == ["encryption-at-rest"]
    (found,), _ = inline(f"resource x {{ /* {SAID} */", [doc])
    assert found.waivers[0].reason == "it holds public maps only"
