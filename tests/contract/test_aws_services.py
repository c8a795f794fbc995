"""Databases, gateways, registries and policies in Germany and Virginia, in moto: every thing that moto can serve is judged by the ground truth below."""

from __future__ import annotations

import pytest

from tests.support.aws_services import REGIONS, SERVED, Services
from tests.support.aws_truth import Built, Row, built, holds, rows
from tests.support.cases import each

#: row of the coverage table, check, type, name, region, fact, status
TRUTH = """
A0036 residency             ApiGateway::DomainName           api.example.org  eu-central-1  Replicas        pass
A0036 residency             ApiGateway::DomainName           old.example.org  eu-central-1  Replicas        unknown
A0037 transit-minimum-tls   ApiGateway::DomainName           api.example.org  eu-central-1  TlsFloor        pass
A0037 transit-minimum-tls   ApiGateway::DomainName           old.example.org  eu-central-1  TlsFloor        fail
A0039 certificate-renewal   ApiGateway::DomainName           api.example.org  eu-central-1  Certificate     pass
A0039 certificate-renewal   ApiGateway::DomainName           old.example.org  eu-central-1  Certificate     pass
A0040 residency             ApiGateway::RestApi              api-good         eu-central-1  Replicas        pass
A0040 residency             ApiGateway::RestApi              api-bad          eu-central-1  Replicas        unknown
A0043 encryption-at-rest    ApiGateway::Stage                api-good-live    eu-central-1  AtRest          pass
A0043 encryption-at-rest    ApiGateway::Stage                api-bad-live     eu-central-1  AtRest          fail
A0032 residency             AmazonMQ::Broker                 mq-good          eu-central-1  Replicas        pass
A0032 public-exposure       AmazonMQ::Broker                 mq-bad           eu-central-1  Exposure        fail
A0130 residency             CloudTrail::Trail                trail-good       eu-central-1  LogPlaces       pass
A0130 residency             CloudTrail::Trail                trail-bad        eu-central-1  LogPlaces       fail
A0133 residency             CloudTrail::Trail                trail-good       eu-central-1  Home            pass
A0159 residency             Cognito::UserPool                pool-good        eu-central-1  Replicas        pass
A0159 residency             Cognito::UserPool                pool-bad         eu-central-1  Replicas        fail
A0160 residency             Cognito::UserPool                pool-good        eu-central-1  Home            pass
A0278 residency             ECR::ReplicationConfiguration    replication-configuration eu-central-1 Replicas fail
A0278 residency             ECR::ReplicationConfiguration    replication-configuration us-east-1 Replicas    pass
A0279 residency             ECR::Repository                  app              eu-central-1  Home            pass
A0279 residency             ECR::Repository                  app              us-east-1     Home            fail
A0305 residency             EMR::Cluster                     spark-good       eu-central-1  LogPlaces       pass
A0305 residency             EMR::Cluster                     spark-bad        eu-central-1  LogPlaces       fail
A0307 encryption-at-rest    EMR::Cluster                     spark-good       eu-central-1  AtRest          unknown
A0419 residency             Logs::LogGroup                   /aws/lambda/us-east-1.resize us-east-1 Home     fail
A0420 residency             Lambda::Function                 take             eu-central-1  Home            pass
A0420 residency             Lambda::Function                 take             us-east-1     Home            fail
A0495 allowed-regions       Organizations::Policy            loose            -             AllowedRegions  fail
A0496 allowed-regions       Organizations::Policy            europe-only      -             AllowedRegions  pass
A0496 allowed-regions       Organizations::Policy            world            -             AllowedRegions  fail
A0505 residency             RDS::DBCluster                   aurora-good      eu-central-1  Replicas        pass
A0506 residency             RDS::DBCluster                   aurora-good      eu-central-1  Home            pass
A0506 residency             RDS::DBCluster                   aurora-away      us-east-1     Home            fail
A0507 encryption-at-rest    RDS::DBCluster                   aurora-good      eu-central-1  AtRest          pass
A0507 encryption-at-rest    RDS::DBCluster                   aurora-bad       eu-central-1  AtRest          fail
A0511 backup-retention      RDS::DBCluster                   aurora-good      eu-central-1  Backups         pass
A0511 backup-retention      RDS::DBCluster                   aurora-bad       eu-central-1  Backups         fail
A0513 transit-encryption    RDS::DBCluster                   aurora-good      eu-central-1  Transit         pass
A0513 transit-encryption    RDS::DBCluster                   aurora-bad       eu-central-1  Transit         fail
A0513 transit-minimum-tls   RDS::DBCluster                   aurora-good      eu-central-1  TlsFloor        pass
A0519 residency             RDS::DBInstance                  sql-good         eu-central-1  Home            pass
A0519 residency             RDS::DBInstance                  sql-away         us-east-1     Home            fail
A0520 residency             RDS::DBInstance                  sql-good         eu-central-1  Replicas        pass
A0520 residency             RDS::DBInstance                  sql-default      eu-central-1  Replicas        fail
A0521 encryption-at-rest    RDS::DBInstance                  sql-good         eu-central-1  AtRest          pass
A0521 encryption-at-rest    RDS::DBInstance                  sql-bad          eu-central-1  AtRest          fail
A0525 backup-retention      RDS::DBInstance                  sql-good         eu-central-1  Backups         pass
A0525 backup-retention      RDS::DBInstance                  sql-bad          eu-central-1  Backups         fail
A0526 backup-enabled        RDS::DBInstance                  sql-copied       eu-central-1  Backups         pass
A0526 backup-enabled        RDS::DBInstance                  sql-bad          eu-central-1  Backups         fail
A0527 backup-frequency      RDS::DBInstance                  sql-good         eu-central-1  Backups         pass
A0528 transit-encryption    RDS::DBInstance                  sql-good         eu-central-1  Transit         pass
A0528 transit-encryption    RDS::DBInstance                  sql-bad          eu-central-1  Transit         fail
A0528 transit-encryption    RDS::DBInstance                  sql-default      eu-central-1  Transit         pass
A0528 transit-encryption    RDS::DBInstance                  sql-older        eu-central-1  Transit         fail
A0528 transit-encryption    RDS::DBInstance                  my-good          eu-central-1  Transit         pass
A0528 transit-encryption    RDS::DBInstance                  my-default       eu-central-1  Transit         fail
A0528 transit-encryption    RDS::DBInstance                  aurora-member    eu-central-1  Transit         pass
A0528 transit-minimum-tls   RDS::DBInstance                  sql-good         eu-central-1  TlsFloor        pass
A0528 transit-minimum-tls   RDS::DBInstance                  sql-bad          eu-central-1  TlsFloor        fail
A0529 certificate-validity  RDS::DBInstance                  sql-good         eu-central-1  Certificate     pass
A0536 transit-encryption    RDS::DBProxy                     proxy-good       eu-central-1  Transit         pass
A0536 transit-encryption    RDS::DBProxy                     proxy-bad        eu-central-1  Transit         fail
A0537 residency             RDS::DBSnapshot                  snap-good        eu-central-1  Home            pass
A0538 residency             RDS::DBSnapshot                  snap-good        eu-central-1  Replicas        pass
A0538 residency             RDS::DBSnapshot                  snap-bad         eu-central-1  Replicas        fail
A0539 encryption-at-rest    RDS::DBSnapshot                  snap-good        eu-central-1  AtRest          pass
A0539 encryption-at-rest    RDS::DBSnapshot                  snap-bad         eu-central-1  AtRest          fail
A0539 encryption-at-rest    RDS::DBClusterSnapshot           csnap-good       eu-central-1  AtRest          pass
A0539 encryption-at-rest    RDS::DBClusterSnapshot           csnap-bad        eu-central-1  AtRest          fail
A0543 residency             RDS::GlobalCluster               sql-world        -             Replicas        pass
A0544 encryption-at-rest    RDS::GlobalCluster               sql-world        -             AtRest          fail
A0545 residency             Redshift::Cluster                red-good         eu-central-1  Home            pass
A0546 residency             Redshift::Cluster                red-good         eu-central-1  Replicas        unknown
A0547 residency             Redshift::Cluster                red-good         eu-central-1  BackupPlaces    pass
A0547 residency             Redshift::Cluster                red-bad          eu-central-1  BackupPlaces    fail
A0548 encryption-at-rest    Redshift::Cluster                red-good         eu-central-1  AtRest          pass
A0548 encryption-at-rest    Redshift::Cluster                red-bad          eu-central-1  AtRest          fail
A0551 backup-retention      Redshift::Cluster                red-good         eu-central-1  Backups         pass
A0551 backup-retention      Redshift::Cluster                red-bad          eu-central-1  Backups         fail
A0552 transit-encryption    Redshift::Cluster                red-bad          eu-central-1  Transit         fail
A0650 transit-encryption    Transfer::Server                 files-good       eu-central-1  Transit         pass
A0650 transit-encryption    Transfer::Server                 files-bad        eu-central-1  Transit         fail
A0651 transit-minimum-tls   Transfer::Server                 files-good       eu-central-1  TlsFloor        pass
A0652 certificate-renewal   Transfer::Server                 files-good       eu-central-1  Certificate     pass
"""
ROWS = rows(TRUTH)
#: What moto does not serve of the calls behind these types: their facts are unknown here, and proven by documents instead.
#: It also names a default key of KMS that it does not hold.
MISSING = {"ListSecurityConfigurations", "DescribeDataShares", "DescribeKey"}


@pytest.fixture(scope="module")
def estate() -> Built:
    return built(Services, SERVED, REGIONS, retries=0)


@pytest.fixture(scope="module")
def verdicts(estate: Built) -> dict[Row, str]:
    return estate.verdicts(ROWS)


@each("row", ROWS)
def test_the_verdict_is_the_ground_truth(row: Row, verdicts: dict[Row, str]) -> None:
    holds(row, verdicts)


def test_only_what_moto_lacks_is_unanswered(estate: Built) -> None:
    assert estate.lost() <= MISSING


def test_a_group_is_read_once_and_only_where_it_is_used(estate: Built) -> None:
    """Groups are no subjects: an account holds default ones that nothing uses."""
    asked = sorted(call.subject for call in estate.snapshot.calls if call.operation == "DescribeDBParameters" and call.region == "eu-central-1")
    assert len(asked) == len(set(asked))
    assert {"pg-strict", "pg-open", "my-strict"} <= set(asked)
    assert all(doc.reference for doc in estate.snapshot.documents if doc.ref.type.endswith("ParameterGroup"))


def test_databases_of_neptune_are_not_counted_twice(estate: Built) -> None:
    graphs = [doc.ref.type for doc in estate.snapshot.documents if doc.ref.name in ("graph", "graph-one") and not doc.reference]
    assert sorted(graphs) == ["AWS::Neptune::DBCluster", "AWS::Neptune::DBInstance"]


def test_what_is_gone_is_no_subject(verdicts: dict[Row, str]) -> None:
    assert not [key for key in verdicts if key[2] == "spark-gone"]


def test_no_secret_reaches_the_snapshot(estate: Built) -> None:
    assert estate.shows("not-a-secret", "Not-a-secret-1234", "PRIVATE KEY") == []
