"""The least that a scan of Azure has to be allowed, derived from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.sdk import Ask, Below, Child, Directory, TypeDecl

#: What every scan asks: which subscriptions there are (in a management group), what stands in them, and which api-versions are served.
ALWAYS = (
    "Microsoft.Management/managementGroups/descendants/read", "Microsoft.ResourceGraph/resources/read", "Microsoft.Resources/providers/read",
    "Microsoft.Resources/subscriptions/read", "Microsoft.Resources/subscriptions/resources/read",
)  # fmt: skip


def actions(decls: Mapping[str, TypeDecl], facts: frozenset[type] = frozenset()) -> tuple[str, ...]:
    """Actions of a custom role, and application permissions of Microsoft Graph (they have no slash), sorted. `facts` are those
    that the chosen checks need; empty: all."""
    return tuple(sorted({*ALWAYS, *(action for decl in decls.values() for action in _of(decl, facts))}))


def _of(decl: TypeDecl, facts: frozenset[type]) -> Iterator[str]:
    if decl.provider != "azure" or decl.type.startswith("*") or (facts and not any(given.fact in facts for given in decl.facts)):
        return
    yield from _found(decl)
    for detail in decl.details_for(facts or frozenset(given.fact for given in decl.facts)):
        if isinstance(detail, Child):
            yield f"{detail.kind(decl.type)}/read"
        elif isinstance(detail, Ask):
            yield detail.permission


def _found(decl: TypeDecl) -> Iterator[str]:
    """What finds the resources of a type: below another one, that one has to be read too, and is enough where they stand in its body."""
    live = decl.live
    if isinstance(live, Directory):
        yield live.permission
        return
    if live is None:
        return  # the generic list says all that is read of it
    if not isinstance(live, Below):
        yield f"{decl.type}/read"
        return
    if live.parent:
        yield f"{live.parent}/read"
    if not live.each:
        yield live.permission or f"{decl.type}/read"
