"""Endpoints that clouds declare, offered to the prober of TLS: load balancers, distributions, domains, records of zones.

Reads what was collected through the same declarations as everything else. What could not be read, or is reached
within private networks only, is said: nobody is to believe that every endpoint was looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from scanner.declare.decl import TypeDecl
from scanner.declare.index import Index
from scanner.declare.interpret import declaration, read_fact
from scanner.declare.readers import NotApplicable
from scanner.declare.view import View
from scanner.model.facts import Endpoint, Endpoints
from scanner.model.known import Reason, Unknown
from scanner.model.record import dataclass
from scanner.model.snapshot import EVERY_TYPE, Call, Dialect, Snapshot

ENDPOINT = "TLS::Endpoint"
_HOST = re.compile(r"(?=.{1,253}$)(?!.*\.[0-9]+$)(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)+(?!-)[a-z0-9-]{2,63}(?<!-)")
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*")
MOST = 10_000
"""Endpoints that are probed at most; a zone may hold more records than anybody meant to have probed."""


@dataclass(frozen=True)
class Offer:
    """What a cloud's documents say about where its things are reached."""

    targets: tuple[str, ...] = ()
    """As targets are written: `tls://www.example.org:443`."""
    own_names: frozenset[str] = field(default_factory=frozenset)
    """Ids (`host:port`) of those whose host is the provider's own name: their certificate need not name it."""
    perhaps: Mapping[str, str] = field(default_factory=dict)
    """What named them, of those at which there may be nobody."""
    excluded: tuple[str, ...] = ()
    """Left out by choice, as `Run.excluded` has it: `tls:10.0.0.7:443`."""
    lost: tuple[Call, ...] = ()
    """Looks that were not answered and may hide endpoints: gaps."""


def offered(snapshot: Snapshot, decls: Mapping[str, TypeDecl], most: int = MOST) -> Offer:
    """The endpoints of everything that was seen live, in a stable order."""
    public: dict[str, Endpoint] = {}
    private: dict[str, Endpoint] = {}
    lost: list[Call] = list(_hidden(snapshot, decls))
    index = Index.of(snapshot)
    for doc in snapshot.documents:
        decl = declaration(doc.ref.type, decls)
        given = decl.given(Endpoints) if decl else None
        if decl is None or given is None or doc.reference or doc.dialect is not Dialect.LIVE:
            continue
        try:
            found = read_fact(given, View(doc, index, decl, decls))
        except NotApplicable:
            continue
        if isinstance(found, Unknown):
            lost.append(Call("tls", "", "", "tls", f"endpoints of {doc.ref.id}", doc.ref.id, found.reason, "", found.detail, types=(ENDPOINT,)))
            continue
        for one in found.value.at:
            if not nameable(one.host):
                detail = f"{one.host!r} is no name that can be asked for"
                lost.append(Call("tls", "", "", "tls", f"endpoint {one.host}", doc.ref.id, Reason.UNPARSABLE, "", detail, types=(ENDPOINT,)))
                continue
            _keep(public if one.public else private, one)
    ids = sorted(public)
    named = {key for key in ids if not public[key].own_name}
    excluded = (*(key for key in sorted(private) if key not in public), *ids[most:])
    return Offer(
        tuple(f"{public[key].scheme}://{key}" for key in ids[:most]),
        frozenset(key for key in ids[:most] if key not in named),
        {key: public[key].named_in for key in ids[:most] if public[key].named_in},
        tuple(f"tls:{key}" for key in excluded),
        tuple(lost),
    )


def _keep(found: dict[str, Endpoint], one: Endpoint) -> None:
    """Whoever says more of an endpoint than that it has a name is believed."""
    before = found.get(endpoint_id(one))
    if before is None or (before.named_in and not one.named_in):
        found[endpoint_id(one)] = one


def endpoint_id(one: Endpoint) -> str:
    """`host:port`, as the subject of a probe is called."""
    host = one.host.removesuffix(".").lower()
    return f"[{host}]:{one.port}" if ":" in host else f"{host}:{one.port}"


def nameable(host: str) -> bool:
    """Whether a host can be asked for: a whole domain name or an address, not a pattern (`*.example.org`)."""
    plain = host.removesuffix(".").lower()
    return bool(_HOST.fullmatch(plain) or _ADDRESS.fullmatch(plain))


def _hidden(snapshot: Snapshot, decls: Mapping[str, TypeDecl]) -> Iterator[Call]:
    """A listing that failed may hide endpoints, if one of its types has any."""
    reaching = {name for name, decl in decls.items() if decl.given(Endpoints)}
    for call in snapshot.calls:
        if not call.ok and call.provider != "tls" and (EVERY_TYPE in call.types or reaching & set(call.types)):
            operation = f"endpoints that {call.name} would have shown"
            yield Call("tls", call.account, call.region, "tls", operation, call.subject, call.outcome or Reason.DEFECT, call.code, call.detail, types=(ENDPOINT,))
