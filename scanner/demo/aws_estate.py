"""A small AWS estate for the demo and the tests, built in an emulator (moto) through the ordinary API.

Most of it is as it should be; what is not stands under `seed`. Germany, Ireland and, by mistake, Virginia.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GERMANY, IRELAND, VIRGINIA = "eu-central-1", "eu-west-1", "us-east-1"


TYPES = frozenset(
    f"AWS::{name}"
    for name in (
        "CertificateManager::Certificate", "CloudTrail::Trail", "DynamoDB::Table", "EC2::EbsEncryptionByDefault", "EC2::Instance", "EC2::Snapshot", "EC2::Volume",
        "ElasticLoadBalancingV2::Listener", "ElasticLoadBalancingV2::LoadBalancer", "IAM::User", "KMS::Key", "RDS::DBCluster", "RDS::DBInstance", "S3::Bucket",
    )
)  # fmt: skip
"""What the estate is made of. The server does not know every service that Houvast reads: the demo asks for these."""


def moto_environment() -> dict[str, str]:
    """Environment for whoever starts moto: without it moto makes hundreds of snapshots for its public images, which the
    account then seems to own."""
    return {"MOTO_AMIS_PATH": str(Path(__file__).with_name("no_amis.json")), "MOTO_ACM_VALIDATION_WAIT": "0"}


class Estate:
    """Clients of the emulator, and small steps."""

    def __init__(self, url: str) -> None:
        import boto3

        self._url = url
        self._session: Any = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo", region_name=GERMANY)

    def client(self, service: str, region: str) -> Any:
        return self._session.client(service, region_name=region, endpoint_url=self._url)

    def key(self, region: str, words: str, rotated: bool = True) -> str:
        kms = self.client("kms", region)
        arn: str = kms.create_key(Description=words)["KeyMetadata"]["Arn"]
        if rotated:
            kms.enable_key_rotation(KeyId=arn)
        return arn

    def bucket(self, name: str, region: str, key: str = "", logs: str = "", tls_only: bool = True) -> None:
        s3 = self.client("s3", region)
        s3.create_bucket(Bucket=name, **({} if region == VIRGINIA else {"CreateBucketConfiguration": {"LocationConstraint": region}}))
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
        )  # fmt: skip
        rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]})
        if logs:
            s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": f"{name}/"}})
        if tls_only:
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps(tls_policy(name, logs=not logs)))

    def replicate(self, source: str, target: str, region: str) -> None:
        role = "arn:aws:iam::123456789012:role/replication"
        rule = {"ID": "all", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"}}
        rules = [{**rule, "Destination": {"Bucket": f"arn:aws:s3:::{target}"}}]
        self.client("s3", region).put_bucket_replication(Bucket=source, ReplicationConfiguration={"Role": role, "Rules": rules})

    def volume(self, region: str, name: str, key: str = "") -> str:
        more: dict[str, Any] = {"Encrypted": True, "KmsKeyId": key} if key else {"Encrypted": False}
        tags = [{"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": name}]}]
        made: str = self.client("ec2", region).create_volume(AvailabilityZone=f"{region}a", Size=20, TagSpecifications=tags, **more)["VolumeId"]
        return made

    def database(self, region: str, name: str, key: str, days: int) -> None:
        self.client("rds", region).create_db_instance(
            DBInstanceIdentifier=name, DBInstanceClass="db.t3.medium", Engine="postgres", AllocatedStorage=50, MasterUsername="owner", MasterUserPassword="not-a-secret",
            StorageEncrypted=True, KmsKeyId=key, BackupRetentionPeriod=days, DeletionProtection=days > 0, PubliclyAccessible=False, EnableCloudwatchLogsExports=["postgresql"],
        )  # fmt: skip

    def replica(self, region: str, name: str, source: str, key: str) -> None:
        self.client("rds", region).create_db_instance_read_replica(
            DBInstanceIdentifier=name, SourceDBInstanceIdentifier=f"arn:aws:rds:{source}:123456789012:db:{name.removesuffix('-copy')}", KmsKeyId=key, SourceRegion=source
        )  # fmt: skip

    def table(self, region: str, name: str, recovery: bool = True, key: str = "") -> None:
        dynamodb = self.client("dynamodb", region)
        own: dict[str, Any] = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}} if key else {}
        dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            DeletionProtectionEnabled=True, **own,
        )  # fmt: skip
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovery})

    def certificate(self, region: str, domain: str) -> str:
        arn: str = self.client("acm", region).request_certificate(DomainName=domain, ValidationMethod="DNS", SubjectAlternativeNames=[f"www.{domain}"])["CertificateArn"]
        return arn

    def balancer(self, region: str, name: str) -> str:
        ec2 = self.client("ec2", region)
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZone=f"{region}{zone}")["Subnet"]["SubnetId"] for n, zone in enumerate("ab")]
        arn: str = self.client("elbv2", region).create_load_balancer(Name=name, Subnets=subnets, Scheme="internet-facing", Type="application")["LoadBalancers"][0][
            "LoadBalancerArn"
        ]
        return arn

    def listener(self, region: str, balancer: str, certificate: str, policy: str, port: int = 443) -> str:
        answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
        made: str = self.client("elbv2", region).create_listener(
            LoadBalancerArn=balancer, Protocol="HTTPS", Port=port, SslPolicy=policy, Certificates=[{"CertificateArn": certificate}], DefaultActions=[answer]
        )["Listeners"][0]["ListenerArn"]
        return made

    def redirect(self, region: str, balancer: str, port: int = 80) -> str:
        action = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}
        made: str = self.client("elbv2", region).create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=port, DefaultActions=[action])["Listeners"][0]["ListenerArn"]
        return made

    def person(self, name: str, second_factor: bool) -> None:
        iam = self.client("iam", GERMANY)
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password="Not-a-secret-1")
        if second_factor:
            device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
            iam.enable_mfa_device(UserName=name, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")

    def program(self, name: str) -> None:
        iam = self.client("iam", GERMANY)
        iam.create_user(UserName=name)
        iam.create_access_key(UserName=name)

    def trail(self, region: str, name: str, bucket: str) -> None:
        cloudtrail = self.client("cloudtrail", region)
        cloudtrail.create_trail(Name=name, S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
        cloudtrail.start_logging(Name=name)


def tls_policy(bucket: str, logs: bool = False) -> dict[str, Any]:
    """The bucket policy that refuses requests without TLS; `logs` lets S3 deliver access logs."""
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    refuse = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": resources, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    statements = [{"Sid": "TlsOnly", **refuse}]
    if logs:
        deliver = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
        statements.append({"Sid": "Logs", **deliver})
    return {"Version": "2012-10-17", "Statement": statements}


def seed(endpoint_url: str) -> None:
    """Build the estate. What breaks promises is marked."""
    made = Estate(endpoint_url)
    key = made.key(GERMANY, "application data")
    key_ireland = made.key(IRELAND, "backups")
    made.key(GERMANY, "old exports", rotated=False)  # no rotation
    made.bucket("care-logs", GERMANY)
    made.bucket("care-documents", GERMANY, key, logs="care-logs")
    made.bucket("care-documents-copy", VIRGINIA)  # outside the EU …
    made.replicate("care-documents", "care-documents-copy", GERMANY)  # … and a copy goes there
    made.bucket("care-website", IRELAND, tls_only=False)  # answers plain HTTP
    for name in ("app-1", "app-2"):
        made.volume(GERMANY, name, key)
    made.volume(IRELAND, "restore-test", key_ireland)
    made.volume(GERMANY, "migration", "")  # not encrypted
    made.database(GERMANY, "clients", key, 14)
    made.database(GERMANY, "reporting", key, 0)  # no backups
    made.replica(VIRGINIA, "clients-copy", GERMANY, made.key(VIRGINIA, "copies"))  # a live copy in the US
    made.table(GERMANY, "sessions")
    made.table(GERMANY, "events", key=key)
    for region in (GERMANY, IRELAND):
        made.client("ec2", region).enable_ebs_encryption_by_default()
    balancer = made.balancer(GERMANY, "portal")
    certificate = made.certificate(GERMANY, "portal.example.org")
    made.listener(GERMANY, balancer, certificate, "ELBSecurityPolicy-TLS13-1-2-2021-06")
    made.listener(GERMANY, balancer, certificate, "ELBSecurityPolicy-2016-08", 8443)  # accepts TLS 1.0
    made.redirect(GERMANY, balancer)
    made.person("anna", second_factor=True)
    made.person("bert", second_factor=False)  # a password alone
    made.program("deploy")
    made.trail(GERMANY, "everything", "care-logs")
