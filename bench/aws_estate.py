"""An AWS estate of any size, built inside this process: 17 regions, some forty types, one thing in four not as promised.

Built through boto3 against moto's own models (no server in between, so thousands of resources take seconds); the
server that is started afterwards in the same process shows them.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1",
    "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip
#: Most of it stands where it was promised to be, as in real life.
_OFTEN = ("eu-central-1", "eu-west-1", "eu-west-3", "eu-central-1", "eu-west-1", "eu-central-1", "eu-north-1")
ACCOUNT = "123456789012"
_LAMBDA_ROLE = f"arn:aws:iam::{ACCOUNT}:role/bench"
#: How many of each in an estate of 5,000.
SHARES: dict[str, int] = {
    "bucket": 560, "volume": 700, "snapshot": 380, "table": 380, "key": 240, "queue": 420, "topic": 300, "log_group": 520, "secret": 240, "parameter": 0,
    "database": 180, "cluster": 60, "function": 220, "repository": 140, "file_system": 70, "balancer": 40, "certificate": 130, "user": 60, "trail": 6, "stream": 120,
    "firehose": 60, "domain": 24, "cache": 60, "image": 20, "vault": 40, "zone": 20, "distribution": 16, "instance": 40,
}  # fmt: skip


class Built:
    """What was built: the number of resources by kind, and of those that break a promise to stay in the EU."""

    def __init__(self) -> None:
        self.by_kind: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


def build(total: int = 5000) -> Built:
    """Fill moto's models. Call inside `moto.mock_aws()`."""
    logging.disable(logging.CRITICAL)
    made, maker = Built(), _Maker()
    whole = sum(SHARES.values())
    for kind, share in SHARES.items():
        make: Callable[[str, int], int] = getattr(maker, kind, None) or (lambda _region, _n: 0)
        for n in range(round(share * total / whole)):
            region = REGIONS[n % len(REGIONS)] if n % 3 == 2 else _OFTEN[n % len(_OFTEN)]
            try:
                made.by_kind[kind] += make(region, n)
            except Exception:  # what this version of moto lacks is not part of the estate
                made.failed[kind] += 1
    logging.disable(logging.NOTSET)
    return made


class _Maker:
    """One method a kind; each gives the number of resources it made."""

    def __init__(self) -> None:
        import boto3

        self._session: Any = boto3.Session(aws_access_key_id="bench", aws_secret_access_key="bench", region_name="us-east-1")
        self._clients: dict[tuple[str, str], Any] = {}
        self._keys: dict[str, str] = {}
        self._volumes: dict[str, str] = {}
        self._subnets: dict[str, list[str]] = {}

    def client(self, service: str, region: str) -> Any:
        if (service, region) not in self._clients:
            self._clients[service, region] = self._session.client(service, region_name=region)
        return self._clients[service, region]

    def _key(self, region: str) -> str:
        if region not in self._keys:
            self._keys[region] = self.client("kms", region).create_key(Description="shared")["KeyMetadata"]["Arn"]
        return self._keys[region]

    def _net(self, region: str) -> list[str]:
        if region not in self._subnets:
            ec2 = self.client("ec2", region)
            vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
            zones = [z["ZoneName"] for z in ec2.describe_availability_zones()["AvailabilityZones"]][:2]
            self._subnets[region] = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"] for n, zone in enumerate(zones)]
        return self._subnets[region]

    # -- storage -----------------------------------------------------------------------------------------------
    def bucket(self, region: str, n: int) -> int:
        s3, name = self.client("s3", region), f"bench-{n:05d}"
        s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}))
        if n % 2:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        if n % 4:
            closed = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
        if n % 3 == 0:
            arns = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
            deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": arns, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
        if n % 9 == 8 and n > 1:
            rule = {"ID": "all", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"}}
            rules = [{**rule, "Destination": {"Bucket": f"arn:aws:s3:::bench-{n - 1:05d}"}}]
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
            s3.put_bucket_replication(Bucket=name, ReplicationConfiguration={"Role": "arn:aws:iam::123456789012:role/replication", "Rules": rules})
        return 1

    def volume(self, region: str, n: int) -> int:
        more: dict[str, Any] = {"Encrypted": True, "KmsKeyId": self._key(region)} if n % 4 else {}
        self._volumes[region] = self.client("ec2", region).create_volume(AvailabilityZone=f"{region}a", Size=8, **more)["VolumeId"]
        return 1

    def snapshot(self, region: str, n: int) -> int:
        if region not in self._volumes:
            self.volume(region, n)
        self.client("ec2", region).create_snapshot(VolumeId=self._volumes[region])
        return 1

    def file_system(self, region: str, n: int) -> int:
        self.client("efs", region).create_file_system(CreationToken=f"bench-{n}", Encrypted=bool(n % 4), Tags=[{"Key": "Name", "Value": f"bench-{n}"}])
        return 1

    def repository(self, region: str, n: int) -> int:
        self.client("ecr", region).create_repository(repositoryName=f"bench-{n}")
        return 1

    # -- data --------------------------------------------------------------------------------------------------
    def table(self, region: str, n: int) -> int:
        dynamodb = self.client("dynamodb", region)
        own: dict[str, Any] = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self._key(region)}} if n % 2 else {}
        keys = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
        dynamodb.create_table(TableName=f"bench-{n}", BillingMode="PAY_PER_REQUEST", **keys, **own)
        if n % 4:
            dynamodb.update_continuous_backups(TableName=f"bench-{n}", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
        return 1

    def database(self, region: str, n: int) -> int:
        own: dict[str, Any] = {"StorageEncrypted": True, "KmsKeyId": self._key(region)} if n % 4 else {"StorageEncrypted": False}
        self.client("rds", region).create_db_instance(
            DBInstanceIdentifier=f"bench-{n}", DBInstanceClass="db.t3.medium", Engine="postgres", AllocatedStorage=20, MasterUsername="owner",
            MasterUserPassword="not-a-secret", BackupRetentionPeriod=n % 3 * 7, **own,
        )  # fmt: skip
        return 1

    def cluster(self, region: str, n: int) -> int:
        self.client("rds", region).create_db_cluster(
            DBClusterIdentifier=f"bench-cluster-{n}", Engine="aurora-postgresql", MasterUsername="owner", MasterUserPassword="not-a-secret", StorageEncrypted=bool(n % 4)
        )
        return 1

    def cache(self, region: str, n: int) -> int:
        self.client("elasticache", region).create_replication_group(
            ReplicationGroupId=f"bench-{n}", ReplicationGroupDescription="x", Engine="redis", CacheNodeType="cache.t3.micro", AtRestEncryptionEnabled=bool(n % 3),
            TransitEncryptionEnabled=bool(n % 2),
        )  # fmt: skip
        return 1

    def domain(self, region: str, n: int) -> int:
        self.client("opensearch", region).create_domain(
            DomainName=f"bench-{n}", EncryptionAtRestOptions={"Enabled": bool(n % 3)}, NodeToNodeEncryptionOptions={"Enabled": bool(n % 2)}
        )
        return 1

    # -- keys, secrets, people ---------------------------------------------------------------------------------
    def key(self, region: str, n: int) -> int:
        kms = self.client("kms", region)
        arn = kms.create_key(Description=f"bench {n}")["KeyMetadata"]["Arn"]
        if n % 3:
            kms.enable_key_rotation(KeyId=arn)
        return 1

    def secret(self, region: str, n: int) -> int:
        self.client("secretsmanager", region).create_secret(Name=f"bench-{n}", SecretString="not-a-secret")
        return 1

    def certificate(self, region: str, n: int) -> int:
        self.client("acm", region).request_certificate(DomainName=f"www{n}.example.org", ValidationMethod="DNS")
        return 1

    def user(self, _: str, n: int) -> int:
        iam = self.client("iam", "us-east-1")
        iam.create_user(UserName=f"bench-{n}")
        if n % 2:
            iam.create_login_profile(UserName=f"bench-{n}", Password="not-a-Secret-1")
        return 1

    # -- messages, logs ----------------------------------------------------------------------------------------
    def queue(self, region: str, n: int) -> int:
        self.client("sqs", region).create_queue(QueueName=f"bench-{n}", Attributes={"SqsManagedSseEnabled": "true" if n % 4 else "false"})
        return 1

    def topic(self, region: str, n: int) -> int:
        self.client("sns", region).create_topic(Name=f"bench-{n}", Attributes={"KmsMasterKeyId": self._key(region)} if n % 2 else {})
        return 1

    def stream(self, region: str, n: int) -> int:
        self.client("kinesis", region).create_stream(StreamName=f"bench-{n}", ShardCount=1)
        return 1

    def firehose(self, region: str, n: int) -> int:
        target = {"RoleARN": _LAMBDA_ROLE, "BucketARN": f"arn:aws:s3:::bench-{n:05d}"}
        self.client("firehose", region).create_delivery_stream(DeliveryStreamName=f"bench-{n}", ExtendedS3DestinationConfiguration=target)
        return 1

    def log_group(self, region: str, n: int) -> int:
        self.client("logs", region).create_log_group(logGroupName=f"/bench/{n}")
        return 1

    def trail(self, region: str, n: int) -> int:
        self.client("cloudtrail", region).create_trail(Name=f"bench-{n}", S3BucketName=f"bench-{n:05d}", IsMultiRegionTrail=n % 2 == 0)
        return 1

    # -- machines, names ---------------------------------------------------------------------------------------
    def function(self, region: str, n: int) -> int:
        if n == 0:
            trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
            self.client("iam", "us-east-1").create_role(RoleName="bench", AssumeRolePolicyDocument=json.dumps(trust))
        code = {"ImageUri": f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/bench-0:latest"}
        self.client("lambda", region).create_function(FunctionName=f"bench-{n}", Role=_LAMBDA_ROLE, Code=code, PackageType="Image", Environment={"Variables": {"STAGE": "bench"}})
        return 1

    def instance(self, region: str, n: int) -> int:
        self.client("ec2", region).run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=self._net(region)[0])
        return 2  # with its volume

    def image(self, region: str, n: int) -> int:
        ec2 = self.client("ec2", region)
        machine = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=self._net(region)[0])["Instances"][0]["InstanceId"]
        ec2.create_image(InstanceId=machine, Name=f"bench-{n}")
        return 4  # machine, volume, image and its snapshot

    def balancer(self, region: str, n: int) -> int:
        elb = self.client("elbv2", region)
        arn = elb.create_load_balancer(Name=f"bench-{n}", Subnets=self._net(region), Scheme="internet-facing", Type="application")["LoadBalancers"][0]["LoadBalancerArn"]
        answer = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
        elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=answer)
        return 2

    def vault(self, region: str, n: int) -> int:
        self.client("backup", region).create_backup_vault(BackupVaultName=f"bench-{n}", EncryptionKeyArn=self._key(region))
        return 1

    def zone(self, _: str, n: int) -> int:
        self.client("route53", "us-east-1").create_hosted_zone(Name=f"bench{n}.example.org", CallerReference=str(n))
        return 1

    def distribution(self, _: str, n: int) -> int:
        origin = {"Id": "o", "DomainName": f"bench-{n:05d}.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
        behaviour = {
            "TargetOriginId": "o",
            "ViewerProtocolPolicy": "https-only" if n % 2 else "allow-all",
            "MinTTL": 0,
            "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        }
        config = {"CallerReference": str(n), "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]}, "DefaultCacheBehavior": behaviour}
        self.client("cloudfront", "us-east-1").create_distribution(DistributionConfig=config)
        return 1


__all__ = ["ACCOUNT", "REGIONS", "Built", "build"]
