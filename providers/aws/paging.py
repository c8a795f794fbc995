"""How operations are paged that botocore has no pager for: told by the tokens in their own shapes, or named here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: Asked for with the last name that came, as long as the answer says that there are more.
_BY_LAST = {
    ("firehose", "ListDeliveryStreams"): {
        "input_token": "ExclusiveStartDeliveryStreamName",
        "output_token": "DeliveryStreamNames[-1]",
        "more_results": "HasMoreDeliveryStreams",
        "result_key": "DeliveryStreamNames",
    },
}
#: Member of the question, and those of the answer that hold its next value.
_TOKENS = {
    "NextToken": ("NextToken",), "nextToken": ("nextToken",), "Marker": ("NextMarker", "Marker"), "PaginationToken": ("PaginationToken",), "pageToken": ("nextPageToken",),
    "NextMarker": ("NextMarker",), "ContinuationToken": ("NextContinuationToken",),
}  # fmt: skip
_MORE = ("NextToken", "nextToken", "nextPageToken", "NextMarker", "Marker", "ContinuationToken", "Token", "PaginationToken")
_FLAGS = ("IsTruncated", "HasMoreResults", "HasMoreDeliveryStreams", "HasMoreStreams", "HasMoreDestinations")


def told(service: str, operation: str, model: Any) -> dict[str, Any] | None:
    """A pager's configuration from the shapes of an operation (botocore's OperationModel); None where they hold no token."""
    if (service, operation) in _BY_LAST:
        return dict(_BY_LAST[service, operation])
    if model.input_shape is None or model.output_shape is None:
        return None
    for asked, answers in _TOKENS.items():
        for name in answers if asked in model.input_shape.members else ():
            path = _path(model.output_shape, name)
            if path:
                return {"input_token": asked, "output_token": path, "result_key": path}
    return None


def _path(shape: Any, name: str) -> str:
    """Where a token stands: beside the items, or inside the one structure that holds everything."""
    if name in shape.members:
        return name
    inner = [(key, member) for key, member in shape.members.items() if member.type_name == "structure" and name in member.members]
    return f"{inner[0][0]}.{name}" if len(inner) == 1 else ""


def goes_on(page: Any) -> bool:
    """Whether an answer says that it is not the whole of it."""
    return isinstance(page, dict) and (_says(page) or any(isinstance(part, dict) and key != "ResponseMetadata" and _says(part) for key, part in page.items()))


def _says(part: dict[str, Any]) -> bool:
    if _SAYING.isdisjoint(part):
        return False
    return any(isinstance(part.get(key), str) and part[key] for key in _MORE) or any(part.get(flag) is True for flag in _FLAGS)


def _flagged(page: dict[str, Any]) -> bool:
    """Whether a flag says so; a token may also be that of the question, said again."""
    return any(part.get(flag) is True for part in (page, *page.values()) if isinstance(part, dict) for flag in _FLAGS)


_SAYING = frozenset((*_MORE, *_FLAGS))
_PLAIN = re.compile(r"[A-Za-z]\w*")


class NoToken(Exception):
    """The answer says that there is more, and not how to ask for it."""


class Pager:
    """Asks page by page, as botocore's paginator does for whoever wants all pages as they are."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._inputs, outputs = _listed(config["input_token"]), _listed(config["output_token"])
        self._outputs = [_search(path) for path in outputs]
        self._more = _search(config["more_results"]) if config.get("more_results") else None

    def pages(self, ask: Callable[[dict[str, Any]], dict[str, Any]], params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Raises PaginationError when a token follows itself, or what was asked once would be asked again, and NoToken where botocore's own
        stops and takes what came for the whole."""
        given, before = dict(params), None
        asked: set[str] = set()
        while True:
            page = ask(given)
            yield page
            token = self._next(page)
            if all(part is None for part in token.values()):
                if _flagged(page) or (token and self._more is not None):
                    raise NoToken
                return
            if before == token:
                raise _repeated(f"the same next token was received twice: {token}")
            asked.add(repr(sorted(given.items())))
            before = token
            given = {name: value for name, value in given.items() if name not in token} | {name: part for name, part in token.items() if part is not None and part != "None"}
            if repr(sorted(given.items())) in asked:
                raise _repeated("the same token came again")

    def _next(self, page: dict[str, Any]) -> dict[str, Any]:
        if self._more is not None and not self._more(page):
            return {}
        return {name: read(page) or None for name, read in zip(self._inputs, self._outputs, strict=False)}


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value]


def _search(path: str) -> Callable[[dict[str, Any]], Any]:
    """A path of JMESPath; a mere name, as nearly all are, needs none."""
    if _PLAIN.fullmatch(path):
        return lambda page: page.get(path)
    import jmespath

    found: Callable[[dict[str, Any]], Any] = jmespath.compile(path).search
    return found


def _repeated(words: str) -> Exception:
    from botocore.exceptions import PaginationError

    error: Exception = PaginationError(message=words)
    return error
