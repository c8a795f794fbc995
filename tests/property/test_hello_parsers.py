"""Whatever a peer sends: a value or the declared exception, from bounded reading; and how it is cut into pieces changes nothing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.tls.hello import Offer, client_hello
from providers.tls.records import LIMIT, Ciphers, Flight, NotTls, Refusal, Reply, ServerHello, Want, server_hello, server_key_exchange
from providers.tls.starttls import DIALOGS, Declined, Talk, Temporary
from providers.tls.suites import Version, legacy_suites, tls13_suites
from providers.tls.wire import PeerSilent, Silence
from scanner.sdk import Reason
from tests.support.tls_bed.paper import SSL3, TLS10, TLS12, TLS13, Paper, Suite, answer

SUITES = {
    SSL3: (Suite(0x0003, "export"), Suite(0x0035)),
    TLS10: (Suite(0x0039, "dhe"), Suite(0x0018, "anon")),
    TLS12: (Suite(0xC030, "ecdhe"), Suite(0x009D), Suite(0x009F, "dhe")),
    TLS13: (Suite(0x1302, "tls13"),),
}
PAPER = Paper(SUITES, groups=(29, 0x11EC), sslv2=(0x010080,), alpn=(b"h2",), warns=True)
OFFERS = [
    Offer(version, tls13_suites() if version == Version.TLSv1_3 else legacy_suites(), (29, 23, 0x11EC), (0x0401,), alpn=("h2",))
    for version in (Version.SSLv3, Version.TLSv1_0, Version.TLSv1_2, Version.TLSv1_3)
]
WANTS = st.sampled_from(list(Want))


def feed(data: bytes, want: Want, sslv2: bool, cuts: list[int]) -> Reply | str | None:
    """The answer out of pieces; a declared failure as its class's name."""
    flight = Flight(want, sslv2)
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    try:
        for start, end in pairwise(edges):
            reply = flight.feed(data[start:end])
            if reply is not None:
                return reply
    except NotTls:
        return "NotTls"
    return None


@given(st.binary(max_size=600), WANTS, st.booleans(), st.lists(st.integers(0, 600), max_size=4))
@settings(max_examples=300, deadline=None)
def test_rubbish(data: bytes, want: Want, sslv2: bool, cuts: list[int]) -> None:
    assert isinstance(feed(data, want, sslv2, cuts), ServerHello | Refusal | Ciphers | str | None)


@given(st.binary(max_size=300), st.sampled_from([20, 21, 22, 23]), st.sampled_from([0, 2, 11, 12, 13, 14, 22]), WANTS)
@settings(max_examples=300, deadline=None)
def test_rubbish_in_the_right_envelope(data: bytes, record: int, message: int, want: Want) -> None:
    inner = bytes((message,)) + len(data).to_bytes(3, "big") + data
    reply = feed(bytes((record, 3, 3)) + len(inner).to_bytes(2, "big") + inner, want, False, [])
    assert isinstance(reply, ServerHello | Refusal | str | None)


@given(st.sampled_from(OFFERS), WANTS, st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=4), st.lists(st.integers(0, 4000), max_size=5))
@settings(max_examples=300, deadline=None)
def test_damaged_answers(offer: Offer, want: Want, damage: list[tuple[int, int]], cuts: list[int]) -> None:
    """A right answer with a few bytes changed, in pieces."""
    right = answer(PAPER, client_hello(offer, "localhost", bytes(64)))
    assert isinstance(right, bytes)
    data = bytearray(right)
    for place, value in damage:
        data[place % len(data)] = value
    whole = feed(bytes(data), want, False, [])
    assert isinstance(whole, ServerHello | Refusal | str | None)
    if not damage:
        assert isinstance(whole, ServerHello)
        assert feed(bytes(data), want, False, cuts) == whole


@given(st.binary(max_size=200), st.sampled_from((*legacy_suites(), 0xFEED)), st.sampled_from([SSL3, TLS10, TLS12]))
@settings(max_examples=300, deadline=None)
def test_messages_alone(body: bytes, suite: int, version: int) -> None:
    with suppress(NotTls):
        server_key_exchange(body, version, suite)
    with suppress(NotTls):
        server_hello(body)


@given(
    st.sampled_from([b"\x16\x03\x03\x40\x00" + b"\x0b\x02\xff\xff", b"\x15\x03\x03\x00\x02\x01\x5a", b"\x16\x03\x03\x00\x04\0\0\0\0", b"\x16\x03\x03\x00\x00", b"\xff\xff"]),
    st.booleans(),
)
@settings(max_examples=20, deadline=None)
def test_a_flood_is_bounded(piece: bytes, sslv2: bool) -> None:
    flight, sent, ended = Flight(Want.EXCHANGE, sslv2), 0, False
    while not ended and sent <= 2 * LIMIT:
        try:
            assert flight.feed(piece * 64) is None
        except NotTls:
            ended = True
        sent += 64 * len(piece)
    assert ended
    assert sent <= LIMIT + 64 * len(piece)


class _Peer:
    """The other end of a dialog: says what it is given, piece by piece, then ends."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = iter(pieces)
        self.given = 0

    async def send(self, data: bytes) -> None:
        assert data

    async def receive(self) -> bytes:
        piece = next(self._pieces, b"")
        if not piece:
            raise PeerSilent(Silence(Reason.UNAVAILABLE, "closed"))
        self.given += len(piece)
        return piece


_LINES = st.sampled_from([
    b"220 x\r\n", b"220-x\r\n", b"250-STARTTLS\r\n", b"250 STARTTLS\r\n", b"454 no\r\n", b"* OK x\r\n", b"a1 OK\r\n", b"+OK\r\n", b"-ERR\r\n", b"OK\r\n",
    b'"STARTTLS"\r\n', b"382\r\n", b"200\r\n", b"234\r\n", b"S", b"N", b"<stream:features>", b"</stream:features>", b"urn:ietf:params:xml:ns:xmpp-tls",
    b"<proceed/>", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", b"\n", b"\0" * 9,
])  # fmt: skip


@pytest.mark.parametrize("protocol", sorted(DIALOGS))
@given(pieces=st.lists(st.one_of(_LINES, st.binary(min_size=1, max_size=80)), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dialogs(protocol: str, pieces: list[bytes]) -> None:
    """A dialog goes on, or says why not in one of three ways."""
    with suppress(Declined, Temporary, PeerSilent):
        asyncio.run(DIALOGS[protocol](Talk(_Peer(pieces)), "localhost"))  # type: ignore[arg-type]


@pytest.mark.parametrize("protocol", sorted(DIALOGS))
@pytest.mark.parametrize("piece", [b"2" * 4096, b"220-x\r\n" * 500, b"* x\r\n" * 500, b"<a>" * 1000, b"\x30\x84\xff\xff\xff\xff" + bytes(4000), b"\xff\xff\xff\x00" * 1000])
def test_no_dialog_reads_for_ever(protocol: str, piece: bytes) -> None:
    peer = _Peer([piece] * 200)
    with suppress(Declined, Temporary):
        asyncio.run(DIALOGS[protocol](Talk(peer), "localhost"))  # type: ignore[arg-type]
    assert peer.given <= 128 * 1024
