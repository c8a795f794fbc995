"""Where is the data, and where are its copies?"""

from functools import cache, lru_cache

from scanner.sdk import (
    BackupPlaces,
    Countries,
    Home,
    LogPlaces,
    Outcome,
    Place,
    Reason,
    Replicas,
    Resource,
    Said,
    Severity,
    bad,
    check,
    country_name,
    fails,
    good,
    listed,
    passes,
    place_of,
    say,
    several,
    term,
    unsure,
    unsure_of,
)  # fmt: skip


@check(
    id="residency",
    needs=(Home, Replicas, BackupPlaces, LogPlaces),
    severity=Severity.HIGH,
    since="0.1",
    cites=("GDPR Art. 44-49", "GDPR Art. 28(3)(a)", "GDPR Art. 30(1)(e)", "ISO/IEC 27001:2022 A.5.23", "ISO/IEC 27001:2022 A.5.34", "DORA Art. 30(2)(b)", "BSI C5:2026 PSS-12"),
    params=Countries,
)
def residency(res: Resource, where: Home | Replicas | BackupPlaces | LogPlaces, params: Countries) -> Outcome:
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
        rest = say(" ({n} of {total} inside)", n=len(inside), total=len(places)) if len(places) > 1 else ""
        does = say("{what}, outside {promised}{rest}", what=_does(where, res.ref.name, outside), promised=_words(params), rest=rest)
        return fails(does)
    open_ones = [place for place in places if place.country is None]
    if open_ones:
        first = open_ones[0]
        detail = first.detail.removeprefix("undetermined: ") or say("{region} names no single country", region=first.region or say("no region"))
        more = say(" (and {n} more)", n=len(open_ones) - 1) if len(open_ones) > 1 else ""
        what = f"{first.what}: " if first.what and first.what not in detail else ""
        return unsure(first.reason or Reason.UNRESOLVED, say("undetermined: {what}{detail}{more}", what=what, detail=detail, more=more))
    if not places:
        return passes(say("{name} has no {copies} elsewhere", name=res.ref.name, copies=_COPIES[type(where)]))
    promised = _words(params) if len(allowed) > 1 else _country(allowed[0])
    return passes(say("{what}, inside {promised}", what=_does(where, res.ref.name, inside), promised=promised))


_COPIES = {Home: say("home"), Replicas: say("copies"), BackupPlaces: say("backups"), LogPlaces: say("logs")}


def _does(where: Home | Replicas | BackupPlaces | LogPlaces, name: str, places: list[Place]) -> Said:
    match where:
        case Home():
            return say("{name} is {places}", name=name, places=_list(places))
        case Replicas():
            return say("{name} is replicated: {places}", name=name, places=_list(places))
        case BackupPlaces():
            return say("{name} is backed up: {places}", name=name, places=_list(places))
        case LogPlaces():
            return say("{name} sends logs: {places}", name=name, places=_list(places))


@cache
def _country(code: str) -> Said:
    return term(country_name(code), f"country.{code}")


@lru_cache(4096)
def _say(place: Place) -> Said:
    what = f"{place.what} " if place.what else ""
    return say("{what}in {region} ({country})", what=what, region=place.region, country=_country(place.country or ""))


def _list(places: list[Place], most: int = 5) -> Said:
    return several(list(dict.fromkeys(map(_say, places))), most)


@lru_cache(64)
def _words(params: Countries) -> Said:
    words = [{"EU": say("the EU"), "EEA": say("the EEA")}.get(word.upper(), _country(word.upper())) for word in params.countries]
    if len(words) == 1:
        return words[0]
    if len(words) > 6:
        return say("{n} countries", n=len(params.allowed))
    return say("{names} and {last}", names=listed(words[:-1]), last=words[-1])


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
