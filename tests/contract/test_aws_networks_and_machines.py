"""Many services in Germany and Virginia, in moto: every thing that moto can serve is judged by the ground truth below."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.aws_truth import Built, Row, built, holds, rows
from tests.support.aws_wide import REGIONS, SERVED, Wide
from tests.support.cases import each

#: row of the coverage table, check, type, name, region, fact, status
TRUTH = """
A0053 encryption-at-rest    AppSync::ApiCache                          cache-good        eu-central-1  AtRest         pass
A0053 encryption-at-rest    AppSync::ApiCache                          cache-bad         eu-central-1  AtRest         fail
A0054 transit-encryption    AppSync::ApiCache                          cache-good        eu-central-1  Transit        pass
A0054 transit-encryption    AppSync::ApiCache                          cache-bad         eu-central-1  Transit        fail
A0104 residency             CloudFormation::StackSet                   set-near          eu-central-1  Replicas       pass
A0104 residency             CloudFormation::StackSet                   set-far           eu-central-1  Replicas       fail
A0156 residency             CodePipeline::Pipeline                     pipe-good         eu-central-1  Replicas       pass
A0156 residency             CodePipeline::Pipeline                     pipe-bad          eu-central-1  Replicas       fail
A0178 encryption-at-rest    DAX::Cluster                               dax-good          eu-central-1  AtRest         pass
A0178 encryption-at-rest    DAX::Cluster                               dax-bad           eu-central-1  AtRest         fail
A0179 transit-encryption    DAX::Cluster                               dax-good          eu-central-1  Transit        pass
A0179 transit-encryption    DAX::Cluster                               dax-bad           eu-central-1  Transit        fail
A0199 residency             DirectoryService::MicrosoftAD              directory         eu-central-1  Replicas       pass
A0218 residency             DynamoDB::Table                            table-good        eu-central-1  LogPlaces      pass
A0218 residency             DynamoDB::Table                            table-bad         eu-central-1  LogPlaces      fail
A0219 residency             DynamoDB::Table                            table-good        eu-central-1  Home           pass
A0220 encryption-at-rest    DynamoDB::Table                            table-good        eu-central-1  AtRest         pass
A0222 backup-enabled        DynamoDB::Table                            table-good        eu-central-1  Backups        pass
A0222 backup-enabled        DynamoDB::Table                            table-bad         eu-central-1  Backups        fail
A0223 backup-enabled        DynamoDB::Table                            table-protected   eu-central-1  Backups        pass
A0228 residency             EC2::Image                                 image-good        eu-central-1  Replicas       pass
A0229 residency             EC2::Image                                 image-shared      eu-central-1  Replicas       unknown
A0230 encryption-at-rest    EC2::Image                                 image-good        eu-central-1  AtRest         unknown
A0233 residency             EC2::Instance                              machine-good      eu-central-1  Home           pass
A0234 encryption-at-rest    EC2::Instance                              machine-good      eu-central-1  AtRest         pass
A0234 encryption-at-rest    EC2::Instance                              machine-bad       eu-central-1  AtRest         fail
A0235 backup-enabled        EC2::Instance                              machine-good      eu-central-1  Backups        pass
A0235 backup-enabled        EC2::Instance                              machine-bad       eu-central-1  Backups        fail
A0241 encryption-default    EC2::LaunchTemplate                        template-good     eu-central-1  AtRestDefault  pass
A0241 encryption-default    EC2::LaunchTemplate                        template-bad      eu-central-1  AtRestDefault  fail
A0241 encryption-default    EC2::LaunchTemplate                        template-silent   eu-central-1  AtRestDefault  unknown
A0253 residency             EC2::Snapshot                              snapshot-own      eu-central-1  Replicas       pass
A0253 residency             EC2::Snapshot                              snapshot-copy     eu-central-1  Replicas       fail
A0254 residency             EC2::Snapshot                              snapshot-shared   eu-central-1  Replicas       unknown
A0255 encryption-at-rest    EC2::Snapshot                              snapshot-own      eu-central-1  AtRest         pass
A0258 residency             EC2::Subnet                                subnet            eu-central-1  Home           pass
A0261 residency             EC2::TransitGatewayPeeringAttachment       transit           eu-central-1  Replicas       fail
A0261 residency             EC2::TransitGatewayPeeringAttachment       transit           us-east-1     Home           fail
A0262 residency             EC2::VPC                                   net               eu-central-1  Home           pass
A0262 residency             EC2::VPC                                   net-far           us-east-1     Home           fail
A0263 residency             EC2::VPC                                   net-near          eu-central-1  LogPlaces      pass
A0263 residency             EC2::VPC                                   net               eu-central-1  LogPlaces      fail
A0265 residency             EC2::VPCEndpoint                           door              eu-central-1  Replicas       pass
A0266 residency             EC2::VPCPeeringConnection                  peering-near      eu-central-1  Replicas       pass
A0266 residency             EC2::VPCPeeringConnection                  peering-far       eu-central-1  Replicas       fail
A0267 transit-encryption    EC2::VPNConnection                         vpn               eu-central-1  Transit        pass
A0269 residency             EC2::Volume                                disk-good         eu-central-1  Home           pass
A0269 residency             EC2::Volume                                disk-away         us-east-1     Home           fail
A0270 encryption-at-rest    EC2::Volume                                disk-good         eu-central-1  AtRest         pass
A0270 encryption-at-rest    EC2::Volume                                disk-bad          eu-central-1  AtRest         fail
A0272 backup-enabled        EC2::Volume                                disk-good         eu-central-1  Backups        pass
A0272 backup-enabled        EC2::Volume                                disk-bad          eu-central-1  Backups        fail
A0273 backup-enabled        EC2::Volume                                disk-away         us-east-1     Backups        pass
A0299 residency             EKS::Cluster                               kube-eu-central-1 eu-central-1  Home           pass
A0299 residency             EKS::Cluster                               kube-us-east-1    us-east-1     Home           fail
A0322 transit-encryption    ElasticLoadBalancing::LoadBalancer         old-good          eu-central-1  Transit        pass
A0322 transit-encryption    ElasticLoadBalancing::LoadBalancer         old-bad           eu-central-1  Transit        fail
A0323 transit-minimum-tls   ElasticLoadBalancing::LoadBalancer         old-good          eu-central-1  TlsFloor       pass
A0323 transit-minimum-tls   ElasticLoadBalancing::LoadBalancer         old-weak          eu-central-1  TlsFloor       fail
A0325 certificate-validity  ElasticLoadBalancing::LoadBalancer         old-good          eu-central-1  Certificate    pass
A0378 certificate-validity  IAM::ServerCertificate                     uploaded          -             Certificate    pass
A0396 residency             KMS::Key                                   key-single        eu-central-1  Replicas       pass
A0397 residency             KMS::Key                                   key-many          eu-central-1  Replicas       fail
A0407 residency             KMS::Key                                   key-many          us-east-1     Home           fail
A0431 residency             Logs::Delivery                             delivery-to-home  eu-central-1  LogPlaces      pass
A0431 residency             Logs::Delivery                             delivery-to-away  eu-central-1  LogPlaces      fail
A0432 residency             Logs::LogGroup                             app-quiet         eu-central-1  Home           pass
A0433 residency             Logs::LogGroup                             app-sent          eu-central-1  LogPlaces      pass
A0451 encryption-at-rest    MSK::Cluster                               kafka-good        eu-central-1  AtRest         pass
A0452 transit-encryption    MSK::Cluster                               kafka-good        eu-central-1  Transit        unknown
A0478 residency             NetworkManager::CoreNetwork                core              -             Replicas       pass
A0500 residency             Pipes::Pipe                                carry-good        eu-central-1  Replicas       pass
A0500 residency             Pipes::Pipe                                carry-bad         eu-central-1  Replicas       fail
A0500 residency             Pipes::Pipe                                carry-out         eu-central-1  Replicas       unknown
A0569 certificate-renewal   Route53Domains::Domain                     kept-example.org  -             Renewal        pass
A0570 certificate-renewal   Route53Domains::Domain                     lapsing-example.org -           Renewal        fail
A0602 residency             SES::ConfigurationSet                      set-good          eu-central-1  LogPlaces      unknown
A0603 transit-encryption    SES::ConfigurationSet                      set-good          eu-central-1  Transit        pass
A0603 transit-encryption    SES::ConfigurationSet                      set-bad           eu-central-1  Transit        fail
A0605 residency             SES::EmailIdentity                         example.org       eu-central-1  Home           pass
A0605 residency             SES::EmailIdentity                         example.com       us-east-1     Home           fail
A0633 residency             SecretsManager::Secret                     secret-good       eu-central-1  Replicas       pass
A0633 residency             SecretsManager::Secret                     secret-bad        eu-central-1  Replicas       fail
A0648 residency             Synthetics::Canary                         canary-good       eu-central-1  LogPlaces      pass
A0648 residency             Synthetics::Canary                         canary-bad        eu-central-1  LogPlaces      fail
A0657 residency             WorkSpaces::Workspace                      desktop-good      eu-central-1  Replicas       pass
A0658 residency             WorkSpaces::Workspace                      desktop-good      eu-central-1  Home           pass
A0659 encryption-at-rest    WorkSpaces::Workspace                      desktop-good      eu-central-1  AtRest         pass
A0659 encryption-at-rest    WorkSpaces::Workspace                      desktop-bad       eu-central-1  AtRest         fail
"""
ROWS = rows(TRUTH)
#: What moto does not serve of the calls behind these types: their facts are unknown here, and proven by documents instead.
MISSING = {"DescribeSnapshots", "GetSnapshotLimits", "GetConfigurationSetEventDestinations"}


@pytest.fixture(scope="module")
def estate() -> Built:
    made = built(Wide, SERVED, REGIONS, retries=0)
    return replace(made, also={f"{id} cache": name for name, id in made.ids.items() if name.startswith("cache-")})


@pytest.fixture(scope="module")
def verdicts(estate: Built) -> dict[Row, str]:
    return estate.verdicts(ROWS)


@each("row", ROWS)
def test_the_verdict_is_the_ground_truth(row: Row, verdicts: dict[Row, str]) -> None:
    holds(row, verdicts)


def test_only_what_moto_lacks_is_unanswered(estate: Built) -> None:
    assert estate.lost() <= MISSING


def test_what_is_gone_is_no_subject(estate: Built, verdicts: dict[Row, str]) -> None:
    assert estate.ids["machine gone"] in {doc.ref.name for doc in estate.snapshot.documents}
    assert not [key for key in verdicts if key[2] in ("machine-gone", "directory-simple")]


def test_an_api_without_a_cache_has_none(estate: Built) -> None:
    caches = [doc.ref.name for doc in estate.snapshot.documents if doc.ref.type == "AWS::AppSync::ApiCache"]
    assert sorted(caches) == sorted(f"{estate.ids[name]} cache" for name in ("cache-good", "cache-bad"))


def test_one_look_serves_all_types_that_ask_it(estate: Built) -> None:
    asked = [call for call in estate.snapshot.calls if call.operation == "ListProtectedResources" and call.region == "eu-central-1"]
    assert [call.subject for call in asked] == ["every AWS::DynamoDB::Table, AWS::EC2::Instance, AWS::EC2::Volume, AWS::S3::Bucket"]


def test_no_secret_reaches_the_snapshot(estate: Built) -> None:
    assert estate.shows("not-a-secret", "Not-a-secret-1", "PRIVATE KEY", "PreSharedKey") == []
