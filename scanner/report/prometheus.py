"""Prometheus text for the node exporter's textfile collector: absolute times, no ids that grow without bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from scanner.model.promise import Settled
from scanner.model.resource import Resource
from scanner.model.verdict import Assessment
from scanner.report.certificates import held
from scanner.report.text import safe, shorten

Sample = tuple[Mapping[str, str], float]


def render(assessment: Assessment, resources: Sequence[Resource] = ()) -> str:
    """Gauges about the last assessment. Times are Unix seconds: how old or how long is for the query to say,
    so that a file which is no longer written cannot hide it."""
    cover = assessment.coverage
    verdicts = Counter((v.check, "waived" if v.waiver else v.status.value, v.severity.value) for v in assessment.verdicts)
    gaps = Counter((g.provider, g.reason.value) for g in cover.gaps)
    return "".join(
        (
            _gauge("houvast_info", "Version that judged.", [({"version": assessment.version}, 1)]),
            _gauge("houvast_last_run_timestamp_seconds", "When what was judged had been collected.", [({}, _unix(assessment.taken_at))]),
            _gauge("houvast_last_run_success", "1 if at least one call was answered.", [({}, float(bool(cover.answered)))]),
            _gauge("houvast_calls_asked", "Calls that were made.", [({}, cover.asked)]),
            _gauge("houvast_calls_answered", "Calls that were answered.", [({}, cover.answered)]),
            _gauge("houvast_gaps", "Calls that were not answered, by reason.", [({"provider": p, "reason": r}, n) for (p, r), n in sorted(gaps.items())]),
            _gauge("houvast_resources", "Resources that were judged.", [({}, assessment.resources)]),
            _gauge("houvast_verdicts", "Verdicts by check.", [({"check": c, "status": s, "severity": w}, n) for (c, s, w), n in sorted(verdicts.items())]),
            _gauge("houvast_promise_status", "1 for the status that a promise has, 0 for the others.", _promises(assessment)),
            _gauge("houvast_certificate_not_after_timestamp_seconds", "When a certificate ends.", _certificates(resources)),
        )
    )


def _promises(assessment: Assessment) -> Iterable[Sample]:
    for settlement in assessment.settlements:
        for status in Settled:
            yield {"promise": settlement.promise, "status": status.value}, float(settlement.status is status)


def _certificates(resources: Sequence[Resource]) -> Iterable[Sample]:
    """One a place where it is seen; a renewal changes the value, not the labels."""
    for one in held(resources):
        ref = one.ref
        yield {"provider": ref.provider, "account": ref.account, "region": ref.region, "name": ref.name, "id": ref.id}, one.certificate.not_after.timestamp()


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _gauge(name: str, help: str, samples: Iterable[Sample]) -> str:
    """A metric with its HELP and TYPE; nothing where there is no sample. Equal label sets appear once."""
    lines = {_labels(labels): value for labels, value in samples}
    if not lines:
        return ""
    return f"# HELP {name} {help}\n# TYPE {name} gauge\n" + "".join(f"{name}{labels} {value:.15g}\n" for labels, value in lines.items())


def _labels(labels: Mapping[str, str]) -> str:
    shown = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items() if value)
    return f"{{{shown}}}" if shown else ""


def _escaped(value: str) -> str:
    return shorten(safe(value), 512).replace("\\", "\\\\").replace('"', '\\"')
