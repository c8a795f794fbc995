"""CloudWatch's rules that gather the logs of an organization."""

from providers.aws.clues import region
from scanner.sdk import BackupPlaces, Get, List, LogPlaces, TypeDecl, fact, never_others, regions, traced

_BACKUP = ("Destination.DestinationLogsConfiguration.BackupConfiguration.Region", "Destination.DestinationMetricsConfiguration.BackupConfiguration.Region")

RULE = TypeDecl(
    "AWS::ObservabilityAdmin::OrganizationCentralizationRule",
    live=List("observabilityadmin", "list_centralization_rules_for_organization", each="CentralizationRuleSummaries", id="RuleArn", name="RuleName"),
    details=(Get("get_centralization_rule_for_organization", put="rule", params={"RuleIdentifier": "RuleArn"}, take="CentralizationRule"),),
    facts=(
        fact(LogPlaces, places=traced(region, required=True, live="rule.Destination.Region", cfn="Rule.Destination.Region")),
        fact(BackupPlaces, places=regions(live=tuple(f"rule.{path}" for path in _BACKUP), cfn=tuple(f"Rule.{path}" for path in _BACKUP))),
    ),
    never=never_others(LogPlaces, BackupPlaces, why="a rule for the logs of all accounts; the log groups that it fills are asked themselves"),
)
