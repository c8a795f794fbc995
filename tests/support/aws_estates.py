"""Estates that meet every call the provider can make."""

from __future__ import annotations

from scanner.demo.aws_estate import GERMANY, VIRGINIA, Estate


def broad(url: str) -> None:
    """Two regions, one of them in the EU; one thing of each type and of each way to be read."""
    made = Estate(url)
    key = made.key(GERMANY, "data")
    made.client("kms", GERMANY).create_alias(AliasName="alias/data", TargetKeyId=key)
    made.bucket("broad-logs", GERMANY)
    made.bucket("broad-data", GERMANY, f"arn:aws:kms:{GERMANY}:123456789012:alias/data", logs="broad-logs")
    made.bucket("broad-copy", VIRGINIA)
    made.replicate("broad-data", "broad-copy", GERMANY)
    for region in (GERMANY, VIRGINIA):
        volume = made.volume(region, "data", key if region == GERMANY else made.key(region, "volumes"))
        made.client("ec2", region).create_snapshot(VolumeId=volume)
    made.client("ec2", GERMANY).enable_ebs_encryption_by_default()
    made.database(GERMANY, "customers", key, 14)
    rds = made.client("rds", GERMANY)
    rds.create_global_cluster(GlobalClusterIdentifier="world", Engine="aurora-postgresql")
    rds.create_db_cluster(
        DBClusterIdentifier="orders", Engine="aurora-postgresql", MasterUsername="owner", MasterUserPassword="not-a-secret", GlobalClusterIdentifier="world",
        StorageEncrypted=True, KmsKeyId=key, BackupRetentionPeriod=7, DeletionProtection=True,
    )  # fmt: skip
    made.table(GERMANY, "orders", key=key)
    balancer = made.balancer(GERMANY, "shop")
    made.listener(GERMANY, balancer, made.certificate(GERMANY, "shop.example.org"), "ELBSecurityPolicy-TLS13-1-2-2021-06")
    made.redirect(GERMANY, balancer)
    made.person("carla", second_factor=True)
    made.trail(GERMANY, "broad", "broad-logs")
    copies = [{"DestinationBackupVaultArn": f"arn:aws:backup:{VIRGINIA}:123456789012:backup-vault:copies"}]
    backup = made.client("backup", GERMANY)
    backup.create_backup_vault(BackupVaultName="daily")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "daily", "ScheduleExpression": "cron(0 5 * * ? *)", "CopyActions": copies}
    backup.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [rule]})
