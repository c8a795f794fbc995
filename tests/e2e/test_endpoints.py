"""`houvast scan aws --endpoints`: what the cloud declares is really asked, in the same run, and compared with what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trustme

from scanner.cli.main import main
from scanner.demo.aws_estate import GERMANY, Estate
from scanner.demo.tls_servers import https, server_context
from tests.support.aws import CREDENTIALS, environment, moto_server
from tests.support.tls import serving

TYPES = ("AWS::ElasticLoadBalancingV2::Listener", "AWS::CertificateManager::Certificate", "AWS::Route53::HostedZone", "TLS::Endpoint")


class Lab(NamedTuple):
    url: str
    ports: dict[str, int]


def written(leaf: trustme.LeafCert, path: Path) -> Path:
    leaf.private_key_and_cert_chain_pem.write_to_path(path)
    return path


def imported(estate: Estate, leaf: trustme.LeafCert) -> str:
    body, *chain = (pem.bytes() for pem in leaf.cert_chain_pems)
    arn: str = estate.client("acm", GERMANY).import_certificate(Certificate=body, PrivateKey=leaf.private_key_pem.bytes(), CertificateChain=b"".join(chain) or body)[
        "CertificateArn"
    ]
    return arn


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("leaves")
    ca = trustme.CA(key_type=trustme.KeyType.RSA)
    held, renewed, old = (ca.issue_cert("portal.example.org", key_type=trustme.KeyType.RSA) for _ in range(3))
    with (
        moto_server() as url,
        serving(https(server_context(written(held, folder / "held.pem")))) as good,
        serving(https(server_context(written(old, folder / "old.pem")))) as stale,
    ):
        estate = Estate(url)
        public, private = estate.balancer(GERMANY, "portal"), estate.balancer(GERMANY, "inside")
        estate.client("elbv2", GERMANY)
        policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
        estate.listener(GERMANY, public, imported(estate, held), policy, good)
        estate.listener(GERMANY, public, imported(estate, renewed), policy, stale)
        route53 = estate.client("route53", GERMANY)
        zone = route53.create_hosted_zone(Name="example.org", CallerReference="1")["HostedZone"]["Id"]
        rows = [("www.example.org", "A", "192.0.2.1"), ("*.example.org", "A", "192.0.2.1"), ("_x.example.org", "CNAME", "y.example.org"), ("text.example.org", "TXT", '"x"')]
        for name, kind, value in rows:
            record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
            route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]})
        assert private
        yield Lab(url, {"good": good, "stale": stale})


def scan(lab: Lab, folder: Path, *more: str) -> dict[str, Any]:
    words = ["scan", "aws", "--regions", GERMANY, "--connect", "127.0.0.1", "-q", "-o", str(folder / "report.json"), "--snapshot", str(folder / "s.jsonl"), *more]
    with environment({**CREDENTIALS, "AWS_ENDPOINT_URL": lab.url}):
        main([*words, *(word for kind in TYPES for word in ("--type", kind))])
    found: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return found


def verdicts(report: dict[str, Any], check: str) -> dict[str, dict[str, Any]]:
    return {verdict["subject"]["name"]: verdict for verdict in report["verdicts"] if verdict["check"] == check}


def test_declared_endpoints_are_probed_and_compared(lab: Lab, tmp_path: Path) -> None:
    report = scan(lab, tmp_path, "--endpoints", "--check", "certificate-served", "--check", "certificate-names", "--check", "tls-versions")
    served = verdicts(report, "certificate-served")
    assert {name: verdict["status"] for name, verdict in served.items() if name.startswith("portal")} == {
        f"portal HTTPS:{lab.ports['good']}": "pass",
        f"portal HTTPS:{lab.ports['stale']}": "fail",
    }
    assert "than is held for" in served[f"portal HTTPS:{lab.ports['stale']}"]["why"]
    probed = {verdict["subject"]["id"] for verdict in report["verdicts"] if verdict["check"] == "tls-versions"}
    assert {id.rpartition(":")[2] for id in probed} >= {str(port) for port in lab.ports.values()}
    assert not any("*" in id or "_x" in id or "text" in id for id in probed)
    # clients use another name than the balancer's: the certificate need not name it
    assert not verdicts(report, "certificate-names")


def test_without_the_option_nothing_is_probed_and_nothing_is_said(lab: Lab, tmp_path: Path) -> None:
    report = scan(lab, tmp_path, "--check", "certificate-served", "--check", "tls-versions")
    assert [verdict for verdict in report["verdicts"] if verdict["check"] in ("certificate-served", "tls-versions") and not verdict["gap"]] == []
    text = (tmp_path / "s.jsonl").read_text(encoding="utf-8")
    assert '"provider":"tls"' not in text
