"""Every operation of databases, gateways, registries and policies denied, throttled and cut on the wire: nothing gets better by it, and the ledger names it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.test_aws_services_documents import ANSWERED, REGIONS, TYPES_
from tests.support.aws_bodies import DECLS
from tests.support.aws_refused import EXPECTED, Judged, Lab, broken, is_said, lab_of, operations, operations_of, still_sure, whole
from tests.support.cases import cases

KINDS = TYPES_ - {"AWS::Logs::LogGroup"}  # stands for what Lambda@Edge leaves behind, in a region that is not asked here
#: Parameter groups are read by reference, and asked all the same.
OPERATIONS = operations({*KINDS, "AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup", "AWS::DocDB::DBClusterParameterGroup", "AWS::Redshift::ClusterParameterGroup"})
BY_REFERENCE = {"DescribeDBParameters": "RDS::DBInstance", "DescribeDBClusterParameters": "RDS::DBCluster", "DescribeClusterParameters": "Redshift::Cluster"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with lab_of(ANSWERED, REGIONS) as made:
        yield made


@pytest.fixture(scope="module")
def healthy(lab: Lab) -> Judged:
    return whole(lab, KINDS, OPERATIONS)


def test_all_of_these_services_are_asked() -> None:
    assert len(OPERATIONS) > 60


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_broken_operation_makes_nothing_better(lab: Lab, healthy: Judged, operation: str) -> None:
    makers = frozenset(kind for kind in KINDS if operation in operations_of(DECLS[kind])) or frozenset({f"AWS::{BY_REFERENCE[operation]}"})
    with cases() as case:
        for fault, reason in EXPECTED.items():
            with case(fault):
                after = broken(lab, makers, operation, fault)
                assert reason in is_said(after, operation)
                assert after.passed <= healthy.passed
                names, sure = still_sure(healthy, after, makers, operation)
                # All reading of API Gateway is one permission: its other operations still stand.
                assert [found for found in sure if "apigateway" not in str(names)] == []
