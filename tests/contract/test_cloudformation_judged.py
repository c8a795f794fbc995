"""From a template to verdicts: what cannot be known is unknown, what is not made is no subject, and nothing hides the rest."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checks.encryption_at_rest import encryption_at_rest
from providers.cloudformation.reader import read
from scanner import plugins
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options
from scanner.declare.decl import TypeDecl, fact, never_others
from scanner.declare.live import List
from scanner.declare.readers import flag
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate, coverage
from scanner.model.facts import OFF, AtRest
from scanner.model.known import Reason
from scanner.model.snapshot import Run
from scanner.model.verdict import Status, Verdict

FIXTURES = Path(__file__).parents[2] / "fixtures" / "iac"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
RUN = Run("2026-11-21T10:00:00Z", "0.1.0")
ROWS = list(csv.DictReader((FIXTURES / "expected.tsv").open(encoding="utf-8"), delimiter="\t"))


def declared(kind: str, path: str) -> TypeDecl:
    return TypeDecl(kind, List("test", "list_things", "Things", "Id"), (fact(AtRest, state=flag(same=path, absent=OFF)),), never_others(AtRest, why="made up"))


#: Declarations of these tests, so that they say something about the reader whatever the real ones read.
OWN = {d.type: d for d in (declared("AWS::RDS::DBInstance", "StorageEncrypted"), declared("AWS::EFS::FileSystem", "Encrypted"), declared("AWS::EC2::Volume", "Encrypted"))}


def verdicts(*names: str, decls: Mapping[str, TypeDecl] = OWN, region: str = "") -> tuple[Verdict, ...]:
    ledger = Ledger()
    for name in names:
        ledger.take(read(FIXTURES / name, name, Options(settings={"template.region": region})))
    return judge(Estate.of(ledger.snapshot(RUN), decls), [Question(encryption_at_rest)], NOW)


def _of(row: Mapping[str, str], found: tuple[Verdict, ...]) -> str:
    kind, _, name = row["resource"].rpartition(".")
    about = [v for v in found if v.subject.type == kind and (v.subject.id == f"{row['file']}#{name}" or f"({row['file']}#{name})" in v.subject.id)]
    return "/".join(sorted({v.status.value for v in about})) or "absent"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["resource"])
def test_each_trap_is_answered_as_expected(row: Mapping[str, str]) -> None:
    assert _of(row, verdicts(row["file"])) == row["expected"], row["why"]


@pytest.mark.parametrize("row", [row for row in ROWS if "AWS::RDS" in row["resource"]], ids=lambda row: row["resource"])
def test_the_real_declarations_agree(row: Mapping[str, str]) -> None:
    assert _of(row, verdicts(row["file"], decls=plugins.load_types("providers.aws.types"))) == row["expected"], row["why"]


def test_evidence_names_file_line_and_value() -> None:
    found = {v.subject.name: v for v in verdicts("parameters.yaml")}
    (source,) = found["DefFalseDb"].evidence
    assert (source.origin, source.path, source.value, source.file, source.line, source.call) == ("template", "StorageEncrypted", "false", "parameters.yaml", 42, None)
    (source,) = found["NoDefaultDb"].evidence
    assert (source.line, source.value) == (30, None)
    assert "parameter NoDefault has no value" in found["NoDefaultDb"].why
    (source,) = found["NoValueVol"].evidence
    assert source.line == 82, "the line of the property that AWS::NoValue took away"


def test_an_unread_resource_of_an_unknown_type_still_counts() -> None:
    """Nobody declared the queue: that it could not be read must not end in silence."""
    found = [v for v in verdicts("null-properties.yaml") if v.gap]
    assert [(v.subject.type, v.status, v.reason) for v in found] == [("AWS::SQS::Queue", Status.UNKNOWN, Reason.UNPARSABLE)]
    assert "Properties that are null, on line 4" in found[0].why


def test_gaps_reach_the_denominator() -> None:
    ledger = Ledger()
    ledger.take(read(FIXTURES / "gaps.yaml", "gaps.yaml", Options()))
    covered = coverage(ledger.snapshot(RUN))
    assert (covered.asked, covered.answered) == (17, 1)
    assert all(gap.advice and gap.subject for gap in covered.gaps)


def test_nothing_passes_beside_a_gap_without_an_unknown() -> None:
    found = verdicts("gaps.yaml")
    assert {v.subject.name for v in found if v.status is Status.PASS} == {"Good"}
    assert not [v for v in found if v.status is Status.FAIL], "a resource declared twice is not judged by one of the two"
    assert len([v for v in found if v.status is Status.UNKNOWN]) > 10


def test_a_satellite_that_may_not_be_made_speaks_for_nobody(tmp_path: Path) -> None:
    """A bucket policy under a condition that cannot be decided: neither taken as there nor as not there."""
    decls = plugins.load_types("providers.aws.types")
    text = """
Parameters: { Strict: { Type: String } }
Conditions: { IsStrict: !Equals [!Ref Strict, "yes"] }
Resources:
  Bucket: { Type: AWS::S3::Bucket }
  Policy:
    Type: AWS::S3::BucketPolicy
    Condition: IsStrict
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: "s3:*"
            Resource: [!GetAtt Bucket.Arn, !Sub "${Bucket.Arn}/*"]
            Condition: { Bool: { "aws:SecureTransport": "false" } }
"""
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    transit = plugins.load_checks()["transit-encryption"]
    statuses = {}
    for given in ("", '{"Strict": "yes"}', '{"Strict": "no"}'):
        ledger = Ledger()
        ledger.take(read(tmp_path / "t.yaml", "t.yaml", Options(settings={"template.parameters": given})))
        found = judge(Estate.of(ledger.snapshot(RUN), decls), [Question(transit)], NOW)
        statuses[given] = [v.status for v in found if v.subject.name == "Bucket"]
    assert statuses == {"": [Status.UNKNOWN], '{"Strict": "yes"}': [Status.PASS], '{"Strict": "no"}': [Status.FAIL]}
