"""Load balancers, CloudFront, API Gateway."""

from __future__ import annotations

from typing import Any

from scanner.sdk import Json, Tf, attr, made, nothing, satellite, tf

_D = "DistributionConfig"


def _actions(actions: Any) -> Json:
    """Actions of a rule, in CloudFormation's words."""
    found: list[Json] = []
    for one in actions or ():
        redirect = one.get("redirect") or []
        redirect = redirect[0] if isinstance(redirect, list) and redirect else redirect
        found.append({"Type": one.get("type"), **({"RedirectConfig": {"Protocol": redirect.get("protocol")}} if redirect else {})})
    return found


def _bucket_logs(logs: Any) -> Json:
    """A block of access logs is on unless it says otherwise (provider documentation: enabled defaults to true)."""
    if not logs:
        return None
    one = logs[0] if isinstance(logs, list) else logs
    return {"Enabled": True if one.get("enabled") is None else one["enabled"], "S3BucketName": one.get("bucket")}


def _written(value: Any) -> Json:
    return str(value).lower()


def _behaviour(target: str, source: str, listed: bool) -> dict[str, Any]:
    """What a cache behaviour says; the ordered ones are a list."""
    at, block = (f"{target}[]", f"{source}[]") if listed else (target, source)
    return {
        f"{_D}.{at}.ViewerProtocolPolicy": attr(f"{block}.viewer_protocol_policy"),
        f"{_D}.{at}.RealtimeLogConfigArn": attr(f"{block}.realtime_log_config_arn"),
        f"{_D}.{at}.FieldLevelEncryptionId": attr(f"{block}.field_level_encryption_id", then=lambda value: value or None),
        f"{_D}.{at}.LambdaFunctionAssociations[].LambdaFunctionARN": attr(f"{block}.lambda_function_association[].lambda_arn"),
        f"{_D}.{at}.FunctionAssociations[].FunctionARN": attr(f"{block}.function_association[].function_arn"),
    }


_LISTENER: dict[str, Any] = {
    "Protocol": "protocol", "SslPolicy": "ssl_policy", "MutualAuthentication.Mode": attr("mutual_authentication.mode", computed=True),
    "DefaultActions[].Type": "default_action[].type", "DefaultActions[].RedirectConfig.Protocol": "default_action[].redirect.protocol",
    "rules": nothing("aws_lb_listener_rule is a resource of its own"),
    "Certificates[+].CertificateArn": "certificate_arn", "certificates": nothing("aws_lb_listener_certificate is a resource of its own"),
}  # fmt: skip
_BALANCER: dict[str, Any] = {
    "LoadBalancerAttributes[+guard].Value": attr("enable_deletion_protection", absent="false", then=_written, beside={"Key": "deletion_protection.enabled"}, cite="provider documentation: defaults to false"),
    "LoadBalancerAttributes[+bucket].Value": attr("access_logs.bucket", computed=True, beside={"Key": "access_logs.s3.bucket"}),
    "LoadBalancerAttributes[+logs].Value": attr("access_logs.enabled", then=_written, computed=True, beside={"Key": "access_logs.s3.enabled"}),
}  # fmt: skip

SHAPES: dict[str, tuple[Tf, ...]] = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (tf("aws_lb", _BALANCER), tf("aws_alb", _BALANCER)),
    "AWS::ElasticLoadBalancingV2::Listener": (
        tf("aws_lb_listener", _LISTENER),
        tf("aws_alb_listener", _LISTENER),
        satellite("aws_lb_listener_rule", "listener_arn", {"rules[+].Actions": made(_actions, "action")}),
        satellite("aws_lb_listener_certificate", "listener_arn", {"certificates[+].Certificates": made(lambda arn: [{"CertificateArn": arn}], "certificate_arn")}),
        satellite("aws_alb_listener_rule", "listener_arn", {"rules[+].Actions": made(_actions, "action")}),
    ),
    "AWS::ElasticLoadBalancing::LoadBalancer": (
        tf("aws_elb", {
            "Listeners[].Protocol": "listener[].lb_protocol", "Listeners[].SSLCertificateId": "listener[].ssl_certificate_id",
            "AccessLoggingPolicy": made(_bucket_logs, "access_logs"),
        }),
    ),
    "AWS::CloudFront::Distribution": (
        tf("aws_cloudfront_distribution", {
            f"{_D}.Origins[].DomainName": "origin[].domain_name",
            f"{_D}.Origins[].OriginShield.Enabled": "origin[].origin_shield.enabled",
            f"{_D}.Origins[].OriginShield.OriginShieldRegion": "origin[].origin_shield.origin_shield_region",
            f"{_D}.Origins[].CustomOriginConfig.OriginProtocolPolicy": "origin[].custom_origin_config.origin_protocol_policy",
            f"{_D}.Origins[].CustomOriginConfig.OriginSSLProtocols": "origin[].custom_origin_config.origin_ssl_protocols",
            **_behaviour("DefaultCacheBehavior", "default_cache_behavior", False), **_behaviour("CacheBehaviors", "ordered_cache_behavior", True),
            f"{_D}.PriceClass": "price_class",
            f"{_D}.Restrictions.GeoRestriction.RestrictionType": attr("restrictions.geo_restriction.restriction_type"),
            f"{_D}.Restrictions.GeoRestriction.Locations": attr("restrictions.geo_restriction.locations"),
            f"{_D}.Logging.Bucket": attr("logging_config.bucket"),
            f"{_D}.ViewerCertificate.MinimumProtocolVersion": attr("viewer_certificate.minimum_protocol_version"),
            f"{_D}.ViewerCertificate.CloudFrontDefaultCertificate": attr("viewer_certificate.cloudfront_default_certificate"),
            f"{_D}.ViewerCertificate.AcmCertificateArn": attr("viewer_certificate.acm_certificate_arn", then=lambda value: value or None),
            f"{_D}.ViewerCertificate.IamCertificateId": attr("viewer_certificate.iam_certificate_id", then=lambda value: value or None),
            f"{_D}.ViewerMtlsConfig.Mode": attr("viewer_mtls_config.mode"),
        }),
    ),
    "AWS::ApiGateway::DomainName": (
        tf("aws_api_gateway_domain_name", {
            "EndpointConfiguration.Types": attr("endpoint_configuration.types", computed=True), "SecurityPolicy": "security_policy",
            "MutualTlsAuthentication.TruststoreUri": attr("mutual_tls_authentication.truststore_uri"),
            "CertificateArn": "certificate_arn", "RegionalCertificateArn": "regional_certificate_arn",
        }),
    ),
    "AWS::ApiGateway::Stage": (
        tf("aws_api_gateway_stage", {
            "CacheClusterEnabled": "cache_cluster_enabled", "ClientCertificateId": "client_certificate_id", "AccessLogSetting.DestinationArn": attr("access_log_settings.destination_arn"),
        }),
    ),
}  # fmt: skip
