"""Attacks that have to be tried, by sslyze in child processes that can be killed.

It can be held for ever by a server that trickles, and has no deadline of its own. A child serves one endpoint after
the other; only what the facts leave open is tried.
"""

from __future__ import annotations

import queue
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from providers.tls.attacks import TRIED
from providers.tls.child import Child, Died, Outcome, Overdue, serve
from providers.tls.credential import Credential
from providers.tls.proxy import Proxy
from providers.tls.targets import Target
from scanner.sdk import Failure, Json, Reason

_idle: queue.SimpleQueue[Child] = queue.SimpleQueue()
"""Children that wait for the next endpoint: starting one costs a second of CPU."""


def examine(target: Target, address: str, wanted: frozenset[str], limit: float, deadline: float, proxy: Proxy | None = None, credential: Credential | None = None) -> Outcome:
    """Whether each of the wanted attacks (names of TRIED) works; what came to no end is left out. Or the Failure why there is nothing.

    `limit` bounds one network step in seconds, `deadline` (of `time.monotonic()`) the whole.
    """
    if deadline - time.monotonic() <= 0:
        return Failure(Reason.TIMEOUT, "deadline", f"the time was over before it was the turn of {target.id}: give it more with --timeout")
    if proxy is not None and proxy.kind != "http":
        return Failure(Reason.UNSUPPORTED, "proxy", f"attacks cannot be tried through {proxy}: sslyze takes HTTP proxies only")
    try:
        child = _idle.get_nowait()
    except queue.Empty:
        child = Child("providers.tls.sslyze_probe")
    asked = {
        "target": asdict(target), "address": address, "wanted": sorted(wanted), "limit": max(1, round(limit)), "seconds": max(1, round(deadline - time.monotonic()) + 5),
        "proxy": asdict(proxy) if proxy else None, "credential": asdict(credential) if credential else None,
    }  # fmt: skip
    try:
        child.ask(asked)
        found = list(child.answers(deadline))
    except Overdue:
        return Failure(Reason.TIMEOUT, "deadline", f"the examination of {target.id} was not finished in its time: a slow or hostile server; give it more with --timeout")
    except Died as error:
        child.kill()
        return Failure(Reason.DEFECT, "sslyze", f"the examination ended early: {error}")
    _idle.put(child)
    line: dict[str, Any] = found[0] if found else {"reason": Reason.DEFECT.value, "code": "sslyze", "detail": "the examination gave no answer"}
    failed = line.get("reason")
    body: dict[str, Json] = line.get("body", {})
    return Failure(Reason(failed), line["code"], line["detail"]) if failed else body


def dismiss() -> None:
    """End the children that wait."""
    while True:
        try:
            _idle.get_nowait().kill()
        except queue.Empty:
            return


# -- the child's side --------------------------------------------------------------------------------------
def main() -> None:
    serve(_handle)


def _handle(request: dict[str, Any]) -> Iterator[dict[str, Json]]:
    """One answer: `{"body"}`, or `{"reason", "code", "detail"}`."""
    from sslyze.plugins.scan_commands import ScanCommand
    from sslyze.scanner.models import ServerScanRequest, ServerScanStatusEnum
    from sslyze.scanner.scanner import Scanner

    alarm = getattr(signal, "alarm", lambda _seconds: None)
    alarm(request["seconds"])  # should the parent be gone, nothing else would end a child that is held
    target = Target(**request["target"])
    if target.starttls and target.starttls not in _protocols():
        yield {"reason": Reason.UNSUPPORTED.value, "code": "starttls", "detail": f"attacks cannot be tried through {target.starttls}: sslyze does not speak it"}
        return
    place, network = _where(target, request)
    wanted = set(request["wanted"])
    commands = {ScanCommand(command) for command, (names, _) in _ATTACKS.items() if wanted & set(names)}
    scanner = Scanner(per_server_concurrent_connections_limit=5)
    scanner.queue_scans([ServerScanRequest(place, network, commands)])
    for result in scanner.get_results():
        yield {"body": _tried(result)} if result.scan_status is ServerScanStatusEnum.COMPLETED else _no_connection(result, target)
    alarm(0)


def _protocols() -> dict[str, Any]:
    from sslyze.connection_helpers.opportunistic_tls_helpers import ProtocolWithOpportunisticTlsEnum as Protocol

    return {
        "smtp": Protocol.SMTP, "imap": Protocol.IMAP, "pop3": Protocol.POP3, "ftp": Protocol.FTP, "ldap": Protocol.LDAP,
        "postgres": Protocol.POSTGRES, "xmpp": Protocol.XMPP, "xmpp-server": Protocol.XMPP_SERVER, "rdp": Protocol.RDP,
    }  # fmt: skip


def _where(target: Target, request: dict[str, Any]) -> tuple[Any, Any]:
    from sslyze.server_setting import ClientAuthenticationCredentials, HttpProxySettings, ServerNetworkConfiguration, ServerNetworkLocation

    own, proxy = request["credential"], request["proxy"]
    network = ServerNetworkConfiguration(
        tls_server_name_indication=target.host,
        tls_opportunistic_encryption=_protocols()[target.starttls] if target.starttls else None,
        network_timeout=request["limit"],
        network_max_retries=2,
        tls_client_auth_credentials=ClientAuthenticationCredentials(Path(own["certificate"]), Path(own["key"]), own["password"]) if own else None,
    )
    if proxy:
        through = HttpProxySettings(proxy["host"], proxy["port"], proxy["user"] or None, proxy["password"] or None)
        return ServerNetworkLocation(target.host, target.port, http_proxy_settings=through), network
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


def _tried(result: Any) -> dict[str, Json]:
    """What was tried and came to an end; what did not is left out, so that it counts as not tested."""
    found: dict[str, Json] = {}
    for command, (names, read) in _ATTACKS.items():
        attempt = getattr(result.scan_result, command)
        if attempt is not None and attempt.status.value == "COMPLETED":
            values = read(attempt.result)
            found |= {name: value for name, value in zip(names, values, strict=True) if value is not None}
    return {name: found[name] for name in TRIED if name in found}


def _robot(result: Any) -> tuple[bool | None]:
    said = result.robot_result.value
    return (None if said.startswith("UNKNOWN") else said.startswith("VULNERABLE"),)


#: sslyze's command -> (attacks, how its result is read).
_ATTACKS: dict[str, tuple[tuple[str, ...], Any]] = {
    "heartbleed": (("heartbleed",), lambda r: (r.is_vulnerable_to_heartbleed,)),
    "openssl_ccs_injection": (("ccs-injection",), lambda r: (r.is_vulnerable_to_ccs_injection,)),
    "robot": (("robot",), _robot),
    "session_renegotiation": (("insecure-renegotiation", "client-renegotiation"), lambda r: (not r.supports_secure_renegotiation, r.is_vulnerable_to_client_renegotiation_dos)),
    "tls_compression": (("crime",), lambda r: (r.supports_compression,)),
    "tls_fallback_scsv": (("fallback-scsv",), lambda r: (not r.supports_fallback_scsv,)),
}
