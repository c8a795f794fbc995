"""Where is the data, and where are its copies?"""

from dataclasses import dataclass
from functools import cached_property

from scanner.sdk import (
    BackupPlaces,
    Home,
    LogPlaces,
    Outcome,
    Place,
    Reason,
    Replicas,
    Resource,
    Severity,
    bad,
    check,
    country_name,
    fails,
    good,
    members,
    passes,
    place_of,
    unsure,
    unsure_of,
)  # fmt: skip


@dataclass(frozen=True)
class Params:
    """Which countries are allowed: ISO 3166-1 codes, or the groups `EU` (27 members) and `EEA`."""

    countries: tuple[str, ...] = ("EU",)

    def __post_init__(self) -> None:
        if not self.countries:
            raise ValueError("countries is empty: name at least one country, EU or EEA")
        _ = self.allowed

    @cached_property
    def allowed(self) -> frozenset[str]:
        """Country codes, groups unfolded. Raises ValueError for a word that is neither."""
        try:
            return frozenset(code for word in self.countries for code in members(word))
        except KeyError as error:
            raise ValueError(f"countries: {error.args[0]!r} is no ISO 3166-1 country code known here, nor EU or EEA") from None


@check(
    id="residency",
    needs=(Home, Replicas, BackupPlaces, LogPlaces),
    severity=Severity.HIGH,
    since="0.1",
    cites=("GDPR Art. 44-49", "GDPR Art. 28(3)(a)", "GDPR Art. 30(1)(e)", "ISO/IEC 27001:2022 A.5.23", "ISO/IEC 27001:2022 A.5.34", "DORA Art. 30(2)(b)", "BSI C5:2026 PSS-12"),
    params=Params,
)
def residency(res: Resource, where: Home | Replicas | BackupPlaces | LogPlaces, params: Params) -> Outcome:
    """Data and its copies stay in the promised countries.

    Why: personal data that leaves the European Economic Area is a transfer, which needs a ground of its own and has
    to stand in the privacy statement. Copies leave more often than originals: a replica, a backup vault or a log
    group in another region is enough. Home, replicas, backups and logs are asked separately, so that one that is
    proven to be outside is not hidden by another that could not be read.

    Remedy: move the resource, or remove the copy and its rule (replication, copy action, log destination) and delete
    what was copied. Where a copy outside is meant, promise the countries where it really is. Global and edge services
    have no single country: use a regional one, or say in the promise that they are used.
    """
    places = (where.place,) if isinstance(where, Home) else where.places
    allowed = sorted(params.allowed)
    outside = [place for place in places if place.country is not None and place.country not in params.allowed]
    inside = [place for place in places if place.country is not None and place.country in params.allowed]
    if outside:
        rest = f" ({len(inside)} of {len(places)} inside)" if len(places) > 1 else ""
        return fails(f"{res.ref.name} {_VERB[type(where)]} {_list(outside)}, outside {_words(params)}{rest}")
    open_ones = [place for place in places if place.country is None]
    if open_ones:
        first = open_ones[0]
        detail = first.detail.removeprefix("undetermined: ") or f"{first.region or 'no region'} names no single country"
        more = f" (and {len(open_ones) - 1} more)" if len(open_ones) > 1 else ""
        return unsure(first.reason or Reason.UNRESOLVED, f"undetermined: {f'{first.what}: ' if first.what and first.what not in detail else ''}{detail}{more}")
    if not places:
        return passes(f"{res.ref.name} has no {_COPIES[type(where)]} elsewhere")
    return passes(f"{res.ref.name} {_VERB[type(where)]} {_list(inside)}, inside {_words(params) if len(allowed) > 1 else country_name(allowed[0])}")


_VERB = {Home: "is", Replicas: "is replicated:", BackupPlaces: "is backed up:", LogPlaces: "sends logs:"}
_COPIES = {Home: "home", Replicas: "copies", BackupPlaces: "backups", LogPlaces: "logs"}


def _say(place: Place) -> str:
    what = f"{place.what} " if place.what else ""
    return f"{what}in {place.region} ({country_name(place.country or '')})"


def _list(places: list[Place], most: int = 5) -> str:
    said = list(dict.fromkeys(map(_say, places)))
    return ", ".join(said[:most]) + (f" and {len(said) - most} more" if len(said) > most else "")


def _words(params: Params) -> str:
    words = [{"EU": "the EU", "EEA": "the EEA"}.get(word.upper(), country_name(word.upper())) for word in params.countries]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if len(words) <= 6 else f"{len(params.allowed)} countries"


_DUBLIN, _LONDON, _ZURICH, _OHIO = (place_of("aws", name) for name in ("eu-west-1", "eu-west-2", "eu-central-2", "us-east-2"))

EXAMPLES = (
    good(Home(_DUBLIN)),
    good(Home(place_of("aws", "eu-west-1a"))),
    good(Home(place_of("azure", "westeurope")), countries=["NL", "DE"]),
    good(Home(place_of("azure", "norwayeast")), countries=["EEA"]),
    good(Home(_LONDON), countries=["EU", "GB"]),
    good(Replicas(())),
    good(LogPlaces((_DUBLIN,))),
    bad(Home(_LONDON)),
    bad(Home(_ZURICH)),
    bad(Home(place_of("azure", "uksouth"))),
    bad(Home(place_of("azure", "switzerlandnorth"))),
    bad(Home(place_of("azure", "norwayeast"))),
    bad(Home(_DUBLIN), countries=["DE"]),
    bad(Replicas((_DUBLIN, _OHIO))),
    bad(Replicas((Place(""), _OHIO)), name="known to be outside, beside one that is not known"),
    bad(BackupPlaces((_OHIO,))),
    unsure_of(Home(place_of("azure", "europe"))),
    unsure_of(Home(place_of("azure", "global"))),
    unsure_of(Home(place_of("aws", "aws-global"))),
    unsure_of(Home(place_of("aws", "eu-nowhere-9"))),
    unsure_of(Replicas((_DUBLIN, Place("", what="arn:aws:s3:::other", reason=Reason.DENIED, detail="s3:GetBucketLocation denied")))),
    unsure_of(Reason.DENIED),
)
