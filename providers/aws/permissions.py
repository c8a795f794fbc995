"""The least that a scan of AWS has to be allowed, derived from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from providers.aws.calls import permission
from scanner.sdk import Each, Get, List, Report, Resolve, TypeDecl

#: What every scan asks, whatever it looks for: who am I, which regions are there.
ALWAYS = ("account:ListRegions", "ec2:DescribeRegions", "sts:GetCallerIdentity")


#: What lists the accounts of an organisation, and reads what they inherit; `sts:AssumeRole` is asked of single roles.
ORGANIZATION = (
    "organizations:DescribeOrganization", "organizations:DescribePolicy", "organizations:ListAccounts", "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent", "organizations:ListParents", "organizations:ListPoliciesForTarget",
)  # fmt: skip
ASSUME = "sts:AssumeRole"


def actions(decls: Mapping[str, TypeDecl], facts: frozenset[type] = frozenset()) -> tuple[str, ...]:
    """IAM actions, sorted. `facts` are those that the chosen checks need; empty: all."""
    return tuple(sorted({*ALWAYS, *(action for decl in decls.values() for action in _of(decl, facts, decls))}))


def _of(decl: TypeDecl, facts: frozenset[type], decls: Mapping[str, TypeDecl]) -> Iterator[str]:
    if decl.provider != "aws" or (facts and not any(given.fact in facts for given in decl.facts)):
        return
    yield from _listed(decl.live)
    for detail in decl.details_for(facts or frozenset(given.fact for given in decl.facts)):
        if isinstance(detail, Get):
            yield permission(detail.service or _service(decl.live), detail.operation, detail.permission)
    for target in {kind for kind, _ in decl.references()}:
        yield from _resolved(decls.get(target))


def _listed(live: Any) -> Iterator[str]:
    match live:
        case List():
            yield permission(live.service, live.operation, live.permission)
        case Each():
            yield from _listed(live.parent)
            yield from _listed(live.listing)
        case Report():
            yield permission(live.service, live.start)
            yield permission(live.service, live.fetch)


def _resolved(decl: TypeDecl | None) -> Iterator[str]:
    """A reference is placed by the smallest call, a bucket by its head first."""
    if decl is None or decl.resolve is None:
        return
    how: Resolve = decl.resolve
    yield permission(how.service, how.operation, how.permission)
    if how.service == "s3":
        yield "s3:ListBucket"  # HeadBucket
        yield "s3:GetBucketLocation"  # where the head says nothing


def _service(live: Any) -> str:
    if isinstance(live, Each):
        return live.listing.service
    return str(getattr(live, "service", ""))
