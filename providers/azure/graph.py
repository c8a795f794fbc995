"""Azure Resource Graph: the bodies of all subscriptions by one paged query.

It carries what each resource provider told it, by an api-version that it names (Microsoft Learn, Resource Graph sample
queries, "Show resource types and API versions"). A body is taken from it only if that version is the one by which Houvast
reads the type, or a later one: by an older one a property may be missing that the resource has, and its absence would mean
something. What it lacks is read from Resource Manager; that it trails by seconds to minutes is the price of its speed
(`azure.bodies = lists` asks Resource Manager alone).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from providers.azure.found import Row
from providers.azure.session import Session
from scanner.sdk import Arm, Failure, Json, Reason, TypeDecl

OPERATION = "Microsoft.ResourceGraph/resources/read"
PAGE = 1000
TYPES_AT_ONCE = 80
"""Types that one query names: its length is limited."""
SUBSCRIPTIONS_AT_ONCE = 500
COLUMNS = "id, name, type, location, tags, kind, sku, managedBy, identity, plan, zones, extendedLocation, properties, apiVersion"


def queries(types: Iterable[str]) -> tuple[str, ...]:
    """Queries for all resources of these types, in an order that holds still from page to page."""
    names = sorted(kind.lower() for kind in types)
    chunks = [names[at : at + TYPES_AT_ONCE] for at in range(0, len(names), TYPES_AT_ONCE)]
    return tuple(f"resources | where type in~ ({', '.join(repr(name) for name in chunk)}) | project {COLUMNS} | order by id asc" for chunk in chunks)


def rows(session: Session, subscriptions: Sequence[str], types: Iterable[str], pages: list[int]) -> Iterator[Mapping[str, Json]]:
    """Every row of every page; `pages` gets an entry for each. Raises Failure."""
    for query in queries(types):
        for at in range(0, len(subscriptions), SUBSCRIPTIONS_AT_ONCE):
            yield from _paged(session, query, subscriptions[at : at + SUBSCRIPTIONS_AT_ONCE], pages)


def _paged(session: Session, query: str, subscriptions: Sequence[str], pages: list[int]) -> Iterator[Mapping[str, Json]]:
    token, seen = "", set[str]()
    while True:
        options: Json = {"resultFormat": "objectArray", "$top": PAGE, **({"$skipToken": token} if token else {})}
        body = session.query({"subscriptions": list(subscriptions), "query": query, "options": options})
        found, following = body.get("data"), body.get("$skipToken") or ""
        if not isinstance(found, list) or not isinstance(following, str):
            raise Failure(Reason.UNPARSABLE, "", f"rows were expected, found members {', '.join(sorted(body))[:100]}")
        pages.append(len(found))
        yield from (row for row in found if isinstance(row, dict))
        token = following
        if not token:  # not `resultTruncated`: the official examples show it "false" beside a token
            return
        if token in seen:
            raise Failure(Reason.UNPARSABLE, "PagingLoop", "the next page is one that was read already")
        seen.add(token)


def row_of(given: Mapping[str, Json], call: str) -> tuple[str, Row] | None:
    """(id in lower case, row). Columns that are null are not set; None for a row that is no resource."""
    id, properties = given.get("id"), given.get("properties")
    if not isinstance(id, str) or not isinstance(given.get("type"), str) or not isinstance(properties, Mapping) or not properties:
        return None
    body: dict[str, Json] = {key: value for key, value in given.items() if value is not None and value != "" and key != "apiVersion"}
    return id.lower(), Row(str(given.get("apiVersion") or ""), body, call)


def carries(row: Row, decl: TypeDecl) -> bool:
    """Whether the body has all that the declared api-version has."""
    return isinstance(decl.live, Arm) and decl.live.graph and _date(row.api) >= _date(decl.live.api) and ("preview" not in row.api or row.api == decl.live.api)


def _date(api: str) -> str:
    found = re.match(r"\d{4}-\d{2}-\d{2}", api)
    return found[0] if found else ""
