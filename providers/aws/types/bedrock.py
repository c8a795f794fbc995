"""Bedrock: where prompts are really answered, and where invocations are logged."""

import re
from collections.abc import Iterator
from typing import Any

from providers.aws.clues import BUCKET, arn, bucket
from providers.aws.custody import holder_of
from scanner.sdk import (
    AtRest,
    Clue,
    Get,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Place,
    Ref,
    Replicas,
    TypeDecl,
    derive,
    derived_regions,
    fact,
    here,
    never_others,
    of,
    per_dialect,
    place_of,
    traced,
)

_GEOGRAPHY = re.compile(r"^([a-z]{2}(-gov)?|apac|global)\.[a-z0-9-]+\.")
"""How the ids of profiles begin that send prompts to several regions (`eu.`, `us.`, `global.`); ids of models begin with their maker."""


def profile_of(value: str) -> str:
    """The id of a cross-region inference profile; empty for a model, which answers in its own region."""
    name = value.rsplit("/", 1)[-1]
    return name if _GEOGRAPHY.match(name) else ""


def _answered(ref: Ref, models: tuple[Any, ...], *profiles: tuple[Any, ...]) -> tuple[str, ...]:
    """Regions beside its own. Those of a profile come from the account's own list of profiles; a profile that is not in it, one
    that may go anywhere, and one that is made of others, are names without a region."""
    targets = [region for found in profiles for region in map(_region, found)]
    found = [] if targets else [name for model in map(str, models) for name in _named(model)]
    return tuple(dict.fromkeys(region for region in (*targets, *found) if region != ref.region))


def _region(model: Any) -> str:
    return str(model).split(":")[3] or "any region (global inference profile)"


def _named(model: str) -> Iterator[str]:
    if profile_of(model) or ":inference-profile/" in model or ":application-inference-profile/" in model:
        yield f"the regions of the inference profile {model.rsplit('/', 1)[-1]}"
    elif model.startswith("arn:"):
        yield _region(model) if model.split(":")[3] else ""


_CUSTOM = "list_inference_profiles"
AGENT = TypeDecl(
    "AWS::Bedrock::Agent",
    live=List("bedrock-agent", "list_agents", each="agentSummaries", id="arn:{partition}:bedrock:{region}:{account}:agent/{agentId}", name="agentName"),
    details=(
        Get("get_agent", put="agent", params={"agentId": "agentId"}, take="agent"),
        # An agent names a profile by its id or by its ARN, one of AWS's or one of the account's.
        *(
            Get(_CUSTOM, service="bedrock", put=f"{put}_by_{key}", params={"typeEquals": f"={kind}"}, take="inferenceProfileSummaries", match=(f"inferenceProfile{key}", "agent.foundationModel"))
            for put, kind in (("system", "SYSTEM_DEFINED"), ("own", "APPLICATION")) for key in ("Id", "Arn")
        ),
    ),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=derived_regions(
            _answered, live=("agent.foundationModel", *(f"{put}_by_{key}[].models[].modelArn" for put in ("system", "own") for key in ("Id", "Arn"))), cfn="FoundationModel")),
        # Without a key of its own an agent is encrypted with a key that AWS owns (Bedrock User Guide, "Encryption of agent resources").
        fact(KeyCustody, holder=holder_of("agent.customerEncryptionKeyArn", "CustomerEncryptionKeyArn", absent=Holder.PROVIDER)),
    ),
    never=never_others(Home, Replicas, KeyCustody, why="instructions for a model; what it knows and remembers are resources of their own"),
)  # fmt: skip


def _source(ref: Ref, value: str) -> Clue | None:
    """What a template makes a profile from: a model, whose region it is, or a profile of AWS over several regions."""
    if profile_of(value):
        return Clue(why="a profile over several regions, which its name does not tell")
    return arn(ref, value)


APPLICATION_INFERENCE_PROFILE = TypeDecl(
    "AWS::Bedrock::ApplicationInferenceProfile",
    live=List("bedrock", "list_inference_profiles", each="inferenceProfileSummaries", id="inferenceProfileArn", name="inferenceProfileName", params={"typeEquals": "APPLICATION"}),
    facts=(
        fact(Home, place=here()),
        # Every region that may answer a prompt.
        fact(Replicas, places=per_dialect(traced(arn, BUCKET, required=True, live="models[].modelArn"), traced(_source, required=True, cfn="ModelSource.CopyFrom"))),
    ),
    never=never_others(Home, Replicas, why="says which model answers, and where; it holds no data"),
)


def _at_work(ref: Ref, *where: tuple[Any, ...]) -> Place:
    """The setting can be asked for in every region; where nothing is logged nothing stands there."""
    if not any(where):
        raise NotApplicable("nothing is logged in this region")
    return place_of("aws", ref.region)


def _written(_: Ref, *places: tuple[Any, ...]) -> Logs:
    on = any(values for values in places)
    return Logs(on, detail="model invocation logs" if on else "model invocations are not logged")


_CONFIG = "loggingConfig"
MODEL_INVOCATION_LOGGING = TypeDecl(
    "AWS::Bedrock::ModelInvocationLogging",
    live=List("bedrock", "get_model_invocation_logging_configuration", each="", id="arn:{partition}:bedrock:{region}:{account}:model-invocation-logging"),
    cloudformation=False,
    facts=(
        fact(Home, place=derive(_at_work, live=(f"{_CONFIG}.s3Config.bucketName", f"{_CONFIG}.cloudWatchConfig.logGroupName"))),
        # The log group stands in the same region.
        fact(LogPlaces, places=traced(bucket, BUCKET, live=(f"{_CONFIG}.s3Config.bucketName", f"{_CONFIG}.cloudWatchConfig.largeDataDeliveryS3Config.bucketName"))),
        fact(Logs, derive(_written, live=(f"{_CONFIG}.s3Config.bucketName", f"{_CONFIG}.cloudWatchConfig.logGroupName"))),
        fact(AtRest, of("AWS::Logs::LogGroup", AtRest, "", live=f"{_CONFIG}.cloudWatchConfig.logGroupName", absent=NotApplicable("writes to no log group; a bucket is asked itself"))),
        fact(KeyCustody, of("AWS::Logs::LogGroup", KeyCustody, "", live=f"{_CONFIG}.cloudWatchConfig.logGroupName", absent=NotApplicable("writes to no log group; a bucket is asked itself"))),
    ),
    never=never_others(Home, LogPlaces, Logs, AtRest, KeyCustody, why="a setting of the region: what is logged stands in a log group or bucket"),
)  # fmt: skip
