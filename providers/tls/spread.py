"""Endpoints that nobody named one by one: those of a range, and those that certificates name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from providers.tls.fetch import is_local
from providers.tls.targets import Target, parse
from scanner.sdk import Call, Failure, Json, Reason, UsageError

NOBODY = frozenset({"refused", "connect", "unreachable"})
"""Codes of a first contact in which there was no connection at all."""
MOST_NAMES = 1000
"""Names of certificates that one scan follows."""


class Swept:
    """What became of the addresses of each range at which there is nobody to be judged."""

    def __init__(self) -> None:
        self._silent: Counter[str] = Counter()

    def nobody(self, target: Target, call: Call, failure: Failure) -> Call:
        """The ledger entry of an address without an endpoint: a refused connection is an answer, silence is none."""
        if failure.code == "refused":
            return replace(call, operation="sweep", outcome=None, code="", detail="nobody listens", pages=1, items=0)
        self._silent[target.swept] += 1
        return replace(call, operation="sweep")

    def silent(self) -> Iterator[tuple[str, Failure]]:
        """Each range with addresses that said nothing at all."""
        for text, count in sorted(self._silent.items()):
            addresses = "one address" if count == 1 else f"{count} addresses"
            why = f"{addresses} of {text} gave no answer: nobody is there, or a firewall drops connections; name the hosts that should answer"
            yield text, Failure(Reason.TIMEOUT, "connect", why)


class Named:
    """Names on the certificates that were shown, each once; wildcards name nobody."""

    def __init__(self, known: Iterable[Target]) -> None:
        self._known = {(target.host, target.port) for target in known}
        self._new: list[Target] = []
        self._followed = 0
        self._beyond = 0

    def notice(self, target: Target, address: str, certificate: Json) -> None:
        """Keep the names of a certificate that no target has."""
        names = certificate.get("names") if isinstance(certificate, dict) else None
        for name in names if isinstance(names, list) else ():
            found = _endpoint(str(name), target, public=target.public or not is_local(address))
            if found is None or (found.host, found.port) in self._known:
                continue
            self._known.add((found.host, found.port))
            if self._followed < MOST_NAMES:
                self._followed += 1
                self._new.append(found)
            else:
                self._beyond += 1

    def more(self) -> tuple[Target, ...]:
        """What was found since it was asked last."""
        found, self._new = sorted(self._new, key=lambda target: target.id), []
        return tuple(found)

    def beyond(self) -> Failure | None:
        """The names that were too many, once nothing else is left."""
        count, self._beyond = self._beyond, 0
        why = f"{count} more names stand on the certificates than the {MOST_NAMES} that were looked at: name them in a file, @hosts.txt"
        return Failure(Reason.NOT_COLLECTED, "names", why) if count else None


def _endpoint(name: str, beside: Target, public: bool) -> Target | None:
    if "*" in name or ":" in name:
        return None
    try:
        host = parse(name).host
    except UsageError:
        return None  # a name that no host can have
    return replace(beside, host=host, address="", swept="", public=public)
