"""Small declarations and documents for tests of the core: one made-up type, one bucket to refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.declare.decl import FactDecl, Join, TypeDecl, fact, never_others
from scanner.declare.index import Index
from scanner.declare.live import Get, List
from scanner.declare.places import here
from scanner.declare.view import View
from scanner.model.facts import Home
from scanner.model.known import Json, Reason
from scanner.model.resource import Ref
from scanner.model.snapshot import Call, Dialect, Document, Run, Snapshot

RUN = Run("2026-11-21T10:00:00Z", "0.1.0")
ACCOUNT = "111122223333"
LISTING = Call("aws", ACCOUNT, "eu-west-1", "ec2", "DescribeThings", types=("AWS::Test::Thing",), items=1)


def ref(name: str = "thing", kind: str = "AWS::Test::Thing", region: str = "eu-west-1", account: str = ACCOUNT, id: str = "") -> Ref:
    return Ref("aws", kind, account, region, id or name, name)


def live(body: Mapping[str, Json], name: str = "thing", calls: Mapping[str, str] | None = None, **more: Any) -> Document:
    """A live document, read by LISTING."""
    return Document(more.pop("ref", None) or ref(name), Dialect.LIVE, body, {"": LISTING.id} if calls is None else calls, **more)


def template(body: Mapping[str, Json], name: str = "Thing", kind: str = "AWS::Test::Thing", **more: Any) -> Document:
    """A document of a CloudFormation template."""
    return Document(Ref("aws", kind, "", "", f"stack.yaml#{name}", name), Dialect.CLOUDFORMATION, body, {}, file="stack.yaml", **more)


def thing(*facts: FactDecl, details: tuple[Get, ...] = (), joins: tuple[Join, ...] = ()) -> TypeDecl:
    """A type with these facts and no others."""
    return TypeDecl("AWS::Test::Thing", List("ec2", "describe_things", "Things", "Id"), facts, never_others(*(f.fact for f in facts), why="made up"), details=details, joins=joins)


BUCKET = TypeDecl("AWS::S3::Bucket", List("s3", "list_buckets", "Buckets", "Name"), (fact(Home, place=here()),), never_others(Home, why="made up"))


def bucket(name: str, region: str, reference: bool = True) -> Document:
    return Document(Ref("aws", "AWS::S3::Bucket", ACCOUNT, region, f"arn:aws:s3:::{name}", name), Dialect.LIVE, {}, {}, reference=reference)


def failed(call: Call = LISTING, reason: Reason = Reason.DENIED, code: str = "AccessDenied") -> Call:
    from dataclasses import replace

    return replace(call, outcome=reason, code=code)


def snapshot(calls: Iterable[Call], documents: Iterable[Document], run: Run = RUN) -> Snapshot:
    return Snapshot.of(run, calls, documents)


def view(doc: Document, decl: TypeDecl | None = None, calls: Iterable[Call] = (LISTING,), others: Iterable[Document] = ()) -> View:
    decl = decl or thing()
    return View(doc, Index.of(snapshot(calls, (doc, *others))), decl, {decl.type: decl, BUCKET.type: BUCKET})
