"""Attacks that have to be tried, and certificates that current OpenSSL is not shown, by sslyze in a child process that can be killed.

It can be held for ever by a server that trickles, and has no deadline of its own.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from providers.tls.attacks import TRIED
from providers.tls.child import Child, Died, Outcome, Overdue, serve
from providers.tls.targets import Target
from scanner.sdk import Failure, Json, Reason


def examine(target: Target, address: str, wanted: frozenset[str], limit: float, deadline: float) -> dict[str, Outcome]:
    """Parts by name (`certificates`, `client_auth`, `tried`), each a body or the Failure why there is none.

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
    if "tried" in wanted:
        rounds.append(({ScanCommand(value) for value in _ATTACKS}, {"tried"}))
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
_READ: dict[str, Any] = {"certificates": _certificates, "client_auth": _client_auth, "tried": _tried}
