"""Resources that say the same are read once, and come out as if each had been read by itself: facts, evidence and lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from providers.arm import reader as arm
from providers.cloudformation import reader as cloudformation
from scanner import plugins
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options
from scanner.collect.trim import Trimmer
from scanner.declare import alike
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


def test_many_that_are_alike(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of(cloudformation, many)
    shared: list[bool] = []
    find = alike.Alike.find

    def counted(self: alike.Alike, key: tuple[object, ...], doc: object) -> object:
        shared.append((found := find(self, key, doc)) is not None)  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(alike.Alike, "find", counted)
    assert read(index) == alone(index)
    assert shared.count(True) > 25
