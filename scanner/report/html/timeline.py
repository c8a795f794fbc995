"""Certificates on a line of time, soonest end first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from scanner.judge.registry import Check
from scanner.model.resource import Ref, Resource
from scanner.model.verdict import Assessment, Status, Verdict
from scanner.report.certificates import Held, held
from scanner.report.html.markup import rest, row, section, table, text
from scanner.report.i18n import Words

_MOST = 60
#: Days before and after the moment of judging that the line shows.
_BEFORE, _AFTER = 60, 365
_SIGNS = {"fail": "✗", "unknown": "?", "pass": "✓", "": "·"}


def timeline(assessment: Assessment, resources: Sequence[Resource], checks: Mapping[str, Check[Any]], say: Words) -> str:
    """The part of the page; empty where no certificate was read."""
    groups = _together(held(resources))
    if not groups:
        return ""
    at = datetime.fromisoformat(assessment.judged_at)
    said = _said(assessment)
    axis = f'<span class="axis"><span class="now">{text(say("page.certificates.today"))}</span><span>{text(say("page.certificates.after"))}</span></span>'
    heads = [text(say(f"page.certificates.{name}")) for name in ("name", "ends", "left")]
    heads.append(f'<span class="hidden">{text(say("page.certificates.time"))}</span>{axis}')
    body = table(say("page.certificates"), heads, _rows(groups[:_MOST], said, at, checks, say), say, "timeline")
    return section("certificates", say("page.certificates"), body + rest(len(groups) - _MOST, say))


def _together(every: Iterable[Held]) -> list[list[Held]]:
    """One certificate that is seen in several places is one row; without a fingerprint each stands alone."""
    found: dict[object, list[Held]] = defaultdict(list)
    for one in every:
        found[one.certificate.fingerprint or one.ref].append(one)
    return list(found.values())


def _said(assessment: Assessment) -> dict[Ref, list[Verdict]]:
    """What was said about the certificate of a subject, worst first."""
    found: dict[Ref, list[Verdict]] = defaultdict(list)
    for verdict in assessment.verdicts:
        if verdict.fact in ("Certificate", "Renewal") and not verdict.gap:
            found[verdict.subject].append(verdict)
    return found


def _in_time(verdicts: Iterable[Verdict], left: int) -> str:
    """Whether it ends too soon: what the check of renewals says; without it, whether it has ended."""
    told = [v.status.value for v in verdicts if v.check == "certificate-renewal"]
    return "fail" if left < 0 else min(told, key=("fail", "unknown", "pass").index) if told else ""


def _rows(groups: Iterable[list[Held]], said: dict[Ref, list[Verdict]], at: datetime, checks: Mapping[str, Check[Any]], say: Words) -> Iterator[str]:
    for group in groups:
        one, certificate = group[0], group[0].certificate
        verdicts = [v for h in group for v in said.get(h.ref, [])]
        left = one.days_left(at)
        status = _in_time(verdicts, left)
        wrong = dict.fromkeys(v.check for v in verdicts if v.status is Status.FAIL and v.check != "certificate-renewal" and not (left < 0 and v.check == "certificate-validity"))
        notes = "".join(f'<span class="note fail">✗ {text(say.title(check, checks).rstrip("."))}: {text(say("status.fail"))}</span>' for check in wrong)
        names = ", ".join(certificate.names[:3]) + (" …" if len(certificate.names) > 3 else "")
        seen = text(one.ref.id if one.ref.provider == "tls" else one.ref.name, 160) + (f" {text(say.count('page.certificates.also', len(group) - 1))}" if len(group) > 1 else "")
        details = " · ".join(text(part, 120) for part in (certificate.issuer, certificate.key, say("page.certificates.managed") if certificate.managed else "") if part)
        head = f'<span class="sign {status}" aria-hidden="true">{_SIGNS[status]}</span> {text(names or one.ref.name, 160)}<span class="note">{seen} · {details}</span>{notes}'
        if certificate.not_before is not None and certificate.not_before > at:
            word = f'<span class="fail">{text(say("page.certificates.future"))}</span>'
        else:
            word = f'<span class="fail">{text(say("page.certificates.expired"))}</span>' if left < 0 else f'<span class="{status}">{say.number(left)}</span>'
        day = certificate.not_after.date().isoformat()
        yield row(head, f'class=n|<time datetime="{day}">{day}</time>', f"class=n|{word}", f"class=time|{_line(one, at, status)}")


def _line(one: Held, at: datetime, status: str) -> str:
    start, end = (_across((moment - at).total_seconds() / 86_400) if moment is not None else 0.0 for moment in (one.certificate.not_before, one.certificate.not_after))
    now = _across(0)
    return (
        '<svg class="line" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="ground" x="0" y="2.5" width="100" height="1"/>'
        f'<rect class="{status or "pass"}" x="{start:.2f}" y="1" width="{max(end - start, 0.6):.2f}" height="4"/><rect class="now" x="{now:.2f}" y="0" width="0.4" height="6"/></svg>'
    )


def _across(days: float) -> float:
    """Days from now to per cent of the line."""
    return min(max((days + _BEFORE) / (_BEFORE + _AFTER), 0.0), 1.0) * 100
