"""From the name of a region or zone to its country, by exact name. An unknown name is undetermined."""

from __future__ import annotations

import re
from functools import cache

from scanner.data.tables import rows, table
from scanner.model.later import pattern
from scanner.model.place import Confidence, Place

_ZONE = pattern(r"^(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)(?P<rest>.*)$")


@cache
def place_of(provider: str, name: str) -> Place:
    """The place that a provider calls `name`: a region, an availability zone, or a display name."""
    country = _aws(name) if provider == "aws" else _azure(name) if provider == "azure" else None
    if country is None:
        return Place(name, None, Confidence.UNDETERMINED, detail=f"undetermined: {name or 'no region'} names no single country")
    return Place(name, country, Confidence.EXACT)


def _aws(name: str) -> str | None:
    regions = rows("aws_regions")
    if name in regions:
        country: str | None = regions[name]["country"]
        return country
    match = _ZONE.match(name)
    if not match or match["region"] not in regions:
        return None
    if re.fullmatch(r"[a-z]", match["rest"]):  # an ordinary availability zone stands in its region's country
        return _aws(match["region"])
    zones = table("aws_regions")["zones"]  # Local and Wavelength Zones may stand in another one
    for zone, row in zones.items():
        if name == zone or (zone.endswith("*") and name.startswith(zone[:-1])):
            found: str = row["country"]
            return found
    return None


def azure_name(name: str) -> str:
    """`West Europe`, `WestEurope` and `westeurope` are one region."""
    plain = re.sub(r"\s+", "", name).lower()
    aliases: dict[str, str] = table("azure_regions")["aliases"]
    return aliases.get(plain, plain)


def _azure(name: str) -> str | None:
    row = rows("azure_regions").get(azure_name(name))
    return row["country"] if row else None


def azure_pair(name: str) -> str | None:
    """The paired region to which geo-redundant copies go; None where Azure documents none."""
    row = rows("azure_regions").get(azure_name(name))
    return row["pair"] if row else None


@cache
def members(group: str) -> frozenset[str]:
    """Country codes of `EU` (27 member states), `EEA`, or a single country."""
    countries = rows("countries")
    match group.upper():
        case "EU":
            return frozenset(code for code, row in countries.items() if row["class"] == "eu")
        case "EEA":
            return frozenset(code for code, row in countries.items() if row["class"] in ("eu", "eea"))
        case code if code in countries and not countries[code]["class"].startswith(("pseudo", "alias")):
            return frozenset({code})
    raise KeyError(group)


def country_name(code: str) -> str:
    """English short name; the code itself where the table has none."""
    row = rows("countries").get(code)
    return str(row["name"]) if row else code
