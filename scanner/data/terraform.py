"""Terraform types that describe nothing of which a promise could speak: rules, wiring, names, and tools of Terraform itself."""

from __future__ import annotations

from functools import cache

from scanner.model.later import pattern

#: Each pattern stands for types that keep, copy or pass on no data of their own (provider documentation, each type's page).
_NOTHING = (
    # tools: values that Terraform makes for itself
    r"(random|null|time|local|archive|external|http|template|cloudinit)_.+|terraform_data",
    # who may do what: rights are not among what is judged
    r"aws_iam_(role|policy|instance_profile|group|openid_connect_provider|saml_provider|service_linked_role)(_.+)?",
    r"aws_iam_user_(policy|policy_attachment|group_membership|ssh_key|policies_exclusive|policy_attachments_exclusive)",
    r"aws_(lambda|ecr_repository|ecr_registry|backup_vault|secretsmanager_secret|cloudwatch_event|api_gateway_rest_api)_(permission|policy)",
    r"azurerm_(role_assignment|role_definition|user_assigned_identity|management_group.*|policy_.+|resource_group_policy.+|resource_provider_registration)|azuread_.+",
    # wiring of networks
    r"aws_(vpc|default_vpc|subnet|default_subnet|route|route_table|default_route_table|main_route_table_association|route_table_association|internet_gateway|egress_only_internet_gateway"
    r"|nat_gateway|eip|eip_association|network_acl|network_acl_rule|default_network_acl|vpc_endpoint.*|vpc_dhcp_options.*|network_interface.*|vpc_peering_connection.*|ec2_managed_prefix_list.*"
    r"|ec2_transit_gateway.*|placement_group|key_pair)",
    r"aws_(db|rds|neptune|docdb|elasticache|dax|memorydb|redshift)_(subnet_group|option_group|event_subscription|security_group)",
    r"aws_(neptune|elasticache|dax|memorydb)_(cluster_)?parameter_group",
    r"aws_(lb|alb)_(target_group|target_group_attachment)",
    r"aws_(appautoscaling|autoscaling)_(target|policy|schedule|scheduled_action|attachment|lifecycle_hook|notification)",
    r"aws_cloudwatch_(metric_alarm|composite_alarm|dashboard|event_rule|event_target|log_metric_filter)",
    r"aws_s3_bucket_(ownership_controls|cors_configuration|lifecycle_configuration|website_configuration|request_payment_configuration|metric|analytics_configuration|notification)",
    r"azurerm_(resource_group|virtual_network|subnet|subnet_.+|route|route_table|network_interface.*|network_security_rule|application_security_group|private_dns_.+|dns_.+_record|availability_set"
    r"|private_endpoint|public_ip_prefix|nat_gateway.*|virtual_network_peering|virtual_network_dns_servers|lb_.+|network_ddos_protection_plan|monitor_(action_group|metric_alert|activity_log_alert))",
    r"aws_(default_)?security_group(_rule)?|aws_vpc_security_group_(ingress|egress)_rule|azurerm_(key_vault_access_policy|mssql_virtual_network_rule|postgresql_.*firewall_rule)",
    # parts of what is judged itself: objects of a bucket, versions of a secret, routes of an API
    r"aws_(s3_object|s3_bucket_object|s3_object_copy|secretsmanager_secret_version|ecr_lifecycle_policy|ecs_service|ecs_cluster|ecs_cluster_capacity_providers|autoscaling_group)",
    r"aws_api_gateway_(resource|method|method_response|integration|integration_response|deployment|account|usage_plan|usage_plan_key|api_key|base_path_mapping|model|request_validator|authorizer)",
    r"aws_apigatewayv2_(route|integration|deployment|api_mapping|authorizer)|aws_lambda_(alias|event_source_mapping|function_event_invoke_config|provisioned_concurrency_config)",
    r"aws_cloudfront_(origin_access_identity|origin_access_control|cache_policy|origin_request_policy|public_key|key_group)|azurerm_storage_(blob|queue|share|table|share_file|share_directory)",
    # what they say is asked of the resources that they are about, and not known there
    r"azurerm_(monitor_diagnostic_setting|management_lock)",
    r"aws_(acm_certificate_validation|kms_alias|kms_grant|route53_record|route53_zone_association|service_discovery_.+|resourcegroups_.+|ssm_association|ssm_maintenance_window.*)",
)
_PATTERN = pattern("|".join(f"(?:{one})" for one in _NOTHING))


@cache
def holds_nothing(kind: str) -> bool:
    """Whether resources of a Terraform type keep, copy and pass on no data, so that no promise is about them."""
    return _PATTERN.fullmatch(kind) is not None
