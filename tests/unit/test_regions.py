"""From names of regions and zones to countries: by exact name only."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.data.algorithms import is_cipher
from scanner.data.regions import azure_name, azure_pair, country_name, members, place_of
from scanner.data.tables import rows
from scanner.model.place import Confidence


@pytest.mark.parametrize(
    ("provider", "name", "country"),
    [
        ("aws", "eu-west-1", "IE"), ("aws", "eu-central-1", "DE"), ("aws", "eu-west-2", "GB"), ("aws", "eu-central-2", "CH"), ("aws", "eu-west-3", "FR"),
        ("aws", "eu-north-1", "SE"), ("aws", "us-east-1", "US"), ("aws", "eu-west-1a", "IE"), ("aws", "eu-central-2b", "CH"),
        ("azure", "westeurope", "NL"), ("azure", "West Europe", "NL"), ("azure", "northeurope", "IE"), ("azure", "uksouth", "GB"), ("azure", "switzerlandnorth", "CH"),
        ("azure", "norwayeast", "NO"), ("azure", "germanywestcentral", "DE"),
    ],
)  # fmt: skip
def test_countries(provider: str, name: str, country: str) -> None:
    place = place_of(provider, name)
    assert (place.country, place.confidence) == (country, Confidence.EXACT)


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("aws", ""), ("aws", "aws-global"), ("aws", "eu"), ("aws", "EU-WEST-1"), ("aws", "eu-west-99"), ("aws", "eu-west-1-"), ("aws", "eu-west-1aa"), ("aws", "eu-west-1-nowhere-1a"),
        ("aws", "westeurope"), ("azure", "eu-west-1"), ("azure", "europe"), ("azure", "global"), ("azure", ""), ("azure", "westeurope2"), ("tls", "eu-west-1"), ("", "eu-west-1"),
    ],
)  # fmt: skip
def test_what_is_not_known_exactly_is_undetermined(provider: str, name: str) -> None:
    place = place_of(provider, name)
    assert place.country is None
    assert place.confidence is Confidence.UNDETERMINED
    assert place.detail.startswith("undetermined: ")


@settings(max_examples=200)
@given(st.text(alphabet="abcdeurstw-0123456789", max_size=20))
def test_a_made_up_name_has_no_country(name: str) -> None:
    if place_of("aws", name).country is not None:
        assert any(name.startswith(region) for region in rows("aws_regions"))


@pytest.mark.parametrize(("zone", "country"), [("eu-central-1-waw-1a", "PL"), ("us-east-1-bue-1a", "AR"), ("eu-west-2-wl1-man-wlz-1", "GB"), ("eu-central-1-xyz-1a", None)])
def test_a_local_zone_may_stand_in_another_country_than_its_region(zone: str, country: str | None) -> None:
    assert place_of("aws", zone).country == country


def test_groups() -> None:
    assert len(members("EU")) == 27
    assert members("eea") - members("eu") == {"IS", "LI", "NO"}
    assert not members("EEA") & {"GB", "CH", "US"}
    assert members("nl") == {"NL"}
    for word in ("", "UK", "EL", "XX", "Europe", "ZZ"):
        with pytest.raises(KeyError):
            members(word)


def test_azure_names_and_pairs() -> None:
    assert azure_name(" West  Europe") == "westeurope"
    assert azure_pair("West Europe") == "northeurope"
    assert azure_pair("nowhere") is None
    assert all(rows("azure_regions").get(pair) for row in rows("azure_regions").values() if (pair := row["pair"]))


def test_country_names() -> None:
    assert country_name("NL") == "Netherlands"
    assert country_name("??") == "??"


@pytest.mark.parametrize(
    ("found", "promised", "expected"),
    [
        ("AES256", "AES-256", True), ("AES256", "AES 256 bits", True), ("aws:kms", "AES-256", True), ("aws:kms:dsse", "AES-256", True), ("AES-256-GCM", "AES-256", True),
        ("AES128", "AES-256", False), ("3DES", "AES-256", False), ("AES256", "AES", True), ("AES", "AES-256", None), ("by the service", "AES-256", None), ("", "AES-256", None),
        ("AES2560", "AES-256", False),
    ],
)  # fmt: skip
def test_ciphers_by_name(found: str, promised: str, expected: bool | None) -> None:
    assert is_cipher(found, promised) is expected
