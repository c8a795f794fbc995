"""Lambda functions and their addresses."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.reached import own_url
from providers.aws.terraform import shapes
from scanner.sdk import (
    NOT_SHOWN,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Each,
    Endpoints,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Ref,
    Replicas,
    Transit,
    TypeDecl,
    always,
    derive,
    fact,
    here,
    never,
    never_others,
    unread,
)

_FUNCTIONS = List("lambda", "list_functions", each="Functions", id="FunctionArn", name="FunctionName")

FUNCTION = TypeDecl(
    "AWS::Lambda::Function",
    live=_FUNCTIONS,
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


def _open(_: Ref, kinds: tuple[Any, ...]) -> Exposure:
    """Without IAM everybody may call it whom the function's policy lets (Lambda Developer Guide, "Control access to Lambda function URLs")."""
    return Exposure("NONE" in kinds, "a function URL that asks nobody who they are" if "NONE" in kinds else "")


URL = TypeDecl(
    "AWS::Lambda::Url",
    live=Each(
        _FUNCTIONS, List("lambda", "list_function_url_configs", each="FunctionUrlConfigs", id="{FunctionArn}/url", name="{parent} url"), params={"FunctionName": "FunctionName"},
    ),
    facts=(
        fact(Home, place=here()),
        fact(Transit, plaintext_allowed=always(False, cite="Lambda Developer Guide, Lambda function URLs: an HTTPS endpoint")),
        fact(Exposure, derive(_open, live="AuthType", cfn="AuthType")),
        fact(Endpoints, derive(own_url, live="FunctionUrl", cfn=NOT_SHOWN("its name is given when it is deployed"))),
    ),
    never=never_others(Home, Transit, Exposure, Endpoints, why="an address of a function, which is asked itself"),
)  # fmt: skip
