"""Every operation of the written services denied, throttled and cut on the wire: nothing gets better by it, and the ledger names it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.test_aws_stores import ENTRIES, MINE, REGIONS
from tests.support.aws_bodies import DECLS
from tests.support.aws_refused import EXPECTED, Judged, Lab, broken, is_said, lab_of, operations, operations_of, still_sure, whole
from tests.support.cases import cases

OPERATIONS = operations(MINE)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with lab_of(ENTRIES, REGIONS) as made:
        yield made


@pytest.fixture(scope="module")
def healthy(lab: Lab) -> Judged:
    found = whole(lab, MINE, OPERATIONS)
    assert [call for call in found.snapshot.calls if not call.ok] == []
    return found


def test_nearly_all_of_these_services_are_asked() -> None:
    assert len(OPERATIONS) > 40


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_broken_operation_makes_nothing_better(lab: Lab, healthy: Judged, operation: str) -> None:
    makers = frozenset(kind for kind in MINE if operation in operations_of(DECLS[kind]))
    with cases() as case:
        for fault, reason in EXPECTED.items():
            with case(fault):
                after = broken(lab, makers, operation, fault)
                assert is_said(after, operation) == {reason}
                assert after.passed <= healthy.passed
                assert still_sure(healthy, after, makers, operation)[1] == []
