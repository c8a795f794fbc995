"""S3, EBS, EFS, ECR, AWS Backup."""

from __future__ import annotations

from typing import Any

from scanner.sdk import ACTION, REGION, UNRESOLVED, Json, Tf, attr, from_json, made, nothing, satellite, tf

_ACLS = {
    "private": "Private", "public-read": "PublicRead", "public-read-write": "PublicReadWrite", "authenticated-read": "AuthenticatedRead",
    "aws-exec-read": "AwsExecRead", "log-delivery-write": "LogDeliveryWrite", "bucket-owner-read": "BucketOwnerRead", "bucket-owner-full-control": "BucketOwnerFullControl",
}  # fmt: skip
_SSE = "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault"
_TO = "ReplicationConfiguration.Rules[].Destination"
_ON = {True: "Enabled", False: "Suspended"}
_VERSIONS = {"Enabled": "Enabled", "Suspended": "Suspended", "Disabled": "Suspended"}


def _inventory(enabled: Any, bucket: Any) -> Json:
    """On unless said otherwise (provider documentation: enabled defaults to true)."""
    return {"Enabled": True if enabled is None else enabled, "Destination": {"BucketArn": bucket}}


def _rules(rules: Any) -> Json:
    """Rules of a backup plan, in CloudFormation's words."""
    found: list[Json] = []
    for rule in rules or ():
        life = rule.get("lifecycle") or [{}]
        life = life[0] if isinstance(life, list) else life
        if isinstance(life, dict) and UNRESOLVED in life:  # the whole of it; a single value of it stays one
            life = {"delete_after": life}
        copies = rule.get("copy_action") or []
        made_of: dict[str, Json] = {
            "ScheduleExpression": rule.get("schedule"), "EnableContinuousBackup": rule.get("enable_continuous_backup") or False,
            "Lifecycle": {"DeleteAfterDays": life.get("delete_after")}, "CopyActions": [{"DestinationBackupVaultArn": one.get("destination_vault_arn")} for one in copies],
        }  # fmt: skip
        found.append({key: value for key, value in made_of.items() if value is not None})
    return found


SHAPES: dict[str, tuple[Tf, ...]] = {
    "AWS::S3::Bucket": (
        tf("aws_s3_bucket", {
            "ObjectLockEnabled": "object_lock_enabled",
            "AccessControl": attr("acl", words=_ACLS),
            f"{_SSE}.SSEAlgorithm": attr("server_side_encryption_configuration.rule[].apply_server_side_encryption_by_default.sse_algorithm", computed=True),
            f"{_SSE}.KMSMasterKeyID": attr("server_side_encryption_configuration.rule[].apply_server_side_encryption_by_default.kms_master_key_id", computed=True),
            "VersioningConfiguration.Status": attr("versioning.enabled", words=_ON, computed=True),
            "LoggingConfiguration.DestinationBucketName": attr("logging.target_bucket", computed=True),
            "ReplicationConfiguration.Rules[].Status": attr("replication_configuration.rules[].status", computed=True),
            f"{_TO}.Bucket": attr("replication_configuration.rules[].destination.bucket", computed=True),
            f"{_TO}.Account": attr("replication_configuration.rules[].destination.account_id", computed=True),
            f"{_TO}.EncryptionConfiguration.ReplicaKmsKeyID": attr("replication_configuration.rules[].destination.replica_kms_key_id", computed=True),
            "AccelerateConfiguration.AccelerationStatus": "acceleration_status",
            "InventoryConfigurations": nothing("aws_s3_bucket_inventory is a resource of its own"),
            "policy[+].PolicyDocument": attr("policy", then=from_json),
            "PublicAccessBlockConfiguration": nothing("aws_s3_bucket_public_access_block is a resource of its own"),
            "Planned": attr(ACTION),
        }, known_by=("bucket",), arn="arn:aws:s3:::{}"),
        satellite("aws_s3_bucket_server_side_encryption_configuration", "bucket", {
            f"{_SSE}.SSEAlgorithm": "rule[].apply_server_side_encryption_by_default.sse_algorithm",
            f"{_SSE}.KMSMasterKeyID": "rule[].apply_server_side_encryption_by_default.kms_master_key_id",
        }),
        satellite("aws_s3_bucket_versioning", "bucket", {"VersioningConfiguration.Status": attr("versioning_configuration.status", words=_VERSIONS)}),
        satellite("aws_s3_bucket_policy", "bucket", {"policy[+].PolicyDocument": attr("policy", then=from_json)}),
        satellite("aws_s3_bucket_public_access_block", "bucket", {
            "PublicAccessBlockConfiguration.IgnorePublicAcls": attr("ignore_public_acls", absent=False, cite="provider documentation: defaults to false"),
            "PublicAccessBlockConfiguration.RestrictPublicBuckets": attr("restrict_public_buckets", absent=False, cite="provider documentation: defaults to false"),
        }),
        satellite("aws_s3_bucket_acl", "bucket", {"AccessControl": attr("acl", words=_ACLS)}),
        satellite("aws_s3_bucket_logging", "bucket", {"LoggingConfiguration.DestinationBucketName": "target_bucket"}),
        satellite("aws_s3_bucket_replication_configuration", "bucket", {
            "ReplicationConfiguration.Rules[].Status": "rule[].status",
            f"{_TO}.Bucket": "rule[].destination.bucket",
            f"{_TO}.Account": "rule[].destination.account",
            f"{_TO}.EncryptionConfiguration.ReplicaKmsKeyID": "rule[].destination.encryption_configuration.replica_kms_key_id",
        }),
        satellite("aws_s3_bucket_accelerate_configuration", "bucket", {"AccelerateConfiguration.AccelerationStatus": "status"}),
        satellite("aws_s3_bucket_inventory", "bucket", {"InventoryConfigurations[+]": made(_inventory, "enabled", "destination.bucket.bucket_arn")}),
        satellite("aws_s3_bucket_object_lock_configuration", "bucket", {"ObjectLockEnabled": attr("object_lock_enabled", absent=True, words={"Enabled": True, True: True}, cite="provider documentation: defaults to Enabled")}),
    ),
    "AWS::EC2::Volume": (tf("aws_ebs_volume", {"AvailabilityZone": "availability_zone", "Encrypted": "encrypted", "KmsKeyId": "kms_key_id"}),),
    "AWS::EFS::FileSystem": (
        tf("aws_efs_file_system", {
            "AvailabilityZoneName": "availability_zone_name", "Encrypted": "encrypted", "KmsKeyId": "kms_key_id",
            "BackupPolicy.Status": nothing("aws_efs_backup_policy is a resource of its own"),
            "ReplicationConfiguration.Destinations": nothing("aws_efs_replication_configuration is a resource of its own"),
        }),
        satellite("aws_efs_backup_policy", "file_system_id", {"BackupPolicy.Status": "backup_policy.status"}),
        satellite("aws_efs_file_system_policy", "file_system_id", {"FileSystemPolicy": attr("policy", then=from_json)}),
        satellite("aws_efs_replication_configuration", "source_file_system_id", {"ReplicationConfiguration.Destinations[].Region": "destination[].region"}),
    ),
    "AWS::ECR::Repository": (
        tf("aws_ecr_repository", {
            "EncryptionConfiguration.KmsKey": attr("encryption_configuration.kms_key", computed=True),
            "EncryptionConfiguration.EncryptionType": attr("encryption_configuration.encryption_type", computed=True),
        }),
    ),
    "AWS::Backup::BackupVault": (tf("aws_backup_vault", {"EncryptionKeyArn": "kms_key_arn"}, known_by=("name",)),),
    "AWS::Backup::BackupPlan": (tf("aws_backup_plan", {"BackupPlan.BackupPlanRule": made(_rules, "rule")}),),
    "AWS::DynamoDB::Table": (
        tf("aws_dynamodb_table", {
            "SSESpecification.SSEEnabled": attr("server_side_encryption.enabled", computed=True),
            "SSESpecification.KMSMasterKeyId": attr("server_side_encryption.kms_key_arn", computed=True),
            "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled": attr("point_in_time_recovery.enabled", computed=True),
            "PointInTimeRecoverySpecification.RecoveryPeriodInDays": attr("point_in_time_recovery.recovery_period_in_days", computed=True),
            "DeletionProtectionEnabled": "deletion_protection_enabled",
            "KinesisStreamSpecification.StreamArn": nothing("aws_dynamodb_kinesis_streaming_destination is a resource of its own"),
            "Replicas[].Region": "replica[].region_name",
        }, known_by=("name",)),
        satellite("aws_dynamodb_kinesis_streaming_destination", "table_name", {"KinesisStreamSpecification.StreamArn": "stream_arn"}),
        satellite("aws_dynamodb_table_replica", "global_table_arn", {"Replicas[+].Region": attr(REGION)}),
    ),
    "AWS::DynamoDB::GlobalTable": (
        tf("aws_dynamodb_global_table", {"Replicas[].Region": "replica[].region_name", "GlobalTableWitnesses": nothing("global tables of 2017 have no witnesses")}),
    ),
}  # fmt: skip
