"""Machines, containers and functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.sdk import UNRESOLVED, Json, Tf, made, tf

_ROOT = "/dev/xvda"
"""What the disk that a machine starts from is called here: Terraform gives it a block of its own and no name."""


def _disks(root: Any, others: Any) -> Json:
    """Disks as they are asked for. A disk without a word about encryption keeps none."""
    found: list[Json] = [{"DeviceName": _ROOT, "Ebs": _ebs(one)} for one in _list(root)]
    return [*found, *({"DeviceName": one.get("device_name"), "Ebs": _ebs(one)} for one in _list(others))]


def _templated(mappings: Any) -> Json:
    return [{"DeviceName": one.get("device_name"), "Ebs": _ebs(ebs)} for one in _list(mappings) for ebs in _list(one.get("ebs"))]


def _ebs(block: Mapping[str, Any]) -> Json:
    if UNRESOLVED in block:
        return dict(block)
    encrypted = block.get("encrypted")
    if isinstance(encrypted, dict) and encrypted.get("unset"):
        encrypted = None
    return {} if encrypted is None or encrypted == "" else {"Encrypted": encrypted}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


SHAPES: dict[str, tuple[Tf, ...]] = {
    "AWS::EC2::Instance": (tf("aws_instance", {"AvailabilityZone": "availability_zone", "BlockDeviceMappings": made(_disks, "root_block_device", "ebs_block_device", computed=True)}),),
    "AWS::EC2::LaunchTemplate": (tf("aws_launch_template", {"LaunchTemplateData.BlockDeviceMappings": made(_templated, "block_device_mappings")}),),
    "AWS::EKS::Cluster": (tf("aws_eks_cluster", {}),),
    "AWS::Lambda::Function": (tf("aws_lambda_function", {"KmsKeyArn": "kms_key_arn"}),),
    "AWS::WorkSpaces::Workspace": (
        tf("aws_workspaces_workspace", {
            "RootVolumeEncryptionEnabled": "root_volume_encryption_enabled", "UserVolumeEncryptionEnabled": "user_volume_encryption_enabled", "VolumeEncryptionKey": "volume_encryption_key",
        }),
    ),
}  # fmt: skip
