"""Domains, API Management, configuration, machines, images, MySQL, Cosmos DB, managed instances, events, volumes, maps and workspaces:
live through the unmodified SDKs against ground truth, and from templates of the same intent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.model.known import Reason, Unknown
from scanner.model.resource import Resource
from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    BackupPlaces,
    Backups,
    Certificate,
    ClientAuth,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    LogPlaces,
    Outflow,
    PasswordLogin,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
)
from tests.support.azure import Judged, countries, estate_document, value
from tests.support.azure_template import judged as from_template
from tests.support.azure_truth import Bystanders, Certificates, Truth, live, named, unsupported
from tests.support.cases import each

FIXTURE = "data_services.json"


snapshot, judged = live(FIXTURE)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Resource]:
    """All that stands in a resource group: what a subscription has, and what a vault keeps, no template of a group makes."""
    group = [r for r in estate_document(FIXTURE)["resources"] if "/resourceGroups/rg-b2/" in r["id"] and "_in" not in r and r["id"].count("/providers/") == 1]
    return from_template(group, tmp_path_factory.mktemp("template"))


def one(resources: dict[tuple[str, str], Resource], name: str) -> Resource:
    """A resource by its name; where several bear it, `type:name`."""
    kind, _, plain = name.rpartition(":")
    found = [r for (type, own), r in resources.items() if own == plain and type.endswith(kind)]
    assert len(found) == 1, f"{name}: {[r.ref for r in found]}"
    return found[0]


HOMES = {
    "domgood": "NL", "dombad": "IE", "apigood": "NL", "apibad": "GB", "cfggood": "NL", "springbad": "GB", "deshome": "NL", "diskgood": "NL", "diskaway": "US",
    "shared/linux/1.0.0": "NL", "image": "IE", "imageaway": "BR", "pointsaway": "GB", "snapcopied": "GB", "ssgood": "NL", "ssbad": "US", "vmgood": "NL", "vmplain": "US",
    "myflexgood": "NL", "myflexbad": "BR", "mybad": "BR", "lakebad": "US", "cosmoswide": "NL", "mongogood": "NL", "gridbad": "BR", "griddomain": "IE", "ehgood": "NL",
    "mapsbad": "IE", "files/pool/volgood": "NL", "logsgood": "NL", "logsus2": "US", "migood": "NL", "sqlhome": "NL", "sqlhome/kept": "NL", "sqlaway/copy": "US",
}  # fmt: skip


COPIES = [
    ("domgood", Replicas, ["NL", "IE"]), ("dombad", Replicas, ["IE", "US"]), ("apigood", Replicas, ["IE"]), ("apibad", Replicas, ["US"]), ("apiold", Replicas, []),
    ("cfggood", Replicas, ["IE"]), ("cfgbad", Replicas, ["US"]), ("cfgbare", Replicas, []),
    ("deshome", Replicas, ["NL"]), ("desaway", Replicas, ["US"]), ("deshsm", Replicas, ["GB"]), ("desunseen", Replicas, [None]), ("desodd", Replicas, [None]),
    ("shared/linux/1.0.0", Replicas, ["NL", "IE"]), ("shared/linux/2.0.0", Replicas, ["NL", "US"]), ("image", Replicas, []), ("pointsaway", Replicas, ["NL"]),
    ("pointshome", Replicas, []), ("vmgood", Replicas, ["IE"]), ("vmade", Replicas, ["US"]), ("vmplain", Replicas, []),
    ("myflexgood", Replicas, []), ("myflexbad", Replicas, ["US"]), ("mybad", Replicas, ["GB"]), ("cosmoswide", Replicas, ["NL", "US"]), ("mongogood", Replicas, ["US"]),
    ("myflexgood", BackupPlaces, []), ("myflexbad", BackupPlaces, ["US"]), ("mybad", BackupPlaces, ["US"]), ("mygood", BackupPlaces, []), ("cosmoswide", BackupPlaces, []),
    ("migood", Replicas, ["US"]), ("mialone", Replicas, []), ("migood", BackupPlaces, []), ("mibad", BackupPlaces, ["US"]), ("sqlhome", Replicas, ["US"]), ("sqlaway", Replicas, []),
    ("sqlhome/kept", BackupPlaces, []), ("sqlaway/copy", BackupPlaces, ["US"]), ("migood/app", Replicas, ["US"]), ("migood/app", BackupPlaces, []), ("mibad/plain", BackupPlaces, ["US"]),
    ("gridgood", Replicas, []), ("gridbad", Replicas, ["US"]), ("gridbare", Replicas, ["NL"]), ("gridalone", Replicas, []), ("griddomain", Replicas, []),
    ("ehgood", Replicas, ["NL", "IE", "GB"]), ("ehalias", Replicas, ["US"]), ("ehbasic", Replicas, []), ("mapsgood", Replicas, []), ("mapsbad", Replicas, ["US"]),
    ("files/pool/volgood", Replicas, ["IE"]), ("files/pool/volbad", Replicas, ["US"]), ("files/pool/volsmb", Replicas, []), ("files/pool/volgood", BackupPlaces, []),
    ("logsgood", Replicas, ["IE", "GB"]), ("logsbare", Replicas, []), ("workspaceSettings:default", LogPlaces, ["US"]),
]  # fmt: skip


FIELDS = [
    ("domgood", Transit, "plaintext_allowed", False), ("dombad", Transit, "plaintext_allowed", True), ("dombare", Transit, "plaintext_allowed", True),
    ("apigood", Transit, "plaintext_allowed", False), ("apibad", Transit, "plaintext_allowed", True), ("springgood", Transit, "plaintext_allowed", False),
    ("springbad", Transit, "plaintext_allowed", True), ("myflexgood", Transit, "plaintext_allowed", False), ("myflexbad", Transit, "plaintext_allowed", True),
    ("mygood", Transit, "plaintext_allowed", False), ("mybad", Transit, "plaintext_allowed", True), ("migood", Transit, "plaintext_allowed", False),
    ("files/pool/volgood", Transit, "plaintext_allowed", False), ("files/pool/volhalf", Transit, "plaintext_allowed", True), ("files/pool/volbad", Transit, "plaintext_allowed", True),
    ("files/pool/volsmb", Transit, "plaintext_allowed", False), ("files/pool/voldual", Transit, "plaintext_allowed", True), ("files/pool/vollost", Transit, "plaintext_allowed", True),
    ("domgood", TlsFloor, "min_version", "TLSv1.2"), ("dombad", TlsFloor, "min_version", "TLSv1.0"), ("dombare", TlsFloor, "min_version", "TLSv1.0"),
    ("apigood", TlsFloor, "min_version", "TLSv1.2"), ("apibad", TlsFloor, "min_version", "SSLv3"), ("apibad", TlsFloor, "policy", "clients: TLSv1.0, backends: SSLv3"),
    ("apiold", TlsFloor, "min_version", "SSLv3"), ("apinew", TlsFloor, "min_version", "TLSv1.2"), ("vmgood", TlsFloor, "min_version", "TLSv1.2"),
    ("vmplain", TlsFloor, "min_version", "TLSv1.1"), ("myflexgood", TlsFloor, "min_version", "TLSv1.2"), ("myflexbad", TlsFloor, "min_version", "TLSv1.0"),
    ("mygood", TlsFloor, "min_version", "TLSv1.2"), ("mybad", TlsFloor, "min_version", "TLSv1.0"), ("cosmoswide", TlsFloor, "min_version", "TLSv1.2"),
    ("migood", TlsFloor, "min_version", "TLSv1.2"), ("mibad", TlsFloor, "min_version", "TLSv1.0"), ("mialone", TlsFloor, "min_version", "TLSv1.0"),
    ("sqlhome", TlsFloor, "min_version", "TLSv1.2"), ("sqlaway", TlsFloor, "min_version", "TLSv1.0"), ("gridgood", TlsFloor, "min_version", "TLSv1.2"),
    ("gridbad", TlsFloor, "min_version", "TLSv1.0"), ("gridbare", TlsFloor, "min_version", "TLSv1.0"), ("griddomain", TlsFloor, "min_version", "TLSv1.1"),
    ("ehgood", TlsFloor, "min_version", "TLSv1.2"), ("ehus", TlsFloor, "min_version", "TLSv1.1"), ("ehbasic", TlsFloor, "min_version", "TLSv1.0"),
    ("apigood", ClientAuth, "state", ON), ("apibad", ClientAuth, "state", OFF), ("apinew", ClientAuth, "state", OFF),
    ("diskgood", AtRest, "state", ON), ("ssgood", AtRest, "state", ON), ("ssbad", AtRest, "state", OFF), ("ssconf", AtRest, "state", ON), ("vmgood", AtRest, "state", ON),
    ("vmade", AtRest, "state", ON), ("vmconf", AtRest, "state", ON), ("vmplain", AtRest, "state", OFF), ("vmold", AtRest, "state", OFF), ("mygood", AtRest, "algorithm", "AES256 twice"),
    ("mybad", AtRest, "algorithm", "AES256"), ("lakegood", AtRest, "state", ON), ("lakebad", AtRest, "state", OFF), ("sqlhome/kept", AtRest, "state", ON), ("sqlaway/copy", AtRest, "state", OFF),
    ("migood/app", AtRest, "state", ON), ("mibad/plain", AtRest, "state", OFF), ("migood/app", Backups, "keep_days", 14.0), ("mibad/plain", Backups, "keep_days", 1.0),
    ("migood/app", KeyCustody, "holder", Holder.CUSTOMER), ("mibad/plain", KeyCustody, "holder", Holder.PROVIDER),
    ("vmplain", AtRest, "detail", "its managed disks are encrypted, temporary disks and caches on the host are not"),
    ("vmgood", Backups, "enabled", True), ("vmgood", Backups, "last", datetime(2026, 11, 21, 2, tzinfo=UTC)), ("vmade", Backups, "enabled", False), ("vmplain", Backups, "enabled", False),
    ("vmconf", Backups, "enabled", False), ("vmconf", Backups, "last", None), ("myflexgood", Backups, "keep_days", 21.0), ("mygood", Backups, "keep_days", 10.0),
    ("sqlhome/kept", Backups, "keep_days", 1825.0), ("mongogood", Backups, "keep_days", 35.0), ("files/pool/volgood", Backups, "enabled", True), ("files/pool/volhalf", Backups, "enabled", True),
    ("files/pool/volbad", Backups, "enabled", False), ("cosmoswide", Backups, "keep_days", 7),
    ("diskgood", KeyCustody, "holder", Holder.CUSTOMER), ("shared/linux/1.0.0", KeyCustody, "holder", Holder.CUSTOMER), ("shared/linux/2.0.0", KeyCustody, "holder", Holder.PROVIDER),
    ("image", KeyCustody, "holder", Holder.CUSTOMER), ("myflexgood", KeyCustody, "holder", Holder.CUSTOMER), ("lakegood", KeyCustody, "holder", Holder.CUSTOMER),
    ("migood", KeyCustody, "holder", Holder.CUSTOMER), ("ehgood", KeyCustody, "holder", Holder.CUSTOMER), ("files/pool/volgood", KeyCustody, "holder", Holder.CUSTOMER),
    ("domgood", Exposure, "public", False), ("dombad", Exposure, "public", True), ("cfggood", Exposure, "public", False), ("cfgbad", Exposure, "public", True), ("cfgbare", Exposure, "public", True),
    ("mibad", Exposure, "public", True), ("migood", Exposure, "public", False), ("lakebad", Exposure, "public", True), ("gridbare", Exposure, "public", False),
    ("vmgood", PasswordLogin, "allowed", True), ("ssgood", PasswordLogin, "allowed", False), ("sqlhome", Outflow, "guard", ON), ("sqlaway", Outflow, "guard", OFF), ("sqlbare", Outflow, "guard", OFF),
    ("apigood", Renewal, "ok", True), ("apibad", Renewal, "ok", False), ("apigood/client", Renewal, "ok", True), ("ordergood", Renewal, "ok", True), ("orderbad", Renewal, "ok", False),
    ("orderexpired", Renewal, "ok", False), ("example.nl", Renewal, "ok", True), ("old.example.nl", Renewal, "ok", False), ("lapsed.example.nl", Renewal, "ok", False),
]  # fmt: skip


CERTIFICATES = [
    ("domgood", ("shop.example.nl",), datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), None), ("dombad", (), None, datetime(2026, 10, 1, tzinfo=UTC), None),
    ("apigood", ("api.example.nl", "*.example.nl"), None, datetime(2027, 3, 1, tzinfo=UTC), None), ("apibad", ("old.example.nl",), None, datetime(2026, 11, 1, tzinfo=UTC), None),
    ("apinew", ("auto.example.nl",), None, datetime(2027, 2, 1, tzinfo=UTC), True), ("apigood/client", ("client.example.nl",), None, datetime(2027, 5, 1, tzinfo=UTC), None),
    ("apibad/uploaded", ("uploaded.example.nl",), None, datetime(2026, 1, 1, tzinfo=UTC), None),
    ("ordergood", ("shop.example.nl",), datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), True),
    ("orderbad", ("old.example.nl",), datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), False),
]  # fmt: skip


UNKNOWN = [
    ("orderpending", Certificate, Reason.UNPARSABLE, "until when"), ("vmold", Backups, Reason.UNPARSABLE, "resting"), ("vmconf", Replicas, Reason.UNPARSABLE, "no region"),
    ("vmade", TlsFloor, Reason.NOT_COLLECTED, "not said yet"), ("vmold", TlsFloor, Reason.UNSUPPORTED, "machine configuration"), ("myflexreplica", TlsFloor, Reason.UNPARSABLE, "TLSv9"),
    ("lakesilent", AtRest, Reason.UNRESOLVED, "whether it is encrypted"), ("lakesilent", KeyCustody, Reason.UNRESOLVED, "holds its key"), ("gridodd", Replicas, Reason.UNPARSABLE, "Everywhere"),
    ("files/pool/vollost", Replicas, Reason.UNRESOLVED, "region is not given"), ("sqlaway/copy", Backups, Reason.UNPARSABLE, "soon"), ("mialone", Transit, Reason.UNRESOLVED, "no minimal TLS"),
    ("mongocopy", Backups, Reason.UNPARSABLE, "since when"), ("logsus2", KeyCustody, Reason.UNSUPPORTED, "cluster own"), ("domgood", BackupPlaces, Reason.UNSUPPORTED, "where to"),
    ("cfggood", TlsFloor, Reason.UNSUPPORTED, "scan the endpoint"), ("ssgood", Exposure, Reason.UNSUPPORTED, "load balancers"),
]  # fmt: skip


NOT_ASKED = [("dombare", Certificate), ("apiold", Certificate), ("apiold", Renewal), ("apibad/uploaded", Renewal)]


class TestTruth(Truth, Certificates, Bystanders):
    homes, copies, fields, unknown, not_asked, certificates = HOMES | {"mapsglobal": None}, COPIES, FIELDS, UNKNOWN, NOT_ASKED, CERTIFICATES
    only_placed = ("shared", "shared/linux", "files", "files/pool")


# -- templates -----------------------------------------------------------------------------------------------
@each(("name", "country"), HOMES.items())
def test_home_of_a_template(template: dict[tuple[str, str], Resource], name: str, country: str) -> None:
    assert value(one(template, name), Home).place.country == country


#: What the template of each shows as the live body does; children of it are resources of their own in the same template.
ALIKE = [
    ("domgood", (Replicas, Transit, TlsFloor, Exposure)), ("dombad", (Replicas, Transit, TlsFloor, Exposure)), ("apigood", (Replicas, Transit, TlsFloor, ClientAuth, Renewal)),
    ("apibad", (Replicas, Transit, TlsFloor, ClientAuth, Renewal)), ("apigood/client", (Renewal,)), ("cfggood", (KeyCustody,)), ("cfgbad", (Replicas, Exposure)), ("cfgbare", (Replicas,)),
    ("springgood", (Transit,)), ("springbad", (Transit,)), ("ordergood", (Renewal,)), ("orderbad", (Renewal,)), ("diskgood", (AtRest,)), ("shared/linux/2.0.0", (Replicas, KeyCustody)),
    ("image", (Replicas, AtRest)), ("pointsaway", (Replicas,)), ("ssgood", (AtRest, PasswordLogin)), ("ssbad", (AtRest, PasswordLogin)), ("vmgood", (AtRest, PasswordLogin)), ("vmplain", (AtRest,)),
    ("myflexgood", (BackupPlaces, Transit, TlsFloor, Backups, KeyCustody, Exposure)), ("myflexbad", (BackupPlaces, Transit, TlsFloor, Backups)), ("mygood", (BackupPlaces, AtRest, Transit, TlsFloor, Backups)),
    ("mybad", (BackupPlaces, AtRest, Transit, TlsFloor)), ("lakegood", (AtRest, KeyCustody)), ("lakebad", (AtRest, Exposure)), ("cosmoswide", (Replicas, BackupPlaces, TlsFloor, Backups)),
    ("migood", (BackupPlaces, Transit, TlsFloor, Exposure, KeyCustody)), ("mibad", (BackupPlaces, TlsFloor)), ("sqlhome", (Transit, TlsFloor, Outflow)), ("sqlaway", (TlsFloor, Outflow)),
    ("sqlhome/kept", (BackupPlaces, AtRest, Backups)), ("sqlaway/copy", (BackupPlaces, AtRest)), ("migood/app", (AtRest, Backups, BackupPlaces, KeyCustody)), ("mibad/plain", (AtRest, Backups)), ("gridgood", (Replicas, TlsFloor, Exposure)), ("gridbad", (Replicas, TlsFloor, Exposure)),
    ("griddomain", (Replicas, TlsFloor, Exposure)), ("ehus", (TlsFloor,)), ("mapsbad", (Replicas,)), ("mapsgood", (KeyCustody, Exposure)),
    ("files/pool/volgood", (Replicas, Transit, Backups, KeyCustody)), ("files/pool/volbad", (Replicas, Transit, Backups)), ("logsbare", (Replicas, Exposure)),
]  # fmt: skip


@each(("name", "kinds"), ALIKE)
def test_the_same_intent_gives_the_same_facts(judged: Judged, template: dict[tuple[str, str], Resource], name: str, kinds: tuple[type, ...]) -> None:
    for kind in kinds:
        assert value(named(judged, name), kind) == value(one(template, name), kind), kind.__name__


#: Copies whose place a template gives by the id of what holds them: the same places, called by other names.
BY_ID = [
    ("ehgood", ["NL", "IE", "GB"]),
    ("ehalias", ["US"]),
    ("logsgood", ["IE", "GB"]),
    ("sqlhome", ["US"]),
    ("deshome", ["NL"]),
    ("myflexreplica", ["BR"]),
    ("mongocopy", ["NL"]),
    ("cfggood", ["IE"]),
]


@each(("name", "expected"), BY_ID)
def test_copies_that_a_template_gives_by_id(template: dict[tuple[str, str], Resource], name: str, expected: list[str]) -> None:
    assert countries(value(one(template, name), Replicas).places) == expected


def test_a_secondary_in_a_template_names_its_source(template: dict[tuple[str, str], Resource]) -> None:
    assert countries(value(one(template, "sqlaway/copy"), Replicas).places) == ["NL"]
    assert countries(value(one(template, "sqlhome/kept"), Replicas).places) == []


def test_a_failover_group_of_instances_stands_alone_in_a_template(template: dict[tuple[str, str], Resource]) -> None:
    assert countries(value(one(template, "westeurope/fogus"), Replicas).places) == ["US"]
    assert isinstance(got := one(template, "migood").facts[Replicas], Unknown)
    assert got.reason is Reason.UNSUPPORTED


@each(("name", "kind"), [("apigood", Certificate), ("domgood", Certificate), ("ordergood", Certificate), ("vmgood", Backups), ("vmgood", Replicas), ("vmgood", TlsFloor), ("mongogood", Backups), ("springempty", Transit), ("apiold", Transit)])  # fmt: skip
def test_what_only_the_live_cloud_shows_is_unsupported_in_a_template(template: dict[tuple[str, str], Resource], name: str, kind: type) -> None:
    unsupported(one(template, name), kind)


def test_what_a_new_resource_has_where_its_template_says_nothing(tmp_path: Path) -> None:
    """MySQL asks for TLS 1.2 by default; a database is encrypted, kept for 7 days and no longer."""
    bare = [r for r in estate_document(FIXTURE)["resources"] if r["name"] in ("myflexgood", "sqlhome", "kept")]
    found = from_template(bare, tmp_path)
    assert value(one(found, "myflexgood"), Transit).plaintext_allowed is False
    assert value(one(found, "myflexgood"), TlsFloor).min_version == "TLSv1.2"
    assert value(one(found, "sqlhome/kept"), AtRest).state is ON
    assert value(one(found, "sqlhome/kept"), Backups).keep_days == 7.0
