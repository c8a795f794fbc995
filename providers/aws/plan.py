"""What has to be asked: the listings that the selected types need, each once, and the details of what they show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from scanner.sdk import Each, Get, List, Options, Report, Resolve, Scope, TypeDecl, roots


@dataclass(frozen=True)
class Look:
    """A listing, and every type that reads it."""

    listing: List
    readers: tuple[tuple[TypeDecl, List], ...] = ()
    """Types whose items it lists, each with its own way to read them."""
    children: tuple[tuple[TypeDecl, Each], ...] = ()
    """Types that are listed by its items."""

    @property
    def types(self) -> tuple[str, ...]:
        """What stays hidden when it fails."""
        return tuple(sorted({decl.type for decl, _ in (*self.readers, *self.children)}))

    @property
    def everywhere(self) -> bool:
        """Once an account instead of once a region."""
        return self.listing.scope is Scope.GLOBAL


@dataclass
class Plan:
    """Every look of an account."""

    looks: list[Look] = field(default_factory=list)
    reports: list[tuple[TypeDecl, Report]] = field(default_factory=list)


def wanted(decls: Mapping[str, TypeDecl], options: Options) -> tuple[TypeDecl, ...]:
    """AWS types that were chosen, and that have one of the facts that are asked for."""
    return tuple(
        decl for decl in decls.values()
        if decl.provider == "aws" and decl.live is not None and (not options.types or decl.type in options.types)
        and (not options.facts or any(decl.given(kind) for kind in options.facts))
    )  # fmt: skip


def plan(decls: Iterable[TypeDecl]) -> Plan:
    """Group what is asked alike: load balancers are listed once for themselves and for their listeners."""
    made = Plan()
    looks: dict[str, Look] = {}
    for decl in decls:
        match decl.live:
            case List() as listing:
                old = looks.get(_key(listing), Look(listing))
                looks[_key(listing)] = Look(old.listing, (*old.readers, (decl, listing)), old.children)
            case Each() as each:
                old = looks.get(_key(each.parent), Look(each.parent))
                looks[_key(each.parent)] = Look(old.listing, old.readers, (*old.children, (decl, each)))
            case Report() as report:
                made.reports.append((decl, report))
    made.looks = [looks[key] for key in sorted(looks)]
    return made


def _key(listing: List) -> str:
    return json.dumps([listing.service, listing.operation, dict(listing.params), listing.scope], sort_keys=True)


def is_global(look: Look) -> bool:
    return look.listing.scope is Scope.GLOBAL


def details(decl: TypeDecl, options: Options) -> tuple[Get, ...]:
    """The further calls that the wanted facts need."""
    kinds = options.facts or frozenset(f.fact for f in decl.facts)
    return tuple(get for get in decl.details_for(frozenset(kinds)) if isinstance(get, Get))


def needs(get: Get, parts: Iterable[str]) -> str:
    """The part that a detail call builds on; empty when the item itself says enough."""
    parts = tuple(parts)
    key = (id(get), *parts)
    if key not in _NEEDED:
        _NEEDED[key] = (get, _needs(get, parts))
    return _NEEDED[key][1]


_NEEDED: dict[tuple[object, ...], tuple[Get, str]] = {}
"""Asked for each document and the same for all of a type; the call is kept beside its answer, so that its id stays its own."""


def _needs(get: Get, parts: Iterable[str]) -> str:
    paths = [path for path in (*get.params.values(), get.when) if path and not path.startswith("=")]
    first = {key for path in paths for key in roots(path)}
    return next((part for part in sorted(parts) if part in first), "")


def is_shared(get: Get) -> bool:
    """Whether a detail call asks nothing about its document: one answer serves all (the account's public access block)."""
    return all(path.startswith("=") for path in get.params.values())


#: What is asked whatever is looked for: who, where, and which accounts and buckets.
ALWAYS: Mapping[str, frozenset[str]] = {
    "sts": frozenset({"get_caller_identity", "assume_role"}), "ec2": frozenset({"describe_regions"}), "account": frozenset({"list_regions"}),
    "organizations": frozenset({"list_accounts", "list_accounts_for_parent", "list_organizational_units_for_parent", "list_parents", "list_policies_for_target", "describe_policy", "describe_organization"}),
    "s3": frozenset({"head_bucket", "get_bucket_location"}),
}  # fmt: skip


class Methods(Mapping[str, frozenset[str]]):
    """The same by service as `operations`. Of what is asked before all else, and by no declaration, it is told without loading them."""

    first = frozenset({"sts"})

    def __init__(self, decls: Mapping[str, TypeDecl]) -> None:
        self._every = cache(lambda: operations(decls))

    def __getitem__(self, service: str) -> frozenset[str]:
        return ALWAYS[service] if service in self.first else self._every()[service]

    def __iter__(self) -> Iterator[str]:
        return iter(self._every())

    def __len__(self) -> int:
        return len(self._every())


def operations(decls: Mapping[str, TypeDecl]) -> dict[str, frozenset[str]]:
    """Every method by service that a scan with these declarations can call."""
    found: dict[str, set[str]] = {service: set(methods) for service, methods in ALWAYS.items()}
    for decl in decls.values():
        if decl.provider == "aws":
            for service, method in _called(decl):
                found.setdefault(service, set()).add(method)
    return {service: frozenset(methods) for service, methods in found.items()}


def _called(decl: TypeDecl) -> Iterator[tuple[str, str]]:
    match decl.live:
        case List() as listing:
            yield listing.service, listing.operation
        case Each() as each:
            yield each.parent.service, each.parent.operation
            yield each.listing.service, each.listing.operation
        case Report() as report:
            yield report.service, report.start
            yield report.service, report.fetch
    for get in decl.details:
        if isinstance(get, Get):
            yield get.service or service_of(decl), get.operation
    if isinstance(decl.resolve, Resolve):
        yield decl.resolve.service, decl.resolve.operation


def service_of(decl: TypeDecl) -> str:
    """boto3's name of the service that lists a type. Raises TypeError for what is not read from AWS."""
    match decl.live:
        case List() as listing:
            return listing.service
        case Each() as each:
            return each.listing.service
        case Report() as rep:
            return rep.service
        case _:
            raise TypeError(f"{decl.type} is not read from AWS")
