"""A service that a region does not have is no gap, on two witnesses; a name server that is silent is one."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from scanner import plugins
from scanner.collect.plan import Options
from scanner.demo.aws_estate import GERMANY
from tests.support.aws import moto_server, only, scan

_TYPES = frozenset({"AWS::WorkSpaces::Workspace", "AWS::DynamoDB::Table"})
_ELSEWHERE = "eu-north-1"  # where WorkSpaces is not offered


def _resolver(monkeypatch: pytest.MonkeyPatch, error: int, words: str) -> None:
    """Names of AWS are answered for as a resolver would; the loopback stays as it is."""
    real = socket.getaddrinfo

    def ask(host: Any, *rest: Any, **more: Any) -> Any:
        if str(host).endswith("amazonaws.com"):
            raise socket.gaierror(error, words)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", ask)


def _calls(monkeypatch: pytest.MonkeyPatch, error: int, words: str, options: Options) -> dict[str, Any]:
    with moto_server() as url:
        _resolver(monkeypatch, error, words)
        snapshot = scan(url, options, AWS_ENDPOINT_URL_WORKSPACES=f"https://workspaces.{_ELSEWHERE}.amazonaws.com")
    return {call.region: call for call in snapshot.calls if call.service == "workspaces"}


def test_two_witnesses_say_that_there_is_no_such_service(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _calls(monkeypatch, socket.EAI_NONAME, "Name or service not known", only(types=_TYPES, regions=(_ELSEWHERE, GERMANY), retries=0))
    assert found[_ELSEWHERE].ok
    assert "not offered" in found[_ELSEWHERE].detail
    assert not found[GERMANY].ok  # it is listed there: a name that is missing is a fault


def test_a_silent_name_server_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _calls(monkeypatch, socket.EAI_AGAIN, "Temporary failure in name resolution", only(types=_TYPES, regions=(_ELSEWHERE,), retries=0))
    assert not found[_ELSEWHERE].ok
    assert found[_ELSEWHERE].types == ("AWS::WorkSpaces::Workspace",)


def test_the_type_is_declared() -> None:
    assert set(plugins.load_types("providers.aws.types")) >= _TYPES
