"""Do the secrets and certificates of programs end, and in time?"""

from datetime import UTC, datetime, timedelta

from scanner.sdk import Credential, Now, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, passes, say, unsure_of


@dataclass(frozen=True)
class Params:
    """How long a credential may be valid, and how long before its end one wants to know."""

    max_days: float = 730
    """The default is the longest that Microsoft's portal offers for a new secret."""
    warn_days: float = 14

    def __post_init__(self) -> None:
        if not 0 < self.max_days < float("inf") or not 0 <= self.warn_days < float("inf"):
            raise ValueError(f"max_days = {self.max_days}, warn_days = {self.warn_days} are no numbers of days")


@check(
    id="credential-expiry",
    needs=Credential,
    severity=Severity.MEDIUM,
    since="0.1",
    cites=("GDPR Art. 32(1)(b)", "ISO/IEC 27001:2022 A.5.17", "NIS2 Art. 21(2)(i)", "DORA RTS 2024/1774 Art. 21"),
    params=Params,
)
def credential_expiry(res: Resource, credential: Credential, params: Params, now: Now) -> Outcome:
    """What a program signs in with ends, and is replaced before it does.

    Why: a secret that never ends is still good when it leaks years later, from a backup or an old repository. One that
    ends unnoticed stops the program that uses it.

    Remedy: replace it by a managed identity or workload federation, which need none. Otherwise make a new one with an
    end, deploy it, and remove the old one; remove ended ones, so that nobody relies on them.
    """
    name, ends = res.ref.name, credential.not_after
    if ends is None:
        return fails(say("{name} never ends", name=name), Severity.HIGH)
    if now.at > ends:
        return fails(say("{name} ended on {day:%Y-%m-%d}", name=name, day=ends), Severity.LOW)
    days = (ends - credential.not_before) / timedelta(days=1)
    if days > params.max_days + 1:  # a leap day, and the hours of the day it was made on
        return fails(say("{name} is valid for {days:.0f} days, {allowed:g} are allowed", name=name, days=days, allowed=params.max_days))
    if ends - now.at < timedelta(days=params.warn_days):
        return fails(say("{name} ends soon, on {day:%Y-%m-%d}", name=name, day=ends), Severity.LOW)
    return passes(say("{name} is valid until {day:%Y-%m-%d}", name=name, day=ends))


_NOW = datetime(2026, 11, 21, tzinfo=UTC)
_MADE = datetime(2026, 6, 1, tzinfo=UTC)

EXAMPLES = (
    good(Credential("secret", _MADE, _MADE + timedelta(days=365)), now=_NOW),
    good(Credential("certificate", _MADE, _MADE + timedelta(days=900)), now=_NOW, max_days=1095),
    bad(Credential("secret", _MADE, None), now=_NOW, name="it never ends"),
    bad(Credential("secret", _MADE, datetime(2299, 12, 31, tzinfo=UTC)), now=_NOW, name="it ends long after us"),
    bad(Credential("certificate", _MADE, _MADE + timedelta(days=100)), now=_NOW, name="it has ended"),
    bad(Credential("secret", _MADE, _NOW + timedelta(days=5)), now=_NOW, name="it ends within days"),
    unsure_of(Reason.DENIED),
)
