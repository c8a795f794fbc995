"""Resources that say the same are read once, and come out as if each had been read by itself: facts, evidence and lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from providers.arm import reader as arm
from providers.cloudformation import reader as cloudformation
from scanner import plugins
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options
from scanner.collect.trim import Trimmer
from scanner.declare.index import Index
from scanner.declare.interpret import interpret, interpret_all
from scanner.model.snapshot import Run

FIXTURES = Path(__file__).parents[2] / "fixtures"
VOLUME = "  {name}:\n    Type: AWS::EC2::Volume\n    Properties:\n      AvailabilityZone: eu-central-1a\n      Encrypted: {encrypted}\n"
MANY = "Parameters: { P: { Type: String } }\nResources:\n" + "".join(
    VOLUME.format(name=f"V{n}", encrypted="!Ref P" if n % 7 == 0 else "true" if n % 3 else "false") + ("\n" * (n % 4)) for n in range(40)
)


def index_of(reader: object, path: Path) -> Index:
    answer = reader.read(path, path.name, Options(settings={"template.region": "eu-central-1"}))  # type: ignore[attr-defined]
    ledger, trimmed = Ledger(), Trimmer(plugins.load_types())
    ledger.take(replace(answer, documents=tuple(trimmed(doc) for doc in answer.documents)))
    return Index.of(ledger.snapshot(Run("2026-11-21T10:00:00Z", "test")))


@pytest.fixture
def many(tmp_path: Path) -> Path:
    (tmp_path / "many.yaml").write_text(MANY)
    return tmp_path / "many.yaml"


def alone(index: Index) -> list[object]:
    decls = plugins.load_types()
    return [found for doc in index.documents if (found := interpret(doc, index, decls)) is not None]


def read(index: Index) -> list[object]:
    """Each with the lines of its own in its evidence."""
    return [
        replace(one, lower=0, facts={kind: replace(fact, sources=tuple(one.sources(fact))) for kind, fact in one.facts.items()})
        for one in interpret_all(index, plugins.load_types())
    ]


@pytest.mark.parametrize("path", sorted((FIXTURES / "aws").glob("*.yaml")), ids=lambda path: path.name)
def test_stacks(path: Path) -> None:
    index = index_of(cloudformation, path)
    assert read(index) == alone(index)


def test_an_arm_template() -> None:
    index = index_of(arm, FIXTURES / "iac" / "arm" / "main.json")
    assert read(index) == alone(index)


def facts_of(index: Index) -> list[int]:
    """How often each fact is shared."""
    found = list(interpret_all(index, plugins.load_types()))
    return sorted(Counter(id(fact) for one in found for fact in one.facts.values() if any(source.file for source in fact.sources)).values())


def test_many_that_are_alike(many: Path) -> None:
    index = index_of(cloudformation, many)
    assert read(index) == alone(index)
    assert max(facts_of(index)) > 15


def test_what_differs_in_one_fact_shares_the_others(tmp_path: Path) -> None:
    keys = ("", "      KmsMasterKeyId: !Ref K\n", "      KmsMasterKeyId: alias/aws/sqs\n", "      KmsMasterKeyId: !Ref P\n")
    queues = [f"  Q{n}:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: q-{n}\n      SqsManagedSseEnabled: true\n{keys[n % 4]}" for n in range(24)]
    text = "Parameters: { P: { Type: String } }\nResources:\n  K:\n    Type: AWS::KMS::Key\n    Properties: { EnableKeyRotation: true }\n" + "".join(queues)
    (tmp_path / "queues.yaml").write_text(text)
    index = index_of(cloudformation, tmp_path / "queues.yaml")
    assert read(index) == alone(index)
    counts = facts_of(index)
    assert counts.count(1) >= 24, "each queue has a name of its own"
    assert sum(count for count in counts if count >= 6) >= 24, "and says the same of its encryption as six others"


def test_evidence_of_other_lines_stays_where_it_is(tmp_path: Path) -> None:
    """The group that all of them name stands further down, in lines of its own."""
    database = "  D{n}:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: postgres\n      StorageEncrypted: true\n      DBParameterGroupName: {group}\n"
    group = "  Group:\n    Type: AWS::RDS::DBParameterGroup\n    Properties:\n      Family: postgres16\n      Parameters: { rds.force_ssl: '1' }\n"
    text = "Resources:\n" + "".join(database.format(n=n, group="Group" if n % 2 else "!Ref Group") for n in range(6)) + group
    (tmp_path / "databases.yaml").write_text(text)
    index = index_of(cloudformation, tmp_path / "databases.yaml")
    assert read(index) == alone(index)
    told = {source.line for one in alone(index) for fact in one.facts.values() for source in fact.sources if source.path.startswith("Parameters")}  # type: ignore[attr-defined]
    assert told == {42}
