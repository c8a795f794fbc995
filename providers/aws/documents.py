"""From an item of an answer to a document: its id, its region, and of its body what declarations read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from providers.aws.session import Account
from scanner.sdk import Call, Dialect, Document, Failure, Json, List, Reason, Ref, TypeDecl, compile_path, jsonable, trim

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Site:
    """Where a look is made: an account and a region (the account's home for what is global)."""

    account: Account
    region: str
    shown: str
    """As refs and calls write it: empty for what is global."""


def values(path: str, body: Body) -> tuple[Json, ...]:
    """What a path leads to; nothing when it is absent or of another shape than declared."""
    found = compile_path(path).read(dict(body))
    return tuple(seen.value for seen in found) if isinstance(found, tuple) else ()


def text_at(path: str, body: Body) -> str:
    """The text at a path; empty when there is none."""
    found = values(path, body) if path else ()
    return found[0] if found and isinstance(found[0], str) else ""


def holds(path: str, body: Body) -> bool:
    """Whether a path leads to something true."""
    return any(value not in (False, "", 0) and value != [] and value != {} for value in values(path, body))


def items(listing: List, page: Body) -> list[dict[str, Any]]:
    """The items of a page. Raises Failure when the page does not hold what was declared: that is no empty page."""
    if not listing.each:
        return [{key: value for key, value in page.items() if key != "ResponseMetadata"}]
    if listing.left_out and listing.each not in page:
        return []
    found: list[Any] = [page]
    for key in listing.each.split("."):
        found = [inner for at in found for inner in _inside(at, key, listing.each)]
    return [item if isinstance(item, dict) else {"Name": item} for item in found]


def _inside(at: Any, key: str, each: str) -> list[Any]:
    """One step down: what stands under a key is a list, or one thing on the way to it."""
    if isinstance(at, Mapping) and key == "Items" and key not in at and at.get("Quantity", at.get("IsTruncated")) in (0, False):
        return []  # CloudFront leaves the items out of an empty list, and says that it is empty or that nothing follows
    if not isinstance(at, Mapping) or key not in at:
        raise Failure(Reason.UNPARSABLE, "", f"the answer holds no {each}")
    inner = at[key]
    if isinstance(inner, list):
        return inner
    if isinstance(inner, Mapping) and not each.endswith(key):
        return [inner]
    raise Failure(Reason.UNPARSABLE, "", f"{each} is no list")


def shape_of(shape: Any, path: str) -> Any:
    """The shape of what stands at a path of an operation's output (lists are walked through); None where unknown."""
    for key in path.split(".") if path else ():
        shape = _through(shape)
        shape = shape.members.get(key) if shape is not None and shape.type_name == "structure" else None
    return _through(shape)


def _through(shape: Any) -> Any:
    while shape is not None and shape.type_name == "list":
        shape = shape.member
    return shape


def scrubbed(value: Any, shape: Any) -> Any:
    """`value` without the members that the service's model marks as sensitive."""
    shape = _through(shape)
    if shape is None or shape.type_name != "structure":
        return value
    if isinstance(value, list):
        return [scrubbed(item, shape) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {key: _cleaned(inner, shape.members.get(key)) for key, inner in value.items() if not _sensitive(shape.members.get(key))}


def _cleaned(value: Any, shape: Any) -> Any:
    if shape is not None and shape.name in RECEIVERS:
        return receiver(str(value))
    return host_only(value) if shape is not None and shape.name in HOSTS_ONLY else scrubbed(value, shape)


#: URLs that a model marks as sensitive, because their path or query may hold a token: scheme and host are kept.
HOSTS_ONLY = frozenset({"HttpEndpointUrl", "SnowflakeAccountUrl"})


#: Addresses that messages are sent to (of SNS subscriptions): a person's, or a URL with a token.
RECEIVERS = frozenset({"endpoint"})


def receiver(value: str) -> str:
    """An ARN as it is, of a URL scheme and host, of a mail address its domain; nothing of a telephone number."""
    if value.startswith("arn:"):
        return value
    if value.startswith(("http://", "https://")):
        return host_only(value)
    return f"@{value.rsplit('@', 1)[1]}" if "@" in value else "a telephone number" if value else ""


def host_only(url: Any) -> str:
    """`https://collector.example.org` of `https://user:secret@collector.example.org/v1/TOKEN?key=…`."""
    parts = urlsplit(str(url) if "://" in str(url) else f"https://{url}")
    return f"{parts.scheme}://{parts.hostname or ''}"


#: Shapes that a model marks as sensitive and that are none: the id of a key opens nothing, and says who holds it.
NO_SECRETS = frozenset({"SSEKMSKeyId"})


def _sensitive(shape: Any) -> bool:
    marked = shape is not None and (shape.metadata.get("sensitive") or getattr(shape, "sensitive", False))
    return bool(marked) and shape.name not in NO_SECRETS | HOSTS_ONLY


def kept(decl: TypeDecl, body: Body, shape: Any) -> dict[str, Json]:
    """The body trimmed to what is read, without secrets, as JSON."""
    cut: Any = trim(dict(body), decl.keep(Dialect.LIVE))
    clean = jsonable(scrubbed(cut, shape))
    return clean if isinstance(clean, dict) else {}


def kept_part(decl: TypeDecl, put: str, body: Any, shape: Any) -> Json:
    """The answer of a detail call, trimmed likewise."""
    cut: Any = trim({put: body}, decl.keep(Dialect.LIVE))
    return jsonable(scrubbed(cut.get(put, {} if isinstance(body, Mapping) else []), shape))


def identify(listing: List, item: Body, site: Site, region: str) -> str:
    """The ARN of an item. Raises Failure when the item does not hold what it is made of."""
    if "{" not in listing.id:
        found = text_at(listing.id, item)
    else:
        given = {key: value for key, value in item.items() if isinstance(value, str)}
        given["last"] = given.get("Name", "").rsplit("/", 1)[-1]  # of an item that is a URL (a queue)
        given["path"] = given.get("Name", "").removeprefix("/")  # of a name that may begin with a slash (a parameter)
        try:
            found = listing.id.format(**given | {"partition": site.account.partition, "region": region, "account": site.account.id})
        except KeyError:
            found = ""
    if not found:
        raise Failure(Reason.UNPARSABLE, "", f"an item of {listing.operation} has no {listing.id}")
    return re.sub(r"^(arn:[^:]*:route53:[^/]*):/", r"\1:", found)  # an id of Route 53 begins with a slash, its ARN does not


def document(decl: TypeDecl, listing: List, item: Body, site: Site, call: Call, shape: Any, region: str | None = None, parent: str = "") -> Document:
    """The document of an item that a listing showed; `parent` is the name of what it was listed by."""
    where = region if region is not None else site.shown
    arn = identify(listing, item, site, where)
    name = listing.name.format(**{**item, "parent": parent}) if "{" in listing.name else text_at(listing.name, item)
    name = name or re.split(r"[:/]", arn)[-1]
    ref = Ref("aws", decl.type, site.account.id, where, arn, name)
    return Document(ref, Dialect.LIVE, kept(decl, item, shape), {"": call.id}, tags(listing, item))


def tags(listing: List, item: Body) -> dict[str, str]:
    """Tags of an item: Key/Value pairs (`Tags[]`), in whichever spelling, or one object of names and texts (`tags`)."""
    found: Iterable[Any] = values(listing.tags, item) if listing.tags else ()
    if not listing.tags.endswith("[]"):
        return {str(name): str(value) for one in found if isinstance(one, Mapping) for name, value in one.items()}
    pairs = [pair for value in found for pair in (value if isinstance(value, list) else [value])]
    named = [(pair.get("Key", pair.get("key")), pair.get("Value", pair.get("value", ""))) for pair in pairs if isinstance(pair, Mapping)]
    return {str(name): str(value) for name, value in named if name is not None}
