"""Plans of Terraform made for tests, and the facts that come of documents in any dialect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from providers.terraform import plan
from scanner import plugins
from scanner.collect.plan import Answer, Options
from scanner.declare.adopt import Vocabulary, adopt
from scanner.declare.decl import TypeDecl
from scanner.declare.index import Index
from scanner.declare.interpret import interpret_all
from scanner.model.known import Json
from scanner.model.resource import Ref, Resource
from scanner.model.snapshot import Call, Dialect, Document, Run, Snapshot

REGION = "eu-central-1"
TRIPLETS = Path(__file__).parents[2] / "fixtures" / "iac" / "triplets"


@cache
def decls() -> Mapping[str, TypeDecl]:
    return plugins.load_types("providers.aws.types", "providers.azure.types")


def made_plan(resources: Iterable[Mapping[str, Any]], region: str = REGION, **more: Any) -> dict[str, Any]:
    """A plan that creates resources: `{"type": …, "name": "x", "values": {…}}`. A value `$owner` is the id of the first one,
    `$up` that of the one so named: known after it is applied, by reference, as Terraform shows it. `unknown` names further such
    attributes, `expressions` overrides what the configuration says of them."""
    listed = list(resources)
    first = f"{listed[0]['type']}.{listed[0].get('name', 'x')}"
    changes, configured = [], []
    for one in listed:
        address = f"{one['type']}.{one.get('name', 'x')}"
        values, unknown, expressions = {}, {"id": True, **dict.fromkeys(one.get("unknown", ()), True)}, {}
        for key, value in one["values"].items():
            if value in ("$owner", "$up"):
                target = first if value == "$owner" else next(f"{r['type']}.up" for r in listed if r.get("name") == "up")
                unknown[key], expressions[key] = True, {"references": [f"{target}.id", target]}
            else:
                values[key], expressions[key] = value, _configured(value)
        expressions.update(one.get("expressions", {}))
        changes.append(
            {"address": address, "mode": "managed", "type": one["type"], "name": one.get("name", "x"), "provider_name": "registry.terraform.io/hashicorp/aws",
             "change": {"actions": one.get("actions", ["create"]), "before": None, "after": values, "after_unknown": unknown, "before_sensitive": False, "after_sensitive": {}}}
        )  # fmt: skip
        configured.append({"address": address, "mode": "managed", "type": one["type"], "name": one.get("name", "x"), "provider_config_key": "aws", "expressions": expressions})
    return {
        "format_version": "1.2", "terraform_version": "1.9.8", "planned_values": {"root_module": {}}, "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": region}}}},
            "root_module": {"resources": configured},
        }, **more,
    }  # fmt: skip


def _configured(value: Any) -> Any:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return [{key: _configured(inner) for key, inner in one.items()} for one in value]
    return {"constant_value": value}


def read_plan(folder: Path, content: Mapping[str, Any], **settings: str) -> Answer:
    """What the reader makes of a plan."""
    path = folder / "plan.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return plan.read(path, "plan.json", Options(settings=settings))


@cache
def _words() -> Vocabulary:
    return Vocabulary.of(decls())


def snapshot_of(answer: Answer) -> Snapshot:
    documents, unread = adopt(answer.documents, decls(), _words())
    return Snapshot.of(Run("2026-11-21T10:00:00Z", "0.1.0"), (answer.call, *answer.more_calls, *unread), documents)


def facts_of(answer: Answer) -> dict[str, Resource]:
    """Resources by address."""
    return {resource.ref.name: resource for resource in interpret_all(Index.of(snapshot_of(answer)), decls())}


def document_facts(kind: str, dialect: Dialect, body: Mapping[str, Json], region: str = REGION) -> Resource:
    """The facts of one document, whose every part was read."""
    decl = decls()[kind]
    call = Call(decl.provider, "111122223333", region, "service", "Look")
    live = dialect is Dialect.LIVE
    id = f"arn:aws:service:{region}:111122223333:thing/x" if live and decl.provider == "aws" else f"/subscriptions/s/resourceGroups/g/providers/{kind}/x"
    ref = Ref(decl.provider, kind, "111122223333", region, id if live else "t#x", "x")
    doc = Document(ref, dialect, dict(body), {"": call.id, **dict.fromkeys(decl.parts, call.id)}, file=None if live else "t")
    (resource,) = interpret_all(Index.of(Snapshot.of(Run("2026-11-21T10:00:00Z", "0.1.0"), [call], [doc])), decls())
    return resource
