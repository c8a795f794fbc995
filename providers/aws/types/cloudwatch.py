"""CloudWatch: metrics that are streamed away, and shared with other accounts."""

from scanner.sdk import Home, List, LogPlaces, TypeDecl, arns, fact, here, never_others

METRIC_STREAM = TypeDecl(
    "AWS::CloudWatch::MetricStream",
    live=List("cloudwatch", "list_metric_streams", each="Entries", id="Arn", name="Name"),
    facts=(fact(Home, place=here()), fact(LogPlaces, places=arns(same="FirehoseArn"))),
    never=never_others(Home, LogPlaces, why="sends metrics on and keeps none; the delivery stream is asked"),
)

LINK = TypeDecl(
    "AWS::Oam::Link",
    live=List("oam", "list_links", each="Items", id="Arn", name="Label"),
    facts=(fact(Home, place=here()), fact(LogPlaces, places=arns(live="SinkArn", cfn="SinkIdentifier"))),
    never=never_others(Home, LogPlaces, why="lets another account see metrics, logs and traces, which stay where they are"),
)
