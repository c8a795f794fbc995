"""The least that a scan of Azure has to be allowed, derived from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.sdk import Below, Child, TypeDecl

#: What every scan asks: which subscriptions there are, and what stands in them.
ALWAYS = ("Microsoft.Resources/subscriptions/read", "Microsoft.Resources/subscriptions/resources/read", "Microsoft.Resources/subscriptions/resourceGroups/read")


def actions(decls: Mapping[str, TypeDecl], facts: frozenset[type] = frozenset()) -> tuple[str, ...]:
    """Actions of a custom role, sorted. `facts` are those that the chosen checks need; empty: all."""
    return tuple(sorted({*ALWAYS, *(action for decl in decls.values() for action in _of(decl, facts))}))


def _of(decl: TypeDecl, facts: frozenset[type]) -> Iterator[str]:
    if decl.provider != "azure" or decl.type.startswith("*") or (facts and not any(given.fact in facts for given in decl.facts)):
        return
    yield from _found(decl)
    for detail in decl.details_for(facts or frozenset(given.fact for given in decl.facts)):
        if isinstance(detail, Child):
            yield f"{detail.kind(decl.type)}/read"


def _found(decl: TypeDecl) -> Iterator[str]:
    """What finds the resources of a type: below another one, that one has to be read too, and is enough where they stand in its body."""
    live = decl.live
    if not isinstance(live, Below):
        yield f"{decl.type}/read"
        return
    if live.parent:
        yield f"{live.parent}/read"
    if not live.each:
        yield live.permission or f"{decl.type}/read"
