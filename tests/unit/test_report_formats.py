"""Which format a name means, and what each says that no schema can check."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scanner.model.known import Origin, Reason, Source
from scanner.model.promise import Settled, Settlement
from scanner.model.resource import Ref
from scanner.model.verdict import Assessment, Coverage, Gap, Severity, Status, Verdict
from scanner.report import asff, console, formats, junit, markdown, nagios, ocsf, prometheus, sarif
from scanner.report import csv as csv_report
from scanner.report.formats import Format
from scanner.report.locate import Location, locate, stand_in, uri

VOLUME = Ref("aws", "AWS::EC2::Volume", "111122223333", "eu-west-1", "arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "vol-1")
GAP = Gap("aws", "111122223333", "eu-west-1", "rds", "DescribeDBInstances", Reason.DENIED, "AccessDenied", "rds:DescribeDBInstances", ("AWS::RDS::DBInstance",), advice="grant it")


def _verdict(status: Status = Status.FAIL, severity: Severity = Severity.HIGH, ref: Ref = VOLUME, **more: object) -> Verdict:
    reason = Reason.DENIED if status is Status.UNKNOWN else None
    made = Verdict("encryption-at-rest", {}, ref, "AtRest", status, f"{ref.name} stores data unencrypted", severity, (), reason)
    return replace(made, **more)  # type: ignore[arg-type]


def _assessment(*verdicts: Verdict, gaps: tuple[Gap, ...] = (), promises: tuple[Settled, ...] = (), asked: int = 5) -> Assessment:
    settlements = tuple(Settlement(f"p{n}", status, f"Promise {n}.", {"fail": 0, "unknown": 0, "pass": 1}) for n, status in enumerate(promises))
    moment = "2026-11-21T10:00:00Z"
    return Assessment("0.1.0", moment, moment, "ab" * 32, "cd" * 32, Coverage(asked, asked - len(gaps), gaps), verdicts, settlements, 1)


@pytest.mark.parametrize(
    ("output", "kind", "path"),
    [
        ("report.html", Format.HTML, "report.html"),
        ("out/REPORT.HTM", Format.HTML, "out/REPORT.HTM"),
        ("a.sarif", Format.SARIF, "a.sarif"),
        ("a.sarif.json", Format.SARIF, "a.sarif.json"),
        ("a.ocsf.json", Format.OCSF, "a.ocsf.json"),
        ("a.asff.json", Format.ASFF, "a.asff.json"),
        ("a.json", Format.JSON, "a.json"),
        ("a.jsonl", Format.JSONL, "a.jsonl"),
        ("a.xml", Format.JUNIT, "a.xml"),
        ("a.md", Format.MARKDOWN, "a.md"),
        ("a.csv", Format.CSV, "a.csv"),
        ("houvast.prom", Format.PROMETHEUS, "houvast.prom"),
        ("a.txt", Format.CONSOLE, "a.txt"),
        ("gl-code-quality-report.json", Format.GITLAB, "gl-code-quality-report.json"),
        ("gitlab=quality.json", Format.GITLAB, "quality.json"),
        ("ocsf=a=b.json", Format.OCSF, "a=b.json"),
        ("other=a.json", Format.JSON, "other=a.json"),
        ("json=", Format.CONSOLE, "json="),
        ("README", Format.CONSOLE, "README"),
        ("csv.d/README", Format.CONSOLE, "csv.d/README"),
    ],
)
def test_the_name_tells_the_format(output: str, kind: Format, path: str) -> None:
    assert formats.split(output) == (kind, path)


def test_a_name_that_tells_nothing_takes_the_printed_format() -> None:
    assert formats.split("README", Format.CSV) == (Format.CSV, "README")


@pytest.mark.parametrize("kind", list(Format))
def test_nothing_seen_is_said(kind: Format) -> None:
    """An assessment without a verdict is written too, and never reads like a success."""
    empty = _assessment(asked=0)
    text = formats.render(kind, empty, {})
    assert text.endswith("\n")
    told = {
        Format.NAGIOS: "UNKNOWN",
        Format.CONSOLE: "Nothing was judged",
        Format.MARKDOWN: "no reassurance",
        Format.HTML: "no reassurance",
        Format.PROMETHEUS: "success 0",
        Format.SARIF: '"executionSuccessful": false',
    }
    assert told.get(kind, "") in text


@pytest.mark.parametrize(
    ("assessment", "state"),
    [
        (_assessment(_verdict(Status.PASS)), nagios.State.OK),
        (_assessment(_verdict(severity=Severity.CRITICAL)), nagios.State.CRITICAL),
        (_assessment(_verdict(severity=Severity.HIGH)), nagios.State.CRITICAL),
        (_assessment(_verdict(severity=Severity.MEDIUM)), nagios.State.WARNING),
        (_assessment(_verdict(severity=Severity.LOW), gaps=(GAP,)), nagios.State.WARNING),
        (_assessment(_verdict(waiver="waived by x"), _verdict(Status.PASS)), nagios.State.OK),
        (_assessment(_verdict(Status.UNKNOWN)), nagios.State.UNKNOWN),
        (_assessment(_verdict(Status.PASS), gaps=(GAP,)), nagios.State.UNKNOWN),
        (_assessment(_verdict(Status.PASS), promises=(Settled.UNPROVEN,)), nagios.State.UNKNOWN),
        (_assessment(_verdict(Status.PASS), promises=(Settled.BROKEN,)), nagios.State.CRITICAL),
        (_assessment(_verdict(Status.PASS), promises=(Settled.KEPT, Settled.ATTESTED)), nagios.State.OK),
        (_assessment(asked=0), nagios.State.UNKNOWN),
    ],
)
def test_states_of_monitoring(assessment: Assessment, state: nagios.State) -> None:
    assert nagios.state(assessment) is state
    assert nagios.render(assessment).startswith(f"HOUVAST {state.name} - ")


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        (VOLUME, "aws/111122223333/eu-west-1/ec2/volume/vol-1"),
        (Ref("aws", "AWS::S3::Bucket", "111122223333", "", "arn:aws:s3:::data", "data"), "aws/111122223333/global/s3/data"),
        (Ref("azure", "Microsoft.Storage/storageAccounts", "s", "westeurope", "/subscriptions/s/resourceGroups/r/x/y", "y"), "azure/subscriptions/s/resourceGroups/r/x/y"),
        (Ref("tls", "TLS::Endpoint", "", "", "www.example.org:443", "www.example.org"), "tls/www.example.org/443"),
        (Ref("tls", "TLS::Endpoint", "", "", "[::1]:443", "::1"), "tls/[::1]/443"),
        (Ref("aws", "AWS::EC2::Volume", "", "", "./infra/stack.yaml#Volume", "Volume"), "infra/stack.yaml/Volume"),
        (Ref("aws", "AWS::RDS::DBInstance", "1", "eu-west-1", "AWS::RDS::DBInstance @ 1/eu-west-1", "x"), "aws/1/eu-west-1/AWS::RDS::DBInstance @ 1/eu-west-1"),
    ],
)
def test_stand_ins(ref: Ref, path: str) -> None:
    assert stand_in(ref) == path
    assert ":" not in uri(path).split("/")[0]


def test_a_template_has_its_own_file_and_line() -> None:
    source = Source(Origin.TEMPLATE, "Encrypted", False, None, "../infra/./stack.yaml", 12)
    assert locate(_verdict(evidence=(source,))) == Location("infra/stack.yaml", 12, True)
    assert locate(_verdict(evidence=(replace(source, file="/abs/stack.yaml", line=None),))) == Location("abs/stack.yaml", 1, True)


def test_sarif_says_what_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST", 2)
    verdicts = tuple(_verdict(ref=replace(VOLUME, id=f"{VOLUME.id}{n}")) for n in range(5))
    [run] = json.loads(sarif.render(_assessment(*verdicts), {}))["runs"]
    assert len(run["results"]) == 2
    assert "3 more results" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_waived_finding_is_shown_as_such_everywhere() -> None:
    judged = _assessment(_verdict(waiver="waived by the owner until 2027-01-01: because"))
    assert json.loads(sarif.render(judged, {}))["runs"][0]["results"][0]["suppressions"][0]["justification"].startswith("waived by the owner")
    assert json.loads(ocsf.render(judged, {}))[0]["status_id"] == 3
    assert json.loads(asff.render(judged, {}))[0]["Workflow"] == {"Status": "SUPPRESSED"}
    assert next(csv.DictReader(io.StringIO(csv_report.render(judged))))["status"] == "waived"
    assert 'status="waived"' in prometheus.render(judged)
    assert "<skipped" in junit.render(judged, {})
    assert "because" in markdown.render(judged, {})
    assert "because" in formats.render(Format.HTML, judged, {})


@pytest.mark.parametrize(
    ("id", "region", "name"),
    [
        ("arn:aws-cn:s3:::x", "", "aws-cn"),
        ("x", "cn-north-1", "aws-cn"),
        ("x", "us-gov-west-1", "aws-us-gov"),
        ("x", "us-isob-east-1", "aws-us-iso-b"),
        ("x", "eusc-de-east-1", "aws-eusc"),
        ("x", "eu-west-1", "aws"),
        ("x", "", "aws"),
    ],
)
def test_partitions(id: str, region: str, name: str) -> None:
    ref = replace(VOLUME, id=id, region=region)
    assert asff.partition(ref) == name
    [finding] = json.loads(asff.render(_assessment(_verdict(ref=ref)), {}))
    assert finding["ProductArn"].startswith(f"arn:{name}:securityhub:")
    assert ("Partition" in finding["Resources"][0]) == (name != "aws-eusc"), "Security Hub's list has no value for it"


def test_asff_counts_what_it_leaves_out() -> None:
    elsewhere = _verdict(ref=Ref("tls", "TLS::Endpoint", "", "", "h:443", "h"))
    judged = _assessment(_verdict(), elsewhere)
    assert asff.left_out(judged) == 1
    assert formats.left_out(Format.ASFF, judged).startswith("1 of 2 verdicts")
    assert formats.left_out(Format.HTML, judged) == formats.left_out(Format.ASFF, _assessment(_verdict())) == ""


@pytest.mark.parametrize(
    ("cite", "name"),
    [
        ("GDPR Art. 32(1)(a)", "GDPR"),
        ("ISO/IEC 27001:2022 A.8.24", "ISO/IEC 27001:2022"),
        ("BSI C5:2026 CRY-05", "BSI C5:2026"),
        ("DORA RTS 2024/1774 Art. 6", "DORA"),
        ("NIS2 Art. 21(2)(h)", "NIS2"),
    ],
)
def test_standard_of_a_citation(cite: str, name: str) -> None:
    assert ocsf.standard(cite) == name


def test_csv_is_what_a_spreadsheet_expects() -> None:
    source = Source(Origin.LIVE, "Encrypted", False, "ec2:DescribeVolumes", None, None, "2026-11-21T10:00:00Z")
    text = csv_report.render(_assessment(_verdict(evidence=(source,), params={"countries": ["NL"]})))
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert text.count("\r\n") == 2
    assert row == {
        **row, "status": "fail", "severity": "high", "account": "111122223333", "evidence": "Encrypted = False (ec2:DescribeVolumes)", "params": '{"countries": ["NL"]}',
        "seen_at": "2026-11-21T10:00:00Z", "file": "", "waiver": "",
    }  # fmt: skip


@pytest.mark.parametrize("render", [lambda a: junit.render(a, {}), lambda a: sarif.render(a, {}), lambda a: markdown.render(a, {}), nagios.render])
def test_gaps_are_said(render: Callable[[Assessment], str]) -> None:
    assert "rds:DescribeDBInstances" in render(_assessment(_verdict(Status.PASS), gaps=(GAP,))).replace("\\", "")


def test_metrics_are_about_moments() -> None:
    """Absolute times, so that a file which is no longer written cannot look fresh."""
    lines = prometheus.render(_assessment(_verdict(), promises=(Settled.KEPT,), gaps=(GAP,))).splitlines()
    assert f"houvast_last_run_timestamp_seconds {datetime(2026, 11, 21, 10, tzinfo=UTC).timestamp():.0f}" in lines
    assert 'houvast_gaps{provider="aws",reason="denied"} 1' in lines
    assert 'houvast_promise_status{promise="p0",status="kept"} 1' in lines
    assert 'houvast_promise_status{promise="p0",status="broken"} 0' in lines


def test_console_shows_a_statement_once_whatever_the_parameters() -> None:
    volumes = [replace(VOLUME, id=f"{VOLUME.id}-{n}", name=f"vol-{n}") for n in range(3)]
    made = [_verdict(ref=ref, severity=severity, params={"n": n}) for n, severity in enumerate((Severity.HIGH, Severity.LOW)) for ref in volumes]
    told = console.render(_assessment(*made, _verdict(ref=volumes[0], why="another thing"), gaps=()), {}, console.Style())
    assert told.count("stores data unencrypted") == 3
    assert told.index("vol-0 stores") < told.index("vol-1 stores") < told.index("vol-2 stores") < told.index("another thing")
