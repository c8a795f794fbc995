"""Exports of billing data."""

from providers.aws.clues import region
from scanner.sdk import Get, List, LogPlaces, Scope, TypeDecl, fact, never_others, traced

_REGION = "DestinationConfigurations.S3Destination.S3Region"

EXPORT = TypeDecl(
    "AWS::BCMDataExports::Export",
    # Billing has one control plane, in Virginia.
    live=List("bcm-data-exports", "list_exports", each="Exports", id="ExportArn", name="ExportName", scope=Scope.GLOBAL, at="us-east-1"),
    details=(Get("get_export", put="export", params={"ExportArn": "ExportArn"}, take="Export"),),
    facts=(fact(LogPlaces, places=traced(region, required=True, live=f"export.{_REGION}", cfn=f"Export.{_REGION}")),),
    never=never_others(LogPlaces, why="an order for data on costs, which name every resource; what is exported are objects of its bucket"),
)
