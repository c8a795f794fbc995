"""Data Lifecycle Manager: when snapshots of disks and images are made, how long they are kept, and where they are copied."""

from typing import Any

from providers.aws.clues import region
from providers.aws.schedule import hours_between
from providers.aws.types.backup import best
from scanner.sdk import (
    OFF,
    ON,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Clue,
    Get,
    Home,
    List,
    NotApplicable,
    Ref,
    State,
    TypeDecl,
    derive,
    fact,
    here,
    never_others,
    traced,
)

_HOURS = {"HOURS": 1.0, "DAYS": 24.0, "WEEKS": 168.0, "MONTHS": 24.0 * 31, "YEARS": 24.0 * 366}


def _copied(ref: Ref, value: str) -> Clue:
    """A region by its name, or an Outpost by its ARN."""
    return Clue(region=value.split(":")[3]) if value.startswith("arn:") else region(ref, value)


def _every(rule: Any) -> float:
    """Hours between two runs of a schedule."""
    if rule.get("CronExpression"):
        return hours_between(str(rule["CronExpression"]))
    return float(rule["Interval"]) * _HOURS[str(rule.get("IntervalUnit", "HOURS"))]


def _kept(rule: Any, hours: float) -> float:
    """Days that a snapshot is kept: by age, or by how many there are."""
    if rule.get("Interval"):
        return float(rule["Interval"]) * _HOURS[str(rule["IntervalUnit"])] / 24
    return float(rule["Count"]) * hours / 24


def _policy(_: Ref, states: tuple[Any, ...], schedules: tuple[Any, ...], intervals: tuple[Any, ...], kept: tuple[Any, ...], events: tuple[Any, ...]) -> Backups:
    """A default policy runs daily and keeps a week unless it says otherwise (DLM API reference, CreateInterval, RetainInterval)."""
    if not states:
        raise ValueError("State is absent")
    if str(states[0]) != "ENABLED":
        return Backups(False, "snapshots")
    if events:
        raise NotApplicable("copies snapshots that others share; it makes none")
    found = [(hours, _kept(schedule.get("RetainRule") or {}, hours)) for schedule in schedules for hours in [_every(schedule["CreateRule"])]]
    hours, days = best(found) if found else (24 * float(intervals[0] if intervals else 1), float(kept[0] if kept else 7))
    return Backups(True, "snapshots", hours, days)


def _sealed(_: Ref, rules: tuple[Any, ...], actions: tuple[Any, ...]) -> State:
    """Copies of encrypted snapshots are encrypted anyway; those of others only where the rule says so."""
    said = [rule.get("Encrypted") for rule in rules] + [(action.get("EncryptionConfiguration") or {}).get("Encrypted") for action in actions]
    if not said:
        raise NotApplicable("copies nothing to another region")
    return ON if all(str(value).lower() == "true" for value in said) else OFF


def _both(path: str) -> tuple[str, str]:
    return f"policy.{path}", path


_RULES, _ACTIONS = _both("PolicyDetails.Schedules[].CrossRegionCopyRules[]"), _both("PolicyDetails.Actions[].CrossRegionCopy[]")
_PLACES = ("PolicyDetails.Schedules[].CrossRegionCopyRules[].TargetRegion", "PolicyDetails.Schedules[].CrossRegionCopyRules[].Target",
           "PolicyDetails.Actions[].CrossRegionCopy[].Target", "PolicyDetails.CrossRegionCopyTargets[].TargetRegion")  # fmt: skip
_TIMES = ("PolicyDetails.Schedules[]", "PolicyDetails.CreateInterval", "PolicyDetails.RetainInterval", "PolicyDetails.EventSource.Type")
_PLAIN = ("PolicyDetails.Schedules[]", "PolicyDetails.CreateInterval || CreateInterval", "PolicyDetails.RetainInterval || RetainInterval", "PolicyDetails.EventSource.Type")
"""A template may also write the settings of a default policy beside its details."""

POLICY = TypeDecl(
    "AWS::DLM::LifecyclePolicy",
    live=List("dlm", "get_lifecycle_policies", each="Policies", id="arn:{partition}:dlm:{region}:{account}:policy/{PolicyId}", name="PolicyId", tags="Tags"),
    details=(Get("get_lifecycle_policy", put="policy", params={"PolicyId": "PolicyId"}, take="Policy"),),
    facts=(
        fact(Home, place=here()),
        fact(BackupPlaces, places=traced(_copied, live=tuple(f"policy.{path}" for path in _PLACES), cfn=(*_PLACES, "CrossRegionCopyTargets[].TargetRegion"))),
        fact(BackupEncryption, state=derive(_sealed, live=(_RULES[0], _ACTIONS[0]), cfn=(_RULES[1], _ACTIONS[1]))),
        fact(Backups, derive(_policy, live=("policy.State", *(f"policy.{path}" for path in _TIMES)), cfn=("State", *_PLAIN))),
    ),
    never=never_others(Home, BackupPlaces, BackupEncryption, Backups, why="says when copies are made, and holds no data; disks and snapshots are asked themselves"),
)  # fmt: skip
