"""The same intent in a Terraform plan, in a template (or an ARM body) and in the live cloud gives equal facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.model.facts import Exposure, Home
from scanner.model.known import Known
from scanner.model.resource import Resource
from scanner.model.snapshot import Dialect
from tests.support.terraform import REGION, TRIPLETS, decls, document_facts, facts_of, made_plan, read_plan

CASES = [
    pytest.param(entry["type"], variant, case, id=f"{entry['type']}-{variant}")
    for file in sorted(TRIPLETS.glob("*.json")) for entry in json.loads(file.read_text()) for variant, case in entry["variants"].items()
]  # fmt: skip


def planned(folder: Path, case: dict[str, Any]) -> Resource:
    return facts_of(read_plan(folder, made_plan(case["terraform"])))[f"{case['terraform'][0]['type']}.x"]


def known(resource: Resource) -> dict[str, Any]:
    """Facts with their values. How something is closed is said in the words of each source."""
    found = {kind.__name__: fact.value for kind, fact in resource.facts.items() if isinstance(fact, Known)}
    return {name: value.public if isinstance(value, Exposure) else value for name, value in found.items()}


@pytest.mark.parametrize(("kind", "variant", "case"), CASES)
def test_plan_template_and_live_say_the_same(tmp_path: Path, kind: str, variant: str, case: dict[str, Any]) -> None:
    resource = planned(tmp_path, case)
    assert resource.ref.type == kind
    mine = known(resource)
    aws = kind.startswith("AWS::")
    region = case.get("region", REGION) if aws else case["template"].get("location", REGION)
    template = known(document_facts(kind, Dialect.CLOUDFORMATION if aws else Dialect.LIVE, case["template"], region))
    assert set(case["read"]) <= set(mine) & set(template)
    for name in set(mine) & set(template):
        assert mine[name] == template[name], name
    if "live" in case:
        live = known(document_facts(kind, Dialect.LIVE, case["live"], region))
        for name in set(mine) & set(live):
            assert mine[name] == live[name], name


def test_good_and_bad_differ_in_what_is_read(tmp_path: Path) -> None:
    """A variant that changes no fact would prove nothing."""
    for file in TRIPLETS.glob("*.json"):
        for entry in json.loads(file.read_text()):
            good, bad = (known(planned(tmp_path, entry["variants"][variant])) for variant in ("good", "bad"))
            assert good != bad, entry["type"]


def test_there_are_enough_of_them() -> None:
    kinds = {case.values[0] for case in CASES}
    full = [case for case in CASES if set(case.values[2]["read"]) - {Home.__name__}]  # type: ignore[index]
    assert len(kinds) >= 60
    assert len({case.values[0] for case in full}) >= 55
    assert kinds <= set(decls())
