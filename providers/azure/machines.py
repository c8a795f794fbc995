"""Virtual machines: what of them is encrypted, who backs them up, and what is audited inside of them. Each argument is a tuple, empty if absent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from scanner.sdk import OFF, ON, AtRest, Backups, Clue, Holder, KeyCustody, Reason, Ref, TlsFloor, Unresolvable, azure_name

Values = tuple[Any, ...]

_HOST = "temporary disks and caches on the host are not"


def machine_at_rest(_ref: Ref, host: Values, guest: Values, confidential: Values, managed: Values) -> AtRest:
    """Disks are always encrypted where they are stored, managed or not. What a machine writes to disks of its host (temporary
    disk, cache) is encrypted only by encryption at host, or from inside (Azure Disk Encryption, confidential machines).
    Off by default (Microsoft Learn, Overview of managed disk encryption options)."""
    if any(value is True for value in host):
        return AtRest(ON, "AES256", "disks of its host too")
    if any(value is True for value in guest):
        return AtRest(ON, None, "from inside the machine (Azure Disk Encryption)")
    if any(str(value).lower() == "diskwithvmgueststate" for value in confidential):
        return AtRest(ON, None, "a confidential machine")
    return AtRest(OFF, None, f"{'its managed disks are' if managed else 'its disks are'} encrypted, {_HOST}")


def vaulted(_ref: Ref, items: Values, states: Values, points: Values, times: Values) -> Backups:
    """The items of Recovery Services vaults that stand for a machine; it is backed up where one of them is protected. What can be restored
    is of the newest recovery point, or of the newest backup that worked."""
    newest = max((moment for moment in map(_moment, (*points, *times)) if moment.year > 2000), default=None)  # the year 1 stands for never
    words = {str(state).lower() for state in states}
    if words & _PROTECTED:
        return Backups(True, "snapshots", last=newest)
    if len(states) < len(items) or words - _UNPROTECTED:
        raise Unresolvable(Reason.UNPARSABLE, f"{', '.join(sorted(words - _UNPROTECTED)) or '(absent)'} is no known state of protection")
    return Backups(False, "snapshots", last=newest)


_PROTECTED = frozenset({"protected", "protectionerror"})
_UNPROTECTED = frozenset({"irpending", "protectionstopped", "protectionpaused", "backupssuspended"})
"""The first backup is still to come, or none is made any more."""


def recovered(_ref: Ref, items: Values, _states: Values, places: Values) -> tuple[str, ...]:
    """Where Site Recovery keeps copies of a machine, by its replicated items (whatever their state: what was copied is there)."""
    if len(places) < len(items):
        raise Unresolvable(Reason.UNPARSABLE, f"{len(items) - len(places)} of {len(items)} replicated items name no region")
    return tuple(sorted({azure_name(str(place)) for place in places}))


#: Machine configuration that looks at the versions of TLS inside of Windows (Azure Policy: "use secure communication protocols").
_SECURE_PROTOCOLS = "auditsecureprotocol"
_ORDER = ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def audited_floor(_ref: Ref, names: Values, states: Values, settings: Values, wanted: Values) -> TlsFloor:
    """What machine configuration says about the protocols that a machine accepts. Raises Unresolvable where nothing looks at them."""
    if _SECURE_PROTOCOLS not in {str(name).lower() for name in names} or len(names) != len(states):
        raise Unresolvable(
            Reason.UNSUPPORTED,
            "no machine configuration looks at the protocols (assign the policy for secure communication protocols), and from outside they are seen on the wire only",
        )
    state = next(str(state).lower() for name, state in zip(names, states, strict=True) if str(name).lower() == _SECURE_PROTOCOLS)
    if state not in ("compliant", "noncompliant"):
        raise Unresolvable(Reason.NOT_COLLECTED, "the machine has not said yet which protocols it accepts")
    asked = next((f"TLSv{value}" for name, value in zip(settings, wanted, strict=True) if "minimumtlsversion" in str(name).lower()), "")
    if asked not in _ORDER:
        raise Unresolvable(Reason.UNPARSABLE, "the machine configuration does not say from which version on it is content")
    # what is below it is accepted: at best the version just below
    floor = asked if state == "compliant" else _ORDER[max(_ORDER.index(asked) - 1, 0)]
    return TlsFloor(floor, f"machine configuration for {asked}: {state}")


def _moment(value: Any) -> datetime:
    read = datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def every_region_keyed(_ref: Ref, regions: Values, sets: Values) -> KeyCustody:
    """Replicas of an image: under a key of one's own only where each region names one."""
    return KeyCustody(Holder.CUSTOMER, str(sets[0])) if sets and len(sets) >= len(regions) else KeyCustody(Holder.PROVIDER)


def vault_of_key(_ref: Ref, url: str) -> Clue:
    """The Key Vault or managed HSM in whose address a key stands."""
    host = urlsplit(url).hostname or ""
    if ".managedhsm." in host:
        return Clue(kind="Microsoft.KeyVault/managedHSMs", name=host.split(".")[0])
    return Clue(kind="Microsoft.KeyVault/vaults", name=host.split(".")[0]) if ".vault" in host else Clue(why="it is no address of a key in a vault")
