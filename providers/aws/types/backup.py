"""AWS Backup: plans, vaults with what they hold, and reports."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from providers.aws.clues import BUCKET, arn, bucket
from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.schedule import hours_between
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
    Get,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Ref,
    Replicas,
    State,
    TypeDecl,
    always,
    derive,
    fact,
    here,
    never,
    never_others,
    text,
    traced,
    unread,
)

_DAILY = "cron(0 5 ? * * *)"
"""When a rule without a schedule runs (AWS Backup API, BackupRule, ScheduleExpression)."""
_FOR_EVER = 36500.0
"""A rule or recovery point without DeleteAfterDays never expires; written as the longest retention that a vault lock knows."""


def best(rules: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Of (hours between, days kept) the one that a promise of daily backups rests on: kept longest among those that run
    daily at least, else the one that runs most often."""
    every = sorted(rules)
    daily = [rule for rule in every if rule[0] <= 24]
    return max(daily, key=lambda rule: rule[1]) if daily else every[0]


def _plan(_: Ref, rules: tuple[Any, ...], last: tuple[Any, ...] = ()) -> Backups:
    if not rules:
        return Backups(False, "snapshots")
    found = [(hours_between(str(rule.get("ScheduleExpression") or _DAILY)), _days(rule)) for rule in rules]
    hours, days = best(found)
    continuous = any(str(rule.get("EnableContinuousBackup", "")).lower() == "true" for rule in rules)
    return Backups(True, "continuous" if continuous else "snapshots", hours, days, datetime.fromisoformat(str(last[0])) if last else None)


def _days(item: Any) -> float:
    days = (item.get("Lifecycle") or {}).get("DeleteAfterDays")
    return float(days) if days is not None and float(days) > 0 else _FOR_EVER


BACKUP_PLAN = TypeDecl(
    "AWS::Backup::BackupPlan",
    live=List("backup", "list_backup_plans", each="BackupPlansList", id="BackupPlanArn", name="BackupPlanName"),
    details=(Get("get_backup_plan", put="plan", params={"BackupPlanId": "BackupPlanId"}, take="BackupPlan"),),
    terraform=shapes("AWS::Backup::BackupPlan"),
    facts=(
        fact(Home, place=here()),
        fact(BackupPlaces, places=traced(arn, BUCKET, in_stack=True, live="plan.Rules[].CopyActions[].DestinationBackupVaultArn",
                                         cfn="BackupPlan.BackupPlanRule[].CopyActions[].DestinationBackupVaultArn")),
        fact(Backups, derive(_plan, live=("plan.Rules[]", "LastExecutionDate"), cfn="BackupPlan.BackupPlanRule[]")),
    ),
    never=never_others(Home, BackupPlaces, Backups, why="a plan: it says when and where copies are made, and holds no data itself"),
)  # fmt: skip

_DONE = ("COMPLETED", "AVAILABLE")


def _held(_: Ref, points: tuple[Any, ...]) -> Backups:
    """What the vault really holds: the newest recovery point, and the schedule of the rules that made them."""
    done = [point for point in points if point.get("Status") in _DONE]
    if not points:
        raise NotApplicable("holds no recovery point")
    if not done:
        return Backups(False, "snapshots")
    last = max(datetime.fromisoformat(str(point["CreationDate"])) for point in done)
    ruled = [(hours_between(point["CreatedBy"]["BackupRuleCron"]), _days(point)) for point in done if (point.get("CreatedBy") or {}).get("BackupRuleCron")]
    hours, days = best(ruled) if ruled else (None, min(map(_days, done)))
    return Backups(True, "snapshots", hours, days, last)


def _sealed(_: Ref, said: tuple[Any, ...], points: tuple[Any, ...]) -> State:
    if not points:
        raise NotApplicable("holds no recovery point")
    if len(said) != len(points):
        raise ValueError("IsEncrypted is absent")
    return ON if all(value is True for value in said) else OFF


BACKUP_VAULT = TypeDecl(
    "AWS::Backup::BackupVault",
    live=List("backup", "list_backup_vaults", each="BackupVaultList", id="BackupVaultArn", name="BackupVaultName"),
    details=(
        Get("list_recovery_points_by_backup_vault", put="points", params={"BackupVaultName": "BackupVaultName"}, take="RecoveryPoints"),
        Get("list_copy_jobs", put="copies", params={"ByState": "=COMPLETED"}, take="CopyJobs", match=("SourceBackupVaultArn", "BackupVaultArn")),
    ),
    terraform=shapes("AWS::Backup::BackupVault"),
    facts=(
        fact(Home, place=here()),
        fact(BackupPlaces, places=traced(arn, BUCKET, live="copies[].DestinationBackupVaultArn", cfn=NOT_SHOWN("plans say where copies go, not vaults"))),
        fact(AtRest, state=always(ON, cite="AWS Backup Developer Guide, encryption for backups: a vault has a key, its own or that of AWS Backup"),
             algorithm=text(live="EncryptionKeyType", cfn=(), absent=None)),
        # Without a key of its own a vault uses the alias aws/backup (CloudFormation reference, EncryptionKeyArn).
        fact(KeyCustody, holder=holder_of("EncryptionKeyArn", "EncryptionKeyArn", absent=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("EncryptionKeyArn")),
        fact(BackupEncryption, state=derive(_sealed, live=("points[].IsEncrypted", "points[].Status"), cfn=NOT_SHOWN("recovery points are made after deployment"))),
        fact(Backups, derive(_held, live="points[]", cfn=NOT_SHOWN("recovery points are made after deployment"))),
        fact(Deletion, unread("the vault lock is not read yet")),
        fact(Exposure, unread("the vault's access policy is not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Replicas, why="copies of recovery points are backups"),
        **never(LogPlaces, Logs, why="writes no log of its own; its jobs are in CloudTrail"),
    },
)  # fmt: skip

REPORT_PLAN = TypeDecl(
    "AWS::Backup::ReportPlan",
    live=List("backup", "list_report_plans", each="ReportPlans", id="ReportPlanArn", name="ReportPlanName"),
    facts=(
        fact(Home, place=here()),
        fact(LogPlaces, places=traced(bucket, BUCKET, required=True, same="ReportDeliveryChannel.S3BucketName")),
    ),
    never=never_others(Home, LogPlaces, why="an order for reports about backups; the reports are objects of its bucket"),
)
