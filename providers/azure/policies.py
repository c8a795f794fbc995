"""Azure Policy: where new resources may be made. Each argument is a tuple, empty if absent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scanner.sdk import AllowedRegions, NotApplicable, Reason, Ref, Unresolvable, azure_name, place_of

Values = tuple[Any, ...]

#: Built-in definitions that refuse other locations (Microsoft Learn, Azure Policy built-in policy definitions): of resources, of resource groups.
ALLOWED_LOCATIONS = frozenset({"e56962a6-4747-49cd-b67b-bf8b01975c4c", "e765b5de-1225-4ba3-bd56-1ac6695af988"})


def allowed_locations(_ref: Ref, definition: Values, locations: Values, mode: Values, excluded: Values, effect: Values) -> AllowedRegions:
    """An assignment of one of the built-in policies; `Default` is its enforcement mode unless told otherwise (REST reference)."""
    if not definition:
        raise Unresolvable(Reason.UNPARSABLE, "the assignment does not say which policy it assigns")
    if str(definition[0]).rstrip("/").rsplit("/", 1)[-1].lower() not in ALLOWED_LOCATIONS:
        raise NotApplicable("a policy about other things, or one of one's own, which is not taken apart")
    if not locations:
        raise Unresolvable(Reason.UNPARSABLE, "the assignment gives no list of locations")
    # what has no region (DNS, Traffic Manager) is `global`, which says nothing about where data is
    named = tuple(place_of("azure", name) for name in map(str, locations) if azure_name(name) != "global")
    does = str(effect[0]).lower() if effect else "deny"
    enforced = (not mode or str(mode[0]).lower() == "default") and does == "deny"
    why = "" if enforced else f"its effect is {does}" if does != "deny" else f"its enforcement mode is {mode[0]}"
    return AllowedRegions(named, enforced, why, tuple(sorted(map(str, excluded))))


def moment(_ref: Ref, end: Values) -> datetime | None:
    """When an exemption ends; None: never."""
    if not end:
        return None
    read = datetime.fromisoformat(str(end[0]))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def exempted(_ref: Ref, category: Values) -> str:
    """What an exemption is for: Waiver (the risk is taken) or Mitigated (met in another way)."""
    return f"an exemption ({category[0]})" if category else "an exemption"
