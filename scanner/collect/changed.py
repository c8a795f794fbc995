"""`dataclasses.replace` for records that are there by the ten thousand: a copy of what an instance holds, nothing looked up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

Record = TypeVar("Record")


def changed(record: Record, **values: Any) -> Record:
    """The record with these fields changed. Names are not checked: those of a record that is no plain one are left to `replace`."""
    cls = type(record)
    own = getattr(record, "__dict__", None)
    names = getattr(cls, "__record__", ())
    if not own or len(own) != len(names) or hasattr(cls, "__post_init__"):  # slots, or values that were worked out from the old fields
        made: Any = replace(record, **values)  # type: ignore[type-var]
        return made  # type: ignore[no-any-return]
    new = object.__new__(cls)
    new.__dict__.update(own)
    new.__dict__.update(values)
    return new
