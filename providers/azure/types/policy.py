"""Microsoft.Authorization and Microsoft.Security: rules and settings of a subscription, found at the subscription itself."""

from providers.azure.policies import allowed_locations, exempted, moment
from scanner.sdk import AllowedRegions, Below, LogPlaces, TypeDecl, azure_ids, derive, fact, never_others, of

ASSIGNMENTS = "Microsoft.Authorization/policyAssignments"
GIVEN = "properties.parameters"

ASSIGNMENT = TypeDecl(
    ASSIGNMENTS,
    live=Below("", suffix=f"/providers/{ASSIGNMENTS}", api="2024-04-01"),
    facts=(
        fact(
            AllowedRegions,
            derive(
                allowed_locations,
                arm=("properties.policyDefinitionId", f"{GIVEN}.listOfAllowedLocations.value[]", "properties.enforcementMode", "properties.notScopes[]", f"{GIVEN}.effect.value"),
            ),
        ),
    ),
    never=never_others(AllowedRegions, why="a rule about resources, which are judged themselves"),
)

EXEMPTION = TypeDecl(
    "Microsoft.Authorization/policyExemptions",
    live=Below("", suffix="/providers/Microsoft.Authorization/policyExemptions", api="2022-07-01-preview"),
    facts=(
        fact(
            AllowedRegions,
            # of what is exempted: an exemption from a policy about other things is none of this
            places=of(ASSIGNMENTS, AllowedRegions, "places", arm="properties.policyAssignmentId", passing=True),
            enforced=False,
            detail=derive(exempted, arm="properties.exemptionCategory"),
            until=derive(moment, arm="properties.expiresOn"),
        ),
    ),
    never=never_others(AllowedRegions, why="an exemption from a rule about resources, which are judged themselves"),
)

DEFENDER_WORKSPACE = TypeDecl(
    "Microsoft.Security/workspaceSettings",
    # Defender for Cloud is in use where its provider is registered; a subscription without it has no settings
    live=Below("", suffix="/providers/Microsoft.Security/workspaceSettings", api="2017-08-01-preview", on_error={"MissingSubscriptionRegistration": []}),
    facts=(fact(LogPlaces, places=azure_ids(arm="properties.workspaceId")),),
    never=never_others(LogPlaces, why="says to which workspace Defender for Cloud sends what it finds in the subscription"),
)
