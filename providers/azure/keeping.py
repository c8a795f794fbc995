"""What storage accounts, vaults and web apps keep: soft deletes, policies, recovery points, certificates, mounts. Each argument is a tuple, empty if absent."""

from __future__ import annotations

from typing import Any

from providers.azure.certificates import when
from providers.azure.reading import pair_of, stated_redundancy_copies
from scanner.sdk import OFF, ON, Backups, NotApplicable, Reason, Ref, Renewal, ServedNames, State, TlsFloor, Unresolvable

Values = tuple[Any, ...]


# -- storage accounts ----------------------------------------------------------------------------------------
def services_encrypted(_ref: Ref, *services: Values) -> State:
    """Encryption of blobs, files, tables and queues. On for all, and the service lets nobody switch it off: only a body that says so is believed to differ."""
    return OFF if any(value is False for values in services for value in values) else ON


def share_backups(_ref: Ref, enabled: Values, days: Values) -> Backups:
    """Soft delete of file shares. Raises Unresolvable where the service shows none of it: what then holds depends on when the account was made."""
    if not enabled:
        raise Unresolvable(Reason.UNRESOLVED, "the file service does not say whether deleted shares are kept")
    return Backups(enabled[0] is True, "soft-delete", 0 if enabled[0] is True else None, float(days[0]) if days else None)


def smb_words(_ref: Ref, versions: Values, ciphers: Values) -> str:
    """What SMB clients may use; nothing is restricted unless it is stated (REST reference, SmbSetting)."""
    spoken = str(versions[0]).rstrip(";").replace(";", ", ") if versions and versions[0] else "every version of SMB"
    return f"{spoken}; {str(ciphers[0]).rstrip(';').replace(';', ', ')}" if ciphers and ciphers[0] else f"{spoken}; every cipher"


# -- Recovery Services vaults --------------------------------------------------------------------------------
def vault_backup_places(ref: Ref, redundancy: Values, across: Values, location: Values) -> tuple[str, ...]:
    """The pair, if the storage is geo-redundant or backups can be restored there."""
    if across and str(across[0]).lower() == "enabled":
        return (pair_of(str(location[0]) if location else ref.region),)
    return stated_redundancy_copies(ref, redundancy, location)


_HOURS = {"daily": 24.0, "weekly": 168.0}
_DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.0, "years": 365.0}


def policy_backups(_ref: Ref, used: Values, frequency: Values, interval: Values, counts: Values, units: Values) -> Backups:
    """What a backup policy promises to what it protects; a policy that protects nothing promises nothing."""
    if used and used[0] == 0:
        raise NotApplicable("the policy protects nothing")
    if not frequency:
        raise Unresolvable(Reason.UNSUPPORTED, "schedules of this kind of policy (of databases, with several parts) are not read yet")
    word = str(frequency[0]).lower()
    every = float(interval[0]) if word == "hourly" and interval else _HOURS.get(word)
    if every is None:
        raise Unresolvable(Reason.UNPARSABLE, f"{frequency[0]!r} is no known frequency")
    keep = float(counts[0]) * _DAYS[str(units[0]).lower()] if counts and units else None
    return Backups(True, "snapshots", every, keep)


_PROTECTED = {"protected": True, "protectionerror": True, "irpending": False, "protectionstopped": False, "protectionpaused": False, "backupssuspended": False}


def item_backups(_ref: Ref, state: Values, status: Values, time: Values, point: Values) -> Backups:
    """A protected item: whether it is protected now, and the newest moment that can be restored. The time of a backup that failed is none."""
    word = str(state[0]).lower() if state else ""
    if word not in _PROTECTED:
        raise Unresolvable(Reason.UNPARSABLE, f"{state[0] if state else '(absent)'} is no known state of protection")
    worked = bool(status) and str(status[0]).lower() in ("completed", "healthy", "completedwithwarnings")
    last = point[0] if point else time[0] if time and worked else None
    if _PROTECTED[word] and last is None:
        raise Unresolvable(Reason.UNRESOLVED, f"the last backup {status[0] if status else 'is not shown'}, and no moment that can be restored is given")
    return Backups(_PROTECTED[word], "snapshots", None, None, when(last) if last is not None else None)


def recovery_regions(_ref: Ref, target: Values, kind: Values) -> tuple[str, ...]:
    """Where Site Recovery copies a machine to."""
    if target:
        return (str(target[0]),)
    raise Unresolvable(Reason.UNSUPPORTED, f"replication of the kind {kind[0] if kind else '(absent)'} does not name the region that it goes to")


# -- web apps ------------------------------------------------------------------------------------------------
VERSIONS = {"1.0": "TLSv1.0", "1.1": "TLSv1.1", "1.2": "TLSv1.2", "1.3": "TLSv1.3"}


def site_floor(_ref: Ref, site: Values, deployment: Values) -> TlsFloor:
    """The lower one of the site's own floor and that of its deployment endpoint (SCM)."""
    found = {VERSIONS[str(value[0])]: f"{name} {value[0]}" for name, value in (("scmMinTlsVersion", deployment), ("minTlsVersion", site)) if value}
    lowest = min(found, default="")
    if lowest < "TLSv1.2" and lowest:
        return TlsFloor(lowest, found[lowest])
    if not site or not deployment:
        raise Unresolvable(Reason.UNRESOLVED, f"{'the site' if not site else 'its deployment endpoint'} does not say which TLS versions it accepts")
    return TlsFloor(lowest, found[lowest])


def planned_site_floor(ref: Ref, site: Values, deployment: Values) -> TlsFloor:
    """As `site_floor`, for a site that a template makes: what is not chosen is TLS 1.2 (Microsoft Learn, What is TLS in App Service)."""
    return site_floor(ref, site or ("1.2",), deployment or ("1.2",))


def configured_floor(ref: Ref, site: Values, deployment: Values) -> TlsFloor:
    """As `planned_site_floor`, for a configuration that stands apart from its site; one about other things has no floor."""
    if not site and not deployment:
        raise NotApplicable("says nothing about TLS")
    return planned_site_floor(ref, site, deployment)


#: Names that the platform gives, with certificates of its own.
_PLATFORM = (".azurewebsites.net", ".azurewebsites.us", ".chinacloudsites.cn", ".appserviceenvironment.net", ".appserviceenvironment.us", ".appserviceenvironment.cn")


def bound_names(_ref: Ref, names: Values, states: Values) -> ServedNames:
    """Custom host names without a TLS binding are shown the platform's own certificate, which does not name them."""
    if len(names) != len(states):
        raise Unresolvable(Reason.UNPARSABLE, f"{len(states)} of {len(names)} host names say whether they have a certificate")
    own = [(str(name), str(state).lower()) for name, state in zip(names, states, strict=True) if not str(name).lower().endswith(_PLATFORM)]
    if not own:
        raise NotApplicable("it has no host name but the platform's, whose certificate names it")
    bound = tuple(name for name, state in own if state in ("snienabled", "ipbasedenabled"))
    bare = [name for name, _ in own if name not in bound]
    return ServedNames(bare[0], ("*.azurewebsites.net",), False) if bare else ServedNames(own[0][0], bound, True)


def site_backups(_ref: Ref, states: Values, finished: Values) -> Backups:
    """Backups that were made of a site; one without any keeps nothing that would be backed up."""
    if not states:
        raise NotApplicable("no backup was ever made of it: its code is deployed again")
    if not any(str(state).lower() in ("succeeded", "partiallysucceeded") for state in states):
        return Backups(False, "snapshots")
    return Backups(True, "snapshots", None, None, max((when(moment) for moment in finished if moment), default=None))


_UNITS = {"hour": 1.0, "day": 24.0}


def planned_backups(ref: Ref, enabled: Values, every: Values, unit: Values, keep: Values) -> Backups:
    """The backup schedule of a site's template; other configurations have none."""
    if ref.name.rsplit("/", 1)[-1].lower() != "backup":
        raise NotApplicable("no configuration of backups")
    on = not enabled or enabled[0] is True or str(enabled[0]).lower() == "true"
    return Backups(on, "snapshots", float(every[0]) * _UNITS[str(unit[0]).lower()] if every and unit else None, float(keep[0]) if keep else None)


def internal_encryption(_ref: Ref, names: Values, values: Values) -> State:
    """The cluster setting InternalEncryption of an App Service Environment; off unless set (Microsoft Learn, Custom configuration settings)."""
    if len(names) != len(values):
        raise Unresolvable(Reason.UNPARSABLE, "a cluster setting has no value")
    return ON if any(str(name).lower() == "internalencryption" and str(value).lower() == "true" for name, value in zip(names, values, strict=True)) else OFF


_SYNCED = frozenset({"initialized", "succeeded"})
_LOST = frozenset({
    "certificateorderfailed", "operationnotpermittedonkeyvault", "azureserviceunauthorizedtoaccesskeyvault", "keyvaultdoesnotexist", "keyvaultsecretdoesnotexist",
    "unknownerror",
})  # fmt: skip


def vault_sync(_ref: Ref, status: Values, managed: Values) -> Renewal:
    """Whether renewals of a vault reach the site."""
    if any(managed):
        return Renewal(True, "App Service renews it")
    if not status:
        raise NotApplicable("uploaded by hand: renewed by hand")
    word = str(status[0]).lower()
    if word not in _SYNCED | _LOST:
        raise Unresolvable(Reason.UNRESOLVED, f"the state of the vault's secret is {status[0]}")
    return Renewal(word in _SYNCED, "the newest version in the vault is taken over by itself" if word in _SYNCED else f"the vault's secret: {status[0]}")


def static_edges(_ref: Ref, _location: Values) -> tuple[str, ...]:
    """Static content is handed out from everywhere; only its functions stand in the region (Microsoft Learn, Azure Static Web Apps overview)."""
    raise Unresolvable(Reason.UNRESOLVED, "static content is kept and served at points all over the world")
