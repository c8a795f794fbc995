"""Microsoft Entra, by Microsoft Graph"""

from providers.azure.sign_in import demands, enforced, key, registered, secret, tenant_home
from scanner.sdk import NOT_SHOWN, Access, Ask, Credential, Directory, Home, SignIn, TypeDecl, boolean, derive, fact, first_proven, never_others, unread

NO_TEMPLATE = NOT_SHOWN("the directory is no part of a template of Resource Manager")
POLICY = "Policy.Read.All"
USERS = ("policies[].conditions.users.includeGroups[]", "policies[].conditions.users.excludeGroups[]")

ORGANIZATION = TypeDecl(
    "Microsoft.Graph/organization",
    live=Directory("/organization?$select=id,displayName,countryLetterCode,tenantType", "Organization.Read.All"),
    facts=(fact(Home, derive(tenant_home, live="countryLetterCode", arm=NO_TEMPLATE)),),
    never=never_others(Home, why="the tenant: its users and applications are judged themselves"),
)

USER = TypeDecl(
    "Microsoft.Graph/users",
    live=Directory("/users?$select=id,userPrincipalName,accountEnabled,userType&$top=999", "User.Read.All"),
    details=(
        Ask("/reports/authenticationMethods/userRegistrationDetails", put="registration", permission="AuditLog.Read.All", many=True, by="id"),
        Ask("/policies/identitySecurityDefaultsEnforcementPolicy", put="defaults", permission=POLICY),
        Ask("/identity/conditionalAccess/policies", put="policies", permission=POLICY, many=True, only=demands),
        Ask("/groups/{id}/transitiveMembers?$select=id&$top=999", put="groups", permission="GroupMember.Read.All", each=USERS),
    ),
    facts=(
        fact(
            SignIn,
            # one who is disabled has a password, and may not use it
            password_login=boolean(live="accountEnabled", arm=NO_TEMPLATE),
            mfa=first_proven(
                lambda factor: not factor,
                derive(enforced, live=("id", "userType", "accountEnabled", "defaults.isEnabled", "policies[]", "groups[]"), arm=NO_TEMPLATE),
                derive(registered, live=("accountEnabled", "registration[].id", "registration[].isMfaRegistered"), arm=NO_TEMPLATE),
            ),
        ),
        fact(Access, unread("when a user last signed in needs signInActivity, which tenants without Entra ID P1 do not show")),
    ),
    never=never_others(SignIn, Access, why="a person: what they may do is judged where they do it"),
)


def _credential(type: str, path: str, each: str, kind: object) -> TypeDecl:
    return TypeDecl(
        type,
        live=Directory(path, "Application.Read.All", each=each),
        skip="[?owner.servicePrincipalType=='ManagedIdentity'].owner",  # the platform replaces those by itself
        facts=(fact(Credential, derive(kind, live=("startDateTime", "endDateTime"), arm=NO_TEMPLATE)),),  # type: ignore[arg-type]
        never=never_others(Credential, why="a credential of an application"),
    )


CHOSEN = "$select=id,appId,displayName,passwordCredentials,keyCredentials"
APPLICATIONS = f"/applications?{CHOSEN}&$top=999"
PRINCIPALS = f"/servicePrincipals?{CHOSEN},servicePrincipalType&$top=999"

APPLICATION_SECRET = _credential("Microsoft.Graph/applications/passwordCredentials", APPLICATIONS, "passwordCredentials[]", secret)
APPLICATION_KEY = _credential("Microsoft.Graph/applications/keyCredentials", APPLICATIONS, "keyCredentials[]", key)
PRINCIPAL_SECRET = _credential("Microsoft.Graph/servicePrincipals/passwordCredentials", PRINCIPALS, "passwordCredentials[]", secret)
PRINCIPAL_KEY = _credential("Microsoft.Graph/servicePrincipals/keyCredentials", PRINCIPALS, "keyCredentials[]", key)
