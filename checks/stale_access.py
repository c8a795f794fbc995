"""Do credentials lie around that nobody uses?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from scanner.sdk import Access, AccessKey, Now, Outcome, Reason, Resource, Said, Severity, bad, check, dataclass, fails, good, listed, passes, say, unsure, unsure_of


@dataclass(frozen=True)
class Params:
    """After how many days without use a credential counts as forgotten."""

    days: float = 90

    def __post_init__(self) -> None:
        if not 0 < self.days < float("inf"):
            raise ValueError(f"days = {self.days} is no number of days")


@check(
    id="stale-access",
    needs=Access,
    severity=Severity.MEDIUM,
    since="0.1",
    cites=("GDPR Art. 32(1)(b)", "ISO/IEC 27001:2022 A.5.18", "NIS2 Art. 21(2)(i)", "DORA RTS 2024/1774 Art. 21"),
    params=Params,
)
def stale_access(res: Resource, access: Access, params: Params, now: Now) -> Outcome:
    """Credentials that nobody uses any more are taken away.

    Why: the account of a colleague who left and the key of a job that ended still open every door they ever did, and nobody
    notices when somebody else uses them.

    Remedy: deactivate the key or the password, wait a while, then delete it. Better: no long-lived keys at all, but
    roles and single sign-on.
    """
    limit = now.at - timedelta(days=params.days)
    stale = list(_stale(access, limit))
    if stale:
        return fails(say("{name}: {found}", name=res.ref.name, found=listed(stale, "; ")))
    if access.has_password is None and access.password_last_used is None and access.created < limit:
        return unsure(Reason.UNSUPPORTED, say("{name}: whether there is a password that was never used is not said here", name=res.ref.name))
    if not access.has_password and access.password_last_used is None and not any(key.active for key in access.keys):
        return passes(say("{name} has no credentials in force", name=res.ref.name))
    return passes(say("{name} used its credentials within {days:g} days, or got them since", name=res.ref.name, days=params.days))


def _stale(access: Access, limit: datetime) -> Iterator[Said]:
    for key in access.keys:
        if key.active and max(key.created, key.last_used or key.created) < limit:
            if key.last_used:
                yield say("key {key} was last used on {day:%Y-%m-%d}", key=key.id, day=key.last_used)
            else:
                yield say("key {key} was never used since {day:%Y-%m-%d}", key=key.id, day=key.created)
    if access.has_password is False:
        return
    if access.password_last_used is not None and access.password_last_used < limit:
        yield say("the password was last used on {day:%Y-%m-%d}", day=access.password_last_used)
    elif access.has_password and access.password_last_used is None and access.created < limit:
        yield say("the password was never used since {day:%Y-%m-%d}", day=access.created)


_NOW = datetime(2026, 11, 21, tzinfo=UTC)
_OLD, _NEW = _NOW - timedelta(days=400), _NOW - timedelta(days=3)

EXAMPLES = (
    good(Access(_OLD, _NEW, (AccessKey("AKIA…1", True, _OLD, _NEW),)), now=_NOW),
    good(Access(_NEW, has_password=True), now=_NOW, name="made this week"),
    good(Access(_OLD, None, (AccessKey("AKIA…1", False, _OLD),), has_password=False), now=_NOW, name="only a key that is switched off"),
    good(Access(_NOW - timedelta(days=100), _NOW - timedelta(days=100), has_password=True), now=_NOW, days=180),
    bad(Access(_OLD, _OLD), now=_NOW),
    bad(Access(_OLD, None, has_password=True), now=_NOW, name="a password that was never used"),
    bad(Access(_OLD, _NEW, (AccessKey("AKIA…1", True, _OLD),)), now=_NOW, name="a key that was never used"),
    bad(Access(_OLD, None, (AccessKey("AKIA…1", True, _OLD, _OLD), AccessKey("AKIA…2", True, _OLD, _NEW))), now=_NOW),
    unsure_of(Access(_OLD, None), now=_NOW),
    unsure_of(Reason.DENIED),
)
