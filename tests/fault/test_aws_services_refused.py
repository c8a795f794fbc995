"""Every operation of databases, gateways, registries and policies denied, throttled and cut on the wire: nothing gets better by it, and the ledger names it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scanner.judge.estate import coverage
from scanner.model.verdict import Status
from tests.contract.test_aws_services_documents import ANSWERED, REGIONS, TYPES_
from tests.fault.test_aws_faults import operations_of
from tests.fault.test_aws_stores_refused import EXPECTED, Judged, Lab, judged, name
from tests.support.aws_bodies import DECLS
from tests.support.aws_wire import cloud_of, served

KINDS = TYPES_ - {"AWS::Logs::LogGroup"}  # stands for what Lambda@Edge leaves behind, in a region that is not asked here
#: Parameter groups are read by reference, and asked all the same.
ASKERS = sorted({*KINDS, "AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup", "AWS::DocDB::DBClusterParameterGroup", "AWS::Redshift::ClusterParameterGroup"})
OPERATIONS = sorted({operation for kind in ASKERS for operation in operations_of(DECLS[kind])})
BY_REFERENCE = {"DescribeDBParameters": "RDS::DBInstance", "DescribeDBClusterParameters": "RDS::DBCluster", "DescribeClusterParameters": "Redshift::Cluster"}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    cloud = cloud_of(ANSWERED, REGIONS)
    with served(cloud) as url:
        yield Lab(cloud, url)


@pytest.fixture(scope="module")
def healthy(lab: Lab) -> Judged:
    lab.cloud.broken = ""
    found = judged(lab.scan(KINDS))
    missing = set(OPERATIONS) - set(lab.cloud.asked)
    assert not missing, f"the documents do not make the scan ask {missing}"
    assert {v.status for v in found.verdicts} == {Status.PASS, Status.FAIL, Status.UNKNOWN}
    return found


def test_all_of_these_services_are_asked() -> None:
    assert len(OPERATIONS) > 60


@pytest.mark.parametrize("fault", EXPECTED)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_broken_operation_makes_nothing_better(lab: Lab, healthy: Judged, operation: str, fault: str) -> None:
    makers = frozenset(kind for kind in KINDS if operation in operations_of(DECLS[kind])) or frozenset({f"AWS::{BY_REFERENCE[operation]}"})
    lab.cloud.broken, lab.cloud.fault = operation, fault
    try:
        after = judged(lab.scan(makers))
    finally:
        lab.cloud.broken = ""
    lost = [call for call in after.snapshot.calls if call.operation == operation and not call.ok]
    assert lost, f"{operation} failed, and the ledger does not say so"
    assert EXPECTED[fault] in {call.outcome for call in lost}
    assert all(call.permission for call in lost)
    assert after.passed <= healthy.passed
    assert {gap.operation for gap in coverage(after.snapshot).gaps} >= {operation}
    for kind in {kind for call in lost for kind in call.types}:
        assert [v for v in after.verdicts if v.gap and v.subject.type == kind], f"{kind} was not listed, and no verdict says so"
    names = {call.name for call in healthy.snapshot.calls if call.operation == operation}
    now = {name(v): v for v in after.verdicts}
    alone = [v for v in healthy.verdicts if v.subject.type in makers and v.evidence and all(source.call in names for source in v.evidence if source.call)]
    proven = [v for v in alone if v.status is not Status.UNKNOWN and any(source.call in names for source in v.evidence)]
    sure = [name(v) for v in proven if name(v) in now and now[name(v)].status is not Status.UNKNOWN]
    # All reading of API Gateway is one permission: its other operations still stand.
    assert [found for found in sure if "apigateway" not in str(names)] == []
