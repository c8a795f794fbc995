"""References that no held document answers, and the smallest call that does: where is that bucket, who holds that key?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from providers.aws.calls import CallFailed, Calls
from providers.aws.documents import Site, kept, kept_part, shape_of, values
from providers.aws.session import Account
from scanner.sdk import Answer, Call, Dialect, Document, Failure, Options, Reason, Ref, TypeDecl

_BUCKET = "AWS::S3::Bucket"


@dataclass(frozen=True)
class Wanted:
    """A reference to be resolved."""

    account: Account
    region: str
    decl: TypeDecl
    """Of the type that is referred to."""
    name: str
    """As it stands in the document."""


def reference_jobs(documents: tuple[Document, ...], decls: Mapping[str, TypeDecl], options: Options, accounts: Mapping[str, Account]) -> list[Wanted]:
    """Every reference of the held documents that the wanted facts follow and that none of them answers."""
    held = {(doc.ref.type, doc.ref.id.lower()) for doc in documents}
    named = {(doc.ref.type, doc.ref.name.lower(), *_near(doc)) for doc in documents}
    found: dict[tuple[str, str, str, str], Wanted] = {}
    for doc in documents:
        account = accounts.get(doc.ref.account)
        if account is None or doc.reference or doc.ref.provider != "aws":
            continue
        for kind, value in _references(doc, decls.get(doc.ref.type), options):
            target = decls.get(kind)
            near = ("", "") if kind == _BUCKET else (doc.ref.account, doc.ref.region)
            if target is None or target.resolve is None or (kind, value.lower()) in held or (kind, value.lower(), *near) in named:
                continue
            region = _region(value) or doc.ref.region or account.home
            found.setdefault((account.id, region, kind, value), Wanted(account, region, target, value))
    return [found[key] for key in sorted(found)]


def _near(doc: Document) -> tuple[str, str]:
    """What a name is unique in; a bucket's in the whole partition."""
    return ("", "") if doc.ref.type == _BUCKET else (doc.ref.account, doc.ref.region)


def _references(doc: Document, decl: TypeDecl | None, options: Options) -> Iterator[tuple[str, str]]:
    for declared in decl.facts if decl else ():
        if options.facts and declared.fact not in options.facts:
            continue
        for reader in (part for whole in declared.readers for part in _parts(whole)):
            for kind, path in reader.references(Dialect.LIVE):
                for value in values(path, doc.body):
                    name = _name(reader, kind, doc.ref, value) if isinstance(value, str) else ""
                    if name and not _answered(reader, doc.ref, name):
                        yield kind, name


def _parts(reader: Any) -> Iterator[Any]:
    """A reader, or those that it is made of: each knows best what its own paths name."""
    inner = getattr(reader, "parts", ())
    for part in inner:
        yield from _parts(part)
    if not inner:
        yield reader


def _name(reader: Any, kind: str, ref: Ref, value: str) -> str:
    """What a value refers to; empty where it refers to nothing, or cannot be read (which the reader itself will say)."""
    try:
        return str(reader.named(kind, ref, value))
    except Exception:  # as in _answered: only a call is spared
        return ""


def _answered(reader: Any, ref: Ref, value: str) -> bool:
    """Whether the reader knows the answer from the value alone (an alias of the provider)."""
    early = getattr(reader, "early", None)
    if early is None:
        return False
    try:
        return early(ref, value) is not None
    except Exception:  # it says so itself when the document is read: here only a call is spared
        return True


def _region(value: str) -> str:
    return value.split(":")[3] if value.startswith("arn:") and value.count(":") >= 5 else ""


def resolved(calls: Calls, call: Call, want: Wanted) -> Answer:
    """The document that a reference leads to. Raises Failure; the reference is unknown then, by the call's subject."""
    how, site = want.decl.resolve, Site(want.account, want.region, want.region)
    assert how is not None
    if want.decl.type == _BUCKET:
        bucket = want.name.rsplit(":", 1)[-1]
        region = place_bucket(calls, want.account.home, bucket)
        ref = Ref("aws", _BUCKET, want.account.id, region, f"arn:{want.account.partition}:s3:::{bucket}", bucket)
        return Answer(replace(call, pages=1, items=1), (Document(ref, Dialect.LIVE, {}, {"": call.id}, reference=True),))
    params = {name: form.format(id=want.name, name=want.name.rsplit("/", 1)[-1], region=want.region) for name, form in how.params.items()}
    taken = [_take(page, how.take) for page in calls.pages(how.service, want.region, how.operation, params)]
    body: Any = [item for part in taken for item in part] if isinstance(taken[0], list) else taken[0]  # a list comes in pages
    shape = shape_of(site.account.clients.output(how.service, want.region, how.operation), how.take)
    held = {how.put: kept_part(want.decl, how.put, body, shape)} if how.put else kept(want.decl, body, shape)
    arn = want.name if want.name.startswith("arn:") else f"arn:{want.account.partition}:{how.service}:{want.region}:{want.account.id}:{want.name}"
    ref = Ref("aws", want.decl.type, want.account.id, want.region, arn, want.name)
    made_by = {"": call.id} | ({how.put: call.id} if how.put else {})
    return Answer(replace(call, pages=len(taken), items=1), (Document(ref, Dialect.LIVE, held, made_by, reference=True),))


def _take(page: Mapping[str, Any], path: str) -> Any:
    body: Any = {key: value for key, value in page.items() if key != "ResponseMetadata"}
    for key in path.split(".") if path else ():
        if not isinstance(body, Mapping) or key not in body:
            raise Failure(Reason.UNPARSABLE, "", f"the answer holds no {path}")
        body = body[key]
    return body


def place_bucket(calls: Calls, region: str, bucket: str) -> str:
    """The region of a bucket, also of one that is not ours: HeadBucket tells it in a header even when it refuses.

    Raises Failure when neither HeadBucket nor GetBucketLocation says it.
    """
    try:
        answer = calls.once("s3", region, "head_bucket", {"Bucket": bucket})
    except CallFailed as error:
        return error.fault.bucket_region or _location(calls, region, bucket, error)
    found = str(answer.get("BucketRegion") or answer["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", ""))
    return found or _location(calls, region, bucket, None)


def _location(calls: Calls, region: str, bucket: str, first: CallFailed | None) -> str:
    """GetBucketLocation: only the owner may ask. `us-east-1` is written as nothing, Ireland may be written `EU`."""
    try:
        answer = calls.once("s3", region, "get_bucket_location", {"Bucket": bucket})
    except CallFailed as error:
        raise first or error from error
    if "LocationConstraint" not in answer:
        raise first or Failure(Reason.UNPARSABLE, "", "the answer holds no LocationConstraint")
    said = answer["LocationConstraint"] or "us-east-1"
    return "eu-west-1" if said == "EU" else str(said)
