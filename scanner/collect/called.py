"""What a template calls a thing in the cloud, so that the live one can be recognised."""

from __future__ import annotations

import re
from functools import lru_cache

from scanner.model.later import pattern
from scanner.model.snapshot import Document

#: Properties that name the thing itself: `BucketName`, `DBInstanceIdentifier`, `identifier`, `name`, `arn`, `id`, `bucket`.
_NAMING = pattern(r"(?:^|[a-z0-9_])(?:name|identifier|arn|id)$", re.I)
_OWN = {"bucket", "name", "arn", "id", "identifier"}
#: Words of a type that its own name properties begin with: `Table` of AWS::DynamoDB::Table has `TableName`.
_PART = pattern(r"[A-Z]+(?=[A-Z][a-z]|\Z)|[A-Z]?[a-z0-9]+")
_LONGEST = 2048


def named(doc: Document) -> Document:
    """The document with the names that its top-level properties give the thing itself; read before it is trimmed."""
    kind = doc.ref.type
    found = [value for key, value in doc.body.items() if isinstance(value, str) and 0 < len(value) <= _LONGEST and _names_itself(key, kind)]
    if not found:
        return doc
    return Document(doc.ref, doc.dialect, doc.body, doc.calls, doc.tags, doc.file, doc.lines, doc.reference, doc.waivers, tuple(sorted(set(found))))


@lru_cache(maxsize=8192)
def _names_itself(key: str, kind: str) -> bool:
    """`VpcId` of a subnet names another thing, and `DBName` of a `DBInstance` what is in it; `DBInstanceIdentifier` names this one."""
    if key.lower() in _OWN:
        return True
    if not _NAMING.search(key):
        return False
    own = [part.lower() for part in _PART.findall(key)][:-1]
    return set(own) == {word.lower() for word in _PART.findall(kind.rpartition("::")[2].rpartition("/")[2])}
