"""Does the endpoint ask the client for a certificate where it should?"""

from scanner.sdk import OFF, ON, ClientAuth, Outcome, Reason, Resource, Severity, bad, check, dataclass, fails, good, passes, say, unsure_of


@dataclass(frozen=True)
class Wanted:
    """Whether clients have to show a certificate."""

    required: bool = False
    """True: an endpoint that asks for none fails (for APIs between organisations, administration, machines)."""


@check(
    id="tls-client-certificate", needs=ClientAuth, severity=Severity.HIGH, since="0.1", params=Wanted,
    cites=("RFC 8446, 4.3.2", "ISO/IEC 27001:2022 A.8.5", "NIS2 Art. 21(2)(j)"),
)  # fmt: skip
def tls_client_certificate(res: Resource, asks: ClientAuth, wanted: Wanted) -> Outcome:
    """Where it is promised, the endpoint asks the client for a certificate.

    Why: a connection between organisations is only as sure as both ends. With mutual TLS a stolen password or token
    alone opens nothing. Public sites need none: set `required` for the endpoints that do.

    Remedy: switch on client certificates (`ssl_verify_client on;`, a trust store on the load balancer) and make them
    required. Only a request during the handshake is seen here, not one that comes later for a single path.
    """
    if asks.state is ON:
        return passes(say("{name} asks the client for a certificate", name=res.ref.label))
    if wanted.required:
        return fails(say("{name} lets clients in without asking for a certificate", name=res.ref.label))
    return passes(say("{name} asks for no client certificate, and none is required here", name=res.ref.label))


EXAMPLES = (good(ClientAuth(ON), required=True), bad(ClientAuth(OFF), required=True), good(ClientAuth(OFF)), unsure_of(Reason.UNAVAILABLE))
