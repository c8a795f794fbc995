"""EC2: machines, the images they are made of, and launch templates."""

from collections.abc import Mapping
from typing import Any

from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PROBED, SETTINGS
from providers.aws.referred import named, partner
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    Access,
    AtRest,
    AtRestDefault,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Exposure,
    Get,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    PasswordLogin,
    Place,
    Reason,
    Ref,
    Replicas,
    RootAccess,
    SignIn,
    State,
    TypeDecl,
    Unresolvable,
    any_of,
    boolean,
    derive,
    fact,
    here,
    never,
    never_others,
    per_dialect,
    place_of,
    regions,
    through,
    together,
    traced,
    unread,
)

_VOLUME = "AWS::EC2::Volume"
_DISKS = "BlockDeviceMappings[].Ebs.VolumeId"
_NO_DISK = NOT_SHOWN("no EBS volume is attached; whether the disks of the machine itself are encrypted is not shown")
#: What images of Linux and Windows call the disk that they start from (EC2 User Guide, "Device names for volumes").
_ROOT_DEVICES = ("/dev/xvda", "/dev/sda1")
_USERS = never(SignIn, Access, RootAccess, why="who signs in to the machine is kept inside it")


def stand(ref: Ref, zones: tuple[Any, ...], outposts: tuple[Any, ...] = ()) -> Place:
    """By its zone, which may be a Local Zone in another country; on an Outpost it stands in a building of the customer's choice."""
    if outposts:
        raise Unresolvable(Reason.UNRESOLVED, f"it stands on {outposts[0]}: AWS does not say here where that is")
    if not zones and not ref.region:
        raise Unresolvable(Reason.UNRESOLVED, "neither its zone nor its region is said")
    return place_of("aws", str(zones[0]) if zones else ref.region)


def _worst_state(states: Any) -> State:
    return OFF if OFF in states else ON


def _true(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())


def _encrypted(disks: list[Mapping[str, Any]], silent: str) -> State:
    """Of disks as they are asked for: one that is not encrypted decides; one that says nothing leaves it open."""
    said = [_true(disk.get("Encrypted")) for disk in disks]
    if False in said:
        return OFF
    if None in said or not said:
        raise Unresolvable(Reason.UNRESOLVED, silent)
    return ON


_SILENT = "a volume that says nothing is encrypted as its image and the account's EBS default in the region decide, which are not shown here"


def _planned_disks(_: Ref, mappings: tuple[Any, ...]) -> State:
    """A template's own volumes; the disk that the machine starts from is the image's where it is not among them."""
    disks = [mapping["Ebs"] for mapping in mappings if "Ebs" in mapping]
    state = _encrypted(disks, _SILENT)
    if state is ON and not any(mapping.get("DeviceName") in _ROOT_DEVICES for mapping in mappings):
        raise Unresolvable(Reason.UNRESOLVED, "the disk that it starts from is not among its volumes: its image decides")
    return state


def _protected(_: Ref, found: tuple[Any, ...]) -> bool:
    return bool(found)


INSTANCE = TypeDecl(
    "AWS::EC2::Instance",
    live=List("ec2", "describe_instances", each="Reservations.Instances", id="arn:{partition}:ec2:{region}:{account}:instance/{InstanceId}", tags="Tags[]"),
    skip="[?State.Name=='terminated'].InstanceId",  # shown for an hour after its end
    details=(Get("list_protected_resources", put="protected", params={}, service="backup", take="Results", match=("ResourceArn", "")),),
    terraform=shapes("AWS::EC2::Instance"),
    facts=(
        fact(Home, place=derive(stand, live=("Placement.AvailabilityZone", "OutpostArn"), cfn="AvailabilityZone")),
        fact(AtRest, state=per_dialect(
            through(named(_VOLUME), _VOLUME, fact=AtRest, field="state", worst=_worst_state, decides=lambda state: state is OFF, absent=_NO_DISK, live=_DISKS),
            derive(_planned_disks, cfn="BlockDeviceMappings[]"),
        )),
        # By AWS Backup as a whole, or each of its volumes by itself.
        fact(Backups, kind="snapshots", enabled=any_of(
            derive(_protected, live="protected[].ResourceArn", cfn=NOT_SHOWN("a backup plan chooses its resources after deployment")),
            through(named(_VOLUME), _VOLUME, fact=Backups, field="enabled", worst=all, decides=lambda enabled: not enabled, absent=_NO_DISK, live=_DISKS),
        )),
        fact(Exposure, unread("whether a public address and its security groups let the internet in is not put together yet")),
        fact(Deletion, unread("termination protection is an attribute of its own (ec2:DescribeInstanceAttribute), which is not read yet")),
        fact(PasswordLogin, unread("a setting inside the machine, which the API does not show")),
    ),
    never={
        **PROBED, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY, **_USERS,
        **never(KeyCustody, BackupEncryption, BackupPlaces, Replicas, why="its data are on volumes and in snapshots, resources of their own"),
        **never(LogPlaces, Logs, why="what a machine logs is a matter of the software in it"),
    },
)  # fmt: skip


def _image_state(_: Ref, disks: tuple[Any, ...]) -> State:
    if not disks:
        raise Unresolvable(Reason.UNRESOLVED, "no EBS snapshot belongs to it: an image in S3, whose encryption is not shown")
    if any("Encrypted" not in disk for disk in disks):
        raise ValueError("Encrypted is absent")
    return OFF if any(disk["Encrypted"] is not True for disk in disks) else ON


_GRANTS = tuple(f"grants[].{who}" for who in ("UserId", "OrganizationArn", "OrganizationalUnitArn", "Group"))

IMAGE = TypeDecl(
    "AWS::EC2::Image",
    live=List(
        "ec2", "describe_images", each="Images", id="arn:{partition}:ec2:{region}:{account}:image/{ImageId}", tags="Tags[]",
        params={"Owners": ["self"], "IncludeDisabled": True},  # without them everybody's images are listed, and none that were disabled
    ),
    cloudformation=False,
    details=(Get("describe_image_attribute", put="grants", params={"ImageId": "ImageId", "Attribute": "=launchPermission"}, take="LaunchPermissions"),),
    facts=(
        fact(Home, place=here()),
        # SourceImageRegion: where the image stands that this one is a copy of.
        fact(Replicas, places=together(regions(live="SourceImageRegion"), traced(partner, live=_GRANTS))),
        fact(AtRest, state=derive(_image_state, live="BlockDeviceMappings[].Ebs")),
        fact(Exposure, public=boolean(live="Public"), via="anybody may start machines from it"),
        fact(Deletion, unread("deregistration protection is an attribute of its own, which is not read yet")),
    ),
    never={
        **PROBED, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY, **_USERS,
        **never(PasswordLogin, why="asked of the machines that are made of it"),
        **never(KeyCustody, why="its data are snapshots, resources of their own, which name their keys"),
        **never(Backups, BackupPlaces, BackupEncryption, why="its data are snapshots, which are backups themselves"),
        **never(LogPlaces, Logs, why="writes no log of its own; its API calls are in CloudTrail"),
    },
)  # fmt: skip


def _future_disks(_: Ref, *found: tuple[Any, ...]) -> State:
    """Of the version in use and the newest; in a template there is the one. `found`: disks, and the versions that there are."""
    disks = [[mapping["Ebs"] for mapping in version if "Ebs" in mapping] for version in found[0]]
    states = [_encrypted(version, _SILENT) for version in disks if version and not all(_true(disk.get("Encrypted")) for disk in version)]
    if OFF in states:
        return OFF
    if not disks or not all(disks) or (len(found) > 1 and len(found[1]) > len(disks)):
        raise Unresolvable(Reason.UNRESOLVED, "it names no volumes: its image and the account's EBS default in the region decide")
    return ON


LAUNCH_TEMPLATE = TypeDecl(
    "AWS::EC2::LaunchTemplate",
    live=List("ec2", "describe_launch_templates", each="LaunchTemplates", id="arn:{partition}:ec2:{region}:{account}:launch-template/{LaunchTemplateId}", name="LaunchTemplateName", tags="Tags[]"),
    details=(Get("describe_launch_template_versions", put="versions", params={"LaunchTemplateId": "LaunchTemplateId"}, fixed={"Versions": ["$Default", "$Latest"]}, take="LaunchTemplateVersions"),),
    terraform=shapes("AWS::EC2::LaunchTemplate"),
    facts=(
        fact(Home, place=here()),
        fact(AtRestDefault, state=derive(_future_disks, live=("versions[].LaunchTemplateData.BlockDeviceMappings", "versions[].VersionNumber"), cfn="LaunchTemplateData.BlockDeviceMappings")),
    ),
    never=never_others(Home, AtRestDefault, why="a recipe for machines: it holds no data"),
)  # fmt: skip
