"""Kinesis, Firehose, MSK, and what keeps logs."""

from __future__ import annotations

from typing import Any

from scanner.sdk import Json, Tf, attr, from_json, made, nothing, satellite, tf

_BROKER = "LoggingInfo.BrokerLogs"
_INFO = "EncryptionInfo"


def _source(kinesis: Any, msk: Any) -> Json:
    if kinesis:
        return "KinesisStreamAsSource"
    return "MSKAsSource" if msk else "DirectPut"


def _key_type(enabled: Any, kind: Any) -> Json:
    """Off unless switched on; then with the service's own key unless another kind is named (provider documentation)."""
    return (kind or "AWS_OWNED_CMK") if enabled is True else None


def _bucket(block: str) -> str:
    return f"{block}.s3_configuration.bucket_arn"


SHAPES: dict[str, tuple[Tf, ...]] = {
    "AWS::Kinesis::Stream": (
        tf("aws_kinesis_stream", {"StreamEncryption.EncryptionType": "encryption_type", "StreamEncryption.KeyId": "kms_key_id", "RetentionPeriodHours": "retention_period"}, known_by=("name",)),
    ),
    "AWS::KinesisFirehose::DeliveryStream": (
        tf("aws_kinesis_firehose_delivery_stream", {
            "DeliveryStreamType": made(_source, "kinesis_source_configuration", "msk_source_configuration"),
            "DeliveryStreamEncryptionConfigurationInput.KeyType": made(_key_type, "server_side_encryption.enabled", "server_side_encryption.key_type"),
            "DeliveryStreamEncryptionConfigurationInput.KeyARN": attr("server_side_encryption.key_arn"),
            "ExtendedS3DestinationConfiguration.BucketARN": attr("extended_s3_configuration.bucket_arn"),
            "ExtendedS3DestinationConfiguration.S3BackupConfiguration.BucketARN": attr("extended_s3_configuration.s3_backup_configuration.bucket_arn"),
            "S3DestinationConfiguration.BucketARN": nothing("gone from the provider since version 5"),
            "RedshiftDestinationConfiguration.ClusterJDBCURL": attr("redshift_configuration.cluster_jdbcurl"),
            "RedshiftDestinationConfiguration.S3Configuration.BucketARN": attr(_bucket("redshift_configuration")),
            "RedshiftDestinationConfiguration.S3BackupConfiguration.BucketARN": attr("redshift_configuration.s3_backup_configuration.bucket_arn"),
            "HttpEndpointDestinationConfiguration.EndpointConfiguration.Url": attr("http_endpoint_configuration.url"),
            "HttpEndpointDestinationConfiguration.S3Configuration.BucketARN": attr(_bucket("http_endpoint_configuration")),
            "SplunkDestinationConfiguration.HECEndpoint": attr("splunk_configuration.hec_endpoint"),
            "SplunkDestinationConfiguration.S3Configuration.BucketARN": attr(_bucket("splunk_configuration")),
            "SnowflakeDestinationConfiguration.AccountUrl": attr("snowflake_configuration.account_url"),
            "SnowflakeDestinationConfiguration.S3Configuration.BucketARN": attr(_bucket("snowflake_configuration")),
            "IcebergDestinationConfiguration.CatalogConfiguration.CatalogArn": attr("iceberg_configuration.catalog_arn"),
            "IcebergDestinationConfiguration.S3Configuration.BucketARN": attr(_bucket("iceberg_configuration")),
            "AmazonopensearchserviceDestinationConfiguration.DomainARN": attr("opensearch_configuration.domain_arn"),
            "AmazonopensearchserviceDestinationConfiguration.ClusterEndpoint": attr("opensearch_configuration.cluster_endpoint"),
            "AmazonopensearchserviceDestinationConfiguration.S3Configuration.BucketARN": attr(_bucket("opensearch_configuration")),
            "ElasticsearchDestinationConfiguration.DomainARN": attr("elasticsearch_configuration.domain_arn"),
            "ElasticsearchDestinationConfiguration.ClusterEndpoint": attr("elasticsearch_configuration.cluster_endpoint"),
            "ElasticsearchDestinationConfiguration.S3Configuration.BucketARN": attr(_bucket("elasticsearch_configuration")),
            "AmazonOpenSearchServerlessDestinationConfiguration.CollectionEndpoint": attr("opensearchserverless_configuration.collection_endpoint"),
            "AmazonOpenSearchServerlessDestinationConfiguration.S3Configuration.BucketARN": attr(_bucket("opensearchserverless_configuration")),
        }),
    ),
    "AWS::MSK::Cluster": (
        tf("aws_msk_cluster", {
            f"{_INFO}.EncryptionAtRest.DataVolumeKMSKeyId": attr("encryption_info.encryption_at_rest_kms_key_arn", computed=True),
            f"{_INFO}.EncryptionInTransit.ClientBroker": attr("encryption_info.encryption_in_transit.client_broker", computed=True),
            f"{_INFO}.EncryptionInTransit.InCluster": attr("encryption_info.encryption_in_transit.in_cluster", computed=True),
            "ClientAuthentication.Tls.Enabled": made(lambda block: True if block else None, "client_authentication.tls.certificate_authority_arns"),
            f"{_BROKER}.CloudWatchLogs.Enabled": attr("logging_info.broker_logs.cloudwatch_logs.enabled"),
            f"{_BROKER}.Firehose.Enabled": attr("logging_info.broker_logs.firehose.enabled"),
            f"{_BROKER}.S3.Enabled": attr("logging_info.broker_logs.s3.enabled"),
            f"{_BROKER}.S3.Bucket": attr("logging_info.broker_logs.s3.bucket"),
            "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type": attr("broker_node_group_info.connectivity_info.public_access.type", computed=True),
        }),
    ),
    "AWS::SQS::Queue": (
        tf("aws_sqs_queue", {
            "SqsManagedSseEnabled": "sqs_managed_sse_enabled", "KmsMasterKeyId": "kms_master_key_id", "QueueName": "name", "policy[+].PolicyDocument": attr("policy", then=from_json),
        }, known_by=("name",)),
        satellite("aws_sqs_queue_policy", "queue_url", {"policy[+].PolicyDocument": attr("policy", then=from_json)}),
    ),
    "AWS::SNS::Topic": (
        tf("aws_sns_topic", {"KmsMasterKeyId": "kms_master_key_id", "TopicName": "name", "policy[+].PolicyDocument": attr("policy", then=from_json)}, known_by=("name",)),
        satellite("aws_sns_topic_policy", "arn", {"policy[+].PolicyDocument": attr("policy", then=from_json)}),
    ),
    "AWS::Transfer::Server": (
        tf("aws_transfer_server", {
            "Protocols": "protocols", "SecurityPolicyName": "security_policy_name", "Certificate": "certificate", "LoggingRole": "logging_role",
            "StructuredLogDestinations": "structured_log_destinations", "EndpointType": "endpoint_type",
        }),
    ),
    "AWS::Logs::LogGroup": (
        tf("aws_cloudwatch_log_group", {
            "KmsKeyId": "kms_key_id", "DeletionProtectionEnabled": "deletion_protection_enabled",
            "filters": nothing("aws_cloudwatch_log_subscription_filter is a resource of its own"),
        }, known_by=("name",)),
        satellite("aws_cloudwatch_log_subscription_filter", "log_group_name", {"filters[+].DestinationArn": "destination_arn"}),
    ),
    "AWS::CloudTrail::Trail": (
        tf("aws_cloudtrail", {
            "S3BucketName": "s3_bucket_name", "CloudWatchLogsLogGroupArn": attr("cloud_watch_logs_group_arn", then=lambda value: value or None),
            "IsOrganizationTrail": attr("is_organization_trail", absent=False, cite="provider documentation: defaults to false"),
            "IsLogging": attr("enable_logging", absent=True, cite="provider documentation: defaults to true"),
            "EnableLogFileValidation": attr("enable_log_file_validation", absent=False, cite="provider documentation: defaults to false"),
            "IsMultiRegionTrail": attr("is_multi_region_trail", absent=False, cite="provider documentation: defaults to false"),
        }),
    ),
}  # fmt: skip
