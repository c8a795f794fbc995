"""Certificates of a fleet: Houvast beside sslyze's CERTIFICATE_INFO, chains validated by both; and 10,000 endpoints of which one in twenty hangs.

    python bench/tls_fleet.py                        1,000 endpoints, 0 and 30 ms, beside sslyze
    python bench/tls_fleet.py --fleet 10000          Houvast alone, 5 % of the endpoints hang

Houvast runs as in `houvast scan @hosts.txt --check certificate-…`: both kinds of key, with and without the host's name, chain validated,
everything in the ledger. The server is nginx with an ECDSA certificate under an intermediate; each endpoint has a name and an address of its own.
`cpu` is that of the tool with its child processes. Servers and the proxy that makes the round trips run on the same cores: trust CPU and ratios.
"""

from __future__ import annotations

import argparse
import json
import resource
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.tls_servers import address, connections, proxied, server

_NAME = "n{}.bench.test"


def prepare(folder: Path) -> None:
    """The server's files: a leaf under an intermediate, and the root beside them."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    from scanner.demo.tls_servers import Authority

    now, root = datetime.now(UTC), Authority.make("Bench root")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Bench intermediate")])
    builder = x509.CertificateBuilder(root.cert.subject, subject, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(300))
    builder = builder.add_extension(x509.BasicConstraints(True, 0), True).add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    builder = builder.add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), True)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), False)
    middle = Authority(key, builder.sign(root.key, hashes.SHA256()))
    leaf_key, leaf = middle.issue("*.bench.test", starts=now - timedelta(1), ends=now + timedelta(80))
    (folder / "cert.pem").write_bytes(leaf.public_bytes(Encoding.PEM) + middle.pem)
    (folder / "key.pem").write_bytes(leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "ca.pem").write_bytes(root.pem)
    subprocess.run(["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", str(folder / "dh.pem")], check=True, capture_output=True)


# -- the tools, each in a process of its own


def houvast(port: int, count: int, ca: str) -> dict[str, Any]:
    """Through the provider and the scan's own loop."""
    from providers.tls import live
    from scanner.collect.ledger import Ledger
    from scanner.collect.plan import Options
    from scanner.collect.run import Loop
    from scanner.judge.estate import Estate
    from scanner.model.facts import Certificate, Chain, SecondCertificate, ServedNames
    from scanner.model.known import Known
    from scanner.model.snapshot import Run
    from scanner.plugins import load_types

    resolve = socket.getaddrinfo

    def known_names(host: Any, *rest: Any, **named: Any) -> Any:
        name = str(host)
        return resolve(address(10 + int(name[1:].split(".")[0])) if name.endswith(".bench.test") else host, *rest, **named)

    socket.getaddrinfo = known_names
    types, ledger = load_types("providers.tls.types"), Ledger()
    targets = tuple(f"{_NAME.format(number)}:{port}" for number in range(count))
    facts = frozenset({Certificate, SecondCertificate, Chain, ServedNames})
    options = Options(facts=facts, call_timeout=20.0, timeout=3600.0, settings={"tls.ca_file": ca})
    before, memory = _cpu(), 0.0
    start = time.perf_counter()
    loop = Loop(live.open(targets, options, types), ledger, threads=16, deadline=3600.0)
    half: list[float] = []
    loop.progress = lambda progress: half.append(_memory()) if not half and progress.done >= count // 2 else None
    loop.run()
    wall, cpu = time.perf_counter() - start, [after - first for after, first in zip(_cpu(), before, strict=True)]
    memory = _memory()
    resources = Estate.of(ledger.snapshot(Run("2026-11-21T10:00:00Z", "0")), types).resources
    whole = sum(isinstance(resource.facts[Certificate], Known) for resource in resources)
    trusted = sum(isinstance(chain := resource.facts[Chain], Known) and chain.value.trusted for resource in resources)
    return {"wall": wall, "cpu": sum(cpu), "memory": memory, "whole": whole, "trusted": trusted, "found": len(resources), "growth": memory - (half or [memory])[0]}


def sslyze(port: int, count: int, ca: str) -> dict[str, Any]:
    """CERTIFICATE_INFO with the root given; its own limits."""
    import sslyze as ssl

    scanner = ssl.Scanner()
    extra = ssl.ScanCommandsExtraArguments(certificate_info=ssl.CertificateInfoExtraArgument(custom_ca_file=Path(ca)))
    before, start = _cpu(), time.perf_counter()
    places = [(ssl.ServerNetworkLocation(_NAME.format(number), port, address(10 + number)), _NAME.format(number)) for number in range(count)]
    scanner.queue_scans([
        ssl.ServerScanRequest(place, ssl.ServerNetworkConfiguration(name), {ssl.ScanCommand.CERTIFICATE_INFO}, extra) for place, name in places
    ])  # fmt: skip
    whole = trusted = 0
    for result in scanner.get_results():
        attempt = result.scan_result.certificate_info if result.scan_result else None
        if attempt and attempt.result:
            whole += 1
            trusted += any(each.was_validation_successful for each in attempt.result.certificate_deployments[0].path_validation_results)
    wall, cpu = time.perf_counter() - start, [after - first for after, first in zip(_cpu(), before, strict=True)]
    return {"wall": wall, "cpu": sum(cpu), "memory": _memory(), "whole": whole, "trusted": trusted, "found": count, "growth": 0.0}


def _cpu() -> list[float]:
    return [use.ru_utime + use.ru_stime for use in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))]


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(tool: str, port: int, count: int, ca: Path) -> dict[str, Any]:
    """What a tool took, in a process of its own."""
    text = subprocess.run([sys.executable, __file__, "--tool", json.dumps([tool, port, count, str(ca)])], check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(text.stdout.splitlines()[-1])
    return result


def compare(counts: list[int], rtts: list[float], kind: str) -> None:
    """One table for each round trip and number."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        with server(kind, folder) as upstream:
            for rtt in rtts:
                for count in counts:
                    with proxied(upstream, rtt / 1000, folder) as port:
                        print(f"\n{kind}, certificates of {count} endpoints, {rtt:g} ms")
                        print(f"  {'tool':<10}{'wall s':>9}{'each s':>9}{'cpu ms each':>13}{'memory MB':>11}{'conn. each':>12}{'whole':>8}{'trusted':>9}")
                        rates = {}
                        for tool in ("houvast", "sslyze"):
                            connections(port, folder)
                            row = measured(tool, port, count, folder / "ca.pem")
                            made = connections(port, folder)
                            rates[tool] = count / row["wall"]
                            print(
                                f"  {tool:<10}{row['wall']:>9.2f}{rates[tool]:>9.1f}{1000 * row['cpu'] / count:>13.2f}{row['memory']:>11.0f}{made / count:>12.1f}"
                                f"{row['whole']:>8}{row['trusted']:>9}",
                                flush=True,
                            )
                        print(f"  {rates['houvast'] / rates['sslyze']:.1f} times the rate", flush=True)


def fleet(count: int, rtt: float, kind: str) -> None:
    """Houvast alone; one endpoint in twenty hangs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        with server(kind, folder) as upstream, proxied(upstream, rtt / 1000, folder, hang=20) as port:
            row = measured("houvast", port, count, folder / "ca.pem")
            made = connections(port, folder)
    each, rate = 1000 * row["cpu"] / count, count / row["wall"]
    print(f"{kind}, {count} endpoints, {rtt:g} ms, 5 % hanging: {row['wall']:.1f} s, {rate:.1f}/s, {each:.2f} ms CPU and {made / count:.1f} connections each")
    print(f"  whole {row['whole']}, trusted {row['trusted']}, lost {count - row['found']}; peak {row['memory']:.0f} MB, {row['growth']:+.0f} MB in the second half")


def main() -> None:
    """Reads the options and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("modern", "intermediate", "old"), default="intermediate")
    parser.add_argument("--endpoints", nargs="+", type=int, default=[1000])
    parser.add_argument("--rtt", nargs="+", type=float, default=[0.0, 30.0], help="round trips in ms")
    parser.add_argument("--fleet", type=int, help="number of endpoints")
    parser.add_argument("--tool", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tool:
        tool, port, count, ca = json.loads(options.tool)
        print(json.dumps({"houvast": houvast, "sslyze": sslyze}[tool](port, count, ca)))
    elif options.fleet:
        fleet(options.fleet, options.rtt[0], options.kind)
    else:
        compare(options.endpoints, options.rtt, options.kind)


if __name__ == "__main__":
    main()
