"""CloudFormation types that describe nothing of which a promise could speak: rules, wiring, names, and tools of CloudFormation itself."""

from __future__ import annotations

from functools import cache

from scanner.model.later import pattern

#: Each pattern stands for types that keep, copy or pass on no data of their own (CloudFormation template reference, each type's page).
_NOTHING = (
    # tools: what CloudFormation makes for itself; stacks, stack sets and modules are gaps that the reader names
    r"CDK::Metadata|CloudFormation::(?!CustomResource).+",
    # who may do what: rights are not among what is judged
    r"(IAM|SSO|IdentityStore|RolesAnywhere|RAM|AccessAnalyzer)::.+|Lambda::(Permission|LayerVersionPermission|ResourcePolicy)|(Events::EventBus|Logs::Resource|SSM::Resource|S3Tables::Table)Policy",
    r"SecretsManager::(ResourcePolicy|RotationSchedule|SecretTargetAttachment)|ECR::RegistryPolicy|Kinesis::ResourcePolicy|SecurityHub::.+",
    # wiring of networks; copies of traffic (TrafficMirror…) and exports are not among it
    r"EC2::(?!TrafficMirror|CapacityManagerDataExport|VerifiedAccess|ClientVpnEndpoint).+|ElasticLoadBalancingV2::TrustStore.*|ServiceDiscovery::.+|AppMesh::.+|VpcLattice::(?!AccessLogSubscription).+",
    r"(RDS|DocDB|Neptune|Redshift|ElastiCache|MemoryDB|DAX|DMS)::\w*(SubnetGroup|SecurityGroup|SecurityGroupIngress|ParameterGroup|OptionGroup|EventSubscription)",
    r"RDS::(DBClusterEndpoint|DBProxyEndpoint|DBProxyTargetGroup)|(ElastiCache|MemoryDB)::(User|UserGroup|ACL)|EFS::(AccessPoint|MountTarget)|DirectConnect::.+",
    # scaling, alarms, schedules of maintenance, groups and budgets
    r"(ApplicationAutoScaling|AutoScaling|AutoScalingPlans|Budgets|CE|CodeDeploy|ComputeOptimizer|FIS|FMS|ResourceGroups|ServiceCatalogAppRegistry|Shield|WAF|WAFRegional|Rbin)::.+",
    r"CloudWatch::(Alarm|AlarmMuteRule|AnomalyDetector|CompositeAlarm|Dashboard|InsightRule)|Logs::(LogStream|MetricFilter|QueryDefinition)|XRay::(Group|SamplingRule)",
    r"SSM::(Association|MaintenanceWindow.*|PatchBaseline)|Config::(ConfigRule|ConformancePack|OrganizationConfigRule|OrganizationConformancePack|RemediationConfiguration)|Scheduler::ScheduleGroup",
    r"WAFv2::(IPSet|RegexPatternSet|RuleGroup|WebACL|WebACLAssociation)|GuardDuty::(Filter|IPSet|ThreatIntelSet|Master|Member)|Route53::(RecordSet|RecordSetGroup|HealthCheck|CidrCollection)",
    # parts of what is judged itself: routes of an API, versions of a function, names of a key
    r"ApiGateway::(?!DomainNameV2).+|ApiGatewayV2::(ApiMapping|Authorizer|Deployment|Integration|IntegrationResponse|Model|Route|RouteResponse|RoutingRule|VpcLink)",
    r"Lambda::(Alias|CodeSigningConfig|EventInvokeConfig|EventSourceMapping|Version)|StepFunctions::(Activity|StateMachineAlias|StateMachineVersion)|KMS::Alias",
    r"CloudFront::(CachePolicy|CloudFrontOriginAccessIdentity|Function|KeyGroup|MonitoringSubscription|OriginAccessControl|OriginRequestPolicy|PublicKey)",
    r"Cognito::(IdentityPoolPrincipalTag|IdentityPoolRoleAttachment|ManagedLoginBranding|UserPoolClient|UserPoolGroup|UserPoolResourceServer|UserPoolUICustomizationAttachment|UserPoolUserToGroupAttachment)",
    r"ECS::(CapacityProvider|Cluster|ClusterCapacityProviderAssociations|PrimaryTaskSet|Service|TaskSet)|EKS::(AccessEntry|Addon|FargateProfile|IdentityProviderConfig|Nodegroup|PodIdentityAssociation)",
    r"Batch::(ComputeEnvironment|JobQueue|SchedulingPolicy)|Glue::(Classifier|Trigger|Workflow)|AppSync::(ApiKey|FunctionConfiguration|GraphQLSchema|Resolver)|Backup::BackupSelection",
)
_PATTERN = pattern("AWS::(?:" + "|".join(f"(?:{one})" for one in _NOTHING) + ")")


@cache
def holds_nothing(kind: str) -> bool:
    """Whether resources of a CloudFormation type keep, copy and pass on no data, so that no promise is about them."""
    return _PATTERN.fullmatch(kind) is not None
