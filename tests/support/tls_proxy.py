"""Proxies for tests: one for CONNECT, one for SOCKS 5; each counts where it led."""

from __future__ import annotations

import base64
import contextlib
import socket
import struct
import threading
from collections.abc import Callable

from scanner.demo.tls_servers import Handle

Names = dict[str, str]


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(16384):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _join(client: socket.socket, host: str, port: int, names: Names, said: Callable[[bool], bytes]) -> None:
    try:
        server = socket.create_connection((names.get(host, host), port), 5.0)
    except (OSError, AssertionError):
        client.sendall(said(False))
        return
    with server:
        client.sendall(said(True))
        client.settimeout(30.0)
        server.settimeout(30.0)
        threading.Thread(target=_pump, args=(server, client), daemon=True).start()
        _pump(client, server)


def connect_proxy(led: list[str], names: Names, credentials: str = "") -> Handle:
    """Takes CONNECT; knows the addresses of `names`."""

    def handle(client: socket.socket) -> None:
        client.settimeout(10.0)
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(1)
        line, *headers = head.decode().split("\r\n")
        method, where, _ = line.split()
        if credentials and f"Proxy-Authorization: Basic {base64.b64encode(credentials.encode()).decode()}" not in headers:
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")
            return
        assert method == "CONNECT"
        led.append(where)
        host, _, port = where.rpartition(":")
        _join(client, host.strip("[]"), int(port), names, lambda ok: b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n" if ok else b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

    return handle


def socks_proxy(led: list[str], names: Names, credentials: str = "") -> Handle:
    """SOCKS 5 with names, and credentials where they are given."""

    def handle(client: socket.socket) -> None:
        client.settimeout(10.0)
        read = client.makefile("rb").read
        _, count = read(2)
        methods = read(count)
        wanted = 2 if credentials else 0
        if wanted not in methods:
            client.sendall(b"\x05\xff")
            return
        client.sendall(bytes([5, wanted]))
        if wanted:
            _, size = read(2)
            user = read(size)
            password = read(read(1)[0])
            right = f"{user.decode()}:{password.decode()}" == credentials
            client.sendall(bytes([1, 0 if right else 1]))
            if not right:
                return
        _, _, _, kind = read(4)
        host = read(read(1)[0]).decode() if kind == 3 else socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, read(4 if kind == 1 else 16))
        (port,) = struct.unpack(">H", read(2))
        led.append(f"{host}:{port}")
        _join(client, host, port, names, lambda ok: bytes([5, 0 if ok else 5, 0, 1, 0, 0, 0, 0, 0, 0]))

    return handle
