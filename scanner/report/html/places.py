"""Where data and its copies are, by country."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.data.regions import members
from scanner.model.facts import BackupPlaces, Home, LogPlaces, Replicas
from scanner.model.known import Json, Unknown
from scanner.model.place import Place
from scanner.model.resource import Ref, Resource
from scanner.model.verdict import Assessment, Status
from scanner.report.html.markup import row, section, table, text
from scanner.report.i18n import Words

KINDS: Mapping[type, str] = {Home: "home", Replicas: "replicas", BackupPlaces: "backups", LogPlaces: "logs"}
#: Rows that are no country: places without one, and facts that could not be read.
OPEN, UNREAD = "?", "!"


class Map:
    """Numbers of resources by country and kind, and how many of them are outside what was promised."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.outside: Counter[str] = Counter()

    @classmethod
    def of(cls, assessment: Assessment, resources: Iterable[Resource]) -> Map:
        """Count; a resource counts once a country and kind, however many copies it has there."""
        found, forbidden = cls(), _forbidden(assessment)
        for resource in resources:
            for kind, name in KINDS.items():
                fact = resource.facts.get(kind)
                if fact is None:
                    continue
                if isinstance(fact, Unknown):
                    found.counts[UNREAD][name] += 1
                    continue
                places: tuple[Place, ...] = (fact.value.place,) if isinstance(fact.value, Home) else fact.value.places
                allowed = forbidden.get((resource.ref, kind.__name__), [])
                for country in sorted({place.country or OPEN for place in places}):
                    found.counts[country][name] += 1
                    found.outside[country] += country != OPEN and any(country not in group for group in allowed)
        return found

    def countries(self) -> list[str]:
        """Countries by number, then what has none."""
        known = [c for c in self.counts if c not in (OPEN, UNREAD)]
        return sorted(known, key=lambda c: (-self.counts[c].total(), c)) + [c for c in (OPEN, UNREAD) if c in self.counts]


def _forbidden(assessment: Assessment) -> dict[tuple[Ref, str], list[frozenset[str]]]:
    """For each failed residency verdict the countries that were promised."""
    found: dict[tuple[Ref, str], list[frozenset[str]]] = defaultdict(list)
    for verdict in assessment.verdicts:
        if verdict.check == "residency" and verdict.status is Status.FAIL:
            found[verdict.subject, verdict.fact].append(_allowed(verdict.params.get("countries", ["EU"])))
    return found


def _allowed(countries: Json) -> frozenset[str]:
    codes: set[str] = set()
    for word in countries if isinstance(countries, (list, tuple)) else []:
        try:
            codes |= members(str(word))
        except KeyError:  # a word that the check itself refuses never comes this far
            continue
    return frozenset(codes)


def places(assessment: Assessment, resources: Sequence[Resource], say: Words) -> str:
    """The part of the page; empty where no resource has a place."""
    found = Map.of(assessment, resources)
    if not found.counts:
        return ""
    legend = "".join(f'<li><span class="swatch k-{name}"></span> {text(say(f"page.places.{name}"))}</li>' for name in KINDS.values())
    heads = [text(say("page.places.country")), *(text(say(f"page.places.{name}")) for name in KINDS.values())]
    body = f'<ul class="legend" aria-hidden="true">{legend}</ul>' + table(say("page.places"), heads, _rows(found, say), say, "places")
    return section("places", say("page.places"), body, say("page.places.about"))


def _rows(found: Map, say: Words) -> Iterator[str]:
    most = max(counts.total() for counts in found.counts.values())
    for country in found.countries():
        counts = found.counts[country]
        name = {OPEN: say("page.places.open"), UNREAD: say("page.places.unread")}.get(country) or say.country(country)
        note = f'<span class="note">{text(say("page.places.open.about"))}</span>' if country == OPEN else ""
        if found.outside[country]:
            note = f'<span class="badge broken">✗ {text(say.count("page.places.outside", found.outside[country]))}</span>'
        code = "" if country in (OPEN, UNREAD) else f' <span class="note">{text(country)}</span>'
        cells = (f"class=n|{say.number(counts[kind]) if counts[kind] else '·'}" for kind in KINDS.values())
        yield row(f"{text(name)}{code} {note}{_bar(counts, most, country)}", *cells)


def _bar(counts: Counter[str], most: int, country: str) -> str:
    at, bars = 0.0, ""
    for kind in KINDS.values():
        width = max(100 * counts[kind] / most, 0.4) if counts[kind] else 0.0
        bars += f'<rect class="k-{kind}" x="{at:.3f}" y="0" width="{width:.3f}" height="6"/>' if width else ""
        at += width
    faint = " faint" if country in (OPEN, UNREAD) else ""
    return f'<svg class="bar{faint}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">{bars}</svg>'
