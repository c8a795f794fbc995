"""Gathers what the answers showed, and puts the enumeration together."""

from __future__ import annotations

from dataclasses import dataclass, field

from providers.tls.ask import Session
from providers.tls.enumeration import Enumeration, Features, Unseen
from providers.tls.groups import group_name, known_prime, signature_name
from providers.tls.records import ServerHello
from providers.tls.suites import Version, sslv2_names, suite_name
from providers.tls.wire import Silence

# Extensions that say something (IANA TLS ExtensionType Values).
_STATUS_REQUEST, _HEARTBEAT, _ENCRYPT_THEN_MAC, _EXTENDED_MASTER_SECRET, _SESSION_TICKET, _RENEGOTIATION_INFO = 5, 15, 22, 23, 35, 0xFF01
# In TLS 1.3 the suite is a symmetric cipher only: its order says the least.
_TELLING = (Version.TLSv1_2, Version.TLSv1_1, Version.TLSv1_0, Version.SSLv3, Version.TLSv1_3)


@dataclass(slots=True)
class Findings:
    """What is known about an endpoint so far."""

    hellos: dict[Version, ServerHello] = field(default_factory=dict)
    """The first answer in each version."""
    suites: dict[Version, list[int]] = field(default_factory=dict)
    sslv2: tuple[int, ...] | None = None
    """Cipher kinds, if it speaks SSLv2."""
    groups: dict[Version, list[int]] = field(default_factory=dict)
    signatures: list[int] = field(default_factory=list)
    primes: set[bytes] = field(default_factory=set)
    rsa_bits: set[int] = field(default_factory=set)
    preferences: dict[Version, bool] = field(default_factory=dict)
    fallback: bool | None = None
    quirks: set[str] = field(default_factory=set)
    unseen: list[Unseen] = field(default_factory=list)

    def notice(self, hello: ServerHello) -> None:
        """Keep the sizes that an answer shows."""
        if hello.exchange and hello.exchange.prime:
            self.primes.add(hello.exchange.prime)
        if hello.exchange and hello.exchange.rsa_bits:
            self.rsa_bits.add(hello.exchange.rsa_bits)

    def miss(self, part: str, version: Version, silences: list[Silence]) -> None:
        """Keep what was not answered."""
        self.unseen.extend(Unseen(part, version.label, each.reason, each.detail, each.asked, each.control) for each in silences)

    def result(self, session: Session) -> Enumeration:
        """The enumeration."""
        if session.dead and not self.hellos and self.sslv2 is None:
            dead = session.dead
            self.unseen = [Unseen("endpoint", None, dead.reason, dead.detail, max(dead.asked, session.connections))]
            self.unseen += [Unseen("version", version.label, dead.reason, dead.detail, 0) for version in Version]
        spoken = sorted(self.hellos)
        suites = {version.label: tuple(map(suite_name, self.suites.get(version, ()))) for version in spoken}
        if self.sslv2 is not None:
            suites = {Version.SSLv2.label: tuple(sslv2_names().get(code, f"0x{code:06X}") for code in self.sslv2), **suites}
        by_version = {version.label: tuple(map(group_name, self._groups_of(version))) for version in reversed(spoken)}
        return Enumeration(
            session.name,
            session.port,
            session.address[0] if session.address else None,
            versions=tuple(suites),
            suites=suites,
            groups=tuple(dict.fromkeys(name for names in by_version.values() for name in names)),
            groups_by_version={version: names for version, names in by_version.items() if names},
            server_preference=next((self.preferences[version] for version in _TELLING if version in self.preferences), None),
            dh_bits=tuple(sorted({int.from_bytes(prime, "big").bit_length() for prime in self.primes})),
            export_rsa_bits=tuple(sorted(self.rsa_bits)),
            signature_algorithms=tuple(map(signature_name, self.signatures)),
            features=self._features(session),
            unseen=tuple(self.unseen),
            connections=session.connections,
        )

    def _groups_of(self, version: Version) -> list[int]:
        found = self.groups.get(version, [])
        newest = max((spoken for spoken in self.hellos if spoken < Version.TLSv1_3), default=None)
        if version != newest:
            return found
        fields = (known_prime(prime) for prime in sorted(self.primes))
        return found + [group for group in fields if group is not None]

    def _features(self, session: Session) -> Features:
        older = [self.hellos[version] for version in sorted(self.hellos, reverse=True) if version < Version.TLSv1_3]
        quirks = tuple(sorted(self.quirks))
        if not older:
            return Features(quirks=quirks)
        newest = older[0]
        # what was not offered cannot have been agreed
        offered = not (session.bare or session.small or newest.version == Version.SSLv3)
        agreed = frozenset[int]().union(*(each.extensions for each in older)) if offered else None

        def agrees(extension: int) -> bool | None:
            return None if agreed is None else extension in agreed

        return Features(
            compression=any(each.compression for each in older) if not (session.bare or session.small) else None,
            secure_renegotiation=_RENEGOTIATION_INFO in newest.extensions,
            extended_master_secret=_EXTENDED_MASTER_SECRET in newest.extensions if newest.version != Version.SSLv3 and not session.bare else None,
            session_tickets=agrees(_SESSION_TICKET),
            encrypt_then_mac=agrees(_ENCRYPT_THEN_MAC),
            ocsp_stapling=agrees(_STATUS_REQUEST),
            heartbeat=agrees(_HEARTBEAT),
            fallback_scsv=self.fallback,
            asks_certificate=any(each.asks_certificate for each in older) or None,
            alpn=tuple(dict.fromkeys(each.alpn for each in older if each.alpn)),
            quirks=quirks,
        )
