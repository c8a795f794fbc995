"""ECS task definitions: where containers log to, what they mount, where their images come from."""

import re
from typing import Any

from providers.aws.clues import region
from scanner.sdk import Clue, Get, Home, List, LogPlaces, NotApplicable, Ref, Replicas, Transit, TypeDecl, derive, fact, here, never_others, traced

_REGISTRY = re.compile(r"^\d{12}\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)/")


def _registry(_: Ref, image: str) -> Clue | None:
    """A private registry of ECR has its region in its name. Other registries hold no copy of the account's own data."""
    found = _REGISTRY.match(image)
    return Clue(region=found["region"]) if found else None


def _mounts(_: Ref, mounted: tuple[Any, ...], encrypted: tuple[Any, ...]) -> Transit:
    """EFS is mounted in plaintext unless asked otherwise (ECS API reference, EFSVolumeConfiguration: the default is DISABLED)."""
    if not mounted:
        raise NotApplicable("mounts no EFS file system")
    words = [str(word).upper() for word in encrypted]
    if set(words) - {"ENABLED", "DISABLED"}:
        raise ValueError(f"unknown state {words[0]!r}")
    plain = len(mounted) - words.count("ENABLED")
    return Transit(plain > 0, f"{plain} of {len(mounted)} EFS volumes without TLS" if plain else "EFS over TLS")


def _paths(containers: str, volumes: str, log: str, options: str, driver: str, image: str, efs: str, encryption: str) -> dict[str, Any]:
    return {
        "logs": f"{containers}[?{log}.{driver}=='awslogs'].{log}.{options}.\"awslogs-region\"",
        "images": f"{containers}[].{image}",
        "mounts": (f"{volumes}[].{efs}", f"{volumes}[].{efs}.{encryption}"),
    }


_LIVE = _paths("task.containerDefinitions", "task.volumes", "logConfiguration", "options", "logDriver", "image", "efsVolumeConfiguration", "transitEncryption")
_CFN = _paths("ContainerDefinitions", "Volumes", "LogConfiguration", "Options", "LogDriver", "Image", "EFSVolumeConfiguration", "TransitEncryption")

TASK_DEFINITION = TypeDecl(
    "AWS::ECS::TaskDefinition",
    live=List("ecs", "list_task_definitions", each="taskDefinitionArns", id="Name"),
    details=(Get("describe_task_definition", put="task", params={"taskDefinition": "Name"}, take="taskDefinition"),),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=traced(_registry, live=_LIVE["images"], cfn=_CFN["images"])),
        fact(LogPlaces, places=traced(region, live=_LIVE["logs"], cfn=_CFN["logs"])),
        fact(Transit, derive(_mounts, live=_LIVE["mounts"], cfn=_CFN["mounts"])),
    ),
    never=never_others(Home, Replicas, LogPlaces, Transit, why="a recipe for containers: what they store is in volumes and services, which are asked"),
)
