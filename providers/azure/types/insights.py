"""Microsoft.Insights: application telemetry, and where logs are sent."""

from providers.azure.excuses import COMMON, GUARDED, KEYS_APART, LOCKS, LOGGED, NO_BACKUPS, NO_LOGIN, PLATFORM_CERTIFICATE, TARGETS, diagnostics
from providers.azure.reading import open_network
from scanner.sdk import (
    ON,
    Arm,
    AtRest,
    Below,
    Exposure,
    Home,
    KeyCustody,
    LogPlaces,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    azure_ids,
    derive,
    fact,
    here,
    never,
    never_others,
)

MONITOR = "Microsoft Learn, Azure Monitor Logs data security"

COMPONENT = TypeDecl(
    "Microsoft.Insights/components",
    live=Arm("2020-02-02"),
    details=(diagnostics(), LOCKS),
    facts=(
        fact(Home, place=here(arm="location")),
        # telemetry is kept in the workspace, which may stand elsewhere; a classic component has none and keeps it itself
        fact(Replicas, places=azure_ids(arm="properties.WorkspaceResourceId")),
        fact(AtRest, state=always(ON, cite=f"{MONITOR}: data at rest is encrypted")),
        fact(Transit, plaintext_allowed=always(False, cite=f"{MONITOR}: agents and SDKs send over HTTPS")),
        fact(TlsFloor, min_version=always("TLSv1.2", cite=f"{MONITOR}: TLS 1.2 at least since 1 July 2025")),
        fact(Exposure, derive(open_network, arm="properties.publicNetworkAccessForQuery")),
        GUARDED,
        *LOGGED,
    ),
    never={**COMMON, **KEYS_APART, **NO_BACKUPS, **NO_LOGIN, **PLATFORM_CERTIFICATE, **never(KeyCustody, why="keys are chosen for the cluster of its workspace")},
)

SETTING = TypeDecl(
    "Microsoft.Insights/diagnosticSettings",
    # those of the subscription itself: where its activity log goes; those of a resource are asked of the resource
    live=Below("", suffix="/providers/Microsoft.Insights/diagnosticSettings", api="2021-05-01-preview"),
    facts=(fact(LogPlaces, places=azure_ids(arm=tuple(f"properties.{target}" for target in TARGETS))),),
    never=never_others(LogPlaces, why="says where logs go, and keeps none itself"),
)
