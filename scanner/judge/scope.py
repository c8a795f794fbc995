"""Scopes: which subjects a promise speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from scanner.model.resource import Ref

#: First words of a scope.
WORDS = ("aws", "azure", "tls", "file", "tag")


def in_scope(scope: tuple[str, ...], ref: Ref, tags: Mapping[str, str] | None = None, all_tags: bool = False) -> bool:
    """`aws`, `aws:ACCOUNT[/REGION]`, `azure:SUBSCRIPTION`, `tls:HOST[:PORT]`, `file:PATTERN`, `tag:KEY[=VALUE]`; empty: everything.

    What cannot be told to be outside (a subject whose account or tags could not be read, a gap) is inside. `all_tags` says
    that a tag which is not in `tags` is not there."""
    return not scope or any(_matches(item, ref, tags, all_tags) for item in scope)


def tagged(rest: str, tags: Mapping[str, str] | None) -> bool | None:
    """Whether tags hold `KEY` or `KEY=VALUE` (`*` for any part, capitals as you like); None when the key is not among them."""
    key, equals, value = rest.partition("=")
    found = [text for name, text in (tags or {}).items() if name.casefold() == key.casefold()]
    if not found:
        return None
    return not equals or any(fnmatchcase(text.casefold(), value.casefold()) for text in found)


def _matches(item: str, ref: Ref, tags: Mapping[str, str] | None, all_tags: bool) -> bool:
    kind, _, rest = item.partition(":")
    if kind == "tag":  # endpoints have none
        held = tagged(rest, tags)
        return ref.provider != "tls" and (not all_tags if held is None else held)
    gap = ref.id.startswith(f"{ref.type} @ ")  # stands for all that a failed look would have shown
    if kind == "file":
        return ("#" in ref.id and fnmatchcase(ref.id.split("#")[0], rest or "*")) or (gap and not ref.account)
    if kind != ref.provider:
        return gap and ref.provider not in WORDS
    if not rest:
        return True
    if kind == "tls":
        return gap or rest.lower() in (ref.id.lower(), ref.id.lower().partition("@")[0], ref.name.lower()) or fnmatchcase(ref.name.lower(), rest.lower())
    account, _, region = rest.partition("/")
    return (not ref.account or ref.account.lower() == account.lower()) and (not region or not ref.region or ref.region.lower() == region.lower())
