"""An estate of many services in Germany and Virginia, built in moto: for each thing that is as it should be one that is not."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from scanner.demo.aws_estate import GERMANY, VIRGINIA, Estate
from scanner.demo.moto_supplement import protect

ACCOUNT = "123456789012"
REGIONS = (GERMANY, VIRGINIA)
#: What moto serves of it.
SERVED = frozenset(
    f"AWS::{name}" for name in (
        "AppSync::ApiCache", "CertificateManager::Certificate", "CloudFormation::StackSet", "CodePipeline::Pipeline", "DAX::Cluster", "DynamoDB::Table", "EC2::Image", "EC2::Instance",
        "EC2::LaunchTemplate", "EC2::Snapshot", "EC2::Subnet", "EC2::TransitGatewayPeeringAttachment", "EC2::VPC", "EC2::VPCEndpoint", "EC2::VPCPeeringConnection",
        "EC2::VPNConnection", "EC2::Volume", "EKS::Cluster", "ElasticLoadBalancing::LoadBalancer", "IAM::ServerCertificate", "KMS::Key", "Logs::Delivery",
        "Logs::DeliveryDestination", "Logs::LogGroup", "NetworkManager::CoreNetwork", "Pipes::Pipe", "Route53Domains::Domain", "S3::Bucket", "SES::EmailIdentity",
        "SecretsManager::Secret", "Synthetics::Canary", "WorkSpaces::Workspace", "SES::ConfigurationSet", "MSK::Cluster", "DirectoryService::MicrosoftAD",
    )
)  # fmt: skip


class Wide(Estate):
    """Builds one service after the other; what moto names by chance is kept in `ids`."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.ids: dict[str, str] = {}

    def build(self) -> dict[str, str]:
        self.bucket("wide-home", GERMANY)
        self.bucket("wide-away", VIRGINIA)
        for step in (
            self.machines, self.networks, self.balancers, self.logs, self.tables, self.mail, self.secrets, self.keys, self.caches, self.pipelines,
            self.stacks, self.streams, self.directories, self.names, self.wide_area, self.canaries, self.desktops, self.certificates,
        ):  # fmt: skip
            step()
        return self.ids

    # -- EC2 -----------------------------------------------------------------------------------------------------
    def machines(self) -> None:
        ec2 = self.client("ec2", GERMANY)
        key = self.key(GERMANY, "disks")
        for name, encrypted in (("good", True), ("bad", False)):
            disk: dict[str, Any] = {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "Encrypted": encrypted, **({"KmsKeyId": key} if encrypted else {})}}
            made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, BlockDeviceMappings=[disk])["Instances"][0]
            volume = ec2.describe_instances(InstanceIds=[made["InstanceId"]])["Reservations"][0]["Instances"][0]["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
            self.ids[f"machine {name}"], self.ids[f"disk {name}"] = made["InstanceId"], volume
            ec2.create_launch_template(LaunchTemplateName=f"template-{name}", LaunchTemplateData={"BlockDeviceMappings": [disk]})
        ec2.create_launch_template(LaunchTemplateName="template-silent", LaunchTemplateData={"InstanceType": "t3.micro"})
        gone = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        ec2.terminate_instances(InstanceIds=[gone])
        self.ids["machine gone"] = gone
        self.ids["snapshot own"] = ec2.create_snapshot(VolumeId=self.ids["disk good"])["SnapshotId"]
        away = self.client("ec2", VIRGINIA).create_volume(AvailabilityZone=f"{VIRGINIA}a", Size=8, Encrypted=True)["VolumeId"]
        self.ids["disk away"] = away
        protect(ACCOUNT, VIRGINIA, f"arn:aws:ec2:{VIRGINIA}:{ACCOUNT}:volume/{away}", "2026-11-20T05:00:00+00:00")
        origin = self.client("ec2", VIRGINIA).create_snapshot(VolumeId=away)["SnapshotId"]
        self.ids["snapshot copy"] = ec2.create_snapshot(VolumeId=self.ids["disk good"], Description=f"[Copied {origin} from {VIRGINIA}]")["SnapshotId"]
        shared = ec2.create_snapshot(VolumeId=self.ids["disk good"])["SnapshotId"]
        ec2.modify_snapshot_attribute(SnapshotId=shared, Attribute="createVolumePermission", OperationType="add", UserIds=["444455556666"])
        self.ids["snapshot shared"] = shared
        for name in ("good", "shared"):
            self.ids[f"image {name}"] = ec2.create_image(InstanceId=self.ids["machine good"], Name=f"image-{name}")["ImageId"]
        ec2.modify_image_attribute(ImageId=self.ids["image shared"], LaunchPermission={"Add": [{"UserId": "444455556666"}]})

    def networks(self) -> None:
        ec2, away = self.client("ec2", GERMANY), self.client("ec2", VIRGINIA)
        net = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        near = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
        far = away.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
        self.ids |= {"net": net, "net near": near, "net far": far}
        self.ids["subnet"] = ec2.create_subnet(VpcId=net, CidrBlock="10.1.1.0/24", AvailabilityZone=f"{GERMANY}a")["Subnet"]["SubnetId"]
        ec2.create_flow_logs(ResourceIds=[net], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3", LogDestination="arn:aws:s3:::wide-away")
        ec2.create_flow_logs(ResourceIds=[near], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3", LogDestination="arn:aws:s3:::wide-home")
        self.ids["peering near"] = ec2.create_vpc_peering_connection(VpcId=net, PeerVpcId=near)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        self.ids["peering far"] = ec2.create_vpc_peering_connection(VpcId=net, PeerVpcId=far, PeerRegion=VIRGINIA)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        one, two = (client.create_transit_gateway()["TransitGateway"]["TransitGatewayId"] for client in (ec2, away))
        attached = ec2.create_transit_gateway_peering_attachment(TransitGatewayId=one, PeerTransitGatewayId=two, PeerAccountId=ACCOUNT, PeerRegion=VIRGINIA)
        self.ids["transit"] = attached["TransitGatewayPeeringAttachment"]["TransitGatewayAttachmentId"]
        self.ids["door"] = ec2.create_vpc_endpoint(VpcId=net, ServiceName=f"com.amazonaws.{GERMANY}.s3")["VpcEndpoint"]["VpcEndpointId"]
        gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
        customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="192.0.2.1", BgpAsn=65000)["CustomerGateway"]["CustomerGatewayId"]
        self.ids["vpn"] = ec2.create_vpn_connection(Type="ipsec.1", CustomerGatewayId=customer, VpnGatewayId=gateway)["VpnConnection"]["VpnConnectionId"]

    def balancers(self) -> None:
        elb, server = self.client("elb", GERMANY), self.server_certificate()
        for name, protocol in (("old-good", "HTTPS"), ("old-bad", "HTTP")):
            listener = {"Protocol": protocol, "LoadBalancerPort": 443 if protocol == "HTTPS" else 80, "InstancePort": 8080, "InstanceProtocol": "HTTP"}
            elb.create_load_balancer(
                LoadBalancerName=name, Listeners=[{**listener, **({"SSLCertificateId": server} if protocol == "HTTPS" else {})}], AvailabilityZones=[f"{GERMANY}a"]
            )
        for name, versions in (("strict", ("Protocol-TLSv1.2",)), ("weak", ("Protocol-TLSv1", "Protocol-TLSv1.2"))):
            if name == "weak":
                elb.create_load_balancer(
                    LoadBalancerName="old-weak", AvailabilityZones=[f"{GERMANY}a"],
                    Listeners=[{"Protocol": "SSL", "LoadBalancerPort": 993, "InstancePort": 143, "InstanceProtocol": "TCP", "SSLCertificateId": server}],
                )  # fmt: skip
            balancer, port = ("old-good", 443) if name == "strict" else ("old-weak", 993)
            attributes = [{"AttributeName": version, "AttributeValue": "true"} for version in versions]
            elb.create_load_balancer_policy(LoadBalancerName=balancer, PolicyName=name, PolicyTypeName="SSLNegotiationPolicyType", PolicyAttributes=attributes)
            elb.set_load_balancer_policies_of_listener(LoadBalancerName=balancer, LoadBalancerPort=port, PolicyNames=[name])
        log = {"Enabled": True, "S3BucketName": "wide-away", "EmitInterval": 60, "S3BucketPrefix": "x"}
        elb.modify_load_balancer_attributes(LoadBalancerName="old-bad", LoadBalancerAttributes={"AccessLog": log})

    def server_certificate(self) -> str:
        import trustme

        leaf = trustme.CA().issue_cert("mail.example.org")
        body, private = leaf.cert_chain_pems[0].bytes().decode(), leaf.private_key_pem.bytes().decode()
        made = self.client("iam", GERMANY).upload_server_certificate(ServerCertificateName="uploaded", CertificateBody=body, PrivateKey=private)
        arn: str = made["ServerCertificateMetadata"]["Arn"]
        return arn

    # -- logs, tables, mail ------------------------------------------------------------------------------------------
    def logs(self) -> None:
        logs = self.client("logs", GERMANY)
        for name in ("app-quiet", "app-sent"):
            logs.create_log_group(logGroupName=name)
        stream = self.client("kinesis", VIRGINIA)
        stream.create_stream(StreamName="far", ShardCount=1)
        home = self.client("kinesis", GERMANY)
        home.create_stream(StreamName="near", ShardCount=1)
        logs.put_subscription_filter(
            logGroupName="app-sent", filterName="all", filterPattern="", destinationArn=f"arn:aws:kinesis:{GERMANY}:{ACCOUNT}:stream/near", roleArn=self.role()
        )
        for name, bucket in (("to-home", "wide-home"), ("to-away", "wide-away")):
            destination = logs.put_delivery_destination(name=name, deliveryDestinationConfiguration={"destinationResourceArn": f"arn:aws:s3:::{bucket}"})["deliveryDestination"][
                "arn"
            ]
            distribution = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E{name.upper().replace('-', '')}00000"
            logs.put_delivery_source(name=f"source-{name}", resourceArn=distribution, logType="ACCESS_LOGS")
            self.ids[f"delivery {name}"] = logs.create_delivery(deliverySourceName=f"source-{name}", deliveryDestinationArn=destination)["delivery"]["id"]

    def role(self) -> str:
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        iam = self.client("iam", GERMANY)
        if "role" not in self.ids:
            self.ids["role"] = iam.create_role(RoleName="wide", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        return self.ids["role"]

    def tables(self) -> None:
        dynamodb = self.client("dynamodb", GERMANY)
        for name in ("table-good", "table-bad", "table-protected"):
            dynamodb.create_table(
                TableName=name, BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            )  # fmt: skip
        dynamodb.update_continuous_backups(TableName="table-good", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
        dynamodb.update_table(TableName="table-bad", ReplicaUpdates=[{"Create": {"RegionName": VIRGINIA}}])
        dynamodb.enable_kinesis_streaming_destination(TableName="table-bad", StreamArn=f"arn:aws:kinesis:{VIRGINIA}:{ACCOUNT}:stream/far")
        protect(ACCOUNT, GERMANY, f"arn:aws:dynamodb:{GERMANY}:{ACCOUNT}:table/table-protected", "2026-11-21T05:00:00+00:00")

    def mail(self) -> None:
        ses = self.client("sesv2", GERMANY)
        ses.create_configuration_set(ConfigurationSetName="set-good", DeliveryOptions={"TlsPolicy": "REQUIRE"})
        ses.create_configuration_set(ConfigurationSetName="set-bad", DeliveryOptions={"TlsPolicy": "OPTIONAL"})
        ses.create_email_identity(EmailIdentity="example.org")
        self.client("sesv2", VIRGINIA).create_email_identity(EmailIdentity="example.com")

    # -- keys and secrets ----------------------------------------------------------------------------------------------
    def secrets(self) -> None:
        manager = self.client("secretsmanager", GERMANY)
        manager.create_secret(Name="secret-good", SecretString="not-a-secret")
        manager.create_secret(Name="secret-bad", SecretString="not-a-secret", AddReplicaRegions=[{"Region": VIRGINIA}])

    def keys(self) -> None:
        kms = self.client("kms", GERMANY)
        self.ids["key single"] = kms.create_key(Description="single")["KeyMetadata"]["KeyId"]
        many = kms.create_key(Description="many", MultiRegion=True)["KeyMetadata"]["KeyId"]
        kms.replicate_key(KeyId=many, ReplicaRegion=VIRGINIA)
        self.ids["key many"] = many

    def certificates(self) -> None:
        self.certificate(GERMANY, "wide.example.org")

    # -- others ----------------------------------------------------------------------------------------------------
    def caches(self) -> None:
        role = "arn:aws:iam::123456789012:role/dax"
        dax = self.client("dax", GERMANY)
        dax.create_cluster(
            ClusterName="dax-good", NodeType="dax.t3.small", ReplicationFactor=1, IamRoleArn=role, SSESpecification={"Enabled": True}, ClusterEndpointEncryptionType="TLS"
        )
        dax.create_cluster(ClusterName="dax-bad", NodeType="dax.t3.small", ReplicationFactor=1, IamRoleArn=role)
        appsync = self.client("appsync", GERMANY)
        for name, on in (("cache-good", True), ("cache-bad", False)):
            api = appsync.create_graphql_api(name=name, authenticationType="API_KEY")["graphqlApi"]["apiId"]
            appsync.create_api_cache(apiId=api, ttl=60, apiCachingBehavior="FULL_REQUEST_CACHING", type="SMALL", transitEncryptionEnabled=on, atRestEncryptionEnabled=on)
            self.ids[name] = api
        self.ids["no cache"] = appsync.create_graphql_api(name="no-cache", authenticationType="API_KEY")["graphqlApi"]["apiId"]

    def pipelines(self) -> None:
        pipeline = self.client("codepipeline", GERMANY)
        kinds = {"Source": ("Source", "S3", "1"), "Build": ("Build", "CodeBuild", "1")}
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        role = self.client("iam", GERMANY).create_role(RoleName="pipeline", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        for name, away in (("pipe-good", False), ("pipe-bad", True)):
            stages: list[dict[str, Any]] = []
            for stage, (category, provider, version) in kinds.items():
                action: dict[str, Any] = {
                    "name": stage,
                    "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": version},
                    "configuration": {"S3Bucket": "x", "S3ObjectKey": "y"},
                }
                stages.append({"name": stage, "actions": [{**action, **({"region": VIRGINIA} if away and stage == "Build" else {})}]})
            store: dict[str, Any] = {"artifactStore": {"type": "S3", "location": "wide-home"}}
            pipeline.create_pipeline(pipeline={"name": name, "roleArn": role, "version": 1, "stages": stages, **store})
        events = self.client("pipes", GERMANY)
        source = f"arn:aws:sqs:{GERMANY}:{ACCOUNT}:orders"
        events.create_pipe(Name="carry-good", Source=source, Target=f"arn:aws:lambda:{GERMANY}:{ACCOUNT}:function:take", RoleArn=self.role())
        events.create_pipe(Name="carry-bad", Source=source, Target=f"arn:aws:events:{VIRGINIA}:{ACCOUNT}:event-bus/far", RoleArn=self.role())
        events.create_pipe(Name="carry-out", Source=source, Target=f"arn:aws:events:{GERMANY}:{ACCOUNT}:api-destination/crm/0123", RoleArn=self.role())

    def stacks(self) -> None:
        cloudformation = self.client("cloudformation", GERMANY)
        for name, regions in (("set-near", [GERMANY]), ("set-far", [GERMANY, VIRGINIA])):
            topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}
            body = json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Topic": topic}})
            cloudformation.create_stack_set(StackSetName=name, TemplateBody=body)
            cloudformation.create_stack_instances(StackSetName=name, Accounts=[ACCOUNT], Regions=regions)

    def streams(self) -> None:
        kafka = self.client("kafka", GERMANY)
        for name, spoken in (("kafka-good", "TLS"), ("kafka-bad", "TLS_PLAINTEXT")):
            kafka.create_cluster_v2(ClusterName=name, Provisioned={
                "BrokerNodeGroupInfo": {"ClientSubnets": ["subnet-1"], "InstanceType": "kafka.m5.large"}, "KafkaVersion": "3.6.0", "NumberOfBrokerNodes": 2,
                "EncryptionInfo": {"EncryptionInTransit": {"ClientBroker": spoken, "InCluster": True}},
            })  # fmt: skip
        for region in REGIONS:
            self.client("eks", region).create_cluster(name=f"kube-{region}", roleArn=self.role(), resourcesVpcConfig={})

    def directories(self) -> None:
        ec2 = self.client("ec2", GERMANY)
        subnets = [
            ec2.create_subnet(VpcId=self.ids["net"], CidrBlock=f"10.1.{n}.0/24", AvailabilityZone=f"{GERMANY}{zone}")["Subnet"]["SubnetId"] for n, zone in ((8, "a"), (9, "b"))
        ]
        directory = self.client("ds", GERMANY)
        settings = {"VpcId": self.ids["net"], "SubnetIds": subnets}
        self.ids["directory"] = directory.create_microsoft_ad(Name="corp.example.org", Password="Not-a-secret-1", VpcSettings=settings, Edition="Standard")["DirectoryId"]
        self.ids["directory simple"] = directory.create_directory(Name="simple.example.org", Password="Not-a-secret-1", Size="Small", VpcSettings=settings)["DirectoryId"]

    def names(self) -> None:
        domains = self.client("route53domains", VIRGINIA)
        contact = {
            "FirstName": "A", "LastName": "B", "ContactType": "PERSON", "AddressLine1": "x", "City": "x", "CountryCode": "NL", "ZipCode": "1000AA", "PhoneNumber": "+31.612345678",
            "Email": "a@example.org", "State": "x",
        }  # fmt: skip
        for name, renews in (("kept-example.org", True), ("lapsing-example.org", False)):
            domains.register_domain(DomainName=name, DurationInYears=2, AutoRenew=renews, AdminContact=contact, RegistrantContact=contact, TechContact=contact)

    def wide_area(self) -> None:
        network = self.client("networkmanager", GERMANY)
        world = network.create_global_network()["GlobalNetwork"]["GlobalNetworkId"]
        self.ids["core"] = network.create_core_network(GlobalNetworkId=world)["CoreNetwork"]["CoreNetworkId"]

    def canaries(self) -> None:
        synthetics = self.client("synthetics", GERMANY)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("nodejs/node_modules/x.js", "exports.handler = () => {};")
        for name, bucket in (("canary-good", "wide-home"), ("canary-bad", "wide-away")):
            synthetics.create_canary(
                Name=name, Code={"ZipFile": buffer.getvalue(), "Handler": "x.handler"}, ArtifactS3Location=f"s3://{bucket}/canaries", ExecutionRoleArn=self.role(),
                Schedule={"Expression": "rate(1 hour)"}, RuntimeVersion="syn-nodejs-puppeteer-9.0",
            )  # fmt: skip

    def desktops(self) -> None:
        workspaces = self.client("workspaces", GERMANY)
        workspaces.register_workspace_directory(DirectoryId=self.ids["directory simple"])
        for name, on in (("good", True), ("bad", False)):
            made = workspaces.create_workspaces(Workspaces=[{
                "DirectoryId": self.ids["directory simple"], "UserName": name, "BundleId": "wsb-12345678a", "RootVolumeEncryptionEnabled": on, "UserVolumeEncryptionEnabled": True,
                "VolumeEncryptionKey": "alias/aws/workspaces",
            }])  # fmt: skip
            self.ids[f"desktop {name}"] = made["PendingRequests"][0]["WorkspaceId"]
