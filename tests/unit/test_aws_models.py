"""Models read by need are those that would have been read whole."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from providers.aws import models
from providers.aws.plan import ALWAYS, Methods, operations
from scanner import plugins

DATA = Path(botocore.__file__).parent / "data"
OPERATIONS = operations(plugins.load_types("providers.aws.types"))


def content(service: str, kind: str = "service-2") -> bytes:
    file = max((DATA / service).glob(f"*/{kind}.json*"))
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def without_words(value: Any) -> Any:
    """As `lean`, in a plain way: a member may be named `documentation`, a text for people is one."""
    if isinstance(value, dict):
        return {name: without_words(inner) for name, inner in value.items() if not (name == "documentation" and isinstance(inner, str))}
    return [without_words(inner) for inner in value] if isinstance(value, list) else value


def led_to(whole: dict[str, Any], name: str) -> set[str]:
    """Shapes that a shape names, at any depth."""
    found: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            shape = whole["shapes"][one]
            todo += [part["shape"] for part in [*shape.get("members", {}).values(), *(shape[key] for key in ("member", "key", "value") if key in shape)]]
    return found


@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_what_is_read_from_the_text_is_what_stands_there(service: str) -> None:
    text, wanted = content(service), OPERATIONS[service]
    whole = json.loads(text)
    found = models._found(text, wanted)  # not by reading all of it: botocore's files have the layout that is expected
    assert {xform_name(name) for name in found["operations"]} == wanted
    assert found["operations"] == {name: without_words(whole["operations"][name]) for name in found["operations"]}
    shapes = {one["shape"] for model in found["operations"].values() for one in (model.get("input"), model.get("output"), *model.get("errors", ())) if one}
    assert found["shapes"] == {name: without_words(whole["shapes"][name]) for name in set().union(*(led_to(whole, shape) for shape in shapes))}
    others = set(whole) - {"operations", "shapes", "documentation", "examples"}
    assert {name: found[name] for name in others} == {name: whole[name] for name in others}
    assert set(found) == {*others, "operations", "shapes"}


@pytest.mark.parametrize("indent", [None, 0, 1, 3, 4, "\t", "    "])
@pytest.mark.parametrize("service", ["sqs", "s3control"])
def test_another_layout_says_the_same(service: str, indent: int | str | None) -> None:
    text, wanted = content(service), OPERATIONS[service]
    assert models.cut(json.dumps(json.loads(text), indent=indent).encode(), wanted) == models.cut(text, wanted)


@pytest.mark.parametrize(
    "broken", [(b'"shape":"ListQueuesRequest"', b'"shape":"NoSuchShape"'), (b'\n    "ListQueuesRequest":{', b'\n    "ListQueuesRequest":{"type":"structure"}},{')]
)
def test_a_file_that_holds_no_whole_model_is_refused(broken: tuple[bytes, bytes]) -> None:
    text = content("sqs").replace(*broken)
    assert text != content("sqs")
    with pytest.raises((LookupError, ValueError)):
        models.cut(text, OPERATIONS["sqs"])


def test_what_is_added_to_a_model_brings_its_shapes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = max((DATA / "sqs").iterdir()).name
    folder = tmp_path / "sqs" / version
    folder.mkdir(parents=True)
    more = {"version": 1.0, "merge": {"shapes": {"ListQueuesRequest": {"members": {"Extra": {"shape": "AddPermissionRequest"}}}, "Unasked": {"members": {}}}}}
    (folder / "service-2.sdk-extras.json").write_text(json.dumps(more), encoding="utf-8")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    monkeypatch.setattr(models.Files, "kept", {})
    found = models.by_need(botocore.session.Session(), OPERATIONS.get).load_service_model("sqs", "service-2")
    assert found["shapes"]["ListQueuesRequest"]["members"]["Extra"] == {"shape": "AddPermissionRequest"}
    assert "AWSAccountIdList" in models.reached(found["shapes"], found["operations"])  # of what was added
    assert "Unasked" not in found["shapes"]


def test_rules_of_endpoints_are_all_there_and_their_equal_parts_one() -> None:
    known: dict[Any, Any] = {}
    first, second = (models.alike(json.loads(content(service, "endpoint-rule-set-1")), known) for service in ("sqs", "sns"))
    assert first == without_words(json.loads(content("sqs", "endpoint-rule-set-1")))
    assert first["parameters"] == second["parameters"]
    assert first["parameters"] is second["parameters"]


def test_a_service_that_nobody_knows_is_named_as_unknown() -> None:
    loader = models.by_need(botocore.session.Session(), OPERATIONS.get)
    with pytest.raises(UnknownServiceError, match=r"no-such-service.*sqs"):
        loader.load_service_model("no-such-service", "service-2")
    with pytest.raises(UnknownServiceError):
        loader.load_service_model("sqs", "no-such-kind")


def test_sessions_share_what_was_read_but_not_what_hooks_write_into() -> None:
    first, second = (models.by_need(botocore.session.Session(), OPERATIONS.get).load_service_model("s3", "service-2") for _ in range(2))
    name = next(iter(first["operations"]))
    assert first["operations"] == second["operations"]
    assert first["operations"][name] is not second["operations"][name]
    shape = next(iter(first["shapes"]))
    assert first["shapes"][shape] is second["shapes"][shape]


def test_a_service_of_which_all_is_wanted_is_read_whole() -> None:
    loader = models.by_need(botocore.session.Session(), lambda _: None)
    assert loader.load_service_model("sqs", "service-2")["operations"].keys() == json.loads(content("sqs"))["operations"].keys()


def test_reading_a_large_model_takes_little_beside_its_text() -> None:
    text = content("ec2")
    tracemalloc.start()
    try:
        models.cut(text, OPERATIONS["ec2"])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(text)  # parsed whole, it takes five times as much


class Unread(Mapping[str, Any]):
    """Declarations that nobody may load yet."""

    def __getitem__(self, name: str) -> Any:
        raise AssertionError(f"{name} was loaded")

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("all were loaded")

    def __len__(self) -> int:
        raise AssertionError("all were counted")


def test_who_asks_is_asked_before_a_declaration_is_loaded() -> None:
    session = botocore.session.Session()
    early = models.by_need(session, Methods(Unread()).get)
    assert {xform_name(name) for name in early.load_service_model("sts", "service-2")["operations"]} == ALWAYS["sts"]
    assert session.create_client("sts", region_name="eu-central-1").meta.method_to_api_mapping.keys() == ALWAYS["sts"]


def test_methods_are_all_that_declarations_ask() -> None:
    assert dict(Methods(plugins.load_types("providers.aws.types"))) == OPERATIONS
    assert all(OPERATIONS[service] == ALWAYS[service] for service in Methods.first)  # no declaration asks more of them
