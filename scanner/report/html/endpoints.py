"""Endpoints: which TLS versions each accepts, and how it stands with chain, name, attacks and quantum safety."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from scanner.model.facts import Attacks, Chain, Handshake, ServedNames, TlsFloor
from scanner.model.known import Known, Unknown
from scanner.model.resource import Resource
from scanner.report.html.markup import rest, row, section, table, text
from scanner.report.i18n import Words

VERSIONS = ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
#: Withdrawn: RFC 6176, RFC 7568, RFC 8996.
_OLD = VERSIONS[:4]
_MOST = 200


def endpoints(resources: Sequence[Resource], say: Words) -> str:
    """The part of the page; empty where no endpoint was probed and no lowest version is configured."""
    probed = [r for r in resources if Handshake in r.facts]
    body = _matrix(probed, say) + _floors(resources, say)
    return section("tls", say("page.tls"), body, say("page.tls.about") if probed else "") if body else ""


def _matrix(probed: list[Resource], say: Words) -> str:
    if not probed:
        return ""
    heads = [text(say("page.tls.endpoint")), *(v.replace("v", " ") for v in VERSIONS), *(text(say(f"page.tls.{name}")) for name in ("pq", "chain", "names", "attacks"))]
    shown = sorted(probed, key=lambda r: (not _weak(r), r.ref))[:_MOST]
    return table(say("page.tls"), heads, (_row(r, say) for r in shown), say, "matrix") + rest(len(probed) - _MOST, say)


def _weak(resource: Resource) -> bool:
    fact = resource.facts[Handshake]
    return isinstance(fact, Unknown) or any(version in _OLD for version in fact.value.versions)


def _row(resource: Resource, say: Words) -> str:
    return row(text(resource.ref.id, 160), *_versions(resource, say), *_others(resource, say))


def _versions(resource: Resource, say: Words) -> Iterator[str]:
    fact = resource.facts[Handshake]
    for version in VERSIONS:
        if isinstance(fact, Unknown):
            yield _mark("unknown", "?", say(f"reason.{fact.reason}"))
        elif version in fact.value.unseen:
            yield _mark("unknown", "?", say("page.tls.untried"))
        elif version in fact.value.versions:
            yield _mark("fail" if version in _OLD else "pass", "✗" if version in _OLD else "✓", say("page.tls.accepted"))
        else:
            yield _mark("dim", "–", say("page.tls.refused"))


def _others(resource: Resource, say: Words) -> Iterator[str]:
    hello = resource.facts[Handshake]
    if isinstance(hello, Unknown):
        yield _mark("unknown", "?", say(f"reason.{hello.reason}"))
    else:
        safe = any("MLKEM" in group.upper() for group in hello.value.groups)
        untried = any("MLKEM" in group.upper() for group in hello.value.untried)
        yield _mark("pass", "✓", say("page.yes")) if safe else _mark("unknown", "?", say("page.tls.untried")) if untried else _mark("dim", "–", say("page.no"))
    for kind, good in ((Chain, lambda f: f.trusted), (ServedNames, lambda f: f.matches), (Attacks, lambda f: not f.vulnerable)):
        fact = resource.facts.get(kind)
        if fact is None:
            yield _mark("dim", "·", "")
        elif isinstance(fact, Unknown):
            yield _mark("unknown", "?", say(f"reason.{fact.reason}"))
        else:
            fine = good(fact.value)
            yield _mark("pass" if fine else "fail", "✓" if fine else "✗", say("page.yes" if fine else "page.no"))


def _mark(kind: str, sign: str, word: str) -> str:
    """A sign for the eye, a word for the ear."""
    return f'class=mark {kind}|<span aria-hidden="true">{sign}</span><span class="hidden">{text(word)}</span>'


def _floors(resources: Iterable[Resource], say: Words) -> str:
    floors = [r.facts[TlsFloor] for r in resources if TlsFloor in r.facts]
    counts = Counter(f.value.min_version for f in floors if isinstance(f, Known))
    unread = sum(isinstance(f, Unknown) for f in floors)
    if not floors:
        return ""
    order = [v for v in VERSIONS if counts[v]] + sorted(v for v in counts if v not in VERSIONS)
    lines = [row(text(v.replace("v", " ")), f"class=n{' fail' if v in _OLD else ''}|{say.number(counts[v])}") for v in order]
    if unread:
        lines.append(row(text(say("page.unknown")), f"class=n unknown|{say.number(unread)}"))
    return f"<h3>{text(say('page.tls.floor'))}</h3>" + table(say("page.tls.floor"), [text(say("page.tls.version")), text(say("page.tls.count"))], lines, say, "narrow")
