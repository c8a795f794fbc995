"""Chain validation in a process of its own: asked over and over, killed when a hostile chain holds it."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from providers.tls.child import Child, Died, Overdue, serve
from scanner.sdk import Failure, Json, Reason

_LIMIT = 10.0
"""Seconds for one chain; an ordinary one takes milliseconds."""
_MOST_DEATHS = 3


class Judge:
    """Hands chains to the child, one at a time, and starts a new one when it had to be killed."""

    def __init__(self, added: Sequence[bytes] = ()) -> None:
        self._added = [base64.b64encode(der).decode() for der in added]
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._deaths, self._answered = 0, False
        """A verifier that cannot start at all is not started for each of a thousand endpoints."""

    def warm(self) -> None:
        """Start the child before it is needed: it reads the Mozilla store meanwhile."""
        with self._lock:
            self._child = self._child or Child("providers.tls.chain")

    def ask(self, sent: Sequence[bytes], limit: float = _LIMIT) -> dict[str, Json]:
        """`{"trusted", "detail", "length"}`. Raises Failure."""
        with self._lock:
            if self._deaths >= _MOST_DEATHS and not self._answered:
                raise Failure(Reason.DEFECT, "chain", f"the verifier ended {self._deaths} times in a row, and is not started again")
            try:
                child = self._child = self._child or Child("providers.tls.chain")
                child.ask({"sent": [base64.b64encode(der).decode() for der in sent], "added": self._added, "now": datetime.now(UTC).isoformat()})
                found = list(child.answers(time.monotonic() + limit))
                self._answered = True
            except Overdue:
                self._child = None
                raise Failure(Reason.TIMEOUT, "chain", f"the {len(sent)} certificates that were sent could not be sorted into a chain within {limit:.0f} s") from None
            except Died as error:
                self._child = None
                self._deaths += 1
                raise Failure(Reason.DEFECT, "chain", f"the verifier ended: {error}") from error
        if "error" in found[0]:
            raise Failure(Reason.UNPARSABLE, "chain", str(found[0]["error"]))
        return found[0]

    def close(self) -> None:
        """End the child."""
        with self._lock:
            if self._child is not None:
                self._child.kill()
                self._child = None


def main() -> None:
    """The child's side."""
    import certifi
    from cryptography import x509

    from providers.tls.certificates import judge_chain

    with open(certifi.where(), "rb") as file:
        roots = x509.load_pem_x509_certificates(file.read())

    def handle(request: dict[str, Any]) -> Iterator[dict[str, Json]]:
        sent, added = ([base64.b64decode(text) for text in request[key]] for key in ("sent", "added"))
        try:
            yield judge_chain(sent, added, roots, datetime.fromisoformat(request["now"]))
        except Exception as error:  # whatever a hostile certificate brings the parser to, the next chain is judged as ever
            yield {"error": f"a certificate of the chain cannot be parsed: {error}"}

    serve(handle)
