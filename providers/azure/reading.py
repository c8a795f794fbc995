"""What paths cannot say: small pure functions over values of Azure bodies. Each argument is a tuple, empty if absent."""

from __future__ import annotations

from typing import Any

from scanner.sdk import OFF, ON, Backups, Deletion, Exposure, Holder, KeyCustody, Logs, PasswordLogin, Reason, Ref, Transit, Unresolvable, azure_name, azure_pair, place_of

Values = tuple[Any, ...]

GEO_SKUS = frozenset({"standard_grs", "standard_ragrs", "standard_gzrs", "standard_ragzrs", "standardv2_grs", "standardv2_gzrs"})
ONE_REGION_SKUS = frozenset({"standard_lrs", "standard_zrs", "premium_lrs", "premium_zrs", "standardv2_lrs", "standardv2_zrs", "premiumv2_lrs", "premiumv2_zrs"})


def pair_of(location: str) -> str:
    """The paired region. Raises Unresolvable where Azure documents none."""
    pair = azure_pair(location)
    if pair is None:
        raise Unresolvable(Reason.UNRESOLVED, f"copies go to another region, and no pair of {location or 'an unknown region'} is documented")
    return azure_name(pair)


def storage_copies(ref: Ref, sku: Values, secondary: Values, location: Values) -> tuple[str, ...]:
    """Regions of a storage account's copies: the secondary that it names, else the pair if the SKU is geo-redundant."""
    if secondary and secondary[0]:
        return (azure_name(str(secondary[0])),)
    name = str(sku[0]).lower() if sku else ""
    if name in GEO_SKUS:
        return (pair_of(str(location[0]) if location else ref.region),)
    if name in ONE_REGION_SKUS:
        return ()
    raise Unresolvable(Reason.UNPARSABLE, f"the SKU {sku[0] if sku else '(absent)'} does not tell whether copies leave the region")


def partners(_ref: Ref, links: Values, locations: Values) -> tuple[str, ...]:
    """Regions of the partners of a database; every link has to name one."""
    if len(links) != len(locations):
        raise Unresolvable(Reason.UNPARSABLE, f"{len(links) - len(locations)} of {len(links)} replication links name no region")
    return tuple(str(location) for location in locations)


def cosmos_regions(_ref: Ref, locations: Values) -> tuple[str, ...]:
    """Regions of a Cosmos DB account; one at least."""
    if not locations:
        raise Unresolvable(Reason.UNPARSABLE, "the account names no region")
    return tuple(str(location) for location in locations)


def redundancy_copies(ref: Ref, redundancy: Values, location: Values) -> tuple[str, ...]:
    """Regions of backups by the redundancy of their storage. Absent is read as Geo: what the services document as default."""
    word = str(redundancy[0]).lower() if redundancy else "geo"
    if word in ("geo", "geozone", "georedundant", "grs"):
        return (pair_of(str(location[0]) if location else ref.region),)
    if word in ("local", "zone", "locallyredundant", "zoneredundant", "lrs", "zrs"):
        return ()
    raise Unresolvable(Reason.UNPARSABLE, f"{redundancy[0]!r} is no known redundancy")


def stated_redundancy_copies(ref: Ref, redundancy: Values, location: Values) -> tuple[str, ...]:
    """As `redundancy_copies`, for services whose older api-versions leave it out though it may be anything."""
    if not redundancy:
        raise Unresolvable(Reason.UNPARSABLE, "the redundancy of the vault's storage is not given")
    return redundancy_copies(ref, redundancy, location)


def vault_copies(_ref: Ref, location: Values) -> tuple[str, ...]:
    """Key Vault replicates to the paired region by itself, except from Brazil South and West US 3 and where there is no pair."""
    region = azure_name(str(location[0])) if location else ""
    if place_of("azure", region).country is None:
        raise Unresolvable(Reason.UNRESOLVED, f"whether {region or 'an unknown region'} has a pair is not known")
    pair = azure_pair(region)
    return (azure_name(pair),) if pair and region not in ("brazilsouth", "westus3") else ()


def cosmos_backup_places(ref: Ref, kind: Values, redundancy: Values, writes: Values, location: Values) -> tuple[str, ...]:
    """Continuous backups stay in the account's own regions; periodic ones in its write region, or also in that one's pair."""
    if kind and str(kind[0]).lower() == "continuous":
        return ()
    return redundancy_copies(ref, redundancy, writes or location)


def cosmos_backups(_ref: Ref, kind: Values, tier: Values, every: Values, keep: Values) -> Backups:
    """Cosmos DB: continuous (7 or 30 days) or periodic; without a policy the documented default: every 4 hours, kept 8."""
    word = str(kind[0]).lower() if kind else "periodic"
    if word == "continuous":
        return Backups(True, "continuous", 0, 7 if tier and str(tier[0]).lower() == "continuous7days" else 30)
    if word != "periodic":
        raise Unresolvable(Reason.UNPARSABLE, f"{kind[0]!r} is no known backup policy")
    return Backups(True, "snapshots", float(every[0]) / 60 if every else 4.0, float(keep[0]) / 24 if keep else 8 / 24)


def blob_backups(_ref: Ref, restore: Values, restore_days: Values, versions: Values, soft: Values, soft_days: Values, here: Values) -> Backups:
    """What a blob service keeps of deleted and overwritten data."""
    if not here:
        raise Unresolvable(Reason.UNSUPPORTED, "the account has no blobs; the soft delete of its file shares is not read yet")
    if any(restore):
        return Backups(True, "continuous", 0, float(restore_days[0]) if restore_days else None)
    keep = float(soft_days[0]) if any(soft) and soft_days else None
    if any(versions):
        return Backups(True, "versions", 0, keep)
    return Backups(True, "soft-delete", 0, keep) if any(soft) else Backups(False, "soft-delete")


def plain_http(_ref: Ref, secure: Values, api: Values = ()) -> bool:
    """Whether a storage account takes plain HTTP. Absent: secure transfer is on since API 2019-04-01 (REST reference, supportsHttpsTrafficOnly),
    off in templates of older versions."""
    if not secure:
        return bool(api) and str(api[0]) < "2019-04-01"
    word = str(secure[0]).lower()
    if word not in ("true", "false"):
        raise Unresolvable(Reason.UNPARSABLE, f"{secure[0]!r} is neither true nor false")
    return word == "false"


def sql_backups(_ref: Ref, days: Values) -> Backups:
    """Azure SQL backs up every database by itself; point in time within the retention."""
    if not days:
        raise Unresolvable(Reason.UNPARSABLE, "the retention is not given")
    return Backups(True, "continuous", 0, float(days[0]))


def sql_transit(_ref: Ref, floor: Values) -> Transit:
    """A minimal TLS version refuses connections without TLS; without one Microsoft's documents disagree on what is accepted."""
    if floor and str(floor[0]).lower() != "none":
        return Transit(False, f"minimal TLS version {floor[0]}")
    raise Unresolvable(Reason.UNRESOLVED, "no minimal TLS version is set: whether connections without TLS are refused is not documented without contradiction; set it to 1.2")


def open_network(_ref: Ref, public: Values, default: Values = ()) -> Exposure:
    """Reachable from every network unless public access is off or the default of the network rules is Deny."""
    if public and str(public[0]).lower() in ("disabled", "securedbyperimeter"):
        return Exposure(False, f"public network access is {public[0]}")
    if default and str(default[0]).lower() == "deny":
        return Exposure(False, "network rules deny by default")
    return Exposure(True, "all networks: no network rule denies by default")


def sql_exposure(_ref: Ref, public: Values, starts: Values, ends: Values) -> Exposure:
    """Firewall rules of a SQL server; 0.0.0.0 to 0.0.0.0 stands for all of Azure, customers of others included."""
    if public and str(public[0]).lower() == "disabled":
        return Exposure(False, "public network access is disabled")
    rules = list(zip(starts, ends, strict=True))
    if any(start == "0.0.0.0" and end == "255.255.255.255" for start, end in rules):  # noqa: S104 - a rule that is read, not a bind
        return Exposure(True, "a firewall rule admits every address")
    return Exposure(False, f"{len(rules)} firewall rules, none of which admits every address")


def cosmos_exposure(_ref: Ref, public: Values, addresses: Values, networks: Values) -> Exposure:
    """Reachable from everywhere unless public access is off, or addresses or networks are listed."""
    if public and str(public[0]).lower() in ("disabled", "securedbyperimeter"):
        return Exposure(False, f"public network access is {public[0]}")
    if any(str(address) in ("0.0.0.0/0",) for address in addresses):
        return Exposure(True, "the list of addresses holds every address")
    return Exposure(not addresses and not any(networks), f"{len(addresses)} addresses are listed" if addresses else "no address is listed")


def password_login(_ref: Ref, linux_off: Values, linux: Values, windows: Values) -> PasswordLogin:
    """Linux accepts a password unless that is switched off; Windows always has one for its administrator."""
    if windows:
        return PasswordLogin(True)
    if linux:
        return PasswordLogin(not (linux_off and linux_off[0] is True))
    raise Unresolvable(Reason.UNRESOLVED, "made from a disk that was set up before: how one logs in stands on the disk")


def client_certificate(_ref: Ref, enabled: Values, mode: Values) -> Any:
    """App Service asks for a client certificate; only the mode Required insists on it."""
    return ON if any(value is True for value in enabled) and (not mode or str(mode[0]).lower() == "required") else OFF


def lock_guard(_ref: Ref, levels: Values) -> Deletion:
    """Any lock (CanNotDelete, ReadOnly) at the resource, its group or its subscription stops a deletion."""
    return Deletion(ON if levels else OFF, f"lock: {levels[0]}" if levels else "no lock")


def logging_on(_ref: Ref, enabled: Values) -> Logs:
    """Diagnostic settings that send at least one category of logs."""
    number = sum(value is True for value in enabled)
    return Logs(number > 0, detail=f"{number} categories of logs are sent" if number else "no diagnostic setting sends logs")


def audit_logs(_ref: Ref, state: Values, days: Values) -> Logs:
    """Auditing of Azure SQL; 0 days means without end."""
    on = bool(state) and str(state[0]).lower() == "enabled"
    return Logs(on, float(days[0]) if on and days and days[0] else None, detail=f"auditing is {state[0] if state else 'not set'}")


def audit_places(_ref: Ref, state: Values, endpoint: Values, monitor: Values) -> tuple[str, ...]:
    """Where audit logs go: nowhere while auditing is off; otherwise to targets whose place is not read yet."""
    if not state or str(state[0]).lower() != "enabled":
        return ()
    target = next((str(e) for e in endpoint if e), "Azure Monitor" if any(monitor) else "an unknown target")
    raise Unresolvable(Reason.UNSUPPORTED, f"audit logs go to {target}, and Houvast does not read yet where that is")


def named_key(_ref: Ref, key: Values) -> KeyCustody:
    """The service names a key only when it is the customer's; otherwise its own protects the data."""
    return KeyCustody(Holder.CUSTOMER, str(key[0])) if key and key[0] else KeyCustody(Holder.PROVIDER)
