"""A small directory with ground truth: who has to show a second factor, and which credentials of programs end."""

from __future__ import annotations

from typing import Any

BREAK_GLASS, STAFF = "90000000-0000-4000-8000-00000000000a", "90000000-0000-4000-8000-00000000000b"


def _id(number: int) -> str:
    return f"10000000-0000-4000-8000-{number:012}"


#: name -> (enabled, kind, registered; None: the report does not name them, has a second factor for every sign-in)
PEOPLE: dict[str, tuple[bool, str, bool | None, bool | None]] = {
    "ann": (True, "Member", True, True),
    "bob": (True, "Member", False, False),  # has to, and has none registered
    "eve": (True, "Member", True, False),  # left out by name
    "gus": (True, "Member", True, False),  # left out by a group
    "gil": (True, "Guest", True, True),
    "new": (True, "Member", None, None),  # made today: the report lags behind
    "off": (False, "Member", None, None),  # disabled: no sign-in at all
}
IDS = {name: _id(number) for number, name in enumerate(PEOPLE, 1)}


def policy(
    name: str, *, state: str = "enabled", controls: tuple[str, ...] = ("mfa",), operator: str = "OR", users: dict[str, Any] | None = None, **conditions: Any
) -> dict[str, Any]:
    """A Conditional Access policy as Microsoft Graph shows it."""
    people = {"includeUsers": ["All"], "excludeUsers": [], "includeGroups": [], "excludeGroups": [], "includeRoles": [], "excludeRoles": [], **(users or {})}
    given = {
        "applications": {"includeApplications": ["All"], "excludeApplications": [], "includeUserActions": []}, "users": people, "clientAppTypes": ["all"],
        "locations": None, "platforms": None, "devices": None, "signInRiskLevels": [], "userRiskLevels": [], **conditions,
    }  # fmt: skip
    grant = {"operator": operator, "builtInControls": list(controls), "customAuthenticationFactors": [], "termsOfUse": [], "authenticationStrength": None}
    return {"id": f"policy-{name}", "displayName": name, "state": state, "conditions": given, "grantControls": grant, "sessionControls": None}


def directory(**changed: Any) -> dict[str, Any]:
    """What the replay serves; what is changed takes the place of the whole part."""
    users = [
        {"id": IDS[name], "userPrincipalName": f"{name}@voorbeeld.example", "displayName": name, "accountEnabled": enabled, "userType": kind}
        for name, (enabled, kind, _, _) in PEOPLE.items()
    ]
    report = [
        {"id": IDS[name], "userPrincipalName": f"{name}@voorbeeld.example", "isMfaRegistered": registered, "isMfaCapable": registered, "isAdmin": False, "userType": kind.lower()}
        for name, (_, kind, registered, _) in PEOPLE.items()
        if registered is not None
    ]
    secrets = [
        {"keyId": "s-good", "displayName": "ci", "hint": "a1b", "secretText": None, "startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2027-03-30T00:00:00Z"},
        {"keyId": "s-long", "displayName": "old", "hint": "c2d", "secretText": None, "startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2299-12-31T00:00:00Z"},
    ]
    keys = [
        {
            "keyId": "k-ended",
            "displayName": "CN=job",
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "startDateTime": "2024-01-01T00:00:00Z",
            "endDateTime": "2025-01-01T00:00:00.1234567Z",
        }
    ]
    signing = [
        {"keyId": "k-saml", "displayName": "CN=SSO", "type": "X509CertAndPassword", "usage": "Sign", "startDateTime": "2024-12-01T00:00:00Z", "endDateTime": "2027-11-30T00:00:00Z"}
    ]
    document = {
        "organization": [{"id": "tenant", "displayName": "Voorbeeld BV", "countryLetterCode": "NL", "tenantType": "AAD"}],
        "users": users,
        "registration": report,
        "securityDefaults": {"isEnabled": False},
        "policies": [
            policy("everybody", users={"excludeUsers": [IDS["eve"]], "excludeGroups": [BREAK_GLASS]}),
            policy("only reporting", state="enabledForReportingButNotEnforced"),
            policy("a known device will do", controls=("mfa", "compliantDevice")),
            policy("not in the office", locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}),
        ],
        "groups": {BREAK_GLASS: [IDS["gus"], "someone-else"], STAFF: [IDS["eve"]]},
        "applications": [{"id": "app-1", "appId": "a-1", "displayName": "deploy", "passwordCredentials": secrets, "keyCredentials": keys}],
        "servicePrincipals": [
            {"id": "sp-1", "appId": "a-2", "displayName": "sso", "servicePrincipalType": "Application", "passwordCredentials": [], "keyCredentials": signing},
            {
                "id": "sp-2",
                "appId": "a-3",
                "displayName": "identity",
                "servicePrincipalType": "ManagedIdentity",
                "passwordCredentials": [],
                "keyCredentials": [signing[0] | {"keyId": "k-mi"}],
            },
        ],
    }
    return {**document, **changed}
