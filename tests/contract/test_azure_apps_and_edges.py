"""Web apps, CDN and Front Door, AI, registries, clusters, data movers, telemetry, recovery vaults, storage services, Synapse: live through the
unmodified SDKs against ground truth, and from the template's shape by the same paths."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from providers.azure.edges import of_host
from providers.azure.flows import linked
from scanner.declare.index import Index
from scanner.declare.interpret import interpret
from scanner.judge.estate import coverage
from scanner.model.known import Reason, Unknown
from scanner.model.resource import Ref, Resource
from scanner.model.snapshot import Dialect, Document, Snapshot
from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    BackupPlaces,
    Backups,
    Certificate,
    ClientAuth,
    Clue,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    LogPlaces,
    Outflow,
    Renewal,
    Replicas,
    ServedNames,
    TlsFloor,
    Transit,
)
from scanner.store.snapshot_file import save
from tests.support.azure import OPTIONS, RUN, Judged, countries, decls, estate_document, one, scan, served, value
from tests.support.azure_truth import Certificates, Truth, live, unsupported
from tests.support.cases import each

FIXTURE = "apps_and_edges.json"
ITEM = "rsvgood/Azure/c;{0}/{0}"


snapshot, judged = live(FIXTURE)


HOMES = {
    "autogood": "NL", "shopus.onmicrosoft.com": "US", "commch": "CH", "mailde": "DE", "fabgood": "IE", "purgood": "NL", "bricksgrs": "BR", "hdibad": "US", "cdnold": "NL",
    "cdnold/static": "NL", "aigood": "SE", "acrgood": "NL", "acrbad/eastus": "US", "acrbad/hook": "IE", "aksbad": "GB", "sfgood": "NL", "adf": "NL", "teleclassic": "US",
    "rsvbr": "BR", "tidy": "GB", "syngood": "NL", "synbad/dwgeo": "BR", "asebare": "GB", "wwwvault": "NL", "appb3/staging": "NL", "staticsite": "NL", "logsuk": "GB", "stb3": "NL",
    # a geography, an edge or an edge zone is no country
    "shopeu.onmicrosoft.com": None, "commeu": None, "door": None, "door/shop": None, "wafgeo": None, "stb3edge": None,
}  # fmt: skip


COPIES = [
    ("autogood", Replicas, ["IE"]), ("autobad", Replicas, ["US"]), ("brickszrs", Replicas, []), ("bricksgrs", Replicas, ["US"]), ("hdigood", Replicas, ["US"]), ("hdibad", Replicas, []),
    ("door/pool/byname", Replicas, ["US"]), ("door/pool/byid", Replicas, ["NL"]), ("door/pool/byregion", Replicas, ["NL"]), ("door/pool/newname", Replicas, ["GB"]),
    ("door/pool/foreign", Replicas, [None]), ("cdnold/static", Replicas, [None, "US"]), ("cdnold/open", Replicas, [None, None]),
    ("aigood", Replicas, []), ("aibad", Replicas, ["NL", "US"]), ("aigood/regional", Replicas, []), ("aibad/zoneus", Replicas, ["US"]),
    ("acrgood", Replicas, []), ("acrbad", Replicas, ["IE", "US"]), ("aksgood", Replicas, []),
    ("adf/pinned", Replicas, ["NL"]), ("adf/away", Replicas, ["US"]), ("adf/lake", Replicas, ["US"]), ("adf/blob", Replicas, ["NL"]), ("adf/sas", Replicas, ["US"]),
    ("adf/sql", Replicas, ["FR"]), ("adf/sqlstring", Replicas, ["FR"]), ("adf/cosmos", Replicas, ["US"]), ("adf/table", Replicas, ["NL"]), ("adf/files", Replicas, ["NL"]),
    ("adf/function", Replicas, ["NL"]), ("adf/kusto", Replicas, ["NL"]), ("adf/web", Replicas, [None]), ("adf/rest", Replicas, [None]),
    ("telegood", Replicas, ["GB"]), ("teleclassic", Replicas, []), ("activity", LogPlaces, ["GB", "US", None, None, None]), ("autogood", LogPlaces, ["GB"]),
    ("rsvgood", BackupPlaces, []), ("rsvcross", BackupPlaces, ["IE"]), ("rsvbr", BackupPlaces, ["US"]), ("rsvgood/f/c/rptous", Replicas, ["US"]),
    ("stb3old", Replicas, ["IE"]), ("stb3/or1", Replicas, ["NL", "US"]), ("stb3us/or2", Replicas, ["US", None]),
    ("syngood", Replicas, ["NL"]), ("synbad", Replicas, ["US"]), ("syngood/dw/Default", BackupPlaces, []), ("synbad/dwgeo/Default", BackupPlaces, ["US"]),
    ("appb3", Replicas, ["NL"]), ("appaway", Replicas, ["US", None]), ("appbare", Replicas, []), ("appb3", BackupPlaces, ["US", "NL"]), ("appquiet", BackupPlaces, []),
]  # fmt: skip


FIELDS = [
    ("autogood/secretpath", AtRest, "state", ON), ("autogood/plainpath", AtRest, "state", OFF), ("aksgood", AtRest, "state", ON), ("aksbad", AtRest, "state", OFF),
    ("hdigood", AtRest, "state", ON), ("hdibad", AtRest, "state", OFF), ("stb3", AtRest, "algorithm", "AES256 twice"), ("stb3us", AtRest, "algorithm", "AES256"),
    ("stb3odd", AtRest, "state", OFF), ("syngood/dw/current", AtRest, "state", ON), ("synbad/dwgeo/current", AtRest, "state", OFF), ("asegood", AtRest, "state", ON),
    ("asebare", AtRest, "state", OFF), ("appb3", AtRest, "state", ON),
    ("door/shop/safe", Transit, "plaintext_allowed", False), ("door/shop/plain", Transit, "plaintext_allowed", True), ("door/shop/behind", Transit, "plaintext_allowed", True),
    ("door/shop/bare", Transit, "plaintext_allowed", True), ("cdnold/static", Transit, "plaintext_allowed", False), ("cdnold/open", Transit, "plaintext_allowed", True),
    ("cdnold/static/good", Transit, "plaintext_allowed", False), ("cdnold/static/bare", Transit, "plaintext_allowed", True), ("cdnold/open/quiet", Transit, "plaintext_allowed", True),
    ("aksgood", Transit, "plaintext_allowed", False), ("aksbad", Transit, "plaintext_allowed", True), ("sfgood", Transit, "plaintext_allowed", False),
    ("sfnamed", Transit, "plaintext_allowed", True), ("hdigood", Transit, "plaintext_allowed", False), ("hdibad", Transit, "plaintext_allowed", True),
    ("stb3/default", Transit, "detail", "SMB3.1.1; AES-256-GCM"), ("stb3us/default", Transit, "plaintext_allowed", True), ("appb3", Transit, "plaintext_allowed", False),
    ("appbare", Transit, "plaintext_allowed", True), ("appb3/staging", Transit, "plaintext_allowed", True), ("staticsite", Transit, "plaintext_allowed", False),
    ("door/www", TlsFloor, "min_version", "TLSv1.2"), ("door/legacy", TlsFloor, "min_version", "TLSv1.0"), ("cdnold/static/good", TlsFloor, "min_version", "TLSv1.2"),
    ("cdnold/static/weak", TlsFloor, "min_version", "TLSv1.0"), ("hdigood", TlsFloor, "min_version", "TLSv1.2"), ("hdibad", TlsFloor, "min_version", "TLSv1.0"),
    ("Settings:syngood/default", TlsFloor, "min_version", "TLSv1.2"), ("Settings:synbad/default", TlsFloor, "min_version", "TLSv1.0"), ("appb3", TlsFloor, "min_version", "TLSv1.2"),
    ("appbare", TlsFloor, "policy", "scmMinTlsVersion 1.0"), ("appb3/staging", TlsFloor, "min_version", "TLSv1.1"),
    ("appb3", ClientAuth, "state", ON), ("appbare", ClientAuth, "state", OFF), ("sfgood", ClientAuth, "state", ON), ("sfnamed", ClientAuth, "state", ON), ("sfbare", ClientAuth, "state", OFF),
    ("aigood", Outflow, "guard", ON), ("aibad", Outflow, "guard", OFF), ("acrgood", Outflow, "guard", ON), ("acrbad", Outflow, "guard", OFF), ("syngood", Outflow, "guard", ON),
    ("synbad", Outflow, "guard", OFF), ("stb3", Outflow, "guard", ON), ("stb3old", Outflow, "detail", "replication to other tenants is allowed"),
    ("stb3edge", Outflow, "detail", "copies to accounts of any tenant are allowed"), ("stb3us", Outflow, "guard", OFF),
    ("appb3", ServedNames, "matches", True), ("appbare", ServedNames, "matches", False), ("appbare", ServedNames, "host", "shop.example.nl"),
    ("stb3", Backups, "keep_days", 29.0), ("stb3/default", Backups, "keep_days", 14.0), ("stb3us/default", Backups, "enabled", False), ("rsvgood/nightly", Backups, "keep_days", 35.0),
    ("rsvgood/nightly", Backups, "every_hours", 24.0), ("rsvgood/weekly", Backups, "every_hours", 168.0), ("rsvgood/weekly", Backups, "keep_days", 28.0),
    ("rsvgood/often", Backups, "every_hours", 4.0), ("rsvgood/flat", Backups, "keep_days", 7.0), (ITEM.format("vmfresh"), Backups, "last", datetime(2026, 11, 21, 2, 5, tzinfo=UTC)),
    (ITEM.format("dbfresh"), Backups, "last", datetime(2026, 11, 21, 4, tzinfo=UTC)), (ITEM.format("vmfailing"), Backups, "last", datetime(2026, 10, 1, 2, 5, tzinfo=UTC)),
    (ITEM.format("vmstopped"), Backups, "enabled", False), (ITEM.format("vmfirst"), Backups, "enabled", False), ("syngood/dw", Backups, "every_hours", 8.0),
    ("appb3", Backups, "last", datetime(2026, 11, 21, 3, tzinfo=UTC)), ("appbare", Backups, "enabled", False),
    ("autogood", KeyCustody, "holder", Holder.CUSTOMER), ("autobad", KeyCustody, "holder", Holder.PROVIDER), ("aigood", KeyCustody, "key", "aikey"),
    ("acrgood", KeyCustody, "holder", Holder.CUSTOMER), ("aksgood", KeyCustody, "holder", Holder.CUSTOMER), ("adf", KeyCustody, "key", "adfkey"), ("syngood", KeyCustody, "key", "synkey"),
    ("hdigood", KeyCustody, "key", "hdikey"), ("autogood", Exposure, "public", False), ("autolone", Exposure, "public", True), ("aksgood", Exposure, "public", False),
    ("aksbad", Exposure, "public", True), ("door/own", Renewal, "ok", False), ("door/fresh", Renewal, "ok", True), ("door/managed", Renewal, "ok", True), ("door/www", Renewal, "ok", True),
    ("door/pending", Renewal, "ok", False), ("wwwvault", Renewal, "ok", True), ("lostvault", Renewal, "ok", False), ("free", Renewal, "ok", True),
]  # fmt: skip


UNKNOWN = [
    ("autolone", Replicas, Reason.UNRESOLVED, "no pair"), ("autobad/silent", AtRest, Reason.UNRESOLVED, "does not say"), ("autobad/endless", Certificate, Reason.UNPARSABLE, "until when"),
    ("shopeu.onmicrosoft.com", Replicas, Reason.UNSUPPORTED, "geography"), ("commch", Replicas, Reason.UNSUPPORTED, "processed in others"), ("bricksold", Replicas, Reason.UNRESOLVED, "redundant"),
    ("door", Replicas, Reason.UNRESOLVED, "edges"), ("door/shop/strange", Transit, Reason.UNPARSABLE, "carrierpigeon"), ("door/pending", TlsFloor, Reason.UNRESOLVED, "does not say"),
    ("cdnold/open/quiet", TlsFloor, Reason.UNRESOLVED, "does not say"), ("aigood/world", Replicas, Reason.UNRESOLVED, "GlobalStandard"), ("aigood/odd", Replicas, Reason.UNPARSABLE, "Lunar"),
    ("acrbad/hook", Transit, Reason.UNSUPPORTED, "secrets"), ("sfbare", Transit, Reason.UNRESOLVED, "ClusterProtectionLevel"), ("sfgood", Certificate, Reason.UNSUPPORTED, "thumbprint"),
    ("adf/auto", Replicas, Reason.UNRESOLVED, "each copy"), ("adf/own", Replicas, Reason.UNRESOLVED, "self-hosted"), ("adf/hidden", Replicas, Reason.UNPARSABLE, "absent"),
    ("rsvgood/parts", Backups, Reason.UNSUPPORTED, "several parts"), (ITEM.format("vmdark"), Backups, Reason.UNRESOLVED, "Failed"), (ITEM.format("vmodd"), Backups, Reason.UNPARSABLE, "Dreaming"),
    ("rsvgood/f/c/rphyper", Replicas, Reason.UNSUPPORTED, "HyperVReplicaAzure"), ("stb3old/default", Backups, Reason.UNRESOLVED, "deleted shares"), ("stb3odd", Outflow, Reason.UNPARSABLE, "made"),
    ("synbad/dwodd/Default", BackupPlaces, Reason.UNRESOLVED, "no pair"), ("appquiet", TlsFloor, Reason.UNRESOLVED, "deployment endpoint"), ("appaway", AtRest, Reason.UNRESOLVED, "notours"),
    ("appaway", ServedNames, Reason.UNPARSABLE, "1 of 2"), ("waiting", Renewal, Reason.UNRESOLVED, "WaitingOnCertificateOrder"), ("waiting", Certificate, Reason.UNPARSABLE, "valid"),
    ("staticsite", Replicas, Reason.UNRESOLVED, "all over the world"), ("fabgood", Replicas, Reason.UNSUPPORTED, "OneLake"),
]  # fmt: skip


NOT_ASKED = [
    ("door/signing", Certificate), ("door/signing", Renewal), ("door/legacy", Renewal), ("cdnold/static/bare", TlsFloor), ("rsvgood/unused", Backups), ("byhand", Renewal),
    ("appquiet", AtRest), ("appquiet", Backups), ("appquiet", ServedNames),
]  # fmt: skip


CERTIFICATES = [
    ("autogood/runas", ("runas",), None, datetime(2027, 12, 31, 8, tzinfo=UTC), None), ("door/own", ("old.example.nl", "*.example.nl"), None, datetime(2026, 12, 24, tzinfo=UTC), None),
    ("door/managed", ("www.example.nl",), None, datetime(2027, 3, 1, tzinfo=UTC), True),
    ("wwwvault", ("www.example.nl",), datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC), None),
]  # fmt: skip


class TestTruth(Truth, Certificates):
    homes, copies, fields, unknown, not_asked, certificates = HOMES, COPIES, FIELDS, UNKNOWN, NOT_ASKED, CERTIFICATES


def test_a_european_data_zone_is_every_region_of_the_union_and_no_other(judged: Judged) -> None:
    found = set(countries(judged.known("aigood/zone", Replicas).places))
    assert {"SE", "NL", "FR", "DE", "IE"} <= found
    assert not found & {"GB", "CH", "NO", "US", None}


# -- what a host name says -----------------------------------------------------------------------------------
REF = Ref("azure", "x", "", "", "x", "x")


@each(
    ("host", "clue"),
    [
        ("https://stx-secondary.blob.core.windows.net/c?sv=1", Clue(kind="Microsoft.Storage/storageAccounts", name="stx")),
        ("stx.z6.web.core.windows.net", Clue(kind="Microsoft.Storage/storageAccounts", name="stx")),
        ("\\\\stx.file.core.windows.net\\share", Clue(kind="Microsoft.Storage/storageAccounts", name="stx")),
        ("tcp:srv.database.windows.net,1433", Clue(kind="Microsoft.Sql/servers", name="srv")),
        ("vm.sub.northeurope.cloudapp.azure.com", Clue(region="northeurope")),
        ("ws-ondemand.sql.azuresynapse.net", Clue(kind="Microsoft.Synapse/workspaces", name="ws")),
        ("", None),
    ],
)
def test_a_host_name_says_whose_it_is(host: str, clue: Clue | None) -> None:
    assert of_host(REF, host) == clue


@each("host", ["www.example.org", "blob.core.windows.net.example.org", "10.0.0.4"])
def test_a_host_that_says_nothing_has_no_place(host: str) -> None:
    found = of_host(REF, host)
    assert found is not None
    assert not found.region
    assert not found.kind


def test_connection_strings_name_their_host() -> None:
    assert linked(REF, "AccountName=stx") == Clue(kind="Microsoft.Storage/storageAccounts", name="stx")
    assert linked(REF, "AccountEndpoint=https://cos.documents.azure.com:443/;Database=d") == Clue(kind="Microsoft.DocumentDB/databaseAccounts", name="cos")
    assert linked(REF, "Server=tcp:srv.database.windows.net,1433;Database=d") == Clue(kind="Microsoft.Sql/servers", name="srv")


# -- what is broken turns nothing green ----------------------------------------------------------------------
def test_a_group_of_origins_that_is_refused_hides_its_origins(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document(FIXTURE), tmp_path) as arm:
        arm.set_rules([{"match": "/originGroups$", "action": 403}])
        snapshot = scan()
    hidden = {kind for gap in coverage(snapshot).gaps for kind in gap.types}
    assert hidden == {"Microsoft.Cdn/profiles/originGroups", "Microsoft.Cdn/profiles/originGroups/origins"}
    assert not [r for r in Judged.of(snapshot).estate.resources if r.ref.type.endswith("origins")]


def test_what_lies_two_levels_down_can_be_asked_for_alone(scrubbed_environment: None, tmp_path: Path) -> None:
    kind = "Microsoft.Cdn/profiles/originGroups/origins"
    with served(estate_document(FIXTURE), tmp_path):
        snapshot = scan(replace(OPTIONS, types=frozenset({kind})))
    assert {doc.ref.type for doc in snapshot.documents if not doc.reference} == {kind}
    assert len(snapshot.documents) == 5


def test_a_classic_cdn_is_not_asked_for_what_it_cannot_have(snapshot: Snapshot) -> None:
    asked = {call.operation for call in snapshot.calls if "/profiles/cdnold/" in call.subject}
    assert "Microsoft.Cdn/profiles/endpoints/customDomains/read" in asked
    assert not asked & {f"Microsoft.Cdn/profiles/{part}/read" for part in ("secrets", "customDomains", "originGroups")}


def test_an_account_that_can_hold_no_files_has_none(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document(FIXTURE), tmp_path) as arm:
        arm.set_rules([{"match": "/stb3edge/(fileServices|objectReplicationPolicies)$", "action": 400, "code": "FeatureNotSupportedForAccount"}])
        snapshot = scan()
    assert [call.id for call in snapshot.calls if not call.ok] == []
    assert not [doc for doc in snapshot.documents if "/stb3edge/fileServices" in doc.ref.id]


def test_no_secret_reaches_the_snapshot(snapshot: Snapshot, tmp_path: Path) -> None:
    save(snapshot, tmp_path / "all.jsonl")
    stored = (tmp_path / "all.jsonl").read_text(encoding="utf-8")
    assert "stb3us" in stored
    for secret in ("topsecret", "dG9wc2VjcmV0", "AccountKey"):
        assert secret not in stored


# -- templates -----------------------------------------------------------------------------------------------
#: What the template of each shows as the live body does, through the same path.
ALIKE = [
    ("autogood/plainpath", (AtRest,)), ("autobad", (Home, Replicas, KeyCustody)), ("shopus.onmicrosoft.com", (Home,)), ("commch", (Home,)), ("mailde", (Home,)), ("fabgood", (Home,)),
    ("purgood", (Home, Exposure)), ("bricksgrs", (Home, Replicas)), ("hdigood", (Home, AtRest, Transit, TlsFloor, KeyCustody)), ("hdibad", (AtRest, Transit, TlsFloor)),
    ("door/shop/safe", (Transit,)), ("door/shop/plain", (Transit,)), ("door/legacy", (TlsFloor,)), ("door/own", (Renewal,)), ("door/pool/byregion", (Replicas,)),
    ("cdnold/static", (Home, Transit)), ("cdnold/open", (Transit,)), ("cdnold/static/weak", (TlsFloor,)), ("cdnold/static/bare", (Transit,)),
    ("aigood", (Home, Replicas, KeyCustody, Outflow)), ("aibad", (Replicas, Outflow)), ("aigood/regional", (Replicas,)), ("acrgood", (Home, KeyCustody, Outflow)), ("acrbad/eastus", (Home,)),
    ("aksgood", (Home, AtRest, Transit, KeyCustody, Exposure)), ("aksbad", (AtRest, Transit)), ("sfgood", (Home, Transit, ClientAuth)), ("sfnamed", (Transit, ClientAuth)),
    ("adf/pinned", (Replicas,)), ("adf/kusto", (Replicas,)), ("adf", (Home, KeyCustody)), ("telegood", (Home,)), ("rsvgood", (Home, BackupPlaces)), ("rsvcross", (BackupPlaces,)),
    ("rsvgood/nightly", (Backups,)), ("rsvgood/weekly", (Backups,)), ("stb3", (Home, Replicas, AtRest, Outflow, Transit, TlsFloor)), ("stb3us", (Outflow, Transit)), ("stb3old", (Replicas,)),
    ("tidy", (Home,)), ("syngood", (Home, Outflow, KeyCustody)), ("synbad", (Outflow,)), ("Settings:syngood/default", (TlsFloor,)), ("syngood/dw/current", (AtRest,)), ("syngood/dw/Default", (BackupPlaces,)),
    ("asegood", (Home, AtRest)), ("appb3", (Home, ClientAuth, ServedNames)), ("appbare", (Transit, ClientAuth, ServedNames)), ("appb3/staging", (Home, Transit)), ("staticsite", (Home,)),
]  # fmt: skip


def body_of(name: str) -> dict[str, Any]:
    """A body of the fixture by its names joined, or `type:names`."""
    kind, _, plain = name.rpartition(":")
    found = [r for r in estate_document(FIXTURE)["resources"] if "/".join(r["id"].split("/providers/")[-1].split("/")[2::2]) == plain and r["type"].endswith(kind)]
    return dict(next(r for r in found if r["type"] != "Microsoft.Insights/diagnosticSettings"))


def template(name: str, region: str = "", beside: tuple[Document, ...] = (), **changed: Any) -> Resource:
    """A body read as a template's resource, which has no id yet and stands where its template will be deployed."""
    body = body_of(name) | changed
    by_lower = {kind.lower(): kind for kind in decls()}
    ref = Ref("azure", by_lower[str(body["type"]).lower()], "", region, f"main.json#{name}", name)
    document = Document(ref, Dialect.ARM, body, {}, file="main.json")
    found = interpret(document, Index.of(Snapshot.of(RUN, [], [document, *beside])), decls())
    assert found is not None
    return found


@each(("name", "kinds"), ALIKE)
def test_the_same_intent_gives_the_same_facts(judged: Judged, name: str, kinds: tuple[type, ...]) -> None:
    read = template(name)
    own = one(judged, name.rpartition(":")[2], read.ref.type)
    for kind in kinds:
        assert value(own, kind) == value(read, kind), kind.__name__


def test_a_geo_backup_of_a_template_goes_to_the_pair_of_where_it_will_stand() -> None:
    assert countries(value(template("synbad/dwgeo/Default", region="westeurope"), BackupPlaces).places) == ["IE"]
    got = template("synbad/dwgeo/Default").facts[BackupPlaces]
    assert isinstance(got, Unknown)  # nobody said where


def test_a_data_zone_of_a_template_is_that_of_where_it_will_stand() -> None:
    assert "SE" in countries(value(template("aigood/zone", region="swedencentral"), Replicas).places)
    assert isinstance(template("aigood/zone").facts[Replicas], Unknown)


def _account(name: str) -> Document:
    body = body_of(name)
    return Document(Ref("azure", body["type"], "", "", f"main.json#{name}", name), Dialect.ARM, body, {}, file="main.json")


def test_the_file_service_of_a_template_goes_by_its_account() -> None:
    assert value(template("stb3us/default", beside=(_account("stb3us"),), type="Microsoft.Storage/storageAccounts/fileServices"), Transit).plaintext_allowed is True
    alone = template("stb3us/default", type="Microsoft.Storage/storageAccounts/fileServices").facts[Transit]
    assert isinstance(alone, Unknown)


BLOBS: dict[str, Any] = {"type": "Microsoft.Storage/storageAccounts/blobServices"}


@each(
    ("properties", "enabled", "kind"),
    [
        ({"restorePolicy": {"enabled": True, "days": 6}, "isVersioningEnabled": True}, True, "continuous"),
        ({"isVersioningEnabled": True}, True, "versions"),
        ({"deleteRetentionPolicy": {"enabled": True, "days": 7}, "containerDeleteRetentionPolicy": {"enabled": True, "days": 7}}, True, "soft-delete"),
        ({"deleteRetentionPolicy": {"enabled": False}}, False, "soft-delete"),
    ],
)
def test_the_blob_service_of_a_template(properties: dict[str, Any], enabled: bool, kind: str) -> None:
    got = value(template("stb3us/default", **BLOBS, properties=properties), Backups)
    assert (got.enabled, got.kind) == (enabled, kind)


def test_object_replication_of_a_template_goes_to_an_account_of_the_same_file() -> None:
    both = (_account("stb3"), _account("stb3us"))
    names = {"sourceAccount": "stb3", "destinationAccount": "stb3us"}
    assert countries(value(template("stb3/or1", beside=both, properties=names), Replicas).places) == ["NL", "US"]


CONFIG = {"type": "Microsoft.Web/sites/config"}
SCHEDULE = {
    "enabled": True,
    "storageAccountUrl": "https://stb3us.blob.core.windows.net/b?sv=1",
    "backupSchedule": {"frequencyInterval": 7, "frequencyUnit": "Day", "retentionPeriodInDays": 30},
}


def test_the_configuration_of_a_site_in_a_template() -> None:
    def config(name: str, properties: dict[str, Any]) -> Resource:
        body: dict[str, Any] = {"name": name, "type": CONFIG["type"], "properties": properties}
        document = Document(Ref("azure", CONFIG["type"], "", "", f"main.json#{name}", f"app/{name}"), Dialect.ARM, body, {}, file="main.json")
        found = interpret(document, Index.of(Snapshot.of(RUN, [], [document, _account("stb3us")])), decls())
        assert found is not None
        return found

    backup = config("backup", SCHEDULE)
    assert (value(backup, Backups).every_hours, value(backup, Backups).keep_days) == (168.0, 30.0)
    assert countries(value(backup, BackupPlaces).places) == ["US"]
    assert value(config("backup", {**SCHEDULE, "enabled": False}), Backups).enabled is False
    web = config("web", {"ftpsState": "AllAllowed", "minTlsVersion": "1.0", "azureStorageAccounts": {"m": {"accountName": "stb3us"}}})
    assert value(web, Transit).plaintext_allowed is True
    assert value(web, TlsFloor).min_version == "TLSv1.0"
    assert countries(value(web, Replicas).places) == ["US"]
    assert Backups not in web.facts
    settings = config("appsettings", {"KEY": "value"})
    assert not {Backups, Transit, TlsFloor} & set(settings.facts)


def test_a_site_of_a_template_names_floors_ftp_and_mounts() -> None:
    siteconfig = {"minTlsVersion": "1.2", "scmMinTlsVersion": "1.1", "ftpsState": "FtpsOnly", "azureStorageAccounts": {"m": {"accountName": "stb3us"}}}
    read = template("appb3", beside=(_account("stb3us"),), properties={"httpsOnly": True, "siteConfig": siteconfig})
    assert value(read, TlsFloor).policy == "scmMinTlsVersion 1.1"
    assert value(read, Transit).plaintext_allowed is False
    assert countries(value(read, Replicas).places) == ["US"]
    assert value(read, AtRest).state is ON
    plain = template("appb3", properties={"httpsOnly": True, "siteConfig": {}})
    assert value(plain, TlsFloor).min_version == "TLSv1.2"


def test_a_new_account_keeps_other_tenants_out_unless_asked() -> None:
    scoped = template("stb3odd", properties={"allowedCopyScope": "PrivateLink"})
    assert value(scoped, Outflow).guard is ON
    assert value(template("stb3odd", properties={"allowedCopyScope": "AAD", "allowCrossTenantReplication": True}), Outflow).guard is OFF


def test_a_webhook_of_a_template_says_where_it_calls() -> None:
    assert value(template("acrbad/hook", properties={"serviceUri": "http://hooks.example.nl/x"}), Transit).plaintext_allowed is True
    assert value(template("acrbad/hook", properties={"serviceUri": "https://hooks.example.nl/x"}), Transit).plaintext_allowed is False


def test_diagnostic_settings_of_a_template_name_their_targets() -> None:
    body: dict[str, Any] = {"properties": {"workspaceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/far"}}
    document = Document(Ref("azure", "Microsoft.Insights/diagnosticSettings", "", "", "main.json#out", "out"), Dialect.ARM, body, {}, file="main.json")
    found = interpret(document, Index.of(Snapshot.of(RUN, [], [document])), decls())
    assert found is not None
    assert countries(value(found, LogPlaces).places) == [None]  # it is not in the same file


@each(("name", "kind"), [("acrbad", Replicas), ("appb3", Backups), ("appb3", BackupPlaces), ("wwwvault", Certificate), ("door/own", Certificate), ("autogood/runas", Certificate), ("rsvgood/f/c/rptous", Replicas)])  # fmt: skip
def test_what_only_the_live_cloud_shows_is_unsupported_in_a_template(name: str, kind: type) -> None:
    by_view: dict[str, dict[str, Any]] = {"rsvgood/f/c/rptous": {"type": "Microsoft.RecoveryServices/vaults/replicationProtectedItems"}}
    unsupported(template(name, **by_view.get(name, {})), kind)
