"""KMS, secrets, certificates, users of applications."""

from __future__ import annotations

from typing import Any

from scanner.sdk import Json, Tf, attr, const, from_json, satellite, tf


def _store(value: Any) -> Json:
    """A key in a custom store: CloudHSM or outside of AWS, which the store says and not the key."""
    raise ValueError(f"the key lies in the custom key store {value}: whether that is outside of AWS is not shown here")


_ROTATED: dict[str, Any] = {
    "EnableKeyRotation": attr("enable_key_rotation", absent=False, cite="provider documentation: defaults to false"),
    "RotationPeriodInDays": "rotation_period_in_days",
}

SHAPES: dict[str, tuple[Tf, ...]] = {
    "AWS::KMS::Key": (
        tf("aws_kms_key", {
            **_ROTATED, "MultiRegion": "multi_region", "Origin": attr("custom_key_store_id", then=_store, steady=True),
            "KeySpec": attr("customer_master_key_spec", absent="SYMMETRIC_DEFAULT", cite="provider documentation: defaults to SYMMETRIC_DEFAULT"),
            "KeyPolicy": attr("policy", then=from_json),
        }),
        tf("aws_kms_external_key", {
            "Origin": const("EXTERNAL", cite="provider documentation: key material is imported"), "MultiRegion": "multi_region",
            "KeySpec": const("SYMMETRIC_DEFAULT"), "EnableKeyRotation": const(False), "RotationPeriodInDays": const(None), "KeyPolicy": attr("policy", then=from_json),
        }),
        satellite("aws_kms_key_policy", "key_id", {"KeyPolicy": attr("policy", then=from_json)}),
    ),
    "AWS::KMS::ReplicaKey": (tf("aws_kms_replica_key", {"PrimaryKeyArn": "primary_key_arn", "KeyPolicy": attr("policy", then=from_json)}),),
    "AWS::SecretsManager::Secret": (tf("aws_secretsmanager_secret", {"KmsKeyId": "kms_key_id", "ReplicaRegions[].Region": "replica[].region"}),),
    "AWS::CertificateManager::Certificate": (tf("aws_acm_certificate", {
        "ValidationMethod": "validation_method", "DomainName": "domain_name", "SubjectAlternativeNames": "subject_alternative_names", "KeyAlgorithm": "key_algorithm",
        "CertificateTransparencyLoggingPreference": attr("options.certificate_transparency_logging_preference", computed=True),
        "CertificateAuthorityArn": attr("certificate_authority_arn", then=lambda value: value or None),
    }),),
    "AWS::Cognito::UserPool": (
        tf("aws_cognito_user_pool", {
            "EmailConfiguration.SourceArn": attr("email_configuration.source_arn"), "SmsConfiguration.SnsRegion": attr("sms_configuration.sns_region", computed=True),
            "DeletionProtection": "deletion_protection",
        }),
        satellite("aws_cognito_user_pool_domain", "user_pool_id", {"domains[+].CustomDomainConfig.CertificateArn": "certificate_arn"}),
    ),
}  # fmt: skip
