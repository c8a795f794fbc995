"""Who has to show a second factor in Microsoft Entra: what policies and security defaults demand, and what is registered.

Registration alone enforces nothing: it counts only what the tenant demands of each sign-in. Security defaults demand a
second factor of everybody (Microsoft Learn, Security defaults in Microsoft Entra ID). A Conditional Access policy does so
for those it includes, if it is on, covers all applications without exception, and is not narrowed to some networks,
platforms, devices, clients or risks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scanner.sdk import Confidence, Credential, Home, Place, Reason, Ref, Unresolvable, members

Values = tuple[Any, ...]

#: Conditions that narrow a policy to some sign-ins; null or empty: they do not.
_NARROWING = (
    "locations", "platforms", "devices", "signInRiskLevels", "userRiskLevels", "servicePrincipalRiskLevels", "insiderRiskLevels", "authenticationFlows", "clientApplications",
    "deviceStates", "times",
)  # fmt: skip


def demands(policy: Mapping[str, Any]) -> bool:
    """Whether a policy is in force and lets nobody in without a second factor. One that only reports is not in force."""
    grant = policy.get("grantControls")
    if policy.get("state") != "enabled" or not isinstance(grant, Mapping):
        return False
    controls = grant.get("builtInControls") or []
    strength = grant.get("authenticationStrength")
    strong = isinstance(strength, Mapping) and strength.get("requirementsSatisfied") == "mfa"
    others = [*(one for one in controls if one not in ("mfa", "block")), *(grant.get("customAuthenticationFactors") or []), *(grant.get("termsOfUse") or [])]
    if "mfa" not in controls and not strong:
        return False
    # With OR any one of the controls is enough: a known device would do instead.
    return not others or grant.get("operator") == "AND"


def everywhere(policy: Mapping[str, Any]) -> bool:
    """Whether it is about every application and every way to sign in."""
    conditions = policy.get("conditions") or {}
    applications = conditions.get("applications") or {}
    whole = applications.get("includeApplications") == ["All"] and not applications.get("excludeApplications") and not applications.get("applicationFilter")
    clients = set(conditions.get("clientAppTypes") or ["all"])
    every_client = "all" in clients or {"browser", "mobileAppsAndDesktopClients"} <= clients
    return bool(whole and every_client and not any(_narrows(conditions.get(key)) for key in _NARROWING))


def _narrows(condition: Any) -> bool:
    if isinstance(condition, Mapping):
        included = condition.get("includeLocations") or condition.get("includePlatforms") or []
        excluded = condition.get("excludeLocations") or condition.get("excludePlatforms") or []
        rest = {
            key: value
            for key, value in condition.items()
            if key not in ("includeLocations", "excludeLocations", "includePlatforms", "excludePlatforms") and not key.startswith("@")
        }
        return any(rest.values()) or bool(excluded) or (bool(included) and not {str(one).lower() for one in included} & {"all"})
    return bool(condition)


def enforced(_ref: Ref, id: Values, kind: Values, enabled: Values, defaults: Values, policies: Values, groups: Values) -> bool:
    """Whether this user cannot sign in without a second factor. One who cannot sign in at all need not show any."""
    if any(one is False for one in enabled):
        return True
    if any(one is True for one in defaults):
        return True
    mine = {str(id[0]) if id else "", *map(str, groups)}
    open_question = ""
    for policy in policies:
        if not everywhere(policy):
            continue
        users = (policy.get("conditions") or {}).get("users") or {}
        if mine & {*(users.get("excludeUsers") or []), *(users.get("excludeGroups") or [])}:
            continue
        guest = bool(kind) and str(kind[0]).lower() == "guest"
        included = set(users.get("includeUsers") or [])
        inside = "All" in included or bool(mine & {*included, *(users.get("includeGroups") or [])}) or (guest and "GuestsOrExternalUsers" in included)
        left_out = "GuestsOrExternalUsers" in (users.get("excludeUsers") or []) or bool(users.get("excludeGuestsOrExternalUsers"))
        if not inside or (guest and left_out):
            continue
        if users.get("excludeRoles"):
            open_question = f"the policy {policy.get('displayName')!r} leaves out roles, and who holds them is not read"
            continue
        return True
    if open_question:
        raise Unresolvable(Reason.UNSUPPORTED, open_question)
    return False


def registered(_ref: Ref, enabled: Values, found: Values, capable: Values) -> bool:
    """Whether a second factor is registered: without one, whoever knows the password first may register theirs. The report leaves disabled users out."""
    if any(one is False for one in enabled):
        return True
    if not found:
        raise Unresolvable(Reason.UNPARSABLE, "the report on registered methods does not name this user (yet)")
    return any(one is True for one in capable)


def credential(_ref: Ref, begins: Values, ends: Values, kind: str) -> Credential:
    """A secret or certificate by its dates. An end that is not given is none."""
    if not begins:
        raise Unresolvable(Reason.UNPARSABLE, "from when it is valid is not in the answer")
    return Credential(kind, _time(begins[0]), _time(ends[0]) if ends and ends[0] else None)


def secret(ref: Ref, begins: Values, ends: Values) -> Credential:
    return credential(ref, begins, ends, "secret")


def key(ref: Ref, begins: Values, ends: Values) -> Credential:
    return credential(ref, begins, ends, "certificate")


def tenant_home(_ref: Ref, country: Values) -> Home:
    """Where a directory is kept follows from the country that was given when it was made, and is a part of the world, no country
    (Microsoft Learn, Microsoft Entra ID and data residency; Customer data storage for European customers in Microsoft Entra ID)."""
    code = str(country[0]).upper() if country and country[0] else ""
    if not code:
        raise Unresolvable(Reason.UNPARSABLE, "the tenant does not say its country")
    part = "in Europe, with exceptions that Microsoft lists" if code in members("EEA") | {"CH", "GB"} else "in the part of the world that Microsoft assigns to it"
    return Home(Place(f"tenant of {code}", None, Confidence.UNDETERMINED, detail=f"undetermined: the tenant's country is {code}, so its directory is kept {part}"))


def _time(value: Any) -> datetime:
    # Microsoft Graph writes up to seven digits of a second, which datetime reads since Python 3.11
    read = datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=UTC)
