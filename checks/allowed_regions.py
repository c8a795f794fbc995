"""Can new resources be made in places that were not promised?"""

from datetime import UTC, datetime

from scanner.sdk import (
    AllowedRegions,
    Countries,
    Now,
    Outcome,
    Reason,
    Resource,
    Severity,
    bad,
    check,
    fails,
    good,
    listed,
    passes,
    place_of,
    say,
    unsure,
    unsure_of,
)  # fmt: skip


@check(
    id="allowed-regions", needs=AllowedRegions, severity=Severity.MEDIUM, since="0.1", params=Countries,
    cites=("GDPR Art. 25", "GDPR Art. 44", "ISO/IEC 27001:2022 A.5.23", "DORA Art. 30(2)(b)", "BSI C5:2026 PSS-12"),
)  # fmt: skip
def allowed_regions(res: Resource, rule: AllowedRegions, params: Countries, now: Now) -> Outcome:
    """A policy that says where resources may be made allows only the promised countries, and is enforced.

    Why: where everything is today is a matter of today. A policy of the cloud that refuses other regions keeps the next
    resource, and the next copy, where it was promised to be; one that only reports, or that leaves scopes out, does not.

    Remedy: assign the built-in policy "Allowed locations" (and the one for resource groups) with the promised regions at the
    highest scope, enforcement on, without excluded scopes and exemptions; in AWS a service control policy that denies
    other regions. A subject here is a policy or an exemption that exists: an account without any has none to judge.
    """
    name = res.ref.name
    if rule.until is not None and rule.until <= now.at:
        return passes(say("{name} ended on {day:%Y-%m-%d}", name=name, day=rule.until))
    if not rule.enforced:
        return fails(say("{name} does not refuse other regions{detail}", name=name, detail=f": {rule.detail}" if rule.detail else ""))
    outside = [place.region for place in rule.places if place.country is not None and place.country not in params.allowed]
    if outside:
        return fails(say("{name} allows {regions}", name=name, regions=listed(outside)))
    if rule.exempt:
        return fails(say("{name} leaves out {scopes}", name=name, scopes=listed(list(rule.exempt))), Severity.LOW)
    lost = [place.region for place in rule.places if place.country is None]
    if lost:
        return unsure(Reason.UNRESOLVED, say("{name} allows {regions}, of which no single country is known", name=name, regions=listed(lost)))
    return passes(say("{name} allows {regions} only", name=name, regions=listed([place.region for place in rule.places]) if rule.places else say("no region")))


_DUBLIN, _LONDON = place_of("aws", "eu-west-1"), place_of("azure", "uksouth")
_NOW = datetime(2026, 11, 21, tzinfo=UTC)
EXAMPLES = (
    good(AllowedRegions((_DUBLIN,), True), now=_NOW),
    good(AllowedRegions((_DUBLIN, _LONDON), True), countries=["EU", "GB"], now=_NOW),
    good(AllowedRegions((), False, until=datetime(2026, 1, 1, tzinfo=UTC)), now=_NOW, name="an exemption that has ended"),
    bad(AllowedRegions((_DUBLIN, _LONDON), True), now=_NOW),
    bad(AllowedRegions((_DUBLIN,), False, "it only reports"), now=_NOW),
    bad(AllowedRegions((_DUBLIN,), True, exempt=("/subscriptions/s/resourceGroups/lab",)), now=_NOW),
    bad(AllowedRegions((_DUBLIN,), False, until=datetime(2027, 1, 1, tzinfo=UTC)), now=_NOW, name="an exemption that lasts"),
    unsure_of(AllowedRegions((place_of("azure", "europe"),), True), now=_NOW),
    unsure_of(Reason.DENIED, now=_NOW),
)
