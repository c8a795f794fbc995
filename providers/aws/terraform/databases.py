"""RDS, Aurora, DocumentDB, Neptune, DAX, OpenSearch."""

from __future__ import annotations

from typing import Any

from scanner.sdk import REGION, UNRESOLVED, Json, Since, Tf, attr, made, nothing, satellite, tf

_CLUSTER: dict[str, Any] = {
    "StorageEncrypted": "storage_encrypted", "KmsKeyId": "kms_key_id", "SnapshotIdentifier": "snapshot_identifier", "GlobalClusterIdentifier": "global_cluster_identifier",
    "BackupRetentionPeriod": attr("backup_retention_period", absent=1, cite="provider documentation: default 1"), "DeletionProtection": "deletion_protection",
    "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports",
}  # fmt: skip


def _parameters(parameters: Any) -> Json:
    """Blocks of name and value as one object."""
    found: dict[str, Json] = {}
    for one in parameters or ():
        if UNRESOLVED in one or not isinstance(one.get("name"), str):
            raise ValueError("a parameter whose name is not known")
        found[one["name"]] = one.get("value")
    return found


def _published(options: Any) -> Json:
    """Log publishing options by kind of log; on unless said otherwise (provider documentation: enabled defaults to true)."""
    found: dict[str, Json] = {}
    for one in options or ():
        if UNRESOLVED in one or not isinstance(one.get("log_type"), str):
            raise ValueError("a log whose kind is not known")
        enabled = one.get("enabled")
        found[one["log_type"]] = {"Enabled": True if enabled is None else enabled, "CloudWatchLogsLogGroupArn": one.get("cloudwatch_log_group_arn")}
    return found


_DOMAIN: dict[str, Any] = {
    "EncryptionAtRestOptions.Enabled": attr("encrypt_at_rest.enabled", computed=True), "EncryptionAtRestOptions.KmsKeyId": attr("encrypt_at_rest.kms_key_id", computed=True),
    "NodeToNodeEncryptionOptions.Enabled": attr("node_to_node_encryption.enabled", computed=True),
    "DomainEndpointOptions.EnforceHTTPS": attr("domain_endpoint_options.enforce_https", computed=True),
    "DomainEndpointOptions.TLSSecurityPolicy": attr("domain_endpoint_options.tls_security_policy", computed=True),
    "DomainEndpointOptions.CustomEndpointEnabled": attr("domain_endpoint_options.custom_endpoint_enabled", computed=True),
    "DomainEndpointOptions.CustomEndpointCertificateArn": attr("domain_endpoint_options.custom_endpoint_certificate_arn", computed=True),
    "LogPublishingOptions": made(_published, "log_publishing_options"),
}  # fmt: skip

SHAPES: dict[str, tuple[Tf, ...]] = {
    "AWS::RDS::DBInstance": (
        tf("aws_db_instance", {
            "AvailabilityZone": "availability_zone", "StorageEncrypted": "storage_encrypted", "KmsKeyId": "kms_key_id", "DeletionProtection": "deletion_protection",
            "BackupRetentionPeriod": attr("backup_retention_period", absent=0, cite="provider documentation: default 0; CloudFormation's is 1"),
            "PubliclyAccessible": attr("publicly_accessible", absent=False, cite="provider documentation: default false; in CloudFormation the subnets decide"),
            "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports", "CACertificateIdentifier": "ca_cert_identifier",
            "DBParameterGroupName": "parameter_group_name", "Engine": "engine", "EngineVersion": "engine_version",
            "DBSnapshotIdentifier": "snapshot_identifier", "SourceDBInstanceIdentifier": "replicate_source_db",
            "SourceRegion": nothing("a source in another region is given by its ARN"), "DBClusterIdentifier": nothing("instances of clusters are aws_rds_cluster_instance"),
            "AutomaticBackupReplicationRegion": nothing("aws_db_instance_automated_backups_replication is a resource of its own"),
        }, known_by=("identifier",)),
        tf("aws_rds_cluster_instance", {
            "AvailabilityZone": "availability_zone", "DBClusterIdentifier": "cluster_identifier",
            "StorageEncrypted": nothing("its cluster decides"), "KmsKeyId": nothing("its cluster decides"), "BackupRetentionPeriod": nothing("its cluster decides"),
            "DBSnapshotIdentifier": nothing("its cluster decides"), "SourceDBInstanceIdentifier": nothing("its cluster decides"), "SourceRegion": nothing("its cluster decides"),
            "PubliclyAccessible": attr("publicly_accessible", absent=False, cite="provider documentation: default false"),
            "CACertificateIdentifier": "ca_cert_identifier", "DBParameterGroupName": "db_parameter_group_name", "Engine": "engine", "EngineVersion": "engine_version",
        }, known_by=("identifier",)),
        satellite("aws_db_instance_automated_backups_replication", "source_db_instance_arn", {"AutomaticBackupReplicationRegion": attr(REGION)}),
    ),
    "AWS::RDS::DBCluster": (
        tf("aws_rds_cluster", {
            **_CLUSTER, "Engine": "engine", "EngineVersion": "engine_version", "DBClusterParameterGroupName": "db_cluster_parameter_group_name",
            "ReplicationSourceIdentifier": "replication_source_identifier", "SourceRegion": "source_region", "SourceDBClusterIdentifier": attr("restore_to_point_in_time.source_cluster_identifier"),
            "PubliclyAccessible": nothing("the provider cannot set it: clusters get the address that the service gives"),
        }, known_by=("cluster_identifier",)),
    ),
    "AWS::RDS::DBParameterGroup": (tf("aws_db_parameter_group", {"Parameters": made(_parameters, "parameter"), "Family": "family"}, known_by=("name",)),),
    "AWS::RDS::DBClusterParameterGroup": (tf("aws_rds_cluster_parameter_group", {"Parameters": made(_parameters, "parameter"), "Family": "family"}, known_by=("name",)),),
    "AWS::DocDB::DBCluster": (
        tf("aws_docdb_cluster", {
            **_CLUSTER, "DBClusterParameterGroupName": "db_cluster_parameter_group_name", "SourceDBClusterIdentifier": attr("restore_to_point_in_time.source_cluster_identifier"),
        }, known_by=("cluster_identifier",)),
    ),
    "AWS::DocDB::DBClusterParameterGroup": (tf("aws_docdb_cluster_parameter_group", {"Parameters": made(_parameters, "parameter")}, known_by=("name",)),),
    "AWS::Neptune::DBCluster": (
        tf("aws_neptune_cluster", {
            **{key: row for key, row in _CLUSTER.items() if key != "EnableCloudwatchLogsExports"},
            "SourceDBClusterIdentifier": nothing("the provider cannot restore to a point in time"),
        }, known_by=("cluster_identifier",)),
    ),
    "AWS::ElastiCache::ReplicationGroup": (
        tf("aws_elasticache_replication_group", {
            "AtRestEncryptionEnabled": "at_rest_encryption_enabled", "TransitEncryptionEnabled": "transit_encryption_enabled", "TransitEncryptionMode": "transit_encryption_mode",
            "KmsKeyId": "kms_key_id", "SnapshotRetentionLimit": "snapshot_retention_limit", "GlobalReplicationGroupId": "global_replication_group_id",
            "Engine": attr("engine", absent="redis", cite="provider documentation: defaults to redis"),
        }, known_by=("replication_group_id",)),
    ),
    "AWS::MemoryDB::Cluster": (
        tf("aws_memorydb_cluster", {
            "KmsKeyId": "kms_key_arn", "TLSEnabled": attr("tls_enabled", absent=True, cite="provider documentation: defaults to true"),
            "SnapshotRetentionLimit": "snapshot_retention_limit", "MultiRegionClusterName": "multi_region_cluster_name",
        }, known_by=("name",)),
    ),
    "AWS::Redshift::Cluster": (
        tf("aws_redshift_cluster", {
            "AvailabilityZone": "availability_zone", "KmsKeyId": "kms_key_id", "ClusterParameterGroupName": "cluster_parameter_group_name",
            "Encrypted": attr("encrypted", absent=Since("6.0", True, before=False), cite="provider 6.0 upgrade guide: defaults to true"),
            "PubliclyAccessible": attr("publicly_accessible", absent=Since("6.0", False, before=True), cite="provider 6.0 upgrade guide: defaults to false"),
            "AutomatedSnapshotRetentionPeriod": attr("automated_snapshot_retention_period", absent=1, cite="provider documentation: default 1"),
            "DestinationRegion": attr("snapshot_copy.destination_region"), "LoggingProperties.BucketName": attr("logging.bucket_name"),
            "LoggingProperties.LogExports": attr("logging.log_exports"),
        }, known_by=("cluster_identifier",)),
        satellite("aws_redshift_snapshot_copy", "cluster_identifier", {"DestinationRegion": "destination_region"}),
        satellite("aws_redshift_logging", "cluster_identifier", {"LoggingProperties.BucketName": "bucket_name", "LoggingProperties.LogExports": "log_exports"}),
    ),
    "AWS::Redshift::ClusterParameterGroup": (
        tf("aws_redshift_parameter_group", {
            "Parameters[].ParameterName": "parameter[].name", "Parameters[].ParameterValue": "parameter[].value", "ParameterGroupFamily": "family",
        }, known_by=("name",)),
    ),
    "AWS::DAX::Cluster": (
        tf("aws_dax_cluster", {"SSESpecification.SSEEnabled": attr("server_side_encryption.enabled"), "ClusterEndpointEncryptionType": "cluster_endpoint_encryption_type"}),
    ),
    "AWS::OpenSearchService::Domain": (
        tf("aws_opensearch_domain", {
            **_DOMAIN, "EngineVersion": "engine_version", "AutomatedSnapshotPauseOptions.Enabled": nothing("the provider cannot pause snapshots"),
        }, known_by=("domain_name",)),
    ),
}  # fmt: skip
