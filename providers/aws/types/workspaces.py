"""WorkSpaces: desktops in the cloud."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Exposure,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Ref,
    Replicas,
    State,
    TypeDecl,
    always,
    derive,
    derived_regions,
    fact,
    here,
    never,
)


def _state(_: Ref, *volumes: tuple[Any, ...]) -> State:
    """Root and user volume. Neither is encrypted unless that was asked for when it was made (WorkSpaces API reference,
    CreateWorkspaces; CloudFormation reference), and what was not asked for is left out of the answer."""
    said = [str(volume[0]).lower() if volume else "false" for volume in volumes]
    if not set(said) <= {"true", "false"}:
        raise ValueError(f"{said} is neither true nor false")
    return ON if said == ["true", "true"] else OFF


def _others(ref: Ref, found: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(region) for region in found if region != ref.region))


WORKSPACE = TypeDecl(
    "AWS::WorkSpaces::Workspace",
    live=List("workspaces", "describe_workspaces", each="Workspaces", id="arn:{partition}:workspaces:{region}:{account}:workspace/{WorkspaceId}", name="WorkspaceId"),
    terraform=shapes("AWS::WorkSpaces::Workspace"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(_others, live="RelatedWorkspaces[].Region", cfn=NOT_SHOWN("a standby workspace is added after deployment"))),
        fact(AtRest, state=derive(_state, same=("RootVolumeEncryptionEnabled", "UserVolumeEncryptionEnabled"))),
        fact(KeyCustody, holder=holder_of("VolumeEncryptionKey", "VolumeEncryptionKey", absent=NOT_SHOWN("no key is named: not encrypted, or with the account's default key")),
             key=key_name("VolumeEncryptionKey")),
        fact(Backups, enabled=always(True, cite="WorkSpaces Administration Guide, restore a WorkSpace: snapshots of both volumes are made every 12 hours"),
             kind="snapshots", every_hours=12.0),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(BackupPlaces, why="its snapshots stay in its region; standby workspaces are asked as copies"),
        **never(BackupEncryption, why="a snapshot is encrypted as its volume is, which is asked"),
        **never(Exposure, why="reached through the streaming gateway of the service"),
        **never(Deletion, why="has no deletion protection"),
        **never(LogPlaces, Logs, why="writes no log of its own; its API calls are in CloudTrail"),
    },
)  # fmt: skip
