"""Can one see afterwards who did what?"""

from scanner.sdk import Logs, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, passes, say, unsure, unsure_of


@dataclass(frozen=True)
class Params:
    """How long logs have to be kept, and whether a change to them must show, where that was promised."""

    min_days: float | None = None
    tamper_evident: bool = False

    def __post_init__(self) -> None:
        if self.min_days is not None and not 0 < self.min_days < float("inf"):
            raise ValueError(f"min_days = {self.min_days} is no number of days")


@check(
    id="audit-logs",
    needs=Logs,
    severity=Severity.MEDIUM,
    since="0.1",
    cites=("GDPR Art. 5(2)", "GDPR Art. 33", "ISO/IEC 27001:2022 A.8.15", "NIS2 Art. 21(2)(b)", "DORA RTS 2024/1774 Art. 12", "BSI C5:2026 OPS-10"),
    params=Params,
)
def audit_logs(res: Resource, logs: Logs, params: Params) -> Outcome:
    """An audit log is written.

    Why: without a log nobody can say after a breach which data was touched, and then all of it counts as touched. The
    authority wants an answer within 72 hours.

    Remedy: switch the log on, in every region, and send it to an account or subscription whose administrators are not
    those that it watches. Set how long it is kept, and switch on validation or immutability.
    """
    name = res.ref.name
    detail = f": {logs.detail}" if logs.detail else ""
    if not logs.enabled:
        return fails(say("{name} writes no audit log{detail}", name=name, detail=detail))
    if params.tamper_evident and logs.tamper_evident is False:
        return fails(say("{name} writes an audit log, but a change to it would not show{detail}", name=name, detail=detail))
    if params.min_days is not None and logs.keep_days is not None and logs.keep_days < params.min_days:
        return fails(say("{name} keeps its audit log for {days:g} days, promised is {promised:g}", name=name, days=logs.keep_days, promised=params.min_days))
    if params.tamper_evident and logs.tamper_evident is None:
        return unsure(Reason.UNSUPPORTED, say("{name} writes an audit log; whether a change to it would show is not said here{detail}", name=name, detail=detail))
    if params.min_days is not None and logs.keep_days is None:
        return unsure(Reason.UNSUPPORTED, say("{name} writes an audit log; for how long it is kept is not said here{detail}", name=name, detail=detail))
    return passes(say("{name} writes an audit log{detail}", name=name, detail=detail))


EXAMPLES = (
    good(Logs(True)),
    good(Logs(True, 365, True), min_days=365, tamper_evident=True),
    bad(Logs(False)),
    bad(Logs(True, 30), min_days=90),
    bad(Logs(True, None, False), tamper_evident=True),
    bad(Logs(True, None, False), tamper_evident=True, min_days=90, name="what is proven wrong counts before what is not known"),
    unsure_of(Logs(True), min_days=90),
    unsure_of(Logs(True), tamper_evident=True),
    unsure_of(Reason.DENIED),
)
