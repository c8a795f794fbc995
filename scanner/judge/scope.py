"""Scopes: which subjects a promise speaks of."""

from __future__ import annotations

from fnmatch import fnmatchcase

from scanner.model.resource import Ref

#: First words of a scope.
WORDS = ("aws", "azure", "tls", "file")


def in_scope(scope: tuple[str, ...], ref: Ref) -> bool:
    """`aws`, `aws:ACCOUNT[/REGION]`, `azure:SUBSCRIPTION`, `tls:HOST[:PORT]`, `file:PATTERN`; empty: everything.

    What cannot be told to be outside (a subject whose account could not be read) is inside."""
    return not scope or any(_matches(item, ref) for item in scope)


def _matches(item: str, ref: Ref) -> bool:
    kind, _, rest = item.partition(":")
    if kind == "file":
        return "#" in ref.id and fnmatchcase(ref.id.split("#")[0], rest or "*")
    if kind != ref.provider:
        return False
    if not rest:
        return True
    if kind == "tls":
        return ref.id == rest or ref.name == rest or fnmatchcase(ref.name, rest)
    account, _, region = rest.partition("/")
    return (not ref.account or ref.account == account) and (not region or not ref.region or ref.region == region)
