"""Parameter groups of databases: does one require TLS, and from which version on? Pure.

Defaults differ by family. Where a live group shows no value for a parameter, the engine's own default applies.
"""

from __future__ import annotations

import re
from typing import Any

from scanner.sdk import Reason, Ref, TlsFloor, Transit, Unresolvable

_VERSIONS = {"tlsv1": "TLSv1.0", "tlsv1.0": "TLSv1.0", "tlsv1.1": "TLSv1.1", "tlsv1.2": "TLSv1.2", "tlsv1.3": "TLSv1.3"}
#: First major version whose default groups set `rds.force_ssl` (RDS User Guide, "Requiring an SSL connection to a PostgreSQL DB
#: instance"; Aurora User Guide, "Securing Aurora PostgreSQL data with SSL/TLS").
_FORCED_SINCE = {"postgres": 15, "aurora-postgresql": 17}
#: Families whose default is OFF (MySQL Reference Manual, require_secure_transport; RDS User Guide, rds.force_ssl of SQL Server).
#: MySQL 8.4 and MariaDB 11.8 came later and are left open.
_NOT_FORCED = re.compile(r"(aurora-?mysql(5\.\d|8\.0)|mysql(5\.\d|8\.0)|mariadb(10\.\d+|11\.4)|sqlserver-\w+-\d[\d.]*)$")
_FAMILY = re.compile(r"(?P<engine>[a-z]+(?:-[a-z]+)*)-?(?P<major>\d+)")


def _on(value: Any) -> bool:
    word = str(value).lower()
    if word not in ("1", "0", "on", "off", "true", "false"):
        raise ValueError(f"{value!r} is neither on nor off")
    return word in ("1", "on", "true")


def requires_tls(ref: Ref, forced: tuple[Any, ...], secure: tuple[Any, ...], known: tuple[Any, ...]) -> Transit:
    """`rds.force_ssl` of PostgreSQL and SQL Server, `require_secure_transport` of MySQL and MariaDB. `known`: live, that the
    latter is a parameter of the group at all; in a template the group's family."""
    for name, found in (("rds.force_ssl", forced), ("require_secure_transport", secure)):
        if found:
            return Transit(not _on(found[0]), f"{name} is {'on' if _on(found[0]) else 'off'}")
    if not ref.id.startswith("arn:"):
        return by_family(str(known[0]) if known else "")
    if known:
        return Transit(True, "require_secure_transport is not set, and MySQL and MariaDB leave it off")
    raise Unresolvable(Reason.UNSUPPORTED, "no parameter of the group says whether TLS is required: Oracle and Db2 are told by option groups and engine settings")


def by_family(family: str) -> Transit:
    """What a family's groups require that say nothing. Raises Unresolvable where that is not documented."""
    found = _FAMILY.match(family)
    if found and found["engine"] in _FORCED_SINCE:
        forced = int(found["major"]) >= _FORCED_SINCE[found["engine"]]
        return Transit(not forced, f"rds.force_ssl is {'on' if forced else 'off'} by default of {family}")
    if _NOT_FORCED.match(family):
        return Transit(True, f"{family} requires no TLS unless it is told to")
    raise Unresolvable(Reason.UNRESOLVED, f"whether {family or 'a family that is not named'} requires TLS by default is not known")


def default_group(ref: Ref, name: str) -> Transit | None:
    """A template's `default.postgres16`; every other group is looked at itself."""
    return by_family(name.removeprefix("default.")) if name.startswith("default.") and not ref.id.startswith("arn:") else None


def by_engine(_: Ref, engines: tuple[Any, ...], versions: tuple[Any, ...]) -> Transit:
    """A template that names no group gets the default one of engine and version."""
    if not engines or not versions:
        raise Unresolvable(Reason.UNRESOLVED, "the default parameter group decides, and without a version it is not known which")
    engine, numbers = str(engines[0]), str(versions[0]).split(".")
    return by_family(f"{engine}{numbers[0]}" if engine in _FORCED_SINCE else f"{engine}{'-' if 'sqlserver' in engine else ''}{'.'.join(numbers[:2])}")


def lowest_tls(_: Ref, least: tuple[Any, ...], listed: tuple[Any, ...], tls10: tuple[Any, ...], tls11: tuple[Any, ...]) -> TlsFloor:
    """`ssl_min_protocol_version` of PostgreSQL, `tls_version` of MySQL and MariaDB (all that are accepted), `rds.tls10` and
    `rds.tls11` of SQL Server (`default` leaves it to the operating system)."""
    if least or listed:
        found = [_VERSIONS.get(word.strip().lower()) for value in (least or listed) for word in str(value).split(",")]
        if None in found or not found:
            raise ValueError(f"{(least or listed)[0]!r} names no TLS versions")
        return TlsFloor(min(str(version) for version in found))
    words = [str(found[0]).lower() if found else "default" for found in (tls10, tls11)]
    if "enabled" in words:
        return TlsFloor("TLSv1.0" if words[0] == "enabled" else "TLSv1.1")
    if words == ["disabled", "disabled"]:
        return TlsFloor("TLSv1.2")
    raise Unresolvable(Reason.UNRESOLVED, "the group names no lowest version: the engine's default decides")


def of_group(part: str, name: str) -> str:
    """Path of a parameter's value among those that a group showed."""
    return f"{part}[?ParameterName=='{name}'].ParameterValue"
