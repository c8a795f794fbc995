"""AWS Backup: where its plans copy what they back up."""

from scanner.sdk import BackupPlaces, Get, Home, List, TypeDecl, arns, fact, here, never_others

BACKUP_PLAN = TypeDecl(
    "AWS::Backup::BackupPlan",
    live=List("backup", "list_backup_plans", each="BackupPlansList", id="BackupPlanArn", name="BackupPlanName"),
    details=(Get("get_backup_plan", put="plan", params={"BackupPlanId": "BackupPlanId"}, take="BackupPlan"),),
    facts=(
        fact(Home, place=here()),
        fact(BackupPlaces, places=arns(live="plan.Rules[].CopyActions[].DestinationBackupVaultArn", cfn="BackupPlan.BackupPlanRule[].CopyActions[].DestinationBackupVaultArn")),
    ),
    never=never_others(Home, BackupPlaces, why="a plan: it says where copies go, and holds no data itself"),
)
