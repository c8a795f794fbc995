"""The silence law over time: what could not be seen today is neither mended nor gone."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner import plugins
from scanner.judge.assess import assess
from scanner.judge.diff import Kind, Seen, Standing, State, compare, standings
from scanner.model.known import Reason
from scanner.model.snapshot import Snapshot
from tests.support.month import day, demo, public, taken
from tests.support.silence import without

REASONS = [reason for reason in Reason if reason is not Reason.NOT_COLLECTED]
GOOD_NEWS = {Kind.RESOLVED, Kind.REMOVED}


@cache
def estate() -> Snapshot:
    return taken(public(demo(), "care-website"), day(0))


def standing(snapshot: Snapshot) -> dict[str, Standing]:
    found = assess(snapshot, plugins.load_types(), plugins.load_checks(), (), day(0))
    return standings(found.verdicts, snapshot)


@cache
def before() -> dict[str, Standing]:
    return standing(estate())


def after(lost: set[str], reason: Reason) -> tuple[dict[str, Standing], list[tuple[Kind | None, Standing]]]:
    """What is seen without some calls, and what the history makes of it."""
    snapshot = without(estate(), lost, reason)
    new = standing(snapshot)
    return new, [(change.kind, change.after) for change in compare(before(), new, Seen.of(snapshot, plugins.load_checks()))]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_set_of_refused_calls_mends_or_removes_anything(data: st.DataObject) -> None:
    lost = data.draw(st.sets(st.sampled_from([call.id for call in estate().calls]), min_size=1))
    _, changes = after(lost, data.draw(st.sampled_from(REASONS)))
    good = [(kind, s.check, s.subject.id, s.fact) for kind, s in changes if kind in GOOD_NEWS]
    assert not good
    gone = [(s.check, s.subject.id) for _, s in changes if s.state is State.GONE and not s.gap and "other parameters" not in s.why]
    assert not gone


@pytest.mark.parametrize("listing", [call for call in estate().calls if call.types and call.items], ids=lambda call: f"{call.service}-{call.operation}-{call.region}")
def test_a_refused_listing_hides_all_that_it_showed(listing: object) -> None:
    from scanner.model.snapshot import Call

    assert isinstance(listing, Call)
    _, changes = after({listing.id}, Reason.DENIED)
    assert not [s for kind, s in changes if kind in GOOD_NEWS]


def test_what_comes_back_is_the_same_finding() -> None:
    snapshot = without(estate(), [call.id for call in estate().calls], Reason.DENIED)
    new = standing(snapshot)
    dark = {**before(), **{change.after.fingerprint: change.after for change in compare(before(), new, Seen.of(snapshot, plugins.load_checks()))}}
    assert all(f in new for f, s in dark.items() if s.state is State.PASS), "only what was judged today (a guarantee of the platform) passes"
    back = compare(dark, before(), Seen.of(estate(), plugins.load_checks()))
    kinds = {change.kind for change in back if not change.after.gap}
    assert kinds <= {Kind.KNOWN_AGAIN, None}
