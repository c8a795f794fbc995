"""AWS Security Finding Format (2018-10-08), as an array for `BatchImportFindings` (at most 100 a call).

Security Hub takes findings from the account that they are about; so only subjects with an AWS account are
written. What is about Azure, endpoints, templates or an account that could not be read is left out: `left_out` counts it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scanner.judge.registry import Check
from scanner.model.resource import Ref
from scanner.model.verdict import Assessment, Status, Verdict
from scanner.report.json import dumps, plain
from scanner.report.locate import said
from scanner.report.text import safe, shorten

_STATUS = {Status.PASS: "PASSED", Status.FAIL: "FAILED", Status.UNKNOWN: "WARNING"}
"""WARNING means that information is missing; NOT_AVAILABLE would be archived by itself after three days."""
#: Partitions that Security Hub's own list knows; it has no value for aws-eusc.
_PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-us-iso", "aws-us-iso-b")
_PREFIXES = {"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-us-iso", "us-isob-": "aws-us-iso-b", "eusc-": "aws-eusc"}
#: Resource types as Security Hub spells them; `Other` for all that it has no name for.
_NAMES = """
AwsAmazonMqBroker AwsApiGatewayRestApi AwsApiGatewayStage AwsApiGatewayV2Api AwsApiGatewayV2Stage AwsAppSyncGraphQlApi AwsAthenaWorkGroup
AwsAutoScalingAutoScalingGroup AwsAutoScalingLaunchConfiguration AwsBackupBackupPlan AwsBackupBackupVault AwsBackupRecoveryPoint
AwsCertificateManagerCertificate AwsCloudFormationStack AwsCloudFrontDistribution AwsCloudTrailTrail AwsCloudWatchAlarm AwsCodeBuildProject
AwsDmsEndpoint AwsDmsReplicationInstance AwsDmsReplicationTask AwsDynamoDbTable AwsEc2ClientVpnEndpoint AwsEc2Eip AwsEc2Instance
AwsEc2LaunchTemplate AwsEc2NetworkAcl AwsEc2NetworkInterface AwsEc2RouteTable AwsEc2SecurityGroup AwsEc2Subnet AwsEc2TransitGateway
AwsEc2Volume AwsEc2Vpc AwsEc2VpcPeeringConnection AwsEc2VpnConnection AwsEcrRepository AwsEcsCluster AwsEcsService AwsEcsTaskDefinition
AwsEfsAccessPoint AwsEksCluster AwsElasticBeanstalkEnvironment AwsElasticsearchDomain AwsEventsEndpoint AwsEventsEventbus
AwsGuardDutyDetector AwsIamGroup AwsIamPolicy AwsIamRole AwsIamUser AwsKinesisStream AwsKmsKey AwsLambdaFunction AwsMskCluster
AwsNetworkFirewallFirewall AwsOpenSearchServiceDomain AwsRdsDbCluster AwsRdsDbClusterSnapshot AwsRdsDbInstance AwsRdsDbSnapshot
AwsRdsEventSubscription AwsRedshiftCluster AwsRoute53HostedZone AwsS3AccessPoint AwsS3Bucket AwsSageMakerNotebookInstance
AwsSecretsManagerSecret AwsSnsTopic AwsSqsQueue
"""
TYPES = tuple(_NAMES.split())
_BY_LOWER = {name.lower(): name for name in TYPES} | {
    "awselasticloadbalancingloadbalancer": "AwsElbLoadBalancer",
    "awselasticloadbalancingv2loadbalancer": "AwsElbv2LoadBalancer",
    "awsstepfunctionsstatemachine": "AwsStepFunctionStateMachine",
}


def render(assessment: Assessment, checks: Mapping[str, Check[Any]]) -> str:
    """A JSON array; the same verdict keeps its `Id` from run to run, so that a pass resolves an older failure."""
    remedies = {name: _short(check.section("Remedy"), 512) for name, check in checks.items()}
    findings = (dumps(_finding(v, checks.get(v.check), remedies.get(v.check, ""), assessment)) for v in assessment.verdicts if takes(v))
    return "[" + ",\n".join(findings) + "]\n"


def takes(verdict: Verdict) -> bool:
    """Whether Security Hub can take it: it is about an AWS account."""
    return verdict.subject.provider == "aws" and re.fullmatch(r"[0-9]{12}", verdict.subject.account, re.A) is not None


def left_out(assessment: Assessment) -> int:
    """Verdicts that have no place in this format."""
    return sum(not takes(verdict) for verdict in assessment.verdicts)


def partition(ref: Ref) -> str:
    """The AWS partition of a resource, by its ARN or its region."""
    if ref.id.startswith("arn:aws"):
        return ref.id.split(":", 2)[1]
    return next((name for prefix, name in _PREFIXES.items() if ref.region.startswith(prefix)), "aws")


def _finding(verdict: Verdict, check: Check[Any] | None, remedy: str, assessment: Assessment) -> dict[str, Any]:
    ref = verdict.subject
    region = safe(ref.region) or "us-east-1"  # global services report where their control plane is
    severity = "INFORMATIONAL" if verdict.status is Status.PASS else verdict.severity.name
    kinds = ["Software and Configuration Checks/Industry and Regulatory Standards"]
    finding: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": f"{region}/{ref.account}/houvast/{verdict.fingerprint}",
        "ProductArn": f"arn:{partition(ref)}:securityhub:{region}:{ref.account}:product/{ref.account}/default",
        "ProductName": "Houvast",
        "CompanyName": "Houvast",
        "GeneratorId": f"houvast/{verdict.check}",
        "AwsAccountId": ref.account,
        "Types": kinds,
        "CreatedAt": assessment.taken_at,
        "UpdatedAt": assessment.judged_at,
        "Severity": {"Label": severity},
        "FindingProviderFields": {"Severity": {"Label": severity}, "Types": kinds},
        "Title": _short(check.title if check else verdict.check, 256),
        "Description": _short(verdict.why, 1024),
        "ProductFields": _fields(verdict),
        "Resources": [_resource(ref)],
        "Compliance": _compliance(verdict, check),
        "RecordState": "ACTIVE",
    }
    if verdict.waiver:
        finding["Workflow"] = {"Status": "SUPPRESSED"}
    if remedy and verdict.status is not Status.PASS:
        finding["Remediation"] = {"Recommendation": {"Text": remedy}}
    return finding


def _fields(verdict: Verdict) -> dict[str, str]:
    found = {"houvast/fact": verdict.fact, "houvast/fingerprint": verdict.fingerprint, "houvast/evidence": "; ".join(map(said, verdict.evidence[:5]))}
    if verdict.params:
        found["houvast/params"] = str(plain(verdict.params))
    if verdict.waiver:
        found["houvast/waiver"] = verdict.waiver
    return {key: _short(value, 1024) for key, value in found.items() if value}


def _compliance(verdict: Verdict, check: Check[Any] | None) -> dict[str, Any]:
    found: dict[str, Any] = {"Status": _STATUS[verdict.status]}
    if check and check.cites:
        found["RelatedRequirements"] = [_short(cite, 256) for cite in check.cites[:32]]
    if verdict.reason:
        found["StatusReasons"] = [{"ReasonCode": verdict.reason.name, "Description": _short(verdict.why, 2048)}]
    return found


def _resource(ref: Ref) -> dict[str, Any]:
    found: dict[str, Any] = {"Type": _BY_LOWER.get(ref.type.replace("::", "").lower(), "Other"), "Id": _short(ref.id, 512)}
    if partition(ref) in _PARTITIONS:
        found["Partition"] = partition(ref)
    if ref.region:
        found["Region"] = _short(ref.region, 64)
    return found


def _short(text: str, most: int) -> str:
    return shorten(safe(text), most)
