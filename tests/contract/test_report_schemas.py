"""Every machine format is what its official schema says: see fixtures/schemas/README.md for the sources."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.etree import ElementTree

import botocore.session
import jsonschema
import pytest
import xmlschema
from botocore.model import ListShape, Shape, StructureShape
from botocore.validate import ParamValidator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from prometheus_client.parser import text_string_to_metric_families

from scanner.model.verdict import Status
from scanner.plugins import ROOT
from scanner.report import asff, formats, gitlab, jsonl, junit, ocsf, prometheus, sarif
from tests.support.reports import ACCOUNTS, NOW, Case, case

SCHEMAS = ROOT / "fixtures" / "schemas"


@pytest.fixture(scope="module")
def judged() -> Case:
    found = case(60)
    statuses = {v.status for v in found.assessment.verdicts} | {"waived" for v in found.assessment.verdicts if v.waiver}
    assert statuses == {Status.PASS, Status.FAIL, Status.UNKNOWN, "waived"}, "the estate has to show every kind of verdict"
    return found


@cache
def _schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


def test_sarif(judged: Case) -> None:
    log = json.loads(sarif.render(judged.assessment, judged.checks))
    jsonschema.Draft4Validator(_schema("sarif-2.1.0.json")).validate(log)
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    results = run["results"]
    verdicts = [v for v in judged.assessment.verdicts if v.status is not Status.PASS]
    assert [r["partialFingerprints"]["houvastFingerprint/v1"] for r in results] == [v.fingerprint for v in verdicts]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in results)
    assert all(re.fullmatch(r"\d+\.\d", rule["properties"]["security-severity"]) and rule["help"]["text"] for rule in rules)
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == len(judged.assessment.coverage.gaps)
    assert sum("suppressions" in r for r in results) == sum(v.waiver is not None for v in verdicts)
    assert all((r["kind"], r["level"]) == ("open", "none") or r["kind"] == "fail" for r in results)
    in_file = [r for r in results if r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "infra/stack.yaml"]
    assert in_file
    assert all(r["locations"][0]["physicalLocation"]["region"]["startLine"] > 1 for r in in_file)


def test_junit(judged: Case) -> None:
    text = junit.render(judged.assessment, judged.checks)
    xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd")).validate(text)
    root = ElementTree.fromstring(text)
    cases = list(root.iter("testcase"))
    outcomes = Counter(case[0].tag if len(case) else "pass" for case in cases)
    verdicts = judged.assessment.verdicts
    assert len(cases) == len(verdicts) + len(judged.assessment.settlements) + len(judged.assessment.coverage.gaps) + 1
    assert outcomes["failure"] == int(root.attrib["failures"])
    assert outcomes["error"] == int(root.attrib["errors"]) >= sum(v.status is Status.UNKNOWN for v in verdicts)
    for suite in root:
        told = Counter(case[0].tag for case in suite if len(case))
        assert (told["failure"], told["error"], told["skipped"]) == tuple(int(suite.attrib[key]) for key in ("failures", "errors", "skipped"))
    names = [(case.attrib["classname"], case.attrib["name"]) for case in cases]
    assert len(set(names)) == len(names), "two cases of one name are one case to GitLab"


def test_gitlab(judged: Case) -> None:
    issues = json.loads(gitlab.render(judged.assessment))
    jsonschema.Draft202012Validator(_schema("gitlab-code-quality.json")).validate(issues)
    assert {i["fingerprint"] for i in issues} == {v.fingerprint for v in judged.assessment.verdicts if v.status is not Status.PASS and not v.waiver}
    assert len({i["fingerprint"] for i in issues}) == len(issues)


def test_ocsf(judged: Case) -> None:
    events = json.loads(ocsf.render(judged.assessment, judged.checks))
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(ocsf.VERSION))
    with_cloud = jsonschema.Draft202012Validator(schema.get_class_schema("compliance_finding", ["cloud"]))
    without = jsonschema.Draft202012Validator(schema.get_class_schema("compliance_finding", []))
    for event in events:
        validator = with_cloud if event["metadata"]["profiles"] else without
        assert not list(validator.iter_errors(event)), next(validator.iter_errors(event)).message
    assert len(events) == len(judged.assessment.verdicts)
    told = Counter(e["compliance"]["status_id"] for e in events)
    meant = Counter(v.status for v in judged.assessment.verdicts)
    assert (told[1], told[3], told[0]) == (meant[Status.PASS], meant[Status.FAIL], meant[Status.UNKNOWN])
    assert {e["time"] for e in events} == {int(NOW.timestamp() * 1000)}


def _model() -> Any:
    return botocore.session.get_session().get_service_model("securityhub")


def _enums(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """What botocore's own validator lets through: values outside of an enum, empty texts."""
    if isinstance(shape, StructureShape):
        for key, inner in value.items():
            yield from _enums(shape.members[key], inner, f"{path}.{key}")
    elif isinstance(shape, ListShape):
        for item in value:
            yield from _enums(shape.member, item, path)
    elif shape.type_name == "string":
        if (allowed := getattr(shape, "enum", None)) and value not in allowed:
            yield f"{path} = {value!r}"
        if not str(value).strip():
            yield f"{path} is empty"


def test_asff(judged: Case) -> None:
    findings = json.loads(asff.render(judged.assessment, judged.checks))
    operation = _model().operation_model("BatchImportFindings").input_shape
    for start in range(0, len(findings), 100):
        batch = {"Findings": findings[start : start + 100]}
        report = ParamValidator().validate(batch, operation)
        assert not report.has_errors(), report.generate_report()
        assert not list(_enums(operation, batch, ""))
    assert len(findings) + asff.left_out(judged.assessment) == len(judged.assessment.verdicts)
    assert {f["AwsAccountId"] for f in findings} == set(ACCOUNTS)
    assert all(len(f["Title"]) <= 256 and len(f["Description"]) <= 1024 and len(json.dumps(f)) < 240_000 for f in findings)
    assert {f["Resources"][0]["Type"] for f in findings} >= {"AwsEc2Volume", "AwsRdsDbInstance", "AwsS3Bucket", "AwsIamUser", "Other"}


def test_names_of_security_hub() -> None:
    """Every type name is one that Security Hub has details for."""
    known = set(_model().shape_for("ResourceDetails").members)
    assert set(asff.TYPES) <= known
    assert {asff._BY_LOWER[key] for key in asff._BY_LOWER} <= known


def test_prometheus(judged: Case) -> None:
    text = prometheus.render(judged.assessment, judged.resources)
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert all(family.type == "gauge" and family.documentation and family.samples for family in families.values())
    assert all(sample.timestamp is None for family in families.values() for sample in family.samples), "the textfile collector refuses timestamps"
    ends = {s.labels["id"]: s.value for s in families["houvast_certificate_not_after_timestamp_seconds"].samples}
    assert ends["www.example.org:443"] == NOW.timestamp() + 61 * 86_400
    held = {(s.labels["promise"]): s.labels["status"] for s in families["houvast_promise_status"].samples if s.value == 1}
    assert held == {s.promise: s.status.value for s in judged.assessment.settlements}
    lines = [line for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(lines) == len(set(lines))


def test_json_lines(judged: Case) -> None:
    lines = [json.loads(line) for line in io.StringIO(jsonl.render(judged.assessment))]
    told = Counter(line["kind"] for line in lines)
    assert lines[0]["schema"] == jsonl.SCHEMA
    assert lines[0]["coverage"] == {**lines[0]["coverage"], "asked": judged.assessment.coverage.asked, "gaps": len(judged.assessment.coverage.gaps)}
    assert told == {
        "assessment": 1, "verdict": len(judged.assessment.verdicts), "settlement": len(judged.assessment.settlements), "gap": len(judged.assessment.coverage.gaps),
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(formats.Format))
def test_equal_input_gives_equal_bytes(kind: formats.Format, judged: Case) -> None:
    again = case(60)
    assert again.assessment == judged.assessment
    first, second = (formats.render(kind, c.assessment, c.checks, lambda c=c: c.resources, "nl") for c in (judged, again))  # type: ignore[misc]
    assert first == second
    assert first.endswith("\n")
    first.encode("utf-8")
