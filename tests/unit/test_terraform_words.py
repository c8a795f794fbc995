"""Versions of providers, types that hold nothing, and the lines of attributes."""

from __future__ import annotations

import pytest

from providers.terraform.syntax import line_of
from scanner.data.terraform import holds_nothing
from scanner.declare.shaping import allowed, fill
from scanner.declare.terraform import attr, tf
from tests.support.terraform import decls


@pytest.mark.parametrize(
    ("constraint", "low", "below"),
    [
        ("~> 4.0", (4, 0), (5,)),
        ("~> 3.1.2", (3, 1, 2), (3, 2)),
        (">= 3.0, < 4.0", (3, 0), (4, 0)),
        ("5.31.0", (5, 31, 0), (5, 31, 0, 0, 0, 1)),
        (">= 2", (2,), None),
        ("!= 3.0", None, None),
        ("", None, None),
    ],
)
def test_what_a_constraint_allows(constraint: str, low: tuple[int, ...] | None, below: tuple[int, ...] | None) -> None:
    assert allowed(constraint) == (None if low is None else (low, below))


def test_what_holds_nothing_is_neither_declared_nor_a_store() -> None:
    declared = {one.name for decl in decls().values() for one in decl.terraform if not one.on}
    judged_for_more = {name for name in declared if holds_nothing(name)} - {name for name in declared if name.startswith("azurerm_")}
    assert not judged_for_more
    for kind in ("aws_s3_bucket", "aws_db_instance", "aws_efs_file_system", "aws_timestreamwrite_table", "azurerm_storage_container", "google_storage_bucket", "aws_db_snapshot"):
        assert not holds_nothing(kind)
    for kind in ("aws_iam_role_policy_attachment", "random_password", "aws_security_group_rule", "azurerm_role_assignment", "terraform_data", "aws_route53_record"):
        assert holds_nothing(kind)


def test_lines_by_address_and_attribute() -> None:
    text = '# one\nresource "aws_s3_bucket" "b" {\n  bucket = "x"\n  rule {\n    default {\n      algorithm = "AES256"\n    }\n  }\n  dynamic "extra" {\n    for_each = []\n    content {\n      a = 1\n    }\n  }\n}\n'
    found = {path: line_of(text, 'module.m["a"].aws_s3_bucket.b[0]', path) for path in ("bucket", "rule.default.algorithm", "rule.gone", "extra.a", "nothing", "")}
    assert found == {"bucket": 3, "rule.default.algorithm": 6, "rule.gone": 4, "extra.a": 12, "nothing": 2, "": 2}
    assert line_of(text, "aws_s3_bucket.other", "bucket") is None
    assert line_of("= = =", "aws_s3_bucket.b", "bucket") is None


def test_two_things_that_are_said_of_one_property_are_not_chosen_from() -> None:
    into: dict[str, object] = {}
    one = tf("x", {"A": "a"})
    fill(into, one, {"a": 1}, None)  # type: ignore[arg-type]
    fill(into, one, {"a": 2}, None)  # type: ignore[arg-type]
    assert "$unresolved" in str(into["A"])


def test_a_block_that_stands_more_often_than_once_is_not_chosen_from() -> None:
    into: dict[str, object] = {}
    fill(into, tf("x", {"A": attr("block.a")}), {"block": [{"a": 1}, {"a": 2}]}, None)  # type: ignore[arg-type]
    assert "stands 2 times" in str(into["A"])
