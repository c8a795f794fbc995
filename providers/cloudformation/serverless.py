"""AWS SAM: each serverless resource as the CloudFormation resources that it becomes, with what SAM fills in by itself.

Source: AWS SAM developer guide, "Generated AWS CloudFormation resources" and the property pages of each resource. Roles and
permissions that SAM adds are left out: no fact is about them. What is not modelled here is said to be a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from providers.cloudformation.conditions import Open
from providers.cloudformation.nodes import Entry
from providers.cloudformation.values import refers, unknown, why_unknown
from scanner.sdk import REFERENCE, Json, Reason

if TYPE_CHECKING:
    from providers.cloudformation.stacks import Stack

Body = dict[str, Json]
Made = tuple[str, str, Body]
"""Logical id, type, properties."""

#: Section of `Globals` for each type.
_GLOBALS = {"Function": "Function", "Api": "Api", "HttpApi": "HttpApi", "SimpleTable": "SimpleTable", "StateMachine": "StateMachine", "LayerVersion": "LayerVersion"}


def expand(stack: Stack, logical: str, kind: str, entry: Entry, body: Json, lines: Mapping[str, int], exists: bool | Open) -> None:
    """Enter what a serverless resource becomes."""
    word = kind.rpartition("::")[2]
    if word == "Application":
        _application(stack, logical, entry, exists)
        return
    maker = _MAKERS.get(word)
    if maker is None:
        stack.gap(
            logical, entry.key, Reason.UNSUPPORTED, f"{logical} is a {kind}, whose resources are not read: scan the expanded template (sam translate, or the stack as deployed)"
        )
        return
    why = why_unknown(body) if isinstance(body, dict) else "has no properties"
    if why is not None:
        stack.document(logical, _MAIN[word], unknown(why), lines)
        return
    whole = _merged(_globals(stack, word), dict(body) if isinstance(body, dict) else {})
    for name, made, properties in maker(logical, whole):
        stack.document(name, made, properties, lines if name == logical else {"": lines[""]})
    if word == "Function":
        for name, made, properties in _implicit(stack, whole):
            stack.document(name, made, properties, {"": lines[""]})
        for event, what in _unmodelled(whole):
            stack.gap(f"{logical} {event}", entry.key, Reason.UNSUPPORTED, f"the event {event} of {logical} is a {what}, whose resources are not read")


def _application(stack: Stack, logical: str, entry: Entry, exists: bool | Open) -> None:
    """A stack by a local template, or one of the repository that no file shows."""
    before = len(stack.reading.documents)
    inside = stack.nested(logical)
    if isinstance(inside, str):
        stack.gap(logical, entry.key, Reason.UNSUPPORTED, f"{logical} is a nested application, whose resources this file does not show: {inside}; scan that template as well")
        return
    inside.read()
    if isinstance(exists, Open):
        stack.perhaps(before, f"whether the application {logical} is made depends on what is not known: {exists.why}")


def _globals(stack: Stack, word: str) -> Json:
    """The properties that `Globals` gives to every resource of a type."""
    from providers.cloudformation.stacks import as_entries

    entry = as_entries(stack.sections.get("Globals")).get(_GLOBALS.get(word, ""))
    if entry is None:
        return {}
    lines, stack.resolver.lines = stack.resolver.lines, {}
    try:
        return stack.resolver.json(entry.value)
    finally:
        stack.resolver.lines = lines


def _merged(general: Json, own: Json) -> Body:
    """Globals and a resource's own properties: objects are united, lists joined, anything else is the resource's own."""
    if isinstance(general, dict) and isinstance(own, dict):
        if (why := why_unknown(general)) is not None:
            return {"$unresolved": f"Globals: {why}"}
        found: Body = {key: value for key, value in general.items() if key not in own}
        return found | {key: _one(general[key], value) if key in general else value for key, value in own.items()}
    return own if isinstance(own, dict) else {}


def _one(general: Json, own: Json) -> Json:
    marks = [value for value in (own, general) if isinstance(value, dict) and (why_unknown(value) is not None or refers(value))]
    if marks and isinstance(general, (dict, list)) and isinstance(own, (dict, list)):
        return marks[0] if why_unknown(marks[0]) else unknown("is united with what Globals give, which is not known")
    if isinstance(general, dict) and isinstance(own, dict):
        return _merged(general, own)
    return [*general, *own] if isinstance(general, list) and isinstance(own, list) else own


# -- resources ---------------------------------------------------------------------------------------------------------
def _function(logical: str, body: Body) -> Iterator[Made]:
    kept = _without(body, "CodeUri", "InlineCode", "Events", "Policies", "AutoPublishAlias", "DeploymentPreference", "FunctionUrlConfig", "Tracing", "DeadLetterQueue", "Tags", "EventInvokeConfig",
                    "ProvisionedConcurrencyConfig", "AssumeRolePolicyDocument", "RolePath", "PermissionsBoundary", "VersionDescription", "PropagateTags", "ImageUri", "AutoPublishCodeSha256")  # fmt: skip
    queue = body.get("DeadLetterQueue")
    if queue is not None:
        kept["DeadLetterConfig"] = queue if not isinstance(queue, dict) or why_unknown(queue) is not None else {"TargetArn": queue.get("TargetArn")}
    if body.get("Tracing") is not None:
        kept["TracingConfig"] = {"Mode": body["Tracing"]}
    yield logical, _MAIN["Function"], _tagged(kept, body)
    url = body.get("FunctionUrlConfig")
    if isinstance(url, dict):
        target: Json = {REFERENCE: logical}
        yield f"{logical}Url", "AWS::Lambda::Url", {"TargetFunctionArn": target, **url} if why_unknown(url) is None else url


def _table(logical: str, body: Body) -> Iterator[Made]:
    """A table with one key; billed by request unless capacity is given."""
    kept = _without(body, "PrimaryKey", "Tags")
    if "ProvisionedThroughput" not in body:
        kept["BillingMode"] = "PAY_PER_REQUEST"
    yield logical, _MAIN["SimpleTable"], _tagged(kept, body)


def _api(logical: str, body: Body) -> Iterator[Made]:
    endpoint = body.get("EndpointConfiguration")
    if isinstance(endpoint, dict) and why_unknown(endpoint) is None:
        endpoint = {"Types": [endpoint.get("Type")], **({"VpcEndpointIds": endpoint["VPCEndpointIds"]} if "VPCEndpointIds" in endpoint else {})}
    elif isinstance(endpoint, str):
        endpoint = {"Types": [endpoint]}
    own = _only(
        body, "Name", "Description", "BinaryMediaTypes", "MinimumCompressionSize", "ApiKeySourceType", "DisableExecuteApiEndpoint", "Mode", "FailOnWarnings", "SecurityPolicy"
    )
    yield logical, _MAIN["Api"], _tagged({**own, **({"EndpointConfiguration": endpoint} if endpoint is not None else {})}, body)
    name = body.get("StageName")
    stage = _only(body, "StageName", "AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize", "CanarySetting", "MethodSettings", "TracingEnabled", "Variables")
    yield f"{logical}{name if isinstance(name, str) else ''}Stage", "AWS::ApiGateway::Stage", _tagged({"RestApiId": {REFERENCE: logical}, **stage}, body)
    domain = body.get("Domain")
    if isinstance(domain, dict):
        yield f"{logical}DomainName", "AWS::ApiGateway::DomainName", _rest_domain(domain)


def _rest_domain(domain: Body) -> Body:
    """A regional domain, unless another kind of endpoint is asked for."""
    if why_unknown(domain) is not None:
        return domain
    kind = domain.get("EndpointConfiguration", "REGIONAL")
    regional = kind != "EDGE"
    certificate: Body = {"RegionalCertificateArn" if regional else "CertificateArn": domain.get("CertificateArn")}
    if isinstance(kind, dict):  # not known which: then it is not known which certificate either
        certificate = {"RegionalCertificateArn": kind, "CertificateArn": kind}
    kept = _only(domain, "DomainName", "SecurityPolicy", "MutualTlsAuthentication", "OwnershipVerificationCertificateArn")
    return {**kept, **certificate, "EndpointConfiguration": {"Types": [kind]} if isinstance(kind, str) else kind}


def _http_api(logical: str, body: Body) -> Iterator[Made]:
    own = _only(body, "Name", "Description", "DisableExecuteApiEndpoint", "FailOnWarnings", "CorsConfiguration")
    yield logical, _MAIN["HttpApi"], {**own, "ProtocolType": "HTTP"}
    name = body.get("StageName", "$default")
    stage = _only(body, "AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables")
    yield (
        f"{logical}{'ApiGatewayDefault' if name == '$default' else name if isinstance(name, str) else ''}Stage",
        "AWS::ApiGatewayV2::Stage",
        {"ApiId": {REFERENCE: logical}, "StageName": name, "AutoDeploy": True, **stage},
    )
    domain = body.get("Domain")
    if isinstance(domain, dict):
        if why_unknown(domain) is not None:
            yield f"{logical}DomainName", "AWS::ApiGatewayV2::DomainName", domain
            return
        one = {"CertificateArn": domain.get("CertificateArn"), "EndpointType": domain.get("EndpointConfiguration", "REGIONAL"), **_only(domain, "SecurityPolicy")}
        kept = _only(domain, "DomainName", "MutualTlsAuthentication")
        yield f"{logical}DomainName", "AWS::ApiGatewayV2::DomainName", {**kept, "DomainNameConfigurations": [one]}


def _machine(logical: str, body: Body) -> Iterator[Made]:
    renamed = {"Logging": "LoggingConfiguration", "Tracing": "TracingConfiguration", "Type": "StateMachineType", "Name": "StateMachineName"}
    kept: Body = {renamed[key]: value for key, value in body.items() if key in renamed}
    yield logical, _MAIN["StateMachine"], _tagged({**kept, **_only(body, "EncryptionConfiguration", "RoleArn")} | ({"RoleArn": body["Role"]} if "Role" in body else {}), body)


def _layer(logical: str, body: Body) -> Iterator[Made]:
    yield logical, _MAIN["LayerVersion"], _only(body, "LayerName", "Description", "CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo")


# -- what events bring -------------------------------------------------------------------------------------------------
_API_OF_ITS_OWN = {"Api": ("ServerlessRestApi", "RestApiId", "Api"), "HttpApi": ("ServerlessHttpApi", "ApiId", "HttpApi")}
#: Events that bring nothing in which data rests or passes: rules, subscriptions, mappings and permissions.
_PLAIN_EVENTS = frozenset(
    {
        "Schedule",
        "ScheduleV2",
        "CloudWatchEvent",
        "EventBridgeRule",
        "CloudWatchLogs",
        "IoTRule",
        "AlexaSkill",
        "Cognito",
        "S3",
        "SNS",
        "SQS",
        "Kinesis",
        "DynamoDB",
        "MSK",
        "MQ",
        "SelfManagedKafka",
        "DocumentDB",
    }
)


def _events(body: Body) -> Iterator[tuple[str, str, Body]]:
    events = body.get("Events")
    for name, event in events.items() if isinstance(events, dict) and why_unknown(events) is None else ():
        if isinstance(event, dict) and isinstance(event.get("Type"), str):
            properties = event.get("Properties")
            yield name, str(event["Type"]), properties if isinstance(properties, dict) else {}


def _implicit(stack: Stack, body: Body) -> Iterator[Made]:
    """The API that SAM makes once for all events which name none, with what `Globals` say about such APIs."""
    for _, kind, properties in _events(body):
        if kind not in _API_OF_ITS_OWN or properties.get(_API_OF_ITS_OWN[kind][1]) is not None:
            continue
        logical, _, word = _API_OF_ITS_OWN[kind]
        if logical in stack.made:
            continue
        stack.made.add(logical)
        general = _globals(stack, word)
        own: Body = {"StageName": "Prod"} if kind == "Api" else {}
        yield from _MAKERS[word](logical, _merged(general, own))


def _unmodelled(body: Body) -> Iterator[tuple[str, str]]:
    """Events that may bring more than is modelled here: a queue between a topic and the function, kinds that are not known."""
    events = body.get("Events")
    if isinstance(events, dict) and (why := why_unknown(events)) is not None:
        yield "Events", f"list that is not known ({why})"
    for name, kind, properties in _events(body):
        if kind not in _PLAIN_EVENTS and kind not in _API_OF_ITS_OWN:
            yield name, kind
        elif properties.get("SqsSubscription") is True:
            yield name, "topic with a queue of its own"


def _tagged(found: Body, body: Body) -> Body:
    """Tags are an object in SAM and a list in CloudFormation."""
    tags = body.get("Tags")
    if isinstance(tags, dict) and why_unknown(tags) is None:
        listed: list[Json] = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {**found, "Tags": listed}
    return found if tags is None else {**found, "Tags": tags}


def _only(body: Body, *names: str) -> Body:
    return {name: body[name] for name in names if name in body}


def _without(body: Body, *names: str) -> Body:
    return {name: value for name, value in body.items() if name not in names}


_MAIN = {
    "Function": "AWS::Lambda::Function",
    "SimpleTable": "AWS::DynamoDB::Table",
    "Api": "AWS::ApiGateway::RestApi",
    "HttpApi": "AWS::ApiGatewayV2::Api",
    "StateMachine": "AWS::StepFunctions::StateMachine",
    "LayerVersion": "AWS::Lambda::LayerVersion",
}
_MAKERS: dict[str, Callable[[str, Body], Iterator[Made]]] = {
    "Function": _function,
    "SimpleTable": _table,
    "Api": _api,
    "HttpApi": _http_api,
    "StateMachine": _machine,
    "LayerVersion": _layer,
}
