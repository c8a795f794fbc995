"""The page's parts: what they count, what they say, and that nothing comes from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from functools import cache

import pytest

from scanner.data.regions import place_of
from scanner.model.facts import Home, Replicas
from scanner.model.known import Known, Reason, Unknown
from scanner.model.promise import Settled
from scanner.model.resource import Ref, Resource
from scanner.model.verdict import Coverage
from scanner.report.html import page
from scanner.report.html.places import OPEN, UNREAD, Map
from tests.support.reports import Case, case


@cache
def _made() -> Case:
    return case(60)


@cache
def _page(language: str = "en") -> str:
    made = _made()
    return page.render(made.assessment, made.checks, made.resources, language)


def test_nothing_from_elsewhere() -> None:
    """No reference but fragments, the promises' own addresses and an empty icon; the policy names exactly our style and script."""
    text = _page()
    assert set(re.findall(r'(?:src|href|action|srcset)="([^"#][^"]*)"', text)) == {"data:,", "https://zorgtechnologie.example/beveiliging"}
    assert "@import" not in text
    assert "url(" not in text
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    for tag, content in (("style", re.search(r"<style>(.*?)</style>", text, re.S)), ("script", re.search(r"<script>(.*?)</script>", text, re.S))):
        assert content
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert " style=" not in text, "inline styles would need a hole in the policy"
    assert not re.search(r"\son[a-z]+=", text.split('<script type="application/json"')[0])


@pytest.mark.parametrize(
    ("language", "headline"), [("en", "promises are broken."), ("nl", "beloften zijn gebroken."), ("fr", "promesses sur 38 sont rompues."), ("de", "Versprechen sind gebrochen.")]
)
def test_languages(language: str, headline: str) -> None:
    text = _page(language)
    assert f'<html lang="{language}">' in text
    assert headline in text
    assert ('<span lang="en">' in text) == (language != "en"), "what checks say is marked as English for screen readers"


def test_every_verdict_is_in_the_data() -> None:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', _page(), re.S)
    assert found
    data = json.loads(found[1])
    verdicts = _made().assessment.verdicts
    assert data["verdicts"]["print"] == [v.fingerprint for v in verdicts]
    assert data["verdicts"]["why"] == [v.why for v in verdicts]
    for n, verdict in enumerate(verdicts):
        subject = data["subjects"][data["verdicts"]["subject"][n]]
        assert (data["strings"][subject[1]], subject[4]) == (verdict.subject.type, verdict.subject.id)
        assert [data["strings"][data["sources"][s][3]] for s in data["verdicts"]["evidence"][n]] == [s.call or "" for s in verdict.evidence]


def test_all_parts_in_order() -> None:
    assert re.findall(r'<section id="([a-z]+)"', _page()) == ["promises", "places", "certificates", "tls", "findings", "gaps", "waivers", "checks", "provenance"]
    assert len(re.findall("<h1", _page())) == 1
    assert len(set(re.findall(r' id="([^"]+)"', _page()))) == len(re.findall(r' id="([^"]+)"', _page()))


def test_every_promise_is_on_the_page() -> None:
    text = _page()
    for settlement in _made().assessment.settlements:
        assert f"<code>{settlement.promise}</code>" in text
    assert text.count('<article class="promise broken">') == sum(s.status is Settled.BROKEN for s in _made().assessment.settlements)


def _resource(n: int, region: str, *copies: str) -> Resource:
    ref = Ref("aws", "AWS::S3::Bucket", "1", region, f"arn:aws:s3:::b{n}", f"b{n}")
    return Resource(ref, {Home: Known(Home(place_of("aws", region))), Replicas: Known(Replicas(tuple(place_of("aws", c) for c in copies)))})


def test_countries_are_counted_once_a_resource() -> None:
    """Two copies in one country count once; what could not be read has a row of its own, never none."""
    lost = _resource(3, "eu-west-1")
    resources = [_resource(1, "eu-west-1", "us-east-1", "us-east-2"), _resource(2, "eu-central-1"), replace(lost, facts={Home: Unknown(Reason.DENIED)}), _resource(4, "aws-global")]
    found = Map.of(replace(_made().assessment, verdicts=()), resources)
    assert {c: dict(found.counts[c]) for c in found.countries()} == {"DE": {"home": 1}, "IE": {"home": 1}, "US": {"replicas": 1}, OPEN: {"home": 1}, UNREAD: {"home": 1}}
    assert found.outside.total() == 0


def test_countries_outside_of_the_promise() -> None:
    """The estate's promise names Germany, Ireland and the Netherlands."""
    found = Map.of(_made().assessment, _made().resources)
    assert {country for country, n in found.outside.items() if n} == {"FR", "GB", "US"}
    assert found.outside["US"] <= found.counts["US"].total()


def test_what_was_left_out_is_said() -> None:
    made = _made()
    judged = replace(made.assessment, coverage=Coverage(10, 10, (), ("aws:111122223333/eu-west-3",)))
    text = page.render(judged, made.checks, (), "en")
    assert "left out by choice: aws:111122223333/eu-west-3" in text
    assert "Every question was answered." in text


def test_without_resources_promises_or_verdicts() -> None:
    made = _made()
    bare = replace(made.assessment, settlements=(), waivers=())
    assert "No promises were given" in page.render(bare, made.checks)
    nothing = page.render(replace(bare, verdicts=(), resources=0, coverage=Coverage(0, 0, ())), {})
    assert "That is no reassurance" in nothing
    assert 'id="findings"' not in nothing
    assert 'class="skip"' not in nothing


@pytest.mark.parametrize(
    ("statuses", "line"), [((Settled.KEPT, Settled.ATTESTED), "All 2 promises hold."), ((Settled.KEPT, Settled.UNPROVEN), "No promise is broken, but one of 2 is not proven.")]
)
def test_headlines(statuses: tuple[Settled, ...], line: str) -> None:
    made = _made()
    settlements = tuple(replace(s, status=status, fails=()) for s, status in zip(made.assessment.settlements, statuses, strict=False))
    assert line in page.render(replace(made.assessment, settlements=settlements), made.checks)
