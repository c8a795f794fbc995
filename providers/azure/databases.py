"""Databases: partners, floors and retention that they say in their own ways. Each argument is a tuple, empty if absent."""

from __future__ import annotations

import re
from typing import Any

from providers.azure.reading import cosmos_regions, sql_backups
from scanner.sdk import Backups, Reason, Ref, Unresolvable

Values = tuple[Any, ...]


# -- Cosmos DB -----------------------------------------------------------------------------------------------
def account_regions(ref: Ref, locations: Values, _analytical: Values, _writes: Values) -> tuple[str, ...]:
    """Regions of an account, which are those of its analytical store too (Microsoft Learn, Azure Cosmos DB analytical store)."""
    return cosmos_regions(ref, locations)


def replica_source(_ref: Ref, mode: Values, source: Values) -> tuple[str, ...]:
    """A cluster that is made as a replica names where its source stands."""
    if not mode or str(mode[0]).lower() not in ("georeplica", "replica"):
        return ()
    if not source:
        raise Unresolvable(Reason.UNRESOLVED, "it is a replica, and where its source stands is not said")
    return (str(source[0]),)


def cluster_backups(_ref: Ref, earliest: Values) -> Backups:
    """The service backs up every cluster, continuously, for 35 days (Microsoft Learn, Backup and restore in Azure Cosmos DB for MongoDB vCore)."""
    if not earliest:
        raise Unresolvable(Reason.UNPARSABLE, "the cluster does not say since when it can be restored")
    return Backups(True, "continuous", 0, 35.0)


# -- MySQL ---------------------------------------------------------------------------------------------------
_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def lowest_version(_ref: Ref, listed: Values) -> str:
    """`tls_version` lists what is accepted: `TLSv1.2,TLSv1.3`."""
    if not listed:
        raise Unresolvable(Reason.UNPARSABLE, "which versions are accepted is not in the answer")
    given = [word.strip() for word in str(listed[0]).split(",") if word.strip()]
    unknown = sorted(set(given) - set(_VERSIONS))
    if unknown or not given:
        raise ValueError(f"{listed[0]!r} lists no known versions")
    lowest = min(given, key=_VERSIONS.index)
    return "TLSv1.0" if lowest == "TLSv1" else lowest


# -- Azure SQL -----------------------------------------------------------------------------------------------
_DAYS = {"D": 1.0, "W": 7.0, "M": 30.0, "Y": 365.0}


def kept_longest(ref: Ref, days: Values, *kept: Values) -> Backups:
    """Point in time within the short-term retention; a long-term policy keeps weekly, monthly or yearly backups beyond it."""
    found = sql_backups(ref, days)
    longest = max((_period(value) for values in kept for value in values), default=0.0)
    return Backups(True, found.kind, found.every_hours, max(longest, found.keep_days or 0.0))


def _period(value: Any) -> float:
    """Days of an ISO 8601 duration in whole units: `P4W`, `P1Y`; `PT0S` is none."""
    if str(value).upper() in ("PT0S", "P0D", ""):
        return 0.0
    found = re.fullmatch(r"P(\d+)([DWMY])", str(value), re.IGNORECASE)
    if not found:
        raise ValueError(f"{value!r} is no period")
    return float(found[1]) * _DAYS[found[2].upper()]


def instance_partners(ref: Ref, primaries: Values, secondaries: Values, regions: Values) -> tuple[str, ...]:
    """Regions of the partners of a managed instance, by the failover groups of its resource group and region. A group has one pair and one partner region."""
    if not len(primaries) == len(secondaries) == len(regions):
        raise Unresolvable(Reason.UNPARSABLE, f"of {len(primaries)} pairs of instances {len(regions)} name the region of the partner")
    own = ref.id.lower()
    return tuple(str(region) for one, other, region in zip(primaries, secondaries, regions, strict=True) if own in (str(one).lower(), str(other).lower()))
