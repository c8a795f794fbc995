"""An ARM template made of the resources of a live estate: the same intent, as it would be deployed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from providers.arm.reader import read
from scanner.declare.index import Index
from scanner.declare.interpret import interpret
from scanner.model.resource import Resource
from scanner.model.snapshot import Snapshot
from scanner.sdk import Options
from tests.support.azure import RUN, decls

_ID = re.compile(r"/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?/providers/([^/]+)/(.+)", re.IGNORECASE)
_SHOWN = ("location", "sku", "kind", "tags", "properties")


def names_of(id: str) -> tuple[str, str]:
    """Type and name of a resource, as a template gives them: `Microsoft.Sql/servers/databases`, `server/database`."""
    found = _ID.fullmatch(id)
    assert found is not None, id
    parts = found[2].split("/")
    return "/".join((found[1], *parts[::2])), "/".join(parts[1::2])


def template_of(resources: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Ids of resources become expressions: where a template is deployed is not known to it."""
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {"type": kind, "apiVersion": "2024-01-01", "name": name, **{key: _written(given[key]) for key in _SHOWN if given.get(key) is not None}}
            for given in resources
            for kind, name in [names_of(given["id"])]
        ],
    }


def _written(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _written(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_written(inner) for inner in value]
    if isinstance(value, str) and _ID.fullmatch(value) and value.count("/providers/") == 1:
        kind, name = names_of(value)
        return f"[resourceId('{kind}', {', '.join(repr(part) for part in name.split('/'))})]"
    return value


def judged(resources: Iterable[Mapping[str, Any]], folder: Path) -> dict[tuple[str, str], Resource]:
    """What the template says, by type and name."""
    path = folder / "main.json"
    path.write_text(json.dumps(template_of(resources)), encoding="utf-8")
    answer = read(path, "main.json", Options())
    snapshot = Snapshot.of(RUN, [answer.call, *answer.more_calls], answer.documents)
    index = Index.of(snapshot)
    found = [interpret(document, index, decls()) for document in snapshot.documents]
    return {(resource.ref.type, resource.ref.name): resource for resource in found if resource is not None}
