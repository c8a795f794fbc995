"""Launch configurations of EC2 Auto Scaling, the predecessors of launch templates."""

from typing import Any

from scanner.sdk import OFF, ON, AtRestDefault, Home, List, Reason, Ref, State, TypeDecl, Unresolvable, derive, fact, here, never_others


def _future_disks(_: Ref, disks: tuple[Any, ...]) -> State:
    """Volumes of machines to come. One that says nothing is as its snapshot, or as the account's default in the region."""
    said = [str(disk.get("Encrypted", "")).lower() for disk in disks]
    if "false" in said:
        return OFF
    if not said or "" in said:
        raise Unresolvable(Reason.UNRESOLVED, "a volume does not say whether it is encrypted: its snapshot, or the account's EBS default in the region, decides")
    if set(said) != {"true"}:
        raise ValueError(f"Encrypted is {', '.join(sorted(set(said)))}")
    return ON


LAUNCH_CONFIGURATION = TypeDecl(
    "AWS::AutoScaling::LaunchConfiguration",
    live=List("autoscaling", "describe_launch_configurations", each="LaunchConfigurations", id="LaunchConfigurationARN", name="LaunchConfigurationName"),
    facts=(
        fact(Home, place=here()),
        fact(AtRestDefault, state=derive(_future_disks, same="BlockDeviceMappings[].Ebs")),
    ),
    never=never_others(Home, AtRestDefault, why="a recipe for machines: it holds no data"),
)
