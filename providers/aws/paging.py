"""How operations are paged that botocore has no pager for: told by the tokens in their own shapes, or named here."""

from __future__ import annotations

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
    inner = [value for value in page.values() if isinstance(value, dict)] if isinstance(page, dict) else []
    return any(
        any(isinstance(part.get(key), str) and part[key] for key in _MORE) or any(part.get(flag) is True for flag in _FLAGS) for part in (page, *inner) if isinstance(part, dict)
    )
