"""An estate of caches, queues, topics, file systems, tasks, authorities and listeners in Germany (good) and Virginia (bad), made in moto."""

from __future__ import annotations

import json
from typing import Any

from scanner.demo.aws_estate import GERMANY, VIRGINIA, Estate
from scanner.demo.moto_supplement import protect

ACCOUNT = "123456789012"
REGIONS = (GERMANY, VIRGINIA)


class Stores(Estate):
    """One service after the other, in both regions."""

    def build(self) -> None:
        for name, region in (("stores-eu", GERMANY), ("stores-us", VIRGINIA)):
            self.bucket(name, region)
        for region, good in ((GERMANY, True), (VIRGINIA, False)):
            bucket = "stores-eu" if good else "stores-us"
            key = self.key(region, "stores")
            for step in (self.messages, self.caches, self.files, self.tasks, self.settings):
                step(region, good, bucket, key)
            self.balancers(region, good)
            self.authorities(region, good)
            self.machines(region, good)
        self.buckets()

    def messages(self, region: str, good: bool, bucket: str, key: str) -> None:
        sqs, sns = self.client("sqs", region), self.client("sns", region)
        arn = f"arn:aws:sqs:{region}:{ACCOUNT}:orders"
        sqs.create_queue(QueueName="orders", Attributes={"SqsManagedSseEnabled": "true" if good else "false", **({"Policy": refusing("sqs:*", arn)} if good else {})})
        topic = sns.create_topic(Name="alarms", Attributes={"KmsMasterKeyId": key} if good else {})["TopicArn"]
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=refusing("sns:Publish" if good else "sns:Subscribe", topic))
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{VIRGINIA if not good else GERMANY}:{ACCOUNT}:orders")

    def caches(self, region: str, good: bool, bucket: str, key: str) -> None:
        self.client("elasticache", region).create_replication_group(
            ReplicationGroupId="cache", ReplicationGroupDescription="x", Engine="redis", AtRestEncryptionEnabled=good, TransitEncryptionEnabled=good,
            SnapshotRetentionLimit=7 if good else 0, **({"TransitEncryptionMode": "required", "KmsKeyId": key} if good else {}),
        )  # fmt: skip
        self.client("memorydb", region).create_cluster(
            ClusterName="memory", NodeType="db.r6g.large", ACLName="open-access", TLSEnabled=good, SnapshotRetentionLimit=7 if good else 0
        )

    def files(self, region: str, good: bool, bucket: str, key: str) -> None:
        settings: dict[str, Any] = {"ThroughputCapacity": 8, "AutomaticBackupRetentionDays": 30 if good else 0, "DeploymentType": "SINGLE_AZ_2"}
        made = self.client("fsx", region).create_file_system(FileSystemType="WINDOWS", StorageCapacity=32, SubnetIds=["subnet-12345678"], WindowsConfiguration=settings)
        self.client("fsx", region).create_backup(FileSystemId=made["FileSystem"]["FileSystemId"])
        self.client("glacier", region).create_vault(vaultName="archive", accountId="-")

    def tasks(self, region: str, good: bool, bucket: str, key: str) -> None:
        logged = GERMANY if good else "us-west-2"
        self.client("ecs", region).register_task_definition(
            family="web",
            containerDefinitions=[
                {
                    "name": "web", "image": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/web:1", "memory": 64,
                    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-region": logged, "awslogs-group": "/web"}},
                }
            ],
            volumes=[{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "transitEncryption": "ENABLED" if good else "DISABLED"}}],
        )  # fmt: skip
        self.client("dms", region).create_endpoint(
            EndpointIdentifier="source", EndpointType="source", EngineName="postgres", ServerName=f"db.abc.{region}.rds.amazonaws.com", SslMode="verify-full" if good else "none"
        )

    def settings(self, region: str, good: bool, bucket: str, key: str) -> None:
        ssm = self.client("ssm", region)
        ssm.put_parameter(Name="/app/word", Value="not-a-secret", Type="SecureString" if good else "String", **({"KeyId": key} if good else {}))
        inputs = {"kmsKeyId": key if good else "", "s3BucketName": bucket}
        ssm.create_document(Name="sessions", DocumentType="Session", Content=json.dumps({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": inputs}))
        ssm.create_document(Name="script", DocumentType="Command", Content=json.dumps({"schemaVersion": "2.2", "mainSteps": []}))
        self.client("route53resolver", region).create_resolver_query_log_config(
            Name="queries", DestinationArn=f"arn:aws:logs:{region}:{ACCOUNT}:log-group:/dns" if good else "arn:aws:s3:::stores-us", CreatorRequestId="1"
        )

    def balancers(self, region: str, good: bool) -> None:
        balancer = self.balancer(region, "front")
        self.listener(region, balancer, self.certificate(region, "front.example.org"), "ELBSecurityPolicy-TLS13-1-2-2021-06" if good else "ELBSecurityPolicy-2016-08")
        net = self.client("ec2", region).create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        self.client("elbv2", region).create_target_group(Name="behind", Protocol="HTTPS" if good else "HTTP", Port=443, VpcId=net)

    def authorities(self, region: str, good: bool) -> None:
        self.client("acm-pca", region).create_certificate_authority(
            CertificateAuthorityConfiguration={"KeyAlgorithm": "RSA_4096", "SigningAlgorithm": "SHA512WITHRSA", "Subject": {"CommonName": "Example"}},
            CertificateAuthorityType="SUBORDINATE",
        )
        self.client("apigatewayv2", region).create_domain_name(
            DomainName=f"{region}.example.org",
            DomainNameConfigurations=[
                {"EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2" if good else "TLS_1_0", "CertificateArn": self.certificate(region, "api.example.org")}
            ],
        )

    def machines(self, region: str, good: bool) -> None:
        self.client("autoscaling", region).create_launch_configuration(
            LaunchConfigurationName="launch",
            ImageId="ami-12c6146b",
            InstanceType="t3.micro",
            BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "Encrypted": good}}],
        )

    def buckets(self) -> None:
        for name, good in (("stores-eu", True), ("stores-us", False)):
            s3 = self.client("s3", GERMANY if good else VIRGINIA)
            s3.put_bucket_accelerate_configuration(Bucket=name, AccelerateConfiguration={"Status": "Suspended" if good else "Enabled"})
            inventory = {
                "Id": "all", "IsEnabled": True, "IncludedObjectVersions": "All", "Schedule": {"Frequency": "Daily"},
                "Destination": {"S3BucketDestination": {"Bucket": f"arn:aws:s3:::{name}", "Format": "CSV"}},
            }  # fmt: skip
            s3.put_bucket_inventory_configuration(Bucket=name, Id="all", InventoryConfiguration=inventory)
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
            s3.delete_bucket_policy(Bucket=name)
            if good:
                s3.put_bucket_policy(Bucket=name, Policy=refusing("s3:*", f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"))
        protect(ACCOUNT, GERMANY, "arn:aws:s3:::stores-eu", "2026-11-20T05:00:00+00:00")


def refusing(action: str, *resources: str) -> str:
    """A policy that denies an action in plaintext to everyone."""
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": list(resources), "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
