"""Cost and usage reports."""

from providers.aws.clues import region
from scanner.sdk import List, LogPlaces, Scope, TypeDecl, fact, never_others, traced

REPORT_DEFINITION = TypeDecl(
    "AWS::CUR::ReportDefinition",
    # Billing has one control plane, in Virginia.
    live=List("cur", "describe_report_definitions", each="ReportDefinitions", id="arn:{partition}:cur:us-east-1:{account}:definition/{ReportName}", name="ReportName",
              scope=Scope.GLOBAL, at="us-east-1"),
    facts=(fact(LogPlaces, places=traced(region, required=True, same="S3Region")),),
    never=never_others(LogPlaces, why="an order for reports on costs, which name every resource; the reports are objects of its bucket"),
)  # fmt: skip
