"""Live = template: the resources of the fixture estate, written as an ARM template, give the facts that the live cloud gives.

What only the live cloud shows may be unknown in the template, and the other way round; what both know has to be equal."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from providers.arm import reader
from scanner.collect.ledger import Ledger
from scanner.collect.trim import Trimmer
from scanner.declare.index import Index
from scanner.declare.interpret import interpret_all
from scanner.model.known import Known
from scanner.model.resource import Resource
from scanner.sdk import Options
from tests.support.azure import FIXTURES, RUN, decls, estate_document, scan, served

#: Facts that rightly differ, each with the reason.
MADE_ANEW = {
    ("Microsoft.DocumentDB/databaseAccounts", "TlsFloor"): "a new account gets TLS 1.2; an old one without the property never chose",
    ("Microsoft.ServiceBus/namespaces", "TlsFloor"): "a new namespace gets TLS 1.2; an old one without the property never chose",
    ("Microsoft.EventHub/namespaces", "TlsFloor"): "a new namespace gets TLS 1.2; an old one without the property never chose",
    ("Microsoft.Storage/storageAccounts", "Outflow"): "for accounts made before 2023 another default holds",
    ("Microsoft.CertificateRegistration/certificateOrders", "Renewal"): "that an order is expired is known of a live one",
    ("Microsoft.DomainRegistration/domains", "Renewal"): "until when a domain is registered is known of a live one",
}
#: Copies: live, the first one lists its copies; in a template each copy says whose copy it is. Locks: the estate has several groups, the template one.
TOLD_ELSEWHERE = ("Replicas", "Deletion", "AllowedRegions")
_PLACE = re.compile(r"/subscriptions/[0-9a-f-]{36}(?:/resourceGroups/[^/\"]+)?", re.IGNORECASE)


def template(document: dict[str, Any]) -> dict[str, Any]:
    """The resources of an estate under the names by which a template nests them."""
    found = []
    for resource in document["resources"]:
        parts = str(resource["id"]).split("/providers/")[1:]
        if not parts or resource["type"].lower() == "microsoft.resources/resourcegroups":
            continue
        names = "/".join(piece for n, part in enumerate(parts) for piece in ([part.split("/")[0]] if n else []) + part.split("/")[2::2])
        body = {key: value for key, value in resource.items() if key not in ("id", "name", "type")}
        if len(parts) > 1 and "/providers/" not in resource["type"]:
            names, body["scope"] = parts[-1].split("/")[-1], str(resource["id"]).rpartition("/providers/")[0]
        found.append({"type": resource["type"], "apiVersion": "2025-01-01", "name": names, **body})
    text = json.dumps({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": found})
    whole: dict[str, Any] = json.loads(_PLACE.sub("/subscriptions/{subscription}/resourceGroups/{resource group}", text))
    return whole


def read(document: dict[str, Any], folder: Path) -> dict[tuple[str, str], Resource]:
    path = folder / "main.json"
    path.write_text(json.dumps(template(document)), encoding="utf-8")
    ledger, trimmed = Ledger(), Trimmer(decls())
    answer = reader.read(path, "main.json", Options())
    ledger.take(replace(answer, documents=tuple(trimmed(doc) for doc in answer.documents)))
    return {(found.ref.type, found.ref.name): found for found in interpret_all(Index.of(ledger.snapshot(RUN)), decls())}


@pytest.mark.parametrize("name", ["estate.json", *sorted(file.name for file in FIXTURES.glob("*.json") if file.name != "estate.json")])
def test_the_same_estate_gives_the_same_facts(name: str, tmp_path: Path) -> None:
    document = estate_document(name)
    with served(document, tmp_path):
        live = tuple(interpret_all(Index.of(scan()), decls()))
    written = read(document, tmp_path)
    same, different = 0, []
    for found in live:
        other = written.get((found.ref.type, found.ref.name))
        for kind, fact in found.facts.items() if other is not None else ():
            theirs = other.facts.get(kind) if other is not None else None
            if isinstance(fact, Known) and isinstance(theirs, Known) and kind.__name__ not in TOLD_ELSEWHERE and (found.ref.type, kind.__name__) not in MADE_ANEW:
                if _plain(fact.value) == _plain(theirs.value):
                    same += 1
                else:
                    different.append((found.ref.name, kind.__name__, fact.value, theirs.value))
    assert different == []
    assert same > 40


def _plain(value: object) -> str:
    """Without the part of ids that a template leaves open."""
    return _PLACE.sub("", str(value).replace("/subscriptions/{subscription}/resourceGroups/{resource group}", "")).lower()
