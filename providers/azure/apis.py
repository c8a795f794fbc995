"""API Management: what the gateway accepts and calls, and its certificates. Each argument is a tuple, empty if absent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scanner.sdk import Certificate, NotApplicable, Reason, Ref, TlsFloor, Transit, Unresolvable

Values = tuple[Any, ...]

#: Services made before that day have the old protocols on unless they say otherwise (REST reference, customProperties).
_OLD_DEFAULTS = datetime(2018, 4, 1, tzinfo=UTC)


def gateway_transit(_ref: Ref, protocols: Values, services: Values, urls: Values, validates: Values) -> Transit:
    """APIs that take plain HTTP, and backends that are called by it."""
    plain = sum(str(word).lower() in ("http", "ws") for word in protocols)
    behind = sum(str(url).lower().startswith(("http://", "ws://")) for url in (*services, *urls))
    found = [text for number, text in ((plain, f"{plain} APIs take plain HTTP"), (behind, f"{behind} backends are called by plain HTTP")) if number]
    blind = sum(value is False for value in validates)
    if blind:
        found.append(f"{blind} backends are called without looking at their certificate")
    return Transit(bool(plain or behind), ", ".join(found))


def gateway_floor(_ref: Ref, ssl3: Values, tls10: Values, tls11: Values, back_ssl3: Values, back10: Values, back11: Values, made: Values) -> TlsFloor:
    """The lowest version towards clients and towards backends. Without a setting the service's own default holds, which depends on its age."""
    old = any(_moment(at) <= _OLD_DEFAULTS for at in made)
    sides = {"clients": (ssl3, tls10, tls11), "backends": (back_ssl3, back10, back11)}
    floors = {side: _lowest([_on(value, old) for value in values]) for side, values in sides.items()}
    order = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2")
    lowest = min(floors.values(), key=order.index)
    return TlsFloor(lowest, ", ".join(f"{side}: {floor}" for side, floor in floors.items()))


def _on(value: Values, default: bool) -> bool:
    if not value:
        return default
    word = str(value[0]).lower()
    if word not in ("true", "false"):
        raise ValueError(f"{value[0]!r} is neither true nor false")
    return word == "true"


def _lowest(on: list[bool]) -> str:
    """By what is on of SSL 3.0, TLS 1.0 and TLS 1.1; TLS 1.2 cannot be switched off."""
    return next((version for version, is_on in zip(("SSLv3", "TLSv1.0", "TLSv1.1"), on, strict=True) if is_on), "TLSv1.2")


def first_to_end(_ref: Ref, names: Values, ends: Values, subjects: Values, managed: Values) -> Certificate:
    """Of the certificates of its own host names the one that ends first; since when each is valid is not shown."""
    if not ends:
        raise NotApplicable("no host name of one's own: clients meet the platform's certificate")
    if len(ends) != len(names):
        raise Unresolvable(Reason.UNPARSABLE, f"{len(names) - len(ends)} of {len(names)} certificates do not say when they end")
    end, name = min((_moment(value), str(name)) for value, name in zip(ends, names, strict=True))
    issued = {str(one).lower() for one in managed}
    given = tuple(dict.fromkeys((name, *(str(subject).removeprefix("CN=") for subject in subjects if len(subjects) == 1))))
    return Certificate(given, "", None, end, key="", signature="", fingerprint="", managed=True if name.lower() in issued else None)


def stored(_ref: Ref, subject: Values, end: Values) -> Certificate:
    """A certificate that was uploaded or is taken from a vault: its subject and its end are shown."""
    if not end:
        raise Unresolvable(Reason.UNPARSABLE, "until when the certificate is valid is not in the answer")
    names = tuple(part.strip()[3:] for text in subject for part in str(text).split(",") if part.strip().upper().startswith("CN="))
    return Certificate(names, "", None, _moment(end[0]), key="", signature="", fingerprint="")


def _moment(value: Any) -> datetime:
    read = datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=UTC)
