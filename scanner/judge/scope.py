"""Scopes: which subjects a promise speaks of."""

from __future__ import annotations

from fnmatch import fnmatchcase

from scanner.model.resource import Ref

#: First words of a scope.
WORDS = ("aws", "azure", "tls", "file")


def in_scope(scope: tuple[str, ...], ref: Ref) -> bool:
    """`aws`, `aws:ACCOUNT[/REGION]`, `azure:SUBSCRIPTION`, `tls:HOST[:PORT]`, `file:PATTERN`; empty: everything.

    What cannot be told to be outside (a subject whose account could not be read, a gap) is inside."""
    return not scope or any(_matches(item, ref) for item in scope)


def _matches(item: str, ref: Ref) -> bool:
    kind, _, rest = item.partition(":")
    gap = ref.id.startswith(f"{ref.type} @ ")  # stands for all that a failed look would have shown
    if kind == "file":
        return ("#" in ref.id and fnmatchcase(ref.id.split("#")[0], rest or "*")) or (gap and not ref.account)
    if kind != ref.provider:
        return gap and ref.provider not in WORDS
    if not rest:
        return True
    if kind == "tls":
        return gap or rest.lower() in (ref.id.lower(), ref.name.lower()) or fnmatchcase(ref.name.lower(), rest.lower())
    account, _, region = rest.partition("/")
    return (not ref.account or ref.account.lower() == account.lower()) and (not region or not ref.region or ref.region.lower() == region.lower())
