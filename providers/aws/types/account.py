"""The account: what leaves it by default, regions that were switched on, regions that are in use."""

from typing import Any

from providers.aws.clues import region
from scanner.sdk import Get, Home, List, NotApplicable, Ref, Replicas, Scope, TypeDecl, derive, derived_regions, fact, never_others, place_of, traced

_OPTED_IN = List(
    "account", "list_regions", each="Regions", id="arn:{partition}:account::{account}:region/{RegionName}", name="RegionName", scope=Scope.GLOBAL,
    params={"RegionOptStatusContains": ["ENABLED"]},
)  # fmt: skip

OPT_IN_REGION = TypeDecl(
    "AWS::Account::OptInRegion",
    live=_OPTED_IN,
    cloudformation=False,
    # AWS Account Management Guide, "Enable or disable AWS Regions": the account's IAM resources are copied to a region that is switched on.
    facts=(fact(Replicas, places=traced(region, required=True, live="RegionName")),),
    never=never_others(Replicas, why="a region that was switched on; what is kept there is asked itself"),
)


def _in_use(ref: Ref, arns: tuple[Any, ...]) -> Home:
    """The region, where something is in it. Resources of global services are listed in Virginia, and are in no region."""
    here = [str(arn) for arn in arns if str(arn).split(":")[3] == ref.region or str(arn).split(":")[2] == "s3"]
    if not here:
        raise NotApplicable("nothing is in it that the tagging service shows")
    return Home(place_of("aws", ref.region))


REGION = TypeDecl(
    "AWS::Account::Region",
    # A question that every region answers, and that is asked anyway: it stands for the region.
    live=List("ec2", "get_ebs_encryption_by_default", each="", id="arn:{partition}:account::{account}:region/{region}"),
    cloudformation=False,
    details=(Get("get_resources", put="tagged", service="resourcegroupstaggingapi", params={}, take="ResourceTagMappingList"),),
    facts=(fact(Home, derive(_in_use, live="tagged[].ResourceARN")),),
    never=never_others(Home, why="a region; the things in it are asked themselves, as far as their types are known"),
)


def _opted_out(_: Ref, values: tuple[Any, ...]) -> tuple[str, ...]:
    """AI services may store content outside the region it is used in, to improve themselves, unless all of them are opted
    out of (AWS Organizations User Guide, "AI services opt-out policies")."""
    services = values[0].get("services", {}) if values and isinstance(values[0], dict) else {}
    if not isinstance(services, dict):
        raise ValueError("the policy names no services")
    choices = {name: str((rule or {}).get("opt_out_policy", "")) for name, rule in services.items()}
    if choices.get("default") == "optOut" and all(choice == "optOut" for choice in choices.values()):
        return ()
    return ("the region in which AWS improves an AI service",)


AI_SERVICES = TypeDecl(
    "AWS::Account::AiServices",
    # One document an account: the answer names the account itself.
    live=List("iam", "get_account_summary", each="", id="arn:{partition}:account::{account}:ai-services", name="", scope=Scope.GLOBAL),
    cloudformation=False,
    details=(
        Get("describe_effective_policy", put="policy", service="organizations", params={"PolicyType": "=AISERVICES_OPT_OUT_POLICY"}, take="EffectivePolicy.PolicyContent", json=True,
            # No such policy reaches the account, or there is no organisation that could have one.
            on_error={"EffectivePolicyNotFoundException": {}, "AWSOrganizationsNotInUseException": {}}),
    ),
    facts=(fact(Replicas, places=derived_regions(_opted_out, live="policy")),),
    never=never_others(Replicas, why="a setting of the account"),
)  # fmt: skip
