"""EC2: networks, and what leads out of them to other regions."""

from typing import Any

from providers.aws.certificates import used_certificates
from providers.aws.excuses import KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.referred import target
from providers.aws.types.ec2_instances import stand
from scanner.sdk import (
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Exposure,
    Get,
    Home,
    Join,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Place,
    Ref,
    Replicas,
    State,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    derive,
    fact,
    here,
    never,
    never_others,
    per_dialect,
    place_of,
    regions,
    traced,
)

_BY_AWS = "made by AWS in every region, used or not; what is put into it is asked itself"


def _own_network(ref: Ref, default: tuple[Any, ...]) -> Place:
    """A default network says nothing about where somebody chose to be."""
    if True in default:
        raise NotApplicable(_BY_AWS)
    return place_of("aws", ref.region)


def _own_subnet(ref: Ref, default: tuple[Any, ...], zones: tuple[Any, ...], outposts: tuple[Any, ...]) -> Place:
    if True in default:
        raise NotApplicable(_BY_AWS)
    return stand(ref, zones, outposts)


SUBNET = TypeDecl(
    "AWS::EC2::Subnet",
    live=List("ec2", "describe_subnets", each="Subnets", id="SubnetArn", name="SubnetId", tags="Tags[]"),
    facts=(fact(Home, place=per_dialect(
        derive(_own_subnet, live=("DefaultForAz", "AvailabilityZone", "OutpostArn")), derive(stand, cfn=("AvailabilityZone", "OutpostArn")),
    )),),
    never=never_others(Home, why="a range of addresses in one zone: it holds no data"),
)  # fmt: skip


def _flows(_: Ref, found: tuple[Any, ...]) -> Logs:
    return Logs(bool(found), detail="flow logs" if found else "no flow log")


VPC = TypeDecl(
    "AWS::EC2::VPC",
    live=List("ec2", "describe_vpcs", each="Vpcs", id="arn:{partition}:ec2:{region}:{account}:vpc/{VpcId}", tags="Tags[]"),
    details=(Get("describe_flow_logs", put="flows", params={}, take="FlowLogs", match=("ResourceId", "VpcId")),),
    joins=(Join("AWS::EC2::FlowLog", on="ResourceId", put="flows"),),
    facts=(
        fact(Home, place=per_dialect(derive(_own_network, live="IsDefault"), here(cfn=()))),
        # A log group without an ARN stands in the region of the network.
        fact(LogPlaces, places=traced(target, "AWS::S3::Bucket", live="flows[].LogDestination || flows[].LogGroupName", cfn="flows[].LogDestination || flows[].LogGroupName")),
        fact(Logs, derive(_flows, live="flows[?FlowLogStatus=='ACTIVE'].ResourceId", cfn="flows[].ResourceId")),
    ),
    never=never_others(Home, LogPlaces, Logs, why="a network: it holds no data"),
)  # fmt: skip

_FLOW = "carries traffic and keeps none: where it leads to is asked as a copy"

PEERING = TypeDecl(
    "AWS::EC2::VPCPeeringConnection",
    live=List(
        "ec2",
        "describe_vpc_peering_connections",
        each="VpcPeeringConnections",
        id="arn:{partition}:ec2:{region}:{account}:vpc-peering-connection/{VpcPeeringConnectionId}",
        tags="Tags[]",
    ),
    skip="[?Status.Code=='deleted' || Status.Code=='rejected' || Status.Code=='failed' || Status.Code=='expired'].VpcPeeringConnectionId",
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=regions(live=("AccepterVpcInfo.Region", "RequesterVpcInfo.Region"), cfn="PeerRegion")),
    ),
    never=never_others(Home, Replicas, why=_FLOW),
)

TRANSIT_PEERING = TypeDecl(
    "AWS::EC2::TransitGatewayPeeringAttachment",
    live=List(
        "ec2", "describe_transit_gateway_peering_attachments", each="TransitGatewayPeeringAttachments",
        id="arn:{partition}:ec2:{region}:{account}:transit-gateway-attachment/{TransitGatewayAttachmentId}", tags="Tags[]",
    ),
    skip="[?State=='deleted' || State=='rejected' || State=='failed'].TransitGatewayAttachmentId",
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=regions(live=("AccepterTgwInfo.Region", "RequesterTgwInfo.Region"), cfn="PeerRegion")),
    ),
    never=never_others(Home, Replicas, why=_FLOW),
)  # fmt: skip

ENDPOINT = TypeDecl(
    "AWS::EC2::VPCEndpoint",
    live=List("ec2", "describe_vpc_endpoints", each="VpcEndpoints", id="arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{VpcEndpointId}", tags="Tags[]"),
    skip="[?State=='deleted' || State=='Deleted' || State=='rejected' || State=='Rejected' || State=='failed' || State=='Failed'].VpcEndpointId",
    facts=(
        fact(Home, place=here()),
        # EC2 API reference, VpcEndpoint: the region of the service; of its own region where none was given.
        fact(Replicas, places=regions(same="ServiceRegion")),
    ),
    never=never_others(Home, Replicas, why=_FLOW),
)

_OPTIONS = ("Phase1EncryptionAlgorithms", "Phase2EncryptionAlgorithms", "Phase1DHGroupNumbers", "Phase2DHGroupNumbers")
#: Site-to-Site VPN User Guide, "Tunnel options": what is allowed where nothing is chosen.
_DEFAULTS = ("AES128", "AES128", "2", "2")


def _tunnels(_: Ref, *found: tuple[Any, ...]) -> Transit:
    """IPsec always encrypts. What is weaker than AES-256 and group 14 (2048 bits) is named, defaults included."""
    allowed = [[str(value) for value in values] or [absent] for values, absent in zip(found, _DEFAULTS, strict=True)]
    ciphers = sorted({name for names in allowed[:2] for name in names if not name.startswith("AES256")})
    groups = sorted({int(float(number)) for numbers in allowed[2:] for number in numbers if float(number) < 14})
    weak = [*ciphers, *(f"Diffie-Hellman group {number}" for number in groups)]
    return Transit(False, f"IPsec, which also allows {', '.join(weak)}" if weak else "IPsec with AES-256 and groups of at least 2048 bits")


VPN = TypeDecl(
    "AWS::EC2::VPNConnection",
    live=List("ec2", "describe_vpn_connections", each="VpnConnections", id="arn:{partition}:ec2:{region}:{account}:vpn-connection/{VpnConnectionId}", tags="Tags[]"),
    skip="[?State=='deleted' || State=='deleting'].VpnConnectionId",
    facts=(
        fact(Home, place=here()),
        fact(Transit, derive(_tunnels, live=tuple(f"Options.TunnelOptions[].{option}[].Value" for option in _OPTIONS),
                             cfn=tuple(f"VpnTunnelOptionsSpecifications[].{option}[].Value" for option in _OPTIONS))),
    ),
    never=never_others(Home, Transit, why="carries traffic between a network of the customer and AWS and keeps none"),
)  # fmt: skip


def _mutual(_: Ref, kinds: tuple[Any, ...]) -> ClientAuth:
    if not kinds:
        raise ValueError("AuthenticationOptions is absent")
    return ClientAuth(State.ON if "certificate-authentication" in kinds else State.OFF)


def _connections(_: Ref, on: tuple[Any, ...]) -> Logs:
    return Logs(bool(on) and str(on[0]).lower() == "true", detail="connection log")


CLIENT_VPN = TypeDecl(
    "AWS::EC2::ClientVpnEndpoint",
    live=List("ec2", "describe_client_vpn_endpoints", each="ClientVpnEndpoints", id="arn:{partition}:ec2:{region}:{account}:client-vpn-endpoint/{ClientVpnEndpointId}", tags="Tags[]"),
    skip="[?Status.Code=='deleted' || Status.Code=='deleting'].ClientVpnEndpointId",
    facts=(
        fact(Home, place=here()),
        *used_certificates(live="ServerCertificateArn", cfn="ServerCertificateArn"),
        fact(Transit, plaintext_allowed=always(False, cite="Client VPN Administrator Guide: OpenVPN over TLS 1.2 or later"), detail="OpenVPN over TLS"),
        fact(TlsFloor, min_version=always("TLSv1.2", cite="Client VPN Administrator Guide: OpenVPN over TLS 1.2 or later")),
        fact(ClientAuth, derive(_mutual, same="AuthenticationOptions[].Type")),
        fact(Logs, derive(_connections, live="ConnectionLogOptions.Enabled", cfn="ConnectionLogOptions.Enabled")),
    ),
    never={
        **PROBED, **PEOPLE, **KEYS, **SETTINGS,
        **never(AtRest, KeyCustody, Replicas, Backups, BackupPlaces, BackupEncryption, why="carries traffic and keeps none"),
        **never(LogPlaces, why="its connection log goes to CloudWatch Logs of its own region"),
        **never(Exposure, why="made to be reached; whom it lets in its authentication says"),
        **never(Deletion, why="has no deletion protection"),
    },
)  # fmt: skip
