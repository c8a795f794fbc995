"""Accounts, logs, streams, edges and their stores in Germany (good) and Virginia (bad), made through moto's API; documents of what moto lacks.

`python -m tests.support.aws_accounts_and_flows` records both in fixtures/aws/accounts_and_flows.jsonl: run it when a declaration reads more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanner import plugins
from scanner.collect.trim import trim
from scanner.demo.aws_estate import GERMANY, VIRGINIA, Estate
from scanner.model.resource import Ref
from scanner.model.snapshot import Call, Dialect, Document, Run, Snapshot
from scanner.store.snapshot_file import save
from tests.support.aws import ACCOUNT, QUICK, TYPES, moto_server, scan

FIXTURES = Path(__file__).parents[2] / "fixtures" / "aws"
DECLS = plugins.load_types(TYPES)
SERVICES = frozenset(
    {
        "Account", "Athena", "Backup", "CUR", "Cassandra", "CloudFront", "CodeBuild", "Config", "DataSync", "EFS", "Events", "Glue", "GuardDuty", "Kinesis",
        "KinesisFirehose", "Macie", "Neptune", "OpenSearchService", "Outposts", "RolesAnywhere", "Route53", "SSO", "SageMaker", "StorageGateway",
    }
)  # fmt: skip
MINE = frozenset(kind for kind in DECLS if kind.startswith("AWS::") and kind.split("::")[1] in SERVICES)
RUN = Run("2026-11-21T10:00:00Z", "0.1.0")
CASES: list[Mapping[str, Any]] = json.loads((FIXTURES / "accounts_and_flows.json").read_text(encoding="utf-8"))


def written(n: int) -> tuple[tuple[Call, ...], Document]:
    """The document of a case as the worker would have made it, and its calls, all answered."""
    case, decl = CASES[n], DECLS[CASES[n]["type"]]
    ref = Ref("aws", decl.type, ACCOUNT, case["region"], f"arn:aws:test:::{n}", f"thing-{n}")
    parts = {put: Call("aws", ACCOUNT, case["region"], "test", f"Get_{put}", ref.id, pages=1, items=1) for put in case["parts"]}
    listed = Call("aws", ACCOUNT, case["region"], "test", f"List_{decl.type}", types=(decl.type,), pages=1, items=1)
    body = trim({**case["item"], **case["parts"]}, decl.keep(Dialect.LIVE))
    return (listed, *parts.values()), Document(ref, Dialect.LIVE, body, {"": listed.id, **{put: call.id for put, call in parts.items()}})


def record() -> None:
    with moto_server() as url:
        seed(url)
        seen = scan(url, replace(QUICK, regions=(GERMANY, VIRGINIA), types=MINE))
    ours = [doc for doc in seen.documents if doc.ref.type in MINE]
    made = [written(n) for n in range(len(CASES))]
    answered = [replace(call, at="", took=0.0) for call in seen.calls if call.ok]
    documents = [replace(doc, calls={put: id for put, id in doc.calls.items() if any(call.id == id for call in answered)}) for doc in ours]
    save(Snapshot.of(RUN, (*answered, *(call for calls, _ in made for call in calls)), (*documents, *(doc for _, doc in made))), FIXTURES / "accounts_and_flows.jsonl")


def seed(url: str) -> None:
    made = Estate(url)
    key = made.key(GERMANY, "batch")
    for name, region in (("four-eu", GERMANY), ("four-us", VIRGINIA)):
        made.bucket(name, region)
    for region, good in ((GERMANY, True), (VIRGINIA, False)):
        _data(made, region, good, key)
        _flows(made, region, good, key)
    _edges(made)


def _data(made: Estate, region: str, good: bool, key: str) -> None:
    arn = key
    kinesis = made.client("kinesis", region)
    kinesis.create_stream(StreamName="events", ShardCount=1)
    efs = made.client("efs", region)
    system = efs.create_file_system(CreationToken="files", Encrypted=good, Backup=good)["FileSystemId"]
    if good:
        kinesis.start_stream_encryption(StreamName="events", EncryptionType="KMS", KeyId=key)
        kinesis.increase_stream_retention_period(StreamName="events", RetentionPeriodHours=192)
        efs.put_file_system_policy(FileSystemId=system, Policy=json.dumps(_refuse_plaintext()))
    made.client("opensearch", region).create_domain(
        DomainName="search", EngineVersion="OpenSearch_2.11", EncryptionAtRestOptions={"Enabled": good}, NodeToNodeEncryptionOptions={"Enabled": good},
        DomainEndpointOptions={"EnforceHTTPS": good, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10" if good else "Policy-Min-TLS-1-0-2019-07"},
    )  # fmt: skip
    neptune = made.client("neptune", region)
    neptune.create_db_cluster(DBClusterIdentifier="graph", Engine="neptune", StorageEncrypted=good, BackupRetentionPeriod=14 if good else 1)
    neptune.create_db_cluster_snapshot(DBClusterIdentifier="graph", DBClusterSnapshotIdentifier="graph-1")
    backup = made.client("backup", region)
    backup.create_backup_vault(BackupVaultName="vault")
    rule: dict[str, Any] = {
        "RuleName": "r",
        "TargetBackupVaultName": "vault",
        "ScheduleExpression": "cron(0 5 ? * * *)" if good else "cron(0 5 ? * SUN *)",
        "Lifecycle": {"DeleteAfterDays": 35 if good else 3},
    }
    rule["CopyActions"] = [{"DestinationBackupVaultArn": f"arn:aws:backup:{'eu-west-1' if good else 'us-west-2'}:{ACCOUNT}:backup-vault:copies"}]
    backup.create_backup_plan(BackupPlan={"BackupPlanName": "plan", "Rules": [rule]})
    backup.create_report_plan(
        ReportPlanName="report", ReportDeliveryChannel={"S3BucketName": "four-eu" if good else "four-us"}, ReportSetting={"ReportTemplate": "BACKUP_JOB_REPORT"}
    )
    _glue(made.client("glue", region), good, arn)
    sagemaker = made.client("sagemaker", region)
    sagemaker.create_training_job(
        TrainingJobName="train", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/x", AlgorithmSpecification={"TrainingImage": "x", "TrainingInputMode": "File"},
        OutputDataConfig={"S3OutputPath": "s3://four-eu/out", **({"KmsKeyId": arn} if good else {})}, StoppingCondition={"MaxRuntimeInSeconds": 60},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1, **({"VolumeKmsKeyId": arn} if good else {})},
        EnableInterContainerTrafficEncryption=good,
    )  # fmt: skip


def _glue(glue: Any, good: bool, key: str) -> None:
    glue.create_connection(
        ConnectionInput={"Name": "db", "ConnectionType": "JDBC", "ConnectionProperties": {"JDBC_ENFORCE_SSL": "true" if good else "false", "JDBC_CONNECTION_URL": "jdbc:x"}}
    )
    mode = "SSE-KMS" if good else "DISABLED"
    glue.put_data_catalog_encryption_settings(
        DataCatalogEncryptionSettings={
            "EncryptionAtRest": {"CatalogEncryptionMode": mode}, "ConnectionPasswordEncryption": {"ReturnConnectionPasswordEncrypted": good, **({"AwsKmsKeyId": key} if good else {})},
        }
    )  # fmt: skip
    glue.create_security_configuration(
        Name="settings",
        EncryptionConfiguration={
            "S3Encryption": [{"S3EncryptionMode": mode}], "CloudWatchEncryption": {"CloudWatchEncryptionMode": mode},
            "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "CSE-KMS" if good else "DISABLED"},
        },
    )  # fmt: skip


def _flows(made: Estate, region: str, good: bool, key: str) -> None:
    there = VIRGINIA if not good else GERMANY
    bucket = "four-eu" if good else "four-us"
    athena = made.client("athena", region)
    result: dict[str, Any] = {"OutputLocation": f"s3://{bucket}/results/", **({"EncryptionConfiguration": {"EncryptionOption": "SSE_S3"}} if good else {})}
    athena.create_work_group(Name="queries", Configuration={"ResultConfiguration": result, "EnforceWorkGroupConfiguration": good})
    made.client("codebuild", region).create_project(
        name="build", source={"type": "S3", "location": f"{bucket}/x.zip"}, environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"},
        artifacts={"type": "S3", "location": bucket, "encryptionDisabled": not good}, serviceRole=f"arn:aws:iam::{ACCOUNT}:role/service-role/x",
    )  # fmt: skip
    config = made.client("config", region)
    config.put_configuration_aggregator(
        ConfigurationAggregatorName="all", AccountAggregationSources=[{"AccountIds": [ACCOUNT], "AwsRegions": [GERMANY, *(["us-west-2"] if not good else [])]}]
    )
    config.put_configuration_recorder(ConfigurationRecorder={"name": "r", "roleARN": f"arn:aws:iam::{ACCOUNT}:role/x", "recordingGroup": {"allSupported": True}})
    config.put_delivery_channel(DeliveryChannel={"name": "channel", "s3BucketName": bucket})
    sync = made.client("datasync", region)
    places = [
        sync.create_location_s3(S3BucketArn=f"arn:aws:s3:::{name}", S3Config={"BucketAccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/x"})["LocationArn"]
        for name in ("four-eu", bucket)
    ]
    sync.create_task(Name="move", SourceLocationArn=places[0], DestinationLocationArn=places[1])
    events = made.client("events", region)
    events.put_rule(Name="rule", EventPattern='{"source": ["x"]}')
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:{there}:{ACCOUNT}:queue"}])
    connection = events.create_connection(Name="c", AuthorizationType="API_KEY", AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}})["ConnectionArn"]
    endpoint = f"https://x.execute-api.{there}.amazonaws.com/prod"
    events.create_api_destination(Name="api", ConnectionArn=connection, InvocationEndpoint=endpoint, HttpMethod="POST")
    made.client("firehose", region).create_delivery_stream(
        DeliveryStreamName="carry", DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={"RoleARN": f"arn:aws:iam::{ACCOUNT}:role/x", "BucketARN": f"arn:aws:s3:::{bucket}"},
    )  # fmt: skip
    if good:
        made.client("firehose", region).start_delivery_stream_encryption(DeliveryStreamName="carry", DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"})


def _edges(made: Estate) -> None:
    front = made.client("cloudfront", VIRGINIA)
    certificate = made.certificate(VIRGINIA, "www.example.org")
    for good in (True, False):
        front.create_distribution(DistributionConfig=_distribution(good, certificate))
    made.client("cloudfront", VIRGINIA).create_key_value_store(Name="keys")
    zones = made.client("route53", VIRGINIA)
    zone = zones.create_hosted_zone(Name="example.org", CallerReference="1")["HostedZone"]["Id"]
    logs = made.client("logs", VIRGINIA)
    logs.create_log_group(logGroupName="/aws/route53/example.org")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "route53.amazonaws.com"}, "Action": "logs:*", "Resource": "*"}]}
    logs.put_resource_policy(policyName="dns", policyDocument=json.dumps(policy))
    zones.create_query_logging_config(HostedZoneId=zone.split("/")[-1], CloudWatchLogsLogGroupArn=f"arn:aws:logs:{VIRGINIA}:{ACCOUNT}:log-group:/aws/route53/example.org:*")
    record = {"Name": "www.example.org", "Type": "A", "SetIdentifier": "us", "Region": VIRGINIA, "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    zones.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]})


def _distribution(good: bool, certificate: str) -> dict[str, Any]:
    origin: dict[str, Any] = {
        "Id": "o", "DomainName": f"lb.{GERMANY if good else VIRGINIA}.elb.amazonaws.com",
        "CustomOriginConfig": {
            "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only" if good else "http-only",
            "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2" if good else "TLSv1"]},
        },
        "OriginShield": {"Enabled": True, "OriginShieldRegion": GERMANY if good else VIRGINIA},
    }  # fmt: skip
    return {
        "CallerReference": f"{good}", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]}, "PriceClass": "PriceClass_100",
        "DefaultCacheBehavior": {
            "TargetOriginId": "o", "ViewerProtocolPolicy": "redirect-to-https" if good else "allow-all", "MinTTL": 0,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        },
        "Logging": {"Enabled": True, "IncludeCookies": False, "Bucket": f"{'four-eu' if good else 'four-us'}.s3.amazonaws.com", "Prefix": ""},
        "ViewerCertificate": {"CloudFrontDefaultCertificate": False, "ACMCertificateArn": certificate, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"} if good else {"CloudFrontDefaultCertificate": True},
    }  # fmt: skip


def _refuse_plaintext() -> dict[str, Any]:
    deny = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    return {"Version": "2012-10-17", "Statement": [deny]}


if __name__ == "__main__":
    record()
