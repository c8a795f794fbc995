"""houvast.toml: what it sets, and every mistake with its line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scanner import plugins
from scanner.errors import InvalidFile
from scanner.store.config import Config, load_config

WHOLE = """\
targets = ["aws", "example.org:443", "templates/"]
promises = "words/our.toml"

[aws]
regions = ["eu-west-1", "us-gov-west-1"]

[azure]
cloud = "china"
resource_manager = "https://localhost:8443/arm"

[tls]
ca_file = "ca.pem"

[template]
region = "eu-central-1"
account = "111122223333"

[template.parameters]
Stage = "live"
Size = 3
Encrypt = true

[checks.residency]
countries = ["DE", "IE"]

[checks."backup-frequency"]
max_hours = 12
"""


def load(text: str, tmp_path: Path) -> Config:
    (tmp_path / "houvast.toml").write_text(text, encoding="utf-8")
    return load_config(tmp_path / "houvast.toml", plugins.load_checks())


def test_a_whole_file(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "our.toml").touch()
    (tmp_path / "ca.pem").touch()
    found = load(WHOLE, tmp_path)
    assert replace(found, source=None) == Config(
        ("aws", "example.org:443", "templates/"),
        str(tmp_path / "words" / "our.toml"),
        ("eu-west-1", "us-gov-west-1"),
        "china",
        "https://localhost:8443/arm",
        str(tmp_path / "ca.pem"),
        "eu-central-1",
        "111122223333",
        json.dumps({"Stage": "live", "Size": "3", "Encrypt": "true"}),
        {"residency": {"countries": ["DE", "IE"]}, "backup-frequency": {"max_hours": 12}},
    )


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert replace(load("", tmp_path), source=None) == Config()


def test_how_endpoints_are_reached(tmp_path: Path) -> None:
    (tmp_path / "own.pem").touch()
    given = '[tls]\nclient_cert = "own.pem"\nproxy = "socks5://proxy.example.org:1080"\naddresses = "first"\nfamily = 4\ncertificate_names = true\n'
    assert load(given, tmp_path).tls == {
        "tls.client_cert": str(tmp_path / "own.pem"), "tls.proxy": "socks5://proxy.example.org:1080", "tls.addresses": "first", "tls.family": "4",
        "tls.certificate_names": "yes",
    }  # fmt: skip
    assert load("[tls]\ncertificate_names = false\n", tmp_path).tls == {}


def test_promises_beside_it_are_found(tmp_path: Path) -> None:
    (tmp_path / "promises.toml").touch()
    assert load("", tmp_path).promises == str(tmp_path / "promises.toml")


@pytest.mark.parametrize(
    ("text", "line", "words", "remedy"),
    [
        ("target = []\n", 1, "no key 'target'", "did you mean targets?"),
        ('targets = "aws"\n', 1, "targets is no list", "write targets"),
        ('targets = [\n "aws",\n 7]\n', 3, "holds 7", "write targets"),
        ('\npromises = "nowhere.toml"\n', 2, "nowhere.toml is not there", "folder of this file"),
        ("promises = 7\n", 1, "promises is empty or no text", "leave it out"),
        ('aws = "eu-west-1"\n', 1, "aws is no table", "write [aws]"),
        ('[aws]\nregion = "eu-west-1"\n', 2, "no key 'region'", "did you mean regions?"),
        ('[aws]\nregions = ["ireland"]\n', 2, "'ireland' is no name of a region", "eu-west-1"),
        ("[aws]\nregions = []\n", 2, "regions is empty", "leave it out"),
        ('[azure]\ncloud = "chine"\n', 2, "no Azure cloud 'chine'", "did you mean china?"),
        ('[azure]\nresource_manager = "http://x"\n', 2, "cannot be used", "https://"),
        ('[tls]\nca_file = "nowhere.pem"\n', 2, "nowhere.pem is not there", "folder of this file"),
        ('[tls]\nclient_key = "nowhere.pem"\n', 2, "nowhere.pem is not there", "folder of this file"),
        ('[tls]\nproxy = "http://me:secret@proxy.example.org"\n', 2, "cannot be used", "HOUVAST_TLS_PROXY"),
        ('[tls]\naddresses = "some"\n', 2, "cannot be used", "every"),
        ("[tls]\nfamily = 5\n", 2, "family = 5", "write 4 or 6"),
        ("[tls]\nfamily = true\n", 2, "family = True", "write 4 or 6"),
        ("[tls]\ncertificate_names = 1\n", 2, "certificate_names = 1", "true or false"),
        ('[template]\nregion = "Ireland"\n', 2, "cannot be used", "eu-west-1"),
        ("[template]\naccount = 111122223333\n", 2, "account is empty or no text", "leave it out"),
        ('[template]\naccount = "prod"\n', 2, "cannot be used", "12 digits"),
        ('[template]\nparameters = "x"\n', 2, "parameters is no table", "[template.parameters]"),
        ("[template.parameters]\nA = 1\nB = [1]\n", 3, "parameter B is no plain value", "write B"),
        ("checks = []\n", 1, "checks is no table", "[checks.residency]"),
        ("[checks.recidency]\n", 1, "no check 'recidency'", "did you mean residency?"),
        ("[checks]\nresidency = 1\n", 2, "residency is no table", "[checks.residency]"),
        ("[checks.residency]\ncountries = 1\n", 2, "countries = 1 is not a list", "houvast explain residency"),
        ('[checks.residency]\n\ncountries = ["Mars"]\n', 3, "'Mars'", "houvast explain residency"),
        ("x\n", 1, "is not TOML", "correct the line"),
    ],
)  # fmt: skip
def test_every_mistake_names_line_and_remedy(tmp_path: Path, text: str, line: int, words: str, remedy: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        load(text, tmp_path)
    assert words in caught.value.message
    assert remedy in caught.value.advice
    assert caught.value.line == line
