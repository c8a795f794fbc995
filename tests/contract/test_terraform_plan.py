"""Plans: what is known only after they are applied, what becomes of each resource, where it will stand, and what it refers to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scanner.model.facts import OFF, ON, AtRest, Backups, Exposure, Holder, Home, KeyCustody, Replicas, TlsFloor, Transit
from scanner.model.known import Known, Reason, Unknown
from tests.support.terraform import facts_of, made_plan, read_plan, snapshot_of

DB: dict[str, Any] = {"type": "aws_db_instance", "values": {"identifier": "d", "engine": "postgres", "storage_encrypted": True}}


def value(fact: Any) -> Any:
    assert isinstance(fact, Known), fact
    return fact.value


def test_what_becomes_of_a_resource_decides_whether_it_is_a_subject(tmp_path: Path) -> None:
    named = {actions: {**DB, "name": f"n{n}", "actions": list(actions)} for n, actions in enumerate(
        [("create",), ("update",), ("no-op",), ("delete", "create"), ("create", "delete"), ("delete",), ("forget",)])}  # fmt: skip
    content = made_plan(named.values())
    for change in content["resource_changes"]:
        if change["change"]["actions"] in (["delete"], ["forget"]):
            change["change"]["after"] = None
    found = facts_of(read_plan(tmp_path, content))
    assert set(found) == {f"aws_db_instance.n{n}" for n in range(5)}


def test_unknown_with_and_without_a_word_in_the_configuration(tmp_path: Path) -> None:
    """A computed attribute that nobody set is what the service chooses; one that is set to something is not known yet."""
    said = {"type": "aws_ebs_volume", "name": "said", "values": {}, "unknown": ["encrypted"], "expressions": {"encrypted": {"references": ["data.aws_ssm_parameter.p.value"]}}}
    unsaid = {"type": "aws_db_instance", "name": "unsaid", "values": {"engine": "postgres"}, "unknown": ["backup_retention_period", "storage_encrypted"]}
    found = facts_of(read_plan(tmp_path, made_plan([said, unsaid])))
    rest = found["aws_ebs_volume.said"].facts[AtRest]
    assert isinstance(rest, Unknown)
    assert rest.reason is Reason.UNRESOLVED
    assert "data.aws_ssm_parameter.p" in rest.detail
    assert value(found["aws_db_instance.unsaid"].facts[Backups]).enabled is False
    assert value(found["aws_db_instance.unsaid"].facts[AtRest]).state is OFF


def test_without_a_configuration_nothing_that_is_unknown_is_taken_for_absent(tmp_path: Path) -> None:
    content = made_plan([{"type": "aws_db_instance", "values": {"engine": "postgres"}, "unknown": ["storage_encrypted"]}])
    del content["configuration"]
    assert isinstance(facts_of(read_plan(tmp_path, content))["aws_db_instance.x"].facts[AtRest], Unknown)


def test_a_whole_subtree_and_a_whole_resource_may_be_unknown(tmp_path: Path) -> None:
    table = {
        "type": "aws_dynamodb_table",
        "values": {"name": "t"},
        "unknown": ["point_in_time_recovery"],
        "expressions": {"point_in_time_recovery": [{"enabled": {"references": ["var.x"]}}]},
    }
    content = made_plan([table, DB | {"name": "all"}])
    content["resource_changes"][1]["change"] |= {"after": None, "after_unknown": True}
    found = facts_of(read_plan(tmp_path, content))
    assert isinstance(found["aws_dynamodb_table.x"].facts[Backups], Unknown)
    assert isinstance(found["aws_db_instance.all"].facts[AtRest], Unknown)


def test_regions_by_provider_alias_variable_and_argument(tmp_path: Path) -> None:
    resources = [{"type": "aws_s3_bucket", "name": name, "values": {"bucket": name, **more}} for name, more in
                 [("home", {}), ("alias", {}), ("variable", {}), ("own", {"region": "us-west-2"}), ("lost", {})]]  # fmt: skip
    content = made_plan(resources, variables={"r": {"value": "ap-southeast-2"}})
    providers = content["configuration"]["provider_config"]
    providers["aws.us"] = {"name": "aws", "alias": "us", "expressions": {"region": {"constant_value": "us-east-1"}}}
    providers["aws.var"] = {"name": "aws", "alias": "var", "expressions": {"region": {"references": ["var.r"]}}}
    providers["aws.lost"] = {"name": "aws", "alias": "lost", "expressions": {"region": {"references": ["data.aws_region.r.name", "data.aws_region.r"]}}}
    for resource, key in zip(content["configuration"]["root_module"]["resources"], ["aws", "aws.us", "aws.var", "aws", "aws.lost"], strict=True):
        resource["provider_config_key"] = key
    found = facts_of(read_plan(tmp_path, content, **{"template.region": "eu-west-1"}))
    places = {name.partition(".")[2]: fact.value.place.country if isinstance(fact := r.facts[Home], Known) else fact.reason for name, r in found.items()}
    assert places == {"home": "DE", "alias": "US", "variable": "AU", "own": "US", "lost": Reason.UNRESOLVED}


def test_a_key_of_the_same_plan_is_known_to_be_set_and_which(tmp_path: Path) -> None:
    key = {"type": "aws_kms_key", "name": "k", "values": {"enable_key_rotation": True}}
    by_key = {**DB, "unknown": ["kms_key_id"], "expressions": {"kms_key_id": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]}}}
    by_either = {**by_key, "name": "either", "expressions": {"kms_key_id": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k", "aws_kms_key.l.arn", "aws_kms_key.l"]}}}
    found = facts_of(read_plan(tmp_path, made_plan([by_key, by_either, key, {**key, "name": "l"}])))
    assert value(found["aws_db_instance.x"].facts[KeyCustody]).holder is Holder.CUSTOMER
    assert isinstance(found["aws_db_instance.either"].facts[KeyCustody], Unknown)


def test_references_are_followed_through_modules(tmp_path: Path) -> None:
    """module.keys.arn is an output that names a key; var.key of the inner module is what the call hands in."""
    content = made_plan([DB, {"type": "aws_kms_key", "name": "k", "values": {}}])
    for change, module in zip(content["resource_changes"], ["module.db", 'module.keys["a"]'], strict=True):
        change["address"] = f"{module}.{change['address']}"
        change["module_address"] = module
    content["resource_changes"][0]["change"]["after_unknown"]["kms_key_id"] = True
    db, key = content["configuration"]["root_module"]["resources"]
    db["expressions"]["kms_key_id"] = {"references": ["var.key"]}
    content["configuration"]["root_module"] = {
        "module_calls": {
            "db": {"source": "./db", "expressions": {"key": {"references": ['module.keys["a"].arn', 'module.keys["a"]', "module.keys"]}}, "module": {"resources": [db]}},
            "keys": {"source": "./k", "module": {"resources": [key], "outputs": {"arn": {"expression": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]}}}}},
        }
    }
    found = facts_of(read_plan(tmp_path, content))
    assert value(found["module.db.aws_db_instance.x"].facts[KeyCustody]).holder is Holder.CUSTOMER


def test_satellites_by_name_by_reference_and_by_nobody_knows(tmp_path: Path) -> None:
    bucket = {"type": "aws_s3_bucket", "values": {"bucket": "papers"}}
    other = {"type": "aws_s3_bucket", "name": "other", "values": {"bucket": "others"}}
    versions: dict[str, Any] = {"type": "aws_s3_bucket_versioning", "values": {"versioning_configuration": [{"status": "Enabled"}]}}
    by_name = facts_of(read_plan(tmp_path, made_plan([bucket, other, {**versions, "values": versions["values"] | {"bucket": "papers"}}])))
    by_reference = facts_of(read_plan(tmp_path, made_plan([bucket, other, {**versions, "values": versions["values"] | {"bucket": "$owner"}}])))
    for found in (by_name, by_reference):
        assert value(found["aws_s3_bucket.x"].facts[Backups]).enabled is True
        assert value(found["aws_s3_bucket.other"].facts[Backups]).enabled is False
    lost = {**versions, "unknown": ["bucket"], "expressions": {"bucket": {"references": ["var.somebody"]}}}
    open_ones = facts_of(read_plan(tmp_path, made_plan([bucket, other, lost])))
    assert all(isinstance(open_ones[f"aws_s3_bucket.{name}"].facts[Backups], Unknown) for name in ("x", "other"))


def test_instances_of_for_each_find_their_own(tmp_path: Path) -> None:
    content = made_plan(
        [
            {"type": "aws_s3_bucket", "values": {"bucket": "x"}},
            {"type": "aws_s3_bucket_versioning", "values": {"bucket": "$owner", "versioning_configuration": [{"status": "Enabled"}]}},
        ]
    )
    changes = []
    for key in ("a", "b"):
        for change in content["resource_changes"]:
            change = {**change, "address": f'{change["address"]}["{key}"]', "index": key, "change": {**change["change"], "after": dict(change["change"]["after"])}}
            changes.append(change)
    changes[3]["change"]["after"]["versioning_configuration"] = [{"status": "Suspended"}]
    content["resource_changes"] = changes
    content["configuration"]["root_module"]["resources"][1]["expressions"]["bucket"] = {"references": ["aws_s3_bucket.x", "each.key"]}
    found = facts_of(read_plan(tmp_path, content))
    assert value(found['aws_s3_bucket.x["a"]'].facts[Backups]).enabled is True
    assert value(found['aws_s3_bucket.x["b"]'].facts[Backups]).enabled is False


def test_sensitive_values_are_left_out_and_unknown(tmp_path: Path) -> None:
    content = made_plan([{**DB, "values": {**DB["values"], "password": "hunter2", "kms_key_id": "alias/secret"}}])
    content["resource_changes"][0]["change"]["after_sensitive"] = {"password": True, "kms_key_id": True}
    snapshot = snapshot_of(read_plan(tmp_path, content))
    assert "hunter2" not in repr(snapshot)
    assert "alias/secret" not in repr(snapshot)


def test_only_what_declarations_read_is_kept(tmp_path: Path) -> None:
    snapshot = snapshot_of(read_plan(tmp_path, made_plan([{**DB, "values": {**DB["values"], "username": "innocent", "user_data": "s3cret"}}])))
    assert "innocent" not in repr(snapshot)
    assert "s3cret" not in repr(snapshot)


def test_what_nobody_declares_is_said_and_wiring_is_not(tmp_path: Path) -> None:
    snapshot = snapshot_of(
        read_plan(tmp_path, made_plan([{"type": "aws_timestreamwrite_table", "values": {}}, {"type": "aws_route_table", "values": {}}, {"type": "random_id", "values": {}}]))
    )
    gaps = [call for call in snapshot.calls if not call.ok]
    assert [call.types for call in gaps] == [("aws_timestreamwrite_table",)]
    assert "aws_timestreamwrite_table.x" in gaps[0].detail


def test_defaults_that_differ_from_cloudformation(tmp_path: Path) -> None:
    """RDS keeps no backups unless told to (Terraform: 0, CloudFormation: 1), and gets no public address."""
    found = facts_of(read_plan(tmp_path, made_plan([{"type": "aws_db_instance", "values": {"engine": "postgres"}}])))["aws_db_instance.x"]
    assert value(found.facts[Backups]).enabled is False
    assert value(found.facts[Exposure]).public is False


def test_renamed_attributes_and_defaults_by_version_of_the_provider(tmp_path: Path) -> None:
    def account(constraint: str | None, **values: Any) -> Any:
        content = made_plan([{"type": "azurerm_storage_account", "values": {"location": "westeurope", "account_tier": "Standard", "account_replication_type": "LRS", **values}}])
        provider = {"name": "azurerm", "full_name": "registry.terraform.io/hashicorp/azurerm"} | ({"version_constraint": constraint} if constraint else {})
        content["configuration"]["provider_config"]["azurerm"] = provider
        content["configuration"]["root_module"]["resources"][0]["provider_config_key"] = "azurerm"
        return facts_of(read_plan(tmp_path, content))["azurerm_storage_account.x"].facts

    assert value(account("~> 4.0")[TlsFloor]).min_version == "TLSv1.2"
    assert value(account(None)[TlsFloor]).min_version == "TLSv1.2"
    assert value(account("~> 2.9")[TlsFloor]).min_version == "TLSv1.0"
    assert isinstance(account(">= 2.0")[TlsFloor], Unknown)
    assert value(account("~> 3.0", enable_https_traffic_only=False)[Transit]).plaintext_allowed is True
    assert value(account("~> 4.0", https_traffic_only_enabled=False)[Transit]).plaintext_allowed is True
    assert value(account("~> 4.0")[Transit]).plaintext_allowed is False


def test_a_plan_that_is_not_whole_says_so(tmp_path: Path) -> None:
    snapshot = snapshot_of(read_plan(tmp_path, made_plan([DB], errored=True, deferred_changes=[{"reason": "provider_config_unknown", "resource_change": {
        "address": "aws_db_instance.later", "type": "aws_db_instance", "change": {"actions": ["create"], "after": {"storage_encrypted": True}}}}])))  # fmt: skip
    assert any(not call.ok and "not whole" in call.detail for call in snapshot.calls)
    later = facts_of(read_plan(tmp_path, made_plan([DB], deferred_changes=[{"reason": "x", "resource_change": {"address": "aws_db_instance.later", "type": "aws_db_instance"}}])))
    assert isinstance(later["aws_db_instance.later"].facts[AtRest], Unknown)


def test_copies_in_other_regions(tmp_path: Path) -> None:
    far = {"type": "aws_s3_bucket", "name": "far", "values": {"bucket": "far", "region": "us-east-1"}}
    rules = [{"status": "Enabled", "destination": [{"bucket": "arn:aws:s3:::far"}]}]
    found = facts_of(
        read_plan(
            tmp_path,
            made_plan(
                [{"type": "aws_s3_bucket", "values": {"bucket": "near"}}, far, {"type": "aws_s3_bucket_replication_configuration", "values": {"bucket": "near", "rule": rules}}]
            ),
        )
    )
    assert [place.country for place in value(found["aws_s3_bucket.x"].facts[Replicas]).places] == ["US"]


def test_the_state_of_a_key_and_string_booleans(tmp_path: Path) -> None:
    found = facts_of(read_plan(tmp_path, made_plan([{**DB, "values": {**DB["values"], "storage_encrypted": "true"}}])))
    assert value(found["aws_db_instance.x"].facts[AtRest]).state is ON


def test_evidence_names_terraforms_own_attributes(tmp_path: Path) -> None:
    fact = facts_of(read_plan(tmp_path, made_plan([DB])))["aws_db_instance.x"].facts[AtRest]
    assert fact.sources[0].path == "storage_encrypted"
    assert fact.sources[0].file == "plan.json"
