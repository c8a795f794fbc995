"""Tags as listings write them: pairs in two spellings, or one object; in a promise's scope they say what it speaks of."""

from __future__ import annotations

import pytest

from providers.aws.documents import tags
from scanner.declare.live import List
from tests.support.aws_bodies import DECLS
from tests.support.aws_shapes import Shape, output


@pytest.mark.parametrize(
    ("path", "item", "found"),
    [
        ("Tags[]", {"Tags": [{"Key": "env", "Value": "live"}, {"Key": "bare"}]}, {"env": "live", "bare": ""}),
        ("tags[]", {"tags": [{"key": "env", "value": "live"}, {"key": "bare"}]}, {"env": "live", "bare": ""}),
        ("tags", {"tags": {"env": "live", "Key": "a name like any other"}}, {"env": "live", "Key": "a name like any other"}),
        ("tags", {}, {}),
        ("Tags[]", {"Tags": []}, {}),
        ("", {"Tags": [{"Key": "env", "Value": "live"}]}, {}),
    ],
)
def test_in_every_way_of_writing(path: str, item: dict[str, object], found: dict[str, str]) -> None:
    assert tags(List("ec2", "describe_volumes", "Volumes", "VolumeId", tags=path), item) == found


@pytest.mark.parametrize("kind", sorted(name for name, decl in DECLS.items() if isinstance(decl.live, List) and decl.live.tags))
def test_a_path_fits_the_shape(kind: str) -> None:
    """A list of pairs is read as one, an object as one: the other way round nothing would be found, in silence."""
    live = DECLS[kind].live
    assert isinstance(live, List)
    at = output(live.service, live.operation, live.each)
    assert isinstance(at, Shape)
    shape = at.shape
    while shape.type_name == "list":
        shape = shape.member
    assert shape.members[live.tags.removesuffix("[]")].type_name == ("list" if live.tags.endswith("[]") else "map")
