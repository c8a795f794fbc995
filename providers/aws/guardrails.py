"""Which regions an account may use at all: service control policies as they are inherited, from the root over its units. Pure.

A Deny on any level binds; an Allow has to stand on every level (AWS Organizations User Guide, "SCP evaluation"). A refusal
that leaves out principals is said to leave them out; one of single actions is no guard of regions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from scanner.sdk import AllowedRegions, Ref, place_of, rows

_KEY = "aws:requestedregion"
#: Services with one control plane for the whole world: a region says nothing about them (AWS Fault Isolation Boundaries,
#: "Global services"; Control Tower's region deny control leaves the same ones out). Their actions may be exempt.
GLOBAL = frozenset(
    {
        "a4b", "access-analyzer", "account", "activate", "artifact", "aws-marketplace", "aws-marketplace-management", "aws-portal", "billing", "billingconductor", "budgets", "ce",
        "chatbot", "chime", "cloudfront", "consoleapp", "consolidatedbilling", "cur", "datapipeline", "devicefarm", "directconnect", "discovery-marketplace", "ecr-public",
        "fms", "freetier", "globalaccelerator", "health", "iam", "identitystore", "importexport", "invoicing", "mobileanalytics", "networkmanager", "notifications",
        "notifications-contacts", "organizations", "payments", "pricing", "quicksight", "resource-explorer-2", "route53", "route53-recovery-cluster",
        "route53-recovery-control-config", "route53-recovery-readiness", "route53domains", "savingsplans", "shield", "sso", "sts", "support", "supportapp", "supportplans",
        "sustainability", "tag", "tax", "trustedadvisor", "vendor-insights", "waf", "waf-regional", "wafv2", "wellarchitected",
    }
)  # fmt: skip
_READS = ("get", "list", "describe", "view", "search", "lookup")


def inherited(_: Ref, levels: tuple[Any, ...], management: tuple[Any, ...]) -> AllowedRegions:
    """Levels from the root to the account itself, each with its policies."""
    if management and management[0] is True:
        return AllowedRegions((), False, "service control policies do not bind the management account")
    if not levels:
        raise ValueError("no level of the organisation was read")
    known = list(rows("aws_regions"))
    allowed, exempt, guarded = set(known), [], False
    for level in levels:
        at_level: set[str] = set()
        for statement in (one for policy in level["policies"] for one in _statements(policy["content"])):
            if statement.get("Effect") == "Allow":
                granted = _granted(statement, known)
                at_level |= granted
            elif statement.get("Effect") == "Deny" and (ruled := _refused(statement, known)) is not None:
                left, spared = ruled
                guarded = True
                allowed &= left
                exempt += spared
        guarded = guarded or at_level != set(known)
        allowed &= at_level  # what no Allow of a level grants is refused there
    if not guarded:
        return AllowedRegions((), False, "no service control policy from the root to the account refuses any region")
    return AllowedRegions(tuple(place_of("aws", region) for region in known if region in allowed), True, "", tuple(dict.fromkeys(exempt)))


def _granted(statement: Mapping[str, Any], known: list[str]) -> set[str]:
    """Regions in which an Allow grants anything: all, unless its condition names some."""
    for operator, test in _conditions(statement):
        for key, value in test.items():
            if str(key).lower() == _KEY and str(operator).lower().startswith(("stringequals", "stringlike")):
                return _matching(value, known)
    return set(known)


def _refused(statement: Mapping[str, Any], known: list[str]) -> tuple[set[str], list[str]] | None:
    """What a Deny leaves open, and for whom it does not count; None where it is not about regions, or about single actions."""
    left: set[str] | None = None
    spared: list[str] = []
    for operator, test in _conditions(statement):
        word = str(operator).lower().removesuffix("ifexists").split(":")[-1]
        for key, value in test.items():
            if str(key).lower() != _KEY:
                spared.append(f"{key} {operator} {', '.join(_list(value))}")
            elif word in ("stringnotequals", "stringnotequalsignorecase", "stringnotlike"):
                left = _matching(value, known)
            elif word in ("stringequals", "stringequalsignorecase", "stringlike"):
                left = set(known) - _matching(value, known)
            else:
                spared.append(f"{key} {operator}")
    if left is None or _list(statement.get("Resource", "*")) != ["*"]:
        return None
    if "NotAction" in statement:
        spared += [action for action in _list(statement["NotAction"]) if not _harmless(action)]
    elif "*" not in _list(statement.get("Action")):
        return None
    return left, spared


def _harmless(action: str) -> bool:
    """An exemption that lets nothing be made in another region: a global service, or a mere question."""
    service, _, name = action.partition(":")
    return service.lower() in GLOBAL or name.lower().startswith(_READS)


def _matching(value: Any, known: list[str]) -> set[str]:
    patterns = [text.lower() for text in _list(value)]
    return {region for region in known if any(fnmatchcase(region, pattern) for pattern in patterns)} | {p for p in patterns if "*" not in p and "?" not in p}


def _statements(content: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(content, Mapping):
        raise ValueError("a policy is an object")
    for one in _list_of(content.get("Statement", [])):
        if not isinstance(one, Mapping):
            raise ValueError("a statement is an object")
        yield one


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = statement.get("Condition") or {}
    if not isinstance(found, Mapping) or not all(isinstance(test, Mapping) for test in found.values()):
        raise ValueError("a condition is an object of operators and tests")
    yield from found.items()


def _list(value: Any) -> list[str]:
    return [str(one) for one in _list_of(value)]


def _list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
