"""Container apps, Redis, database servers, backup vaults, messaging, analysis, networks, gateways, certificates: live through the
unmodified SDKs against ground truth, and from the template's shape by the same paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from providers.azure.certificates import encoded
from scanner.declare.index import Index
from scanner.declare.interpret import interpret
from scanner.declare.readers import Unresolvable
from scanner.demo.arm import ArmReplay
from scanner.judge.estate import coverage
from scanner.model.known import Known, Reason
from scanner.model.resource import Ref, Resource
from scanner.model.snapshot import Call, Dialect, Document, Snapshot
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
    KeyGuard,
    LogPlaces,
    Renewal,
    Replicas,
    TlsFloor,
    Transit,
)
from scanner.store.snapshot_file import save
from tests.support.azure import OPTIONS, RUN, Judged, countries, decls, estate_document, one, scan, served, value
from tests.support.azure_truth import Bystanders, Truth, live, unsupported
from tests.support.cases import each

BATCH = "platforms_and_networks.json"
VAULT_CERTIFICATE = "Microsoft.KeyVault/vaults/certificates"


snapshot, judged = live(BATCH)


HOMES = {
    "appgood": "NL", "envbare": "IE", "botgood": "NL", "redisgood": "NL", "redisbad": "IE", "entbad": "US", "grppublic": "GB", "mariagood": "NL", "pgbad": "BR",
    "flexgood": "NL", "flexbad": "GB", "edge": "NL", "bvgood": "NL", "desks": "IE", "hubgood": "NL", "hubbad": "BR", "hsmgood": "NL", "adxbad": "IE", "mlgood": "NL", "mlreg": "NL",
    "gwgood": "NL", "lbus": "US", "watcher": "NL", "ipgood": "NL", "hub": "GB", "vpn": "NL", "congood": "NL", "netgood": "NL", "netus": "US", "rg-b1": "NL", "searchgood": "NL",
    "busgood": "NL", "siggood": "NL", "sync": "NL", "nic": "NL",
    "botglobal": None, "fdgood": None, "tmgood": None, "alert": None,  # global services have no country
}  # fmt: skip


COPIES = [
    ("redisgood", Replicas, ["US"]), ("redisbad", Replicas, []), ("entgood", Replicas, ["US"]), ("entbad", Replicas, ["NL"]), ("entsilent", Replicas, []),
    ("mariabad", Replicas, ["US"]), ("mariagood", Replicas, []), ("pgbad", Replicas, ["US"]), ("flexbad", Replicas, ["US"]), ("flexgood", Replicas, []),
    ("edge", Replicas, ["GB"]), ("hubgood", Replicas, []), ("hsmgood", Replicas, ["NL", "US"]), ("hsmbare", Replicas, []), ("adxbad", Replicas, ["US"]), ("adxgood", Replicas, []),
    ("mlreg", Replicas, ["NL", "US"]), ("mlgood", Replicas, ["GB", "NL", None]), ("botgood", Replicas, []), ("conbad", Replicas, ["US"]), ("netgood", Replicas, ["US", None]),
    ("netus", Replicas, []), ("lbus", Replicas, []), ("lbglobal", Replicas, [None, "US"]), ("ipgood", Replicas, []), ("ipbasic", Replicas, []), ("tmgood", Replicas, ["IE", "US"]),
    ("tmsilent", Replicas, ["IE", None]), ("busgood", Replicas, ["NL", "US"]), ("busalias", Replicas, ["US", "US"]), ("busold", Replicas, []), ("siggood", Replicas, ["US"]),
    ("hubbad", Replicas, ["BR", "US", *[None] * 5]), ("searchgood", Replicas, []),
    ("redisgood", BackupPlaces, ["GB"]), ("redisaof", BackupPlaces, ["GB", None]), ("redisbad", BackupPlaces, []), ("mariagood", BackupPlaces, []), ("mariabad", BackupPlaces, ["IE"]),
    ("pgbad", BackupPlaces, ["US"]), ("pggood", BackupPlaces, []), ("flexgood", BackupPlaces, []), ("flexbad", BackupPlaces, ["GB"]), ("bvgood", BackupPlaces, []),
    ("bvgeo", BackupPlaces, ["IE"]), ("bvnamed", BackupPlaces, ["US"]),
    ("envgood", LogPlaces, ["US"]), ("grpgood", LogPlaces, ["US"]), ("grppublic", LogPlaces, [None]), ("watcher/flowus", LogPlaces, ["GB", "US"]),
    ("watcher/flowhome", LogPlaces, ["GB"]), ("mlgood", LogPlaces, ["US"]), ("gwgood", LogPlaces, []),
]  # fmt: skip


FIELDS = [
    ("appgood", Transit, "plaintext_allowed", False), ("appplain", Transit, "plaintext_allowed", True), ("envgood", Transit, "plaintext_allowed", False),
    ("envbare", Transit, "plaintext_allowed", True), ("redisgood", Transit, "plaintext_allowed", False), ("redisbad", Transit, "plaintext_allowed", True),
    ("entgood", Transit, "plaintext_allowed", False), ("entbad", Transit, "plaintext_allowed", True), ("mariagood", Transit, "plaintext_allowed", False),
    ("mariabad", Transit, "plaintext_allowed", True), ("pgbad", Transit, "plaintext_allowed", True), ("flexgood", Transit, "plaintext_allowed", False),
    ("flexbad", Transit, "plaintext_allowed", True), ("gwgood", Transit, "plaintext_allowed", False), ("gwbad", Transit, "plaintext_allowed", True),
    ("gwaway", Transit, "plaintext_allowed", True), ("gwhttp", Transit, "plaintext_allowed", True), ("fdgood", Transit, "plaintext_allowed", False),
    ("fdbad", Transit, "plaintext_allowed", True), ("fdsilent", Transit, "plaintext_allowed", True), ("congood", Transit, "plaintext_allowed", False),
    ("conbad", Transit, "plaintext_allowed", True), ("condefault", Transit, "plaintext_allowed", False), ("botglobal", Transit, "plaintext_allowed", True),
    ("botgood", Transit, "plaintext_allowed", False),
    ("appgood", TlsFloor, "min_version", "TLSv1.2"), ("redisgood", TlsFloor, "min_version", "TLSv1.2"), ("redisbad", TlsFloor, "min_version", "TLSv1.0"),
    ("entgood", TlsFloor, "min_version", "TLSv1.2"), ("entbad", TlsFloor, "min_version", "TLSv1.0"), ("mariabad", TlsFloor, "min_version", "TLSv1.0"),
    ("pggood", TlsFloor, "min_version", "TLSv1.2"), ("flexgood", TlsFloor, "min_version", "TLSv1.3"), ("flexbad", TlsFloor, "min_version", "TLSv1.1"),
    ("hubgood", TlsFloor, "min_version", "TLSv1.2"), ("hubbad", TlsFloor, "min_version", "TLSv1.0"), ("busgood", TlsFloor, "min_version", "TLSv1.2"),
    ("busold", TlsFloor, "min_version", "TLSv1.0"), ("gwgood", TlsFloor, "min_version", "TLSv1.2"), ("gwgood", TlsFloor, "policy", "AppGwSslPolicy20220101S"),
    ("gwbad", TlsFloor, "min_version", "TLSv1.1"), ("gwaway", TlsFloor, "policy", "AppGwSslPolicy20150501"), ("fdgood", TlsFloor, "min_version", "TLSv1.2"),
    ("fdbad", TlsFloor, "min_version", "TLSv1.0"),
    ("appgood", ClientAuth, "state", ON), ("appplain", ClientAuth, "state", OFF), ("envgood", ClientAuth, "state", ON), ("siggood", ClientAuth, "state", ON),
    ("sigbare", ClientAuth, "state", OFF),
    ("adxgood", AtRest, "state", ON), ("adxgood", AtRest, "algorithm", "AES256 twice"), ("adxbad", AtRest, "state", OFF), ("pggood", AtRest, "algorithm", "AES256 twice"),
    ("pgbad", AtRest, "algorithm", "AES256"), ("edge", AtRest, "algorithm", "XTS-AES 256 (BitLocker)"),
    ("redisgood", Backups, "every_hours", 1.0), ("redisaof", Backups, "kind", "continuous"), ("redisbad", Backups, "enabled", False), ("entgood", Backups, "enabled", True),
    ("entbad", Backups, "enabled", False), ("pggood", Backups, "keep_days", 10.0), ("flexgood", Backups, "keep_days", 21.0), ("bvgood/disk1", Backups, "enabled", True),
    ("bvgood/disk2", Backups, "enabled", False),
    ("entgood", KeyCustody, "holder", Holder.CUSTOMER), ("pggood", KeyCustody, "holder", Holder.CUSTOMER), ("flexbad", KeyCustody, "holder", Holder.PROVIDER),
    ("busgood", KeyCustody, "holder", Holder.CUSTOMER), ("adxgood", KeyCustody, "key", "k"), ("hsmgood", KeyGuard, "state", ON), ("hsmbare", KeyGuard, "state", OFF),
    ("appgood", Exposure, "public", False), ("appplain", Exposure, "public", True), ("grppublic", Exposure, "public", True), ("adxbad", Exposure, "public", True),
    ("gwbad/pinned", Renewal, "ok", False), ("gwbad/vaulted", Renewal, "ok", True),
]  # fmt: skip


UNKNOWN = [
    ("apptcp", Transit, Reason.UNRESOLVED, "plain TCP"), ("envgood/pending", Certificate, Reason.UNPARSABLE, "valid"), ("envbare", Certificate, Reason.UNSUPPORTED, "2026-12-06"),
    ("envbare", LogPlaces, Reason.UNSUPPORTED, "workspace"), ("botglobal", Replicas, Reason.UNRESOLVED, "global bot"), ("entsilent", TlsFloor, Reason.UNRESOLVED, "does not say"),
    ("bvsilent", BackupPlaces, Reason.UNPARSABLE, "redundant"), ("bvgood/disk3", Backups, Reason.UNPARSABLE, "state of protection"), ("gwsilent", TlsFloor, Reason.UNRESOLVED, "default"),
    ("gwbad/vaulted", Certificate, Reason.UNRESOLVED, "vault.azure.net"), ("fdgood", Replicas, Reason.UNRESOLVED, "edges"), ("fdsilent", TlsFloor, Reason.UNSUPPORTED, "1 of 2"),
    ("ipglobal", Replicas, Reason.UNRESOLVED, "Global"), ("conodd", Transit, Reason.UNPARSABLE, "Carrier"), ("desks", Replicas, Reason.UNSUPPORTED, "geography"),
    ("sync", Replicas, Reason.UNSUPPORTED, "sync group"),
]  # fmt: skip


NOT_ASKED = [("appworker", Transit), ("appworker", TlsFloor), ("gwhttp", TlsFloor), ("conexpress", Transit), ("gwgood", Certificate), ("vpn", Certificate), ("gwbad/old", Renewal)]


class TestTruth(Truth, Bystanders):
    homes, copies, fields, unknown, not_asked = HOMES, COPIES, FIELDS, UNKNOWN, NOT_ASKED
    only_placed = ("nic", "alert", "watcher", "hub")


# -- certificates --------------------------------------------------------------------------------------------
CERTIFICATES = [
    ("gwgood/shop", ("shop.example.nl",), datetime(2027, 1, 1, tzinfo=UTC), "RSA-2048", "sha256"),  # a PKCS #7 bundle, of which it is the leaf
    ("gwbad/old", ("old.example.nl",), datetime(2026, 1, 1, tzinfo=UTC), "RSA-1024", "sha256"),
    ("gwgood/backend", ("Backend Root",), datetime(2026, 12, 1, tzinfo=UTC), "ECDSA-secp256r1", "sha256"),
    ("gwgood/clients", ("Example Root",), datetime(2034, 1, 1, tzinfo=UTC), "ECDSA-secp256r1", "sha256"),
    ("vpn/p2s", ("P2S Root",), datetime(2027, 6, 1, tzinfo=UTC), "RSA-2048", "sha256"),
    ("envgood/shop", ("shop.example.nl",), datetime(2026, 12, 30, tzinfo=UTC), "", ""),
]


@each(("name", "names", "end", "key", "signature"), CERTIFICATES)
def test_certificate(judged: Judged, name: str, names: tuple[str, ...], end: datetime, key: str, signature: str) -> None:
    got = judged.known(name, Certificate)
    assert (got.names, got.not_after, got.key, got.signature) == (names, end, key, signature)
    assert got.anchor is (name in ("gwgood/backend", "gwgood/clients", "vpn/p2s"))


@each("data", ["", "bm90IGEgY2VydGlmaWNhdGU=", "not base64!"])
def test_what_is_no_certificate_is_none(data: str) -> None:
    with pytest.raises((ValueError, Unresolvable)):
        encoded(Ref("azure", "x", "", "", "x", "x"), (data,))


@pytest.fixture
def vaults(scrubbed_environment: None, tmp_path: Path) -> Iterator[ArmReplay]:
    with served(estate_document(), tmp_path) as arm:
        yield arm


ONLY_CERTIFICATES = replace(OPTIONS, types=frozenset({VAULT_CERTIFICATE}))


def test_certificates_of_a_vault_are_read_from_the_vault(vaults: ArmReplay) -> None:
    judged = Judged.of(scan(ONLY_CERTIFICATES))
    assert {r.ref.name for r in judged.estate.resources} == {"kvgood/shop", "kvopen/old"}
    shop, old = judged.known("kvgood/shop", Certificate), judged.known("kvopen/old", Certificate)
    assert (shop.names, shop.managed, old.key, old.managed) == (("shop.example.nl",), True, "RSA-1024", False)
    assert (judged.known("kvgood/shop", Renewal).ok, judged.known("kvopen/old", Renewal).ok) == (True, False)
    assert judged.resource("kvgood/shop").ref.region == "westeurope"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"match": "^/certificates$", "action": 403}, Reason.DENIED),
        ({"match": "/vaults/kv", "action": 403}, Reason.DENIED),
        ({"match": "^/certificates$", "action": "truncate"}, Reason.UNAVAILABLE),
        ({"match": "^/certificates$", "action": 200, "body": {"value": [{"name": "without an id"}]}}, Reason.UNPARSABLE),
        ({"match": "^/certificates$", "action": 200, "body": {"value": [], "nextLink": "https://elsewhere.example/certificates"}}, Reason.UNPARSABLE),
    ],
)
def test_a_vault_that_does_not_answer_is_a_gap(vaults: ArmReplay, rule: dict[str, Any], reason: Reason) -> None:
    vaults.set_rules([rule])
    snapshot = scan(ONLY_CERTIFICATES)
    estate = Judged.of(snapshot).estate
    assert not estate.resources
    assert {call.outcome for _, call in estate.gaps(Certificate)} == {reason}
    assert len(estate.gaps(Certificate)) == 3
    assert {VAULT_CERTIFICATE} == {kind for gap in coverage(snapshot).gaps for kind in gap.types}


def test_a_certificate_that_is_refused_stays_a_subject(vaults: ArmReplay) -> None:
    vaults.set_rules([{"match": "^/certificates/shop", "action": 403}])
    judged = Judged.of(scan(ONLY_CERTIFICATES))
    assert judged.unknown("kvgood/shop", Certificate).reason is Reason.DENIED
    assert judged.known("kvopen/old", Certificate).key == "RSA-1024"


def test_a_vault_without_an_address_hides_its_certificates(scrubbed_environment: None, tmp_path: Path) -> None:
    document = estate_document()
    for resource in document["resources"]:
        resource.get("properties", {}).pop("vaultUri", None)
    with served(document, tmp_path):
        estate = Judged.of(scan(ONLY_CERTIFICATES)).estate
    assert [call.outcome for _, call in estate.gaps(Certificate)] == [Reason.UNPARSABLE] * 3


def test_a_token_for_vaults_is_sent_to_vaults_of_this_cloud_only(scrubbed_environment: None, tmp_path: Path) -> None:
    document = estate_document()
    for resource in document["resources"]:
        if "vaultUri" in resource.get("properties", {}):
            resource["properties"]["vaultUri"] = "https://kvgood.vault.azure.net.example.org/"
    with served(document, tmp_path) as arm:
        gaps = Judged.of(scan(ONLY_CERTIFICATES)).estate.gaps(Certificate)
        assert not [path for _, path in arm.core.tally.paths if path.startswith("/certificates")]
    assert {call.code for _, call in gaps} == {"ForeignLink"}


def test_certificates_inside_a_body_can_be_asked_for_alone(scrubbed_environment: None, tmp_path: Path) -> None:
    kind = "Microsoft.Network/applicationGateways/sslCertificates"
    with served(estate_document(BATCH), tmp_path) as arm:
        snapshot = scan(replace(OPTIONS, types=frozenset({kind})))
    assert arm.core.tally.paths
    estate = Judged.of(snapshot).estate
    asked = {call.operation.split("/")[1] for call in snapshot.calls if call.subject}
    assert {r.ref.name for r in estate.resources} == {"gwgood/shop", "gwbad/old", "gwbad/vaulted", "gwbad/pinned"}
    assert asked == {"applicationGateways"}  # and nothing else was read


# -- what is broken turns nothing green ----------------------------------------------------------------------
LOOKS = [
    ("/linkedServers$", "redisgood", Replicas), ("/databases$", "entgood", Transit), ("/databases$", "entgood", Replicas), ("/mariagood/replicas$", "mariagood", Replicas),
    ("/pggood/replicas$", "pggood", Replicas), ("/flexgood/replicas$", "flexgood", Replicas), ("/require_secure_transport$", "flexgood", Transit),
    ("/ssl_min_protocol_version$", "flexgood", TlsFloor), ("/storageAccountCredentials$", "edge", Replicas), ("/attachedDatabaseConfigurations$", "adxgood", Replicas),
    ("/signalR/sigbare/replicas$", "sigbare", Replicas), ("/applicationGateways/gwgood$", "gwgood", Transit), ("/containerApps/appgood$", "appgood", Transit),
]  # fmt: skip


def test_a_refused_look_is_unknown(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document(BATCH), tmp_path) as arm:
        arm.set_rules([{"match": pattern, "action": 403} for pattern, _, _ in LOOKS])
        judged = Judged.of(scan())
    for _, name, kind in LOOKS:
        assert judged.unknown(name, kind).reason is Reason.DENIED, name
    assert countries(judged.known("busalias", Replicas).places) == ["US", "US"]
    hidden = {kind for call in (call for _, call in judged.estate.gaps(Certificate)) for kind in call.types}
    assert "Microsoft.Network/applicationGateways/sslCertificates" in hidden


def test_a_refused_alias_stands_beside_what_is_known(scrubbed_environment: None, tmp_path: Path) -> None:
    with served(estate_document(BATCH), tmp_path) as arm:
        arm.set_rules([{"match": "/disasterRecoveryConfigs$", "action": 403}, {"match": "/backupInstances$", "action": 500}, {"match": "/resourcegroups$", "action": 403}])
        snapshot = scan()
    judged = Judged.of(snapshot)
    assert judged.known("busgood", Replicas).places[-1].reason is Reason.DENIED
    assert countries(judged.known("busgood", Replicas).places) == ["NL", "US", None]
    assert judged.unknown("busalias", Replicas).reason is Reason.DENIED
    gone = {kind for call in snapshot.calls if not call.ok for kind in call.types}
    assert gone == {"Microsoft.DataProtection/backupVaults/backupInstances", "Microsoft.Resources/resourceGroups"}


def test_no_secret_reaches_the_snapshot(snapshot: Snapshot, tmp_path: Path) -> None:
    save(snapshot, tmp_path / "all.jsonl")
    stored = (tmp_path / "all.jsonl").read_text(encoding="utf-8")
    assert "AccountName=stbatch" in stored
    for secret in ("c2VjcmV0", "topsecret", "AccountKey"):
        assert secret not in stored


# -- templates -----------------------------------------------------------------------------------------------
#: What the template of each shows as the live body does, through the same path.
ALIKE = [
    ("appgood", (Home, Transit, TlsFloor, ClientAuth, Exposure)), ("appplain", (Transit, ClientAuth)), ("envgood", (Home, Transit, ClientAuth)), ("botgood", (Home, Replicas, KeyCustody, Transit)),
    ("redisgood", (Home, Transit, TlsFloor, Backups)), ("entgood", (Home, TlsFloor, KeyCustody)), ("grpgood", (Home, KeyCustody, Exposure)), ("mariabad", (Home, BackupPlaces, Transit, TlsFloor, Backups)),
    ("pggood", (Home, BackupPlaces, AtRest, Transit, TlsFloor, Backups, KeyCustody)), ("flexgood", (Home, BackupPlaces, Backups, KeyCustody, Exposure)), ("edge", (Home, AtRest)),
    ("bvgood", (Home, BackupPlaces, KeyCustody)), ("desks", (Home,)), ("hubgood", (Home, Replicas, TlsFloor)), ("hsmgood", (Home, Replicas, KeyGuard)), ("adxgood", (Home, AtRest, KeyCustody)),
    ("mlreg", (Home, Replicas)), ("mlgood", (Home, KeyCustody)), ("gwgood", (Home, Transit, TlsFloor)), ("gwbad", (Transit, TlsFloor)), ("fdgood", (Transit, TlsFloor)), ("fdbad", (Transit, TlsFloor)),
    ("lbus", (Home, Replicas)), ("ipgood", (Home, Replicas)), ("tmgood", (Replicas,)), ("hub", (Home,)), ("congood", (Home, Replicas, Transit)), ("netus", (Home, Replicas)),
    ("searchgood", (Home, Replicas)), ("busgood", (Home, TlsFloor, KeyCustody)), ("siggood", (Home, ClientAuth)), ("sync", (Home,)), ("flowus", (Home,)),
]  # fmt: skip


def read(name: str, dialect: Dialect, **changed: Any) -> Resource:
    body = next(dict(r) for r in estate_document(BATCH)["resources"] if r["name"] == name and r.get("_list", True)) | changed
    call = Call("azure", "s", "westeurope", "x", "x/read", subject=str(body["id"]))
    ref = Ref("azure", str(body["type"]), "s", "", str(body["id"]), name)
    live = Document(ref, Dialect.LIVE, body, {"": call.id})
    template = replace(live, ref=replace(ref, account="", id=f"main.json#{name}"), dialect=Dialect.ARM, calls={}, file="main.json")
    document = live if dialect is Dialect.LIVE else template
    found = interpret(document, Index.of(Snapshot.of(RUN, [call], [document])), decls())
    assert found is not None
    return found


@each(("name", "kinds"), ALIKE)
def test_the_same_intent_gives_the_same_facts(judged: Judged, name: str, kinds: tuple[type, ...]) -> None:
    template = read(name, Dialect.ARM)
    own = one(judged, f"watcher/{name}" if name.startswith("flow") else name, template.ref.type)
    for kind in kinds:
        assert value(own, kind) == value(template, kind), kind.__name__


def test_a_replica_in_a_template_names_its_source() -> None:
    template = read("flexreplica", Dialect.ARM)
    assert isinstance(template.facts[Replicas], Known)
    assert [place.country for place in value(template, Replicas).places] == [None]  # the source is not in the same file


@each(("name", "kind"), [("redisgood", Replicas), ("redisgood", BackupPlaces), ("gwgood", Certificate), ("siggood", Replicas), ("adxgood", Replicas)])
def test_what_only_the_live_cloud_shows_is_unsupported_in_a_template(name: str, kind: type) -> None:
    unsupported(read(name, Dialect.ARM), kind)


def test_the_certificate_of_a_gateway_is_bound_to_a_version_in_its_template_already() -> None:
    certificate = {"name": "shop", "properties": {"keyVaultSecretId": "https://kv.vault.azure.net/secrets/shop/0123456789abcdef0123456789abcdef"}}
    template = read("gwgood", Dialect.ARM, properties={"httpListeners": [], "sslCertificates": [certificate]})
    assert value(template, Renewal).ok is False
