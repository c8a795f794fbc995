"""Versions, suites, groups and attacks by sslyze, in a child process that can be killed.

What sslyze calls "rejected" is sorted again: an alert is an answer, a reset, an early end and a time-out are not
(sslyze 6.3.1 counts all of them as rejected). A version that met only those is `unseen`.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from providers.tls.attacks import TRIED
from providers.tls.child import Child, Died, Overdue, serve
from providers.tls.targets import Target
from scanner.sdk import Failure, Json, Reason

VERSIONS = {"ssl_2_0": "SSLv2", "ssl_3_0": "SSLv3", "tls_1_0": "TLSv1.0", "tls_1_1": "TLSv1.1", "tls_1_2": "TLSv1.2", "tls_1_3": "TLSv1.3"}
POST_QUANTUM = ("X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "MLKEM512", "MLKEM768", "MLKEM1024")
"""Groups that sslyze's OpenSSL does not know."""

Outcome = dict[str, Json] | Failure


def examine(target: Target, address: str, wanted: frozenset[str], limit: float, deadline: float) -> dict[str, Outcome]:
    """Parts by name (`certificates`, `client_auth`, `handshake`, `tried`), each a body or the Failure why there is none.

    `limit` bounds one network step in seconds, `deadline` (of `time.monotonic()`) the whole.
    """
    child = Child("providers.tls.sslyze_probe")
    found: dict[str, Outcome] = {}
    lost: Failure | None = None
    try:
        child.ask(
            {"target": asdict(target), "address": address, "wanted": sorted(wanted), "limit": max(1, round(limit)), "seconds": max(1, round(deadline - time.monotonic()) + 5)}
        )
        for line in child.answers(deadline):
            failed = line.get("reason")
            found[line["part"]] = Failure(Reason(failed), line["code"], line["detail"]) if failed else line["body"]
    except Overdue:
        lost = Failure(Reason.TIMEOUT, "deadline", f"the examination of {target.id} was not finished in its time: a slow or hostile server; give it more with --timeout")
    except Died as error:
        lost = Failure(Reason.DEFECT, "sslyze", f"the examination ended early: {error}")
    finally:
        child.kill()
    nothing = lost or Failure(Reason.DEFECT, "sslyze", "the examination gave no answer")
    return {part: found.get(part, nothing) for part in wanted}


# -- the child's side --------------------------------------------------------------------------------------
def main() -> None:
    serve(_handle)


def _handle(request: dict[str, Any]) -> Iterator[dict[str, Json]]:
    """Answers a part as soon as it is known: `{"part", "body"}` or `{"part", "reason", "code", "detail"}`."""
    from sslyze.plugins.scan_commands import ScanCommand
    from sslyze.scanner.models import ServerScanRequest, ServerScanStatusEnum
    from sslyze.scanner.scanner import Scanner

    if hasattr(signal, "alarm"):
        signal.alarm(request["seconds"])  # should the parent be gone, nothing else would end a child that is held
    target, wanted = Target(**request["target"]), set(request["wanted"])
    first = wanted & {"certificates", "client_auth"}
    rounds = [({ScanCommand.CERTIFICATE_INFO}, first)] if first else []
    commands: set[Any] = {ScanCommand(f"{key}_cipher_suites") for key in VERSIONS} | {ScanCommand.ELLIPTIC_CURVES} if "handshake" in wanted else set()
    if "tried" in wanted:
        commands |= {ScanCommand(value) for value in _ATTACKS}
    if commands:
        rounds.append((commands, wanted & {"handshake", "tried"}))
    if target.starttls and target.starttls not in _protocols():
        no = {"reason": Reason.UNSUPPORTED.value, "code": "starttls", "detail": f"sslyze cannot start TLS in {target.starttls}"}
        yield from ({"part": part, **no} for part in sorted(wanted))
        return
    place, network = _where(target, request)
    for commands, parts in rounds:
        scanner = Scanner(per_server_concurrent_connections_limit=5)
        scanner.queue_scans([ServerScanRequest(place, network, commands)])
        for result in scanner.get_results():
            if result.scan_status is not ServerScanStatusEnum.COMPLETED:
                yield from ({"part": part, **_no_connection(result, target)} for part in sorted(parts))
                continue
            for part in sorted(parts):
                yield {"part": part, **_READ[part](result)}


def _protocols() -> dict[str, Any]:
    from sslyze.connection_helpers.opportunistic_tls_helpers import ProtocolWithOpportunisticTlsEnum as Protocol

    return {
        "smtp": Protocol.SMTP, "imap": Protocol.IMAP, "pop3": Protocol.POP3, "ftp": Protocol.FTP, "ldap": Protocol.LDAP,
        "postgres": Protocol.POSTGRES, "xmpp": Protocol.XMPP, "xmpp-server": Protocol.XMPP_SERVER, "rdp": Protocol.RDP,
    }  # fmt: skip


def _where(target: Target, request: dict[str, Any]) -> tuple[Any, Any]:
    from sslyze.server_setting import ServerNetworkConfiguration, ServerNetworkLocation

    network = ServerNetworkConfiguration(
        tls_server_name_indication=target.host,
        tls_opportunistic_encryption=_protocols()[target.starttls] if target.starttls else None,
        network_timeout=request["limit"],
        network_max_retries=2,
    )
    return ServerNetworkLocation(target.host, target.port, request["address"]), network


def _no_connection(result: Any, target: Target) -> dict[str, Json]:
    trace = result.connectivity_error_trace
    text = str(trace).strip() if trace else ""
    detail = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no TLS version and suite was found that the server accepts")
    reason = Reason.TIMEOUT if "timed out" in text else Reason.UNAVAILABLE
    if trace and "OpportunisticTls" in str(trace.exc_type):
        detail = f"{target.id} does not start TLS in {target.starttls}: {detail}"
    detail = re.sub(r'^.*? -> "(.*?)"\.?$', r"\1", detail)
    return {"reason": reason.value, "code": "sslyze", "detail": detail[-300:]}


def _certificates(result: Any) -> dict[str, Json]:
    from cryptography.hazmat.primitives.serialization import Encoding

    attempt = result.scan_result.certificate_info
    if attempt.status.value != "COMPLETED":
        return _not_done(attempt)
    chains: list[Json] = [[cert.public_bytes(Encoding.DER).hex() for cert in deployment.received_certificate_chain] for deployment in attempt.result.certificate_deployments]
    return {"body": {"chains": chains}}


def _client_auth(result: Any) -> dict[str, Json]:
    return {"body": {"asks": result.connectivity_result.client_auth_requirement.value != "DISABLED"}}


def _not_done(attempt: Any) -> dict[str, Json]:
    trace = attempt.error_trace
    said = str(trace).strip().splitlines()[-1].strip() if trace else "no reason given"
    timed_out = getattr(attempt.error_reason, "value", "") == "CONNECTIVITY_ISSUE"
    return {"reason": (Reason.UNAVAILABLE if timed_out else Reason.DEFECT).value, "code": str(getattr(attempt.error_reason, "value", "")), "detail": said[:300]}


def _handshake(result: Any) -> dict[str, Json]:
    suites: dict[str, Json] = {}
    unseen: list[Json] = []
    groups: set[str] = set()
    for key, version in VERSIONS.items():
        attempt = getattr(result.scan_result, f"{key}_cipher_suites")
        if attempt.status.value != "COMPLETED":
            unseen.append(version)
            continue
        accepted = attempt.result.accepted_cipher_suites
        said = [found.error_message for found in attempt.result.rejected_cipher_suites]
        if accepted:
            suites[version] = sorted(found.cipher_suite.name for found in accepted)
            groups |= {name for found in accepted if (name := _group(found.ephemeral_key))}
        if not (_answered(version, said) if accepted else _refused(version, said)):
            unseen.append(version)
    curves = result.scan_result.elliptic_curves
    if curves.status.value == "COMPLETED":
        groups |= {_NAMES.get(curve.name, curve.name) for curve in curves.result.supported_curves or ()}
    return {
        "body": {
            "versions": [version for version in VERSIONS.values() if version in suites],
            "suites": suites,
            "groups": [*sorted(groups)],
            "server_preference": None,
            "unseen": unseen,
            "untried": [*POST_QUANTUM] if "TLSv1.3" in suites or "TLSv1.3" in unseen else [],
        }
    }


def _refused(version: str, said: list[str]) -> bool:
    """Whether a version is refused: at least one real answer. SSLv2 has no alerts: a close is how its absence looks."""
    return version == "SSLv2" or any(text.startswith(_ANSWERS) for text in said)


def _answered(version: str, said: list[str]) -> bool:
    """Whether the suites of an accepted version are all of them: a server that cut off some tries may accept more."""
    return version == "SSLv2" or all(text.startswith(_ANSWERS) for text in said)


_ANSWERS = ("TLS alert", "TLS error")


#: sslyze's names where IANA writes others.
_NAMES = {"X25519": "x25519", "X448": "x448", "prime256v1": "secp256r1", "prime192v1": "secp192r1"}


def _group(key: Any) -> str:
    """IANA name of the group behind an ephemeral key; `custom-dh-BITS` for a finite-field group that is none of IANA's."""
    if key is None:
        return ""
    if key.type_name == "DH":
        prime = getattr(key, "prime", b"") or b""
        return _FFDHE.get(bytes(prime).lstrip(b"\0")[8:24].hex() + f"-{key.size}", f"custom-dh-{key.size}")
    name = getattr(key, "curve_name", "") or ""
    return _NAMES.get(name, name)


#: RFC 7919: all of its primes begin with the same digits of e, those of RFC 3526 with pi; bytes 8 to 24 and the size tell them.
_FFDHE = {f"adf85458a2bb4a9aafdc5620273d3cf1-{bits}": f"ffdhe{bits}" for bits in (2048, 3072, 4096, 6144, 8192)}


def _tried(result: Any) -> dict[str, Json]:
    """What was tried and came to an end; what did not is left out, so that it counts as not tested."""
    found: dict[str, Json] = {}
    for command, reads in _ATTACKS.items():
        attempt = getattr(result.scan_result, command)
        if attempt.status.value == "COMPLETED":
            for name, vulnerable in reads(attempt.result).items():
                if vulnerable is not None:
                    found[name] = vulnerable
    return {"body": {name: found[name] for name in TRIED if name in found}}


def _robot(result: Any) -> dict[str, bool | None]:
    said = result.robot_result.value
    return {"robot": None if said.startswith("UNKNOWN") else said.startswith("VULNERABLE")}


_ATTACKS: dict[str, Any] = {
    "heartbleed": lambda r: {"heartbleed": r.is_vulnerable_to_heartbleed},
    "openssl_ccs_injection": lambda r: {"ccs-injection": r.is_vulnerable_to_ccs_injection},
    "robot": _robot,
    "session_renegotiation": lambda r: {"insecure-renegotiation": not r.supports_secure_renegotiation, "client-renegotiation": r.is_vulnerable_to_client_renegotiation_dos},
    "tls_compression": lambda r: {"crime": r.supports_compression},
    "tls_fallback_scsv": lambda r: {"fallback-scsv": not r.supports_fallback_scsv},
}
_READ: dict[str, Any] = {"certificates": _certificates, "client_auth": _client_auth, "handshake": _handshake, "tried": _tried}
