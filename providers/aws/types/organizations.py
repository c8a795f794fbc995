"""AWS Organizations and Control Tower: policies that bind every account, and the regions they leave open."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from providers.aws.guardrails import inherited, left_open
from providers.aws.schedule import hours_between
from providers.aws.types.backup import best
from scanner.sdk import (
    AllowedRegions,
    BackupPlaces,
    Backups,
    Get,
    List,
    NotApplicable,
    Ref,
    Replicas,
    Scope,
    TypeDecl,
    derive,
    fact,
    never_others,
    place_of,
    regions,
)

_NONE_HERE: Any = {"AWSOrganizationsNotInUseException": {}}
"""The account belongs to no organization."""
_FOR_EVER = 36500.0


def _object(content: Any) -> Mapping[str, Any]:
    """A policy; templates may write it as text."""
    found = json.loads(content) if isinstance(content, str) else content
    if not isinstance(found, Mapping):
        raise ValueError("a policy is an object")
    return found


def _left_open(_: Ref, contents: tuple[Any, ...], targets: tuple[Any, ...], kinds: tuple[Any, ...]) -> AllowedRegions:
    """Where a region-deny policy still lets things be made. Attached to nothing it refuses nothing."""
    if kinds and kinds[0] != "SERVICE_CONTROL_POLICY":
        raise NotApplicable("is no service control policy")
    found = left_open(contents)
    if found is None:
        raise NotApplicable("says nothing about regions")
    return replace(found, enforced=bool(targets), detail="" if targets else "it is attached to nothing")


def _assigned(value: Any) -> Any:
    """Backup policies write a value as `{"@@assign": …}`, so that those below may inherit it (AWS Organizations User Guide)."""
    return value.get("@@assign", value) if isinstance(value, Mapping) else value


def _rules(content: Any) -> Iterator[Mapping[str, Any]]:
    for plan in _object(content).get("plans", {}).values():
        if isinstance(plan, Mapping):
            yield from (rule for rule in plan.get("rules", {}).values() if isinstance(rule, Mapping))


def _planned(_: Ref, contents: tuple[Any, ...], targets: tuple[Any, ...]) -> Backups:
    """What a backup policy makes accounts do. One that is attached to nothing makes nobody do anything."""
    found = []
    for rule in (rule for content in contents for rule in _rules(content)):
        days = _assigned((rule.get("lifecycle") or {}).get("delete_after_days"))
        found.append((hours_between(str(_assigned(rule.get("schedule_expression", "cron(0 5 ? * * *)")))), float(days) if days else _FOR_EVER))
    if not found or not targets:
        return Backups(False, "snapshots")
    hours, days = best(found)
    return Backups(True, "snapshots", hours, days)


def _of_backups(ref: Ref, contents: tuple[Any, ...], targets: tuple[Any, ...], kinds: tuple[Any, ...]) -> Backups:
    _only_backups(kinds)
    return _planned(ref, contents, targets)


def _copied(_: Ref, contents: tuple[Any, ...], kinds: tuple[Any, ...] = ("BACKUP_POLICY",)) -> BackupPlaces:
    """A copy action is known by the ARN of its vault, and may name it again."""
    _only_backups(kinds)
    vaults = [
        _assigned(action.get("target_backup_vault_arn", name)) for content in contents for rule in _rules(content) for name, action in (rule.get("copy_actions") or {}).items()
    ]
    return BackupPlaces(tuple(dict.fromkeys(place_of("aws", str(vault).split(":")[3]) for vault in vaults)))


def _only_backups(kinds: tuple[Any, ...]) -> None:
    if kinds != ("BACKUP_POLICY",):
        raise NotApplicable("is no backup policy")


POLICY = TypeDecl(
    "AWS::Organizations::Policy",
    live=List(
        "organizations",
        "list_policies",
        each="Policies",
        id="Arn",
        name="Name",
        scope=Scope.GLOBAL,
        at="us-east-1",
        params={"Filter": "SERVICE_CONTROL_POLICY"},
        on_error=_NONE_HERE,
    ),
    details=(
        Get("describe_policy", put="content", params={"PolicyId": "Id"}, take="Policy.Content", json=True),
        Get("list_targets_for_policy", put="targets", params={"PolicyId": "Id"}, take="Targets"),
    ),
    facts=(
        fact(AllowedRegions, derive(_left_open, live=("content", "targets[].TargetId", "Type"), cfn=("Content", "TargetIds[]", "Type"))),
        # The listing shows one kind only; a template may make any.
        fact(Backups, derive(_of_backups, live=("content", "targets[].TargetId", "Type"), cfn=("Content", "TargetIds[]", "Type"))),
        fact(BackupPlaces, derive(_copied, live=("content", "Type"), cfn=("Content", "Type"))),
    ),
    never=never_others(AllowedRegions, Backups, BackupPlaces, why="a rule for accounts; what they hold is asked itself"),
)


ACCOUNT = TypeDecl(
    "AWS::Organizations::Account",
    live=None,  # listed with `--organization`: where its policies come from takes more than one call for each
    cloudformation=False,  # a template makes accounts; what they inherit is not in it
    facts=(fact(AllowedRegions, derive(inherited, live=("levels[]", "management"))),),
    never=never_others(AllowedRegions, why="an account; what it holds is asked itself"),
)


BACKUP_POLICY = TypeDecl(
    "AWS::Organizations::BackupPolicy",
    live=List(
        "organizations", "list_policies", each="Policies", id="Arn", name="Name", scope=Scope.GLOBAL, at="us-east-1", params={"Filter": "BACKUP_POLICY"}, on_error=_NONE_HERE
    ),
    cloudformation=False,
    details=(
        Get("describe_policy", put="content", params={"PolicyId": "Id"}, take="Policy.Content", json=True),
        Get("list_targets_for_policy", put="targets", params={"PolicyId": "Id"}, take="Targets"),
    ),
    facts=(
        fact(Backups, derive(_planned, live=("content", "targets[].TargetId"))),
        fact(BackupPlaces, derive(_copied, live="content")),
    ),
    never=never_others(Backups, BackupPlaces, why="a rule for accounts; what is backed up is asked itself"),
)

LANDING_ZONE = TypeDecl(
    "AWS::ControlTower::LandingZone",
    live=List("controltower", "list_landing_zones", each="landingZones", id="arn"),
    details=(Get("get_landing_zone", put="zone", params={"landingZoneIdentifier": "arn"}, take="landingZone"),),
    facts=(
        # Accounts may work in the regions that Control Tower governs; its own logs are kept in its home region.
        fact(Replicas, places=regions(live="zone.manifest.governedRegions[]", cfn="Manifest.governedRegions[]")),
    ),
    never=never_others(Replicas, why="settings for the accounts of an organization"),
)
