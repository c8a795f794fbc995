"""Macie: where classification results are kept."""

from providers.aws.clues import BUCKET, bucket
from scanner.sdk import NOT_SHOWN, Get, Home, List, LogPlaces, TypeDecl, fact, here, never_others, traced

SESSION = TypeDecl(
    "AWS::Macie::Session",
    # Where Macie is not in use it refuses every question with these words.
    live=List("macie2", "get_macie_session", each="", id="arn:{partition}:macie2:{region}:{account}:session", on_error={"AccessDeniedException: Macie is not enabled": {}}),
    details=(Get("get_classification_export_configuration", put="export", params={}),),
    facts=(
        fact(Home, place=here()),
        fact(
            LogPlaces,
            places=traced(bucket, BUCKET, live="export.configuration.s3Destination.bucketName", cfn=NOT_SHOWN("where results are exported to is not part of the template")),
        ),
    ),
    never=never_others(Home, LogPlaces, why="a service that looks at buckets; its results are objects of the bucket they are exported to"),
)
