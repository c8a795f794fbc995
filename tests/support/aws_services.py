"""Databases, gateways, registries, queues and policies in Germany and Virginia, built in moto: for each thing that is as it should be one that is not."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from scanner.demo.aws_estate import GERMANY, VIRGINIA, Estate
from scanner.demo.moto_supplement import protect

ACCOUNT = "123456789012"
REGIONS = (GERMANY, VIRGINIA)
#: What moto serves of it.
SERVED = frozenset(
    f"AWS::{name}" for name in (
        "AmazonMQ::Broker", "ApiGateway::DomainName", "ApiGateway::RestApi", "ApiGateway::Stage", "CertificateManager::Certificate", "CloudTrail::Trail", "Cognito::UserPool",
        "DocDB::DBCluster", "ECR::ReplicationConfiguration", "ECR::Repository", "EMR::Cluster",
        "EMR::SecurityConfiguration", "KMS::Key", "Lambda::Function", "Logs::LogGroup", "Neptune::DBCluster", "Neptune::DBInstance", "Organizations::BackupPolicy",
        "Organizations::Policy", "RDS::DBCluster", "RDS::DBClusterSnapshot", "RDS::DBInstance", "RDS::DBProxy", "RDS::DBSnapshot", "RDS::GlobalCluster", "Redshift::Cluster",
        "S3::Bucket", "Transfer::Server",
    )
)  # fmt: skip
_OWNER = {"MasterUsername": "owner", "MasterUserPassword": "not-a-secret"}


class Services(Estate):
    """Builds one service after the other; what moto names by chance is kept in `ids`."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.ids: dict[str, str] = {}

    def build(self) -> dict[str, str]:
        self.bucket("services-home", GERMANY)
        self.bucket("services-away", VIRGINIA)
        for step in (
            self.groups, self.instances, self.clusters, self.snapshots, self.relatives, self.warehouses, self.gateways, self.trails, self.pools, self.registries,
            self.clusters_of_machines, self.queues, self.files, self.functions, self.policies,
        ):  # fmt: skip
            step()
        return self.ids

    # -- databases -------------------------------------------------------------------------------------------------
    def groups(self) -> None:
        rds = self.client("rds", GERMANY)
        parameters = {
            "pg-strict": ("postgres14", {"rds.force_ssl": "1", "ssl_min_protocol_version": "TLSv1.2"}), "pg-open": ("postgres16", {"rds.force_ssl": "0", "ssl_min_protocol_version": "TLSv1"}),
            "my-strict": ("mysql8.0", {"require_secure_transport": "ON", "tls_version": "TLSv1.2,TLSv1.3"}),
        }  # fmt: skip
        for name, (family, values) in parameters.items():
            rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description=name)
            rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=_parameters(values))
        for name, family, values in (
            ("apg-strict", "aurora-postgresql15", {"rds.force_ssl": "1", "ssl_min_protocol_version": "TLSv1.3"}), ("amy-open", "aurora-mysql8.0", {"require_secure_transport": "OFF"}),
        ):  # fmt: skip
            rds.create_db_cluster_parameter_group(DBClusterParameterGroupName=name, DBParameterGroupFamily=family, Description=name)
            rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=name, Parameters=_parameters(values))

    def instance(self, name: str, region: str = GERMANY, **more: Any) -> None:
        settings = {
            "DBInstanceClass": "db.t3.medium",
            "Engine": "postgres",
            "EngineVersion": "16.3",
            "AllocatedStorage": 50,
            "StorageEncrypted": True,
            "BackupRetentionPeriod": 7,
            **more,
        }
        owner = {} if "DBClusterIdentifier" in more else _OWNER
        self.client("rds", region).create_db_instance(DBInstanceIdentifier=name, **owner, **settings)

    def instances(self) -> None:
        self.instance("sql-good", DBParameterGroupName="pg-strict")
        self.instance("sql-bad", DBParameterGroupName="pg-open", StorageEncrypted=False, BackupRetentionPeriod=0)
        self.instance("sql-default")
        self.instance("sql-older", EngineVersion="13.7")
        self.instance("my-good", Engine="mysql", EngineVersion="8.0.36", DBParameterGroupName="my-strict")
        self.instance("my-default", Engine="mysql", EngineVersion="8.0.36")
        self.instance("sql-away", VIRGINIA)
        self.instance("sql-copied", BackupRetentionPeriod=0)
        protect(ACCOUNT, GERMANY, f"arn:aws:rds:{GERMANY}:{ACCOUNT}:db:sql-copied", "2026-11-21T05:00:00+00:00")
        self.client("rds", VIRGINIA).create_db_instance_read_replica(
            DBInstanceIdentifier="sql-replica", SourceDBInstanceIdentifier=f"arn:aws:rds:{GERMANY}:{ACCOUNT}:db:sql-default", SourceRegion=GERMANY
        )

    def clusters(self) -> None:
        rds = self.client("rds", GERMANY)
        common: dict[str, Any] = {**_OWNER, "StorageEncrypted": True, "BackupRetentionPeriod": 7}
        rds.create_db_cluster(DBClusterIdentifier="aurora-good", Engine="aurora-postgresql", DBClusterParameterGroupName="apg-strict", **common)
        rds.create_db_cluster(
            DBClusterIdentifier="aurora-bad", Engine="aurora-mysql", DBClusterParameterGroupName="amy-open", **{**common, "StorageEncrypted": False, "BackupRetentionPeriod": 1}
        )
        self.instance("aurora-member", Engine="aurora-postgresql", DBClusterIdentifier="aurora-good")
        self.client("rds", VIRGINIA).create_db_cluster(DBClusterIdentifier="aurora-away", Engine="aurora-postgresql", **common)
        rds.create_global_cluster(GlobalClusterIdentifier="sql-world", Engine="aurora-postgresql", StorageEncrypted=False)
        rds.create_db_cluster(DBClusterIdentifier="world-here", Engine="aurora-postgresql", GlobalClusterIdentifier="sql-world", DBClusterParameterGroupName="apg-strict", **common)

    def snapshots(self) -> None:
        rds = self.client("rds", GERMANY)
        for name, source in (("snap-good", "sql-good"), ("snap-bad", "sql-bad")):
            rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=source)
            arn = f"arn:aws:rds:{GERMANY}:{ACCOUNT}:snapshot:{name}"
            bucket = "services-away" if name == "snap-bad" else "services-home"
            rds.start_export_task(
                ExportTaskIdentifier=f"{name}-export", SourceArn=arn, S3BucketName=bucket, IamRoleArn="arn:aws:iam::123456789012:role/x", KmsKeyId="alias/aws/rds"
            )
        for name, source in (("csnap-good", "aurora-good"), ("csnap-bad", "aurora-bad")):
            rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=source)
        for name, strict in (("proxy-good", True), ("proxy-bad", False)):
            rds.create_db_proxy(
                DBProxyName=name,
                EngineFamily="POSTGRESQL",
                RoleArn="arn:aws:iam::123456789012:role/x",
                VpcSubnetIds=self.subnets(),
                RequireTLS=strict,
                Auth=[{"AuthScheme": "SECRETS"}],
            )

    def subnets(self) -> list[str]:
        if "subnet a" not in self.ids:
            ec2 = self.client("ec2", GERMANY)
            net = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
            for n, zone in enumerate("ab"):
                self.ids[f"subnet {zone}"] = ec2.create_subnet(VpcId=net, CidrBlock=f"10.7.{n}.0/24", AvailabilityZone=f"{GERMANY}{zone}")["Subnet"]["SubnetId"]
        return [self.ids["subnet a"], self.ids["subnet b"]]

    def relatives(self) -> None:
        """Neptune shares the API of RDS, as DocumentDB does, which moto lacks."""
        rds = self.client("rds", GERMANY)
        rds.create_db_cluster(DBClusterIdentifier="graph", Engine="neptune", StorageEncrypted=True, BackupRetentionPeriod=7, **_OWNER)
        self.instance("graph-one", Engine="neptune", DBClusterIdentifier="graph")

    def warehouses(self) -> None:
        redshift = self.client("redshift", GERMANY)
        for name, on, days, region in (("red-good", True, 7, "eu-west-1"), ("red-bad", False, 3, VIRGINIA)):
            redshift.create_cluster_parameter_group(ParameterGroupName=f"{name}-group", ParameterGroupFamily="redshift-1.0", Description=name)
            redshift.create_cluster(
                ClusterIdentifier=name,
                NodeType="ra3.large",
                DBName="d",
                Encrypted=on,
                AutomatedSnapshotRetentionPeriod=days,
                ClusterParameterGroupName=f"{name}-group",
                PubliclyAccessible=not on,
                **_OWNER,
            )
            if on:
                redshift.create_snapshot_copy_grant(SnapshotCopyGrantName="copies")
            redshift.enable_snapshot_copy(ClusterIdentifier=name, DestinationRegion=region, RetentionPeriod=7, **({"SnapshotCopyGrantName": "copies"} if on else {}))

    # -- gateways ----------------------------------------------------------------------------------------------------
    def gateways(self) -> None:
        gateway = self.client("apigateway", GERMANY)
        certificate = self.certificate(GERMANY, "api.example.org")
        gateway.create_domain_name(domainName="api.example.org", regionalCertificateArn=certificate, securityPolicy="TLS_1_2", endpointConfiguration={"types": ["REGIONAL"]})
        gateway.create_domain_name(
            domainName="old.example.org", certificateArn=self.certificate(VIRGINIA, "old.example.org"), securityPolicy="TLS_1_0", endpointConfiguration={"types": ["EDGE"]}
        )
        for name, kind in (("api-good", "REGIONAL"), ("api-bad", "EDGE")):
            api = gateway.create_rest_api(name=name, endpointConfiguration={"types": [kind]})["id"]
            root = gateway.get_resources(restApiId=api)["items"][0]["id"]
            gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
            gateway.put_method_response(restApiId=api, resourceId=root, httpMethod="GET", statusCode="200")
            gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="HTTP", uri="https://example.org", integrationHttpMethod="GET")
            gateway.put_integration_response(restApiId=api, resourceId=root, httpMethod="GET", statusCode="200", responseTemplates={})
            deployed = gateway.create_deployment(restApiId=api)["id"]
            gateway.create_stage(restApiId=api, stageName="live", deploymentId=deployed, cacheClusterEnabled=True, cacheClusterSize="0.5")
            patches = [("/*/*/caching/enabled", "true"), ("/*/*/caching/dataEncrypted", "true" if name == "api-good" else "false")]
            gateway.update_stage(restApiId=api, stageName="live", patchOperations=[{"op": "replace", "path": path, "value": value} for path, value in patches])

    def trails(self) -> None:
        self.trail(GERMANY, "trail-good", "services-home")
        self.trail(GERMANY, "trail-bad", "services-away")
        self.client("logs", VIRGINIA).create_log_group(logGroupName=f"/aws/lambda/{VIRGINIA}.resize")

    def pools(self) -> None:
        for name, region in (("pool-good", GERMANY), ("pool-bad", VIRGINIA)):
            source = f"arn:aws:ses:{region}:{ACCOUNT}:identity/example.org"
            made = self.client("cognito-idp", GERMANY).create_user_pool(
                PoolName=name,
                EmailConfiguration={"SourceArn": source, "EmailSendingAccount": "DEVELOPER"},
                SmsConfiguration={"SnsCallerArn": "arn:aws:iam::123456789012:role/x", "SnsRegion": region},
            )
            self.ids[name] = made["UserPool"]["Id"]

    def registries(self) -> None:
        for region in REGIONS:
            self.client("ecr", region).create_repository(repositoryName="app")
        self.client("ecr", GERMANY).put_replication_configuration(replicationConfiguration={"rules": [{"destinations": [{"region": VIRGINIA, "registryId": ACCOUNT}]}]})

    def clusters_of_machines(self) -> None:
        emr = self.client("emr", GERMANY)
        for name, on, bucket in (("spark-good", True, "services-home"), ("spark-bad", False, "services-away")):
            rest = {"LocalDiskEncryptionConfiguration": {"EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": "alias/x"}} if on else {}
            said = {"EnableAtRestEncryption": on, "EnableInTransitEncryption": on, **({"AtRestEncryptionConfiguration": rest} if on else {})}
            emr.create_security_configuration(Name=f"{name}-security", SecurityConfiguration=json.dumps({"EncryptionConfiguration": said}))
            emr.run_job_flow(
                Name=name, LogUri=f"s3://{bucket}/logs/", ReleaseLabel="emr-7.0.0", SecurityConfiguration=f"{name}-security", JobFlowRole="x", ServiceRole="x",
                Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True, "TerminationProtected": on},
            )  # fmt: skip
        gone = emr.run_job_flow(Name="spark-gone", Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1}, JobFlowRole="x", ServiceRole="x")["JobFlowId"]
        emr.terminate_job_flows(JobFlowIds=[gone])

    def queues(self) -> None:
        mq = self.client("mq", GERMANY)
        for name, public in (("mq-good", False), ("mq-bad", True)):
            mq.create_broker(
                BrokerName=name, AutoMinorVersionUpgrade=True, DeploymentMode="SINGLE_INSTANCE", EngineType="ActiveMQ", EngineVersion="5.17.6", HostInstanceType="mq.t3.micro",
                PubliclyAccessible=public, Users=[{"Username": "owner", "Password": "Not-a-secret-1234"}], Logs={"General": not public, "Audit": False},
            )  # fmt: skip

    def files(self) -> None:
        transfer = self.client("transfer", GERMANY)
        certificate = self.certificate(GERMANY, "files.example.org")
        self.ids["files-good"] = transfer.create_server(
            Protocols=["SFTP", "FTPS"], Certificate=certificate, SecurityPolicyName="TransferSecurityPolicy-2024-01", EndpointType="PUBLIC"
        )["ServerId"]
        self.ids["files-bad"] = transfer.create_server(Protocols=["FTP"], SecurityPolicyName="TransferSecurityPolicy-2018-11", EndpointType="VPC")["ServerId"]

    def functions(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("x.py", "def handler(event, context): pass")
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        role = self.client("iam", GERMANY).create_role(RoleName="functions", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        for region in REGIONS:
            self.client("lambda", region).create_function(FunctionName="take", Runtime="python3.12", Role=role, Handler="x.handler", Code={"ZipFile": buffer.getvalue()})

    def policies(self) -> None:
        organization = self.client("organizations", VIRGINIA)
        organization.create_organization(FeatureSet="ALL")
        root = organization.list_roots()["Roots"][0]["Id"]
        organization.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        for name, regions, attached in (("europe-only", [GERMANY, "eu-west-1"], True), ("world", [GERMANY, VIRGINIA], True), ("loose", [GERMANY], False)):
            denied = {"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": regions}}}
            content = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
            made = organization.create_policy(Content=content, Description=name, Name=name, Type="SERVICE_CONTROL_POLICY")["Policy"]["PolicySummary"]["Id"]
            if attached:
                organization.attach_policy(PolicyId=made, TargetId=root)


def _parameters(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"} for name, value in values.items()]
