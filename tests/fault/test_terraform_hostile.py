"""Hostile and broken Terraform: a clear error with file and line, or a gap; nothing is run, fetched, followed or taken for a pass."""

from __future__ import annotations

import builtins
import json
import os
from pathlib import Path
from typing import Any

import pytest

from providers.terraform import folder, plan, syntax
from providers.terraform.evaluate import evaluated
from scanner.collect.plan import Options
from scanner.errors import InvalidFile, MissingExtra
from scanner.model.facts import AtRest, Home
from scanner.model.known import Unknown
from tests.support.terraform import facts_of, made_plan, read_plan, snapshot_of

pytest.importorskip("tfparse")
DB = 'resource "aws_db_instance" "x" {\n  engine = "postgres"\n  storage_encrypted = true\n}\n'


def plan_of(folder_: Path, data: bytes) -> Any:
    path = folder_ / "plan.json"
    path.write_bytes(data)
    return plan.read(path, "plan.json", Options())


def write(folder_: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder_ / f"{name.replace('__', '/')}.tf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder_


def read(folder_: Path, **settings: str) -> Any:
    return folder.read(folder_, "conf", Options(settings=settings))


# -- plans -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        (b'{"format_version": "1.2",\n "resource_changes": [\n}', "is not JSON", 3),
        (b'{"format_version": "1.2",\n "resource_changes": "\xff"}', "is not UTF-8", 2),
        (b'{"resource_changes": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep", None),
        (b"[1]", "is no object", 1),
        (b'{"format_version": "1.0", "values": {"root_module": {}}}', "is a state of Terraform", None),
        (b'{"format_version": "1.2"}', "holds neither", None),
    ],
)
def test_broken_plans(tmp_path: Path, data: bytes, message: str, line: int | None) -> None:
    with pytest.raises(InvalidFile, match=message) as caught:
        plan_of(tmp_path, data)
    assert caught.value.file == "plan.json"
    assert caught.value.line == line
    assert "terraform show -json" in caught.value.advice


@pytest.mark.parametrize("junk", [None, 7, "x", [], [7], {}, {"a": {"b": []}}, [[[]]], True])
@pytest.mark.parametrize("where", ["planned_values", "resource_changes", "configuration", "variables", "deferred_changes", "prior_state"])
def test_parts_of_another_shape_hide_nothing(tmp_path: Path, where: str, junk: Any) -> None:
    """Where the plan's changes are junk, nothing is a subject; elsewhere the resources stay."""
    content = made_plan([{"type": "aws_db_instance", "values": {"engine": "postgres", "storage_encrypted": True}}]) | {where: junk}
    found = facts_of(read_plan(tmp_path, content))
    assert where == "resource_changes" or "aws_db_instance.x" in found


@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, {"actions": []}, {"actions": ["explode"]}, {"actions": "create"}])
def test_a_change_that_does_not_say_what_becomes_of_it_is_a_gap(tmp_path: Path, junk: Any) -> None:
    content = made_plan([{"type": "aws_db_instance", "values": {}}])
    content["resource_changes"][0]["change"] = junk
    snapshot = snapshot_of(read_plan(tmp_path, content))
    assert [call.types for call in snapshot.calls if not call.ok] == [("aws_db_instance",)]


def test_modules_of_a_plan_that_call_each_other_end(tmp_path: Path) -> None:
    """References in a circle, through outputs and variables, are not known; and reading ends."""
    content = made_plan(
        [{"type": "aws_db_instance", "values": {}, "unknown": ["kms_key_id", "storage_encrypted"], "expressions": {"kms_key_id": {"references": ["module.a.out", "module.a"]}}}]
    )
    loop = {"expression": {"references": ["var.x"]}}
    content["configuration"]["root_module"]["module_calls"] = {
        "a": {"expressions": {"x": {"references": ["module.b.out", "module.b"]}}, "module": {"outputs": {"out": loop}}},
        "b": {"expressions": {"x": {"references": ["module.a.out", "module.a"]}}, "module": {"outputs": {"out": loop}}},
    }
    assert "aws_db_instance.x" in facts_of(read_plan(tmp_path, content))


def test_hostile_names_do_not_confuse(tmp_path: Path) -> None:
    name = 'module.a["x\\"].aws_s3_bucket.b\n#|%"].aws_db_instance.x["\x1b[31m"]'
    content = made_plan([{"type": "aws_db_instance", "values": {"storage_encrypted": False}}])
    content["resource_changes"][0]["address"] = name
    assert name in facts_of(read_plan(tmp_path, content))


def test_our_own_marks_in_a_plan_are_no_pass(tmp_path: Path) -> None:
    """A plan may hold any text; what looks like our marks ends as not known."""
    content = made_plan(
        [
            {"type": "aws_db_instance", "values": {"storage_encrypted": {"$ref": "x"}}},
            {"type": "aws_db_instance", "name": "y", "values": {"storage_encrypted": {"$unresolved": "x"}}},
        ]
    )
    assert all(isinstance(resource.facts[AtRest], Unknown) for resource in facts_of(read_plan(tmp_path, content)).values())


# -- folders -----------------------------------------------------------------------------------------------------
def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, main='resource "aws_db_instance" "x" {\n  storage_encrypted = = true\n}\n')
    with pytest.raises(InvalidFile, match=r"conf/main\.tf:2: is no valid HCL") as caught:
        read(tmp_path)
    assert caught.value.line == 2


def test_an_unreadable_file_beside_a_good_one_is_a_gap(tmp_path: Path) -> None:
    write(tmp_path, main=DB)
    (tmp_path / "latin.tf").write_bytes(b'# ok\nlocals { a = "\xe9" }\n')
    (tmp_path / "override.tf").write_text("# changes others\n")
    (tmp_path / "generated.tf.json").write_text('{"resource": {\n  "aws_db_instance": {"y": 5\n')
    (tmp_path / "override.tf.json").write_text("{}")
    snapshot = snapshot_of(read(tmp_path))
    details = sorted(call.detail for call in snapshot.calls if not call.ok)
    assert len(details) == 4
    assert any("conf/generated.tf.json:3" in detail and "configuration in JSON" in detail for detail in details)
    assert any("conf/latin.tf:2" in detail and "UTF-8" in detail for detail in details)
    assert [doc.ref.name for doc in snapshot.documents] == ["aws_db_instance.x"]


def test_deep_text_and_wide_text(tmp_path: Path) -> None:
    for text in ("a = " + "[" * 100_000 + "]" * 100_000, "a {" * 100_000, 'a = "' + "${" * 5_000 + "}" * 5_000 + '"', "a = " + "(" * 200 + "1" + ")" * 200):
        write(tmp_path, main=text)
        with pytest.raises(InvalidFile, match=r"conf/main\.tf"):
            read(tmp_path)


def test_hostile_json(tmp_path: Path) -> None:
    """Deep, unended, wrongly shaped: the file is named, and none of it takes long."""
    for text in (
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"locals": {"a": "' + "${" * 1_000_000 + '"}}',
        '{"resource": "x"}',
        '{"resource": {"a b": {"c": {"d e": 1}}}}',
        '{"a": 01}',
        "{} {}",
        '{"a": tru}',
        "",
    ):
        (tmp_path / "main.tf.json").write_text(text)
        try:
            assert snapshot_of(read(tmp_path)).documents == ()
        except InvalidFile as error:
            assert "main.tf.json" in str(error)  # noqa: PT017 - either answer will do; neither is silence


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.tf"
    outside.write_text(DB.replace('"x"', '"outside"'))
    conf = tmp_path / "conf"
    write(conf, main=DB)
    (conf / "link.tf").symlink_to(outside)
    (conf / "loop.tf").symlink_to(conf / "loop.tf")
    os.mkfifo(conf / "pipe.tf")
    snapshot = snapshot_of(read(conf))
    assert [doc.ref.name for doc in snapshot.documents] == ["aws_db_instance.x"]
    assert sum("not followed" in call.detail for call in snapshot.calls if not call.ok) == 3


def test_modules_that_call_each_other_are_not_evaluated(tmp_path: Path) -> None:
    write(tmp_path, main='module "a" {\n  source = "./a"\n}\n' + DB, a__main='module "b" {\n  source = "../b"\n}\n', b__main='module "a" {\n  source = "../a"\n}\n')
    snapshot = snapshot_of(read(tmp_path))
    assert any("in a circle" in call.detail for call in snapshot.calls if not call.ok)
    assert not snapshot.documents


def test_modules_that_multiply_end(tmp_path: Path) -> None:
    """2^40 calls in 41 folders."""
    for n in range(40):
        write(tmp_path, **{f"m{n}__main": "".join(f'module "{name}" {{\n  source = "../m{n + 1}"\n}}\n' for name in "ab")})
    write(tmp_path, m40__main=DB)
    with pytest.raises(InvalidFile, match="calls modules more than"):
        read(tmp_path / "m0")


def test_a_huge_count_is_named_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, main='resource "aws_db_instance" "x" {\n  count = 100000000\n  storage_encrypted = false\n}\n')
    with pytest.raises(InvalidFile, match=r"conf/main\.tf:2: asks for 100000000 instances"):
        read(tmp_path)


def test_what_the_evaluator_drops_is_not_taken_for_none(tmp_path: Path) -> None:
    """A function that is not known makes the number of instances unknown, whatever the evaluator made of it."""
    write(tmp_path, main='resource "aws_db_instance" "x" {\n  count = nofunction(1)\n  storage_encrypted = false\n}\n')
    found = facts_of(read(tmp_path))
    assert isinstance(found["aws_db_instance.x"].facts[AtRest], Unknown)


def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"cannot be evaluated within|ended its evaluation"):
        evaluated({"main.tf": 'module "a" {\n  source = "./"\n}\n'}, ".", [], "conf", seconds=2)


def test_files_are_not_read_into_values(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    write(
        tmp_path / "conf",
        main=f'resource "aws_s3_bucket" "x" {{\n  bucket = file("{secret}")\n  tags   = {{ a = file("../secret.txt"), b = templatefile("../secret.txt", {{}}) }}\n}}\n',
    )
    answer = read(tmp_path / "conf")
    assert "hunter2" not in repr(answer)
    assert isinstance(facts_of(answer)["aws_s3_bucket.x"].facts[Home], Unknown)


def test_nothing_is_written_or_run_and_no_module_is_fetched(tmp_path: Path) -> None:
    source = "".join(
        f'module "{n}" {{\n  source = "{source}"\n}}\n'
        for n, source in enumerate(["hashicorp/consul/aws", "git::https://127.0.0.1:1/x.git", "https://127.0.0.1:1/x.zip", "./gone"])
    )
    ran = tmp_path / "ran"
    write(
        tmp_path,
        main=source + f'data "external" "x" {{\n  program = ["touch", "{ran}"]\n}}\n' + DB.replace("}", f'  provisioner "local-exec" {{\n    command = "touch {ran}"\n  }}\n}}'),
    )
    before = sorted(tmp_path.rglob("*"))
    snapshot = snapshot_of(read(tmp_path))
    assert sorted(tmp_path.rglob("*")) == before
    details = [call.detail for call in snapshot.calls if not call.ok]
    assert sum("downloads nothing" in detail for detail in details) == 3
    assert sum("is not there" in detail for detail in details) == 1
    assert [doc.ref.name for doc in snapshot.documents] == ["aws_db_instance.x"]


def test_variables_files_of_another_shape(tmp_path: Path) -> None:
    write(tmp_path, main=DB)
    (tmp_path / "x.auto.tfvars").write_text("a = = 1\n")
    with pytest.raises(InvalidFile, match=r"x\.auto\.tfvars:1"):
        read(tmp_path)
    (tmp_path / "x.auto.tfvars").unlink()
    with pytest.raises(InvalidFile, match="nowhere"):
        read(tmp_path, **{"terraform.var_files": "nowhere.tfvars"})


def test_without_the_packages_the_message_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("tree_sitter"):
            raise ImportError(name)
        return real(name, *rest, **more)

    write(tmp_path, main=DB)
    syntax._parser.cache_clear()
    monkeypatch.setattr(builtins, "__import__", refuse)
    try:
        with pytest.raises(MissingExtra) as caught:
            read(tmp_path)
    finally:
        syntax._parser.cache_clear()
    assert "houvast[hcl]" in caught.value.advice
    assert "terraform show -json" in caught.value.advice


def test_folders_are_found_by_what_deploys_them(tmp_path: Path) -> None:
    write(
        tmp_path, live__main='module "a" {\n  source = "../modules/a"\n}\n', modules__a__main=DB, other__main=DB, live__tests__setup__main=DB,
        **{".terraform__modules__b__main": DB, "live__.terraform__x__main": DB},
    )  # fmt: skip
    (tmp_path / "round").symlink_to(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in folder.find(tmp_path)] == ["live", "other"]


def test_a_plan_is_told_from_other_json() -> None:
    assert plan.recognise(json.dumps(made_plan([{"type": "aws_db_instance", "values": {}}])))
    assert not plan.recognise('{"Resources": {"X": {"Type": "AWS::S3::Bucket"}}}')
    assert not plan.recognise('{"$schema": "https://schema.management.azure.com/x", "resources": []}')
