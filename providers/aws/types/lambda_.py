"""Lambda functions."""

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Replicas,
    TypeDecl,
    always,
    fact,
    here,
    never,
    unread,
)

FUNCTION = TypeDecl(
    "AWS::Lambda::Function",
    live=List("lambda", "list_functions", each="Functions", id="FunctionArn", name="FunctionName"),
    terraform=shapes("AWS::Lambda::Function"),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=always(ON, cite="Lambda Developer Guide, data encryption at rest: code and environment variables are always encrypted")),
        # Without a key of the customer: one that AWS manages (Lambda Developer Guide).
        fact(KeyCustody, holder=holder_of("KMSKeyArn", "KmsKeyArn", absent=Holder.PROVIDER), key=key_name("KMSKeyArn", "KmsKeyArn")),
        fact(Exposure, unread("its policy and function URLs are not read yet")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Replicas, why="copied to the edge only by a distribution that names it, which is asked; what a copy logs is a log group of that region"),
        **never(Backups, BackupPlaces, BackupEncryption, why="code that can be deployed again"),
        **never(LogPlaces, Logs, why="its logs go to CloudWatch Logs of its own region"),
        **never(Deletion, why="has no deletion protection"),
    },
)  # fmt: skip
