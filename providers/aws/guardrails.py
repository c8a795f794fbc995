"""Which regions an account may use at all: service control policies as they are inherited, from the root over its units. Pure.

A Deny on any level binds; an Allow has to stand on every level (AWS Organizations User Guide, "SCP evaluation"). A refusal
that leaves out principals is said to leave them out; one of single actions is no guard of regions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from scanner.sdk import AllowedRegions, Place, Ref, place_of, rows

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
_EVERY = ("*", "*:*")
_READS = ("get", "list", "describe", "view", "search", "lookup")


class _Rule(NamedTuple):
    """A statement that refuses regions."""

    left: set[str]
    """Regions in which it lets things be made."""
    spared: list[str]
    """Whom, and what, it does not bind."""
    only: list[str]
    """The single actions that it is about; empty: all (or all but those that are spared)."""


def inherited(_: Ref, levels: tuple[Any, ...], management: tuple[Any, ...]) -> AllowedRegions:
    """Levels from the root to the account itself, each with its policies."""
    if management and management[0] is True:
        return AllowedRegions((), False, "service control policies do not bind the management account")
    if not levels:
        raise ValueError("no level of the organisation was read")
    per_level = [[one for policy in level["policies"] for one in _statements(policy["content"])] for level in levels]
    known = _universe(one for statements in per_level for one in statements)
    allowed, exempt, single, guarded = set(known), [], [], False
    for statements in per_level:
        at_level: set[str] = set()
        for statement in statements:
            if statement.get("Effect") == "Allow":
                at_level |= _granted(statement, known)
            elif statement.get("Effect") == "Deny" and (rule := _refused(statement, known)) is not None:
                single += rule.only
                if not rule.only:
                    guarded, allowed = True, allowed & rule.left
                    exempt += rule.spared
        guarded = guarded or at_level != set(known)
        allowed &= at_level  # what no Allow of a level grants is refused there
    if not guarded:
        partly = f"; they refuse {_few(single)} only" if single else ""
        return AllowedRegions((), False, f"no service control policy from the root to the account refuses any region{partly}")
    return AllowedRegions(_places(known, allowed), True, "", tuple(dict.fromkeys(exempt)))


def left_open(contents: Iterable[Any]) -> AllowedRegions | None:
    """What policies leave open by themselves, wherever they are attached; None where they say nothing about regions.

    Each statement about all actions refuses what is not in its own list: what all of them leave open is open. Where there
    are statements about single actions only, whatever one of them leaves open is, and all other actions are.
    """
    denied = [one for content in contents for one in _statements(content) if one.get("Effect") == "Deny"]
    known = _universe(denied)
    rules = [rule for one in denied if (rule := _refused(one, known)) is not None]
    whole = [rule for rule in rules if not rule.only]
    if not rules:
        return None
    if whole:
        left = set.intersection(*(rule.left for rule in whole))
        return AllowedRegions(_places(known, left), True, "", tuple(dict.fromkeys(words for rule in whole for words in rule.spared)))
    spared = [f"all actions but {_few([action for rule in rules for action in rule.only])}", *(words for rule in rules for words in rule.spared)]
    return AllowedRegions(_places(known, set.union(*(rule.left for rule in rules))), True, "", tuple(dict.fromkeys(spared)))


def _places(known: list[str], allowed: set[str]) -> tuple[Place, ...]:
    return tuple(place_of("aws", region) for region in known if region in allowed)


def _few(actions: list[str]) -> str:
    shown = list(dict.fromkeys(actions))
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")


def _universe(statements: Iterable[Mapping[str, Any]]) -> list[str]:
    """All regions that there are, and those that policies name and that came later: where they are nobody knows."""
    named = (
        text.lower() for one in statements for _, test in _conditions(one) for key, value in test.items() if str(key).lower() == _KEY
        for text in _list(value) if "*" not in text and "?" not in text
    )  # fmt: skip
    return list(dict.fromkeys((*rows("aws_regions"), *named)))


def _granted(statement: Mapping[str, Any], known: list[str]) -> set[str]:
    """Regions in which an Allow grants anything: all, unless its condition names some."""
    for operator, test in _conditions(statement):
        for key, value in test.items():
            if str(key).lower() == _KEY and str(operator).lower().startswith(("stringequals", "stringlike")):
                return _matching(value, known)
    return set(known)


def _refused(statement: Mapping[str, Any], known: list[str]) -> _Rule | None:
    """What a Deny leaves open, and for whom it does not count; None where it is not about regions, or about single resources.

    All tests of a condition have to hold before it refuses: what any one of them leaves open is open.
    """
    left: set[str] = set()
    spared: list[str] = []
    about_regions = False
    for operator, test in _conditions(statement):
        word = str(operator).lower().removesuffix("ifexists").split(":")[-1]
        for key, value in test.items():
            if str(key).lower() != _KEY:
                spared.append(f"{key} {operator} {', '.join(_list(value))}")
            elif word in ("stringnotequals", "stringnotequalsignorecase", "stringnotlike"):
                about_regions, left = True, left | _matching(value, known)
            elif word in ("stringequals", "stringequalsignorecase", "stringlike"):
                about_regions, left = True, left | (set(known) - _matching(value, known))
            else:
                spared.append(f"{key} {operator}")
    if not about_regions or ("Resource" in statement and "*" not in _list(statement["Resource"])):
        return None
    spared += [f"{name} {', '.join(_list(statement[name]))}" for name in ("NotPrincipal", "NotResource") if name in statement]
    if "NotAction" not in statement:
        actions = _list(statement.get("Action"))
        return _Rule(left, spared, [] if any(action in _EVERY for action in actions) else actions)
    but = _list(statement["NotAction"])
    if any(action in _EVERY for action in but):
        return None  # nothing is left that it could refuse
    return _Rule(left, [*spared, *(action for action in but if not _harmless(action))], [])


def _harmless(action: str) -> bool:
    """An exemption that lets nothing be made in another region: a global service, or a mere question."""
    service, _, name = action.partition(":")
    return service.lower() in GLOBAL or name.lower().startswith(_READS)


def _matching(value: Any, known: list[str]) -> set[str]:
    patterns = [text.lower() for text in _list(value)]
    return {region for region in known if any(fnmatchcase(region, pattern) for pattern in patterns)}


def _statements(content: Any) -> Iterator[Mapping[str, Any]]:
    content = json.loads(content) if isinstance(content, str) else content  # templates may write it as text
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
