"""RACCOON: whether a server uses its finite-field key again is told by comparing two handshakes."""

from __future__ import annotations

import asyncio

from providers.tls.contact import Contact, Peer, dh_key_again
from providers.tls.enumeration import Limits
from providers.tls.suites import Version
from providers.tls.targets import Target
from providers.tls.wire import Gate
from scanner.demo.tls_servers import Handle
from tests.support.tls import hang, serving
from tests.support.tls_bed.real import openssl

DHE = (0x009E, 0x0033)


def again(port: int) -> bool | None:
    async def ask() -> bool | None:
        peer = Peer(Target("localhost", port), "127.0.0.1", 2, Gate(Limits(pause=0.01)), 0.5, asyncio.get_running_loop().time() + 10)
        return await dh_key_again(Contact(peer), Version.TLSv1_2, DHE)

    return asyncio.run(ask())


def always(key: bytes) -> Handle:
    """A server whose ServerKeyExchange never changes."""

    def handle(sock: object) -> None:
        sock.recv(8192)  # type: ignore[attr-defined]
        hello = b"\x03\x03" + bytes(32) + b"\x00\x00\x9e\x00"
        exchange = b"\x00\x02\x00\x17" + b"\x00\x01\x05" + len(key).to_bytes(2, "big") + key + b"\x04\x01\x00\x00"
        flight = b"".join(bytes((kind,)) + len(body).to_bytes(3, "big") + body for kind, body in ((2, hello), (12, exchange), (14, b"")))
        sock.sendall(b"\x16\x03\x03" + len(flight).to_bytes(2, "big") + flight)  # type: ignore[attr-defined]

    return handle


def test_a_key_of_the_moment_is_another_one_each_time() -> None:
    with openssl("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256") as port:
        assert again(port) is False


def test_a_key_that_comes_back_is_seen() -> None:
    with serving(always(b"\x07\x07")) as port:
        assert again(port) is True


def test_silence_says_nothing() -> None:
    with serving(hang) as port:
        assert again(port) is None
