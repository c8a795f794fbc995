"""No test talks to anything beyond this machine; credentials and settings of the user never leak in."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

#: What is asserted in there tells as much when it fails as what is asserted in a test.
pytest.register_assert_rewrite("tests.support")

#: How fast a machine makes up input says nothing about what is tested.
settings.register_profile("houvast", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("houvast")

#: As the command does: what tests load (models of services, moto, declarations) stays, and looking for garbage among it again and again
#: takes a fifth of the time.
gc.set_threshold(50_000, 20, 20)

_CONNECT = socket.socket.connect
_CONNECT_EX = socket.socket.connect_ex


def _refuse_beyond_loopback(address: Any) -> None:
    if not isinstance(address, tuple):
        return  # a UNIX socket
    try:
        local = ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        local = address[0] == "localhost"
    if not local:
        raise AssertionError(f"a test tried to reach {address[0]}: only loopback is allowed")


def _connect(self: socket.socket, address: Any) -> None:
    _refuse_beyond_loopback(address)
    _CONNECT(self, address)


def _connect_ex(self: socket.socket, address: Any) -> int:
    _refuse_beyond_loopback(address)
    return _CONNECT_EX(self, address)


socket.socket.connect = _connect  # type: ignore[method-assign, assignment]
socket.socket.connect_ex = _connect_ex  # type: ignore[method-assign, assignment]

_SCRUBBED = ("AWS_", "AZURE_", "HOUVAST_", "IDENTITY_", "MSI_", "ARM_")


class Homes:
    """An empty home for each test: a new one as soon as a test has left something in it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0
        self._home = self._new()

    def _new(self) -> Path:
        home = self._folder / str(self._number)
        home.mkdir()
        return home

    def empty(self) -> Path:
        if any(self._home.iterdir()):
            self._number += 1
            self._home = self._new()
        return self._home


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    return Homes(tmp_path_factory.mktemp("homes"))


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch, homes: Homes) -> None:
    """No credentials, no configuration, no proxy, no instance metadata."""
    for name in list(os.environ):
        if name.startswith(_SCRUBBED) or name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_color", "requests_ca_bundle", "ssl_cert_file"):
            monkeypatch.delenv(name)
    home = homes.empty()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def pytest_collection_finish() -> None:
    """Thousands of items and all that they import live until the end."""
    gc.collect()
    gc.freeze()
