"""Values of a template that is not deployed: known, known as the name of something, or not known and why."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Any, TypeAlias

from scanner.sdk import REFERENCE, UNRESOLVED, Json

#: JSON in which any part may be Open.
Value: TypeAlias = Any
_LONGEST = 120


class Open:
    """A value that is not known before deployment. `text` writes it down so that the same value is written alike:
    `st{uniqueString(resourceGroup().id)}`; by it resources with such names find their children."""

    __slots__ = ("text", "why")

    def __init__(self, why: str, text: str) -> None:
        self.why = why
        self.text = text if len(text) <= 400 else f"{text[:_LONGEST]}~{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:12]}"


class Identity(Open):
    """The id of a resource: which one is known, also where its subscription or group is not."""

    __slots__ = ()


class Pointer(Open):
    """What a resource of this template will answer after deployment: `reference(…).vaultUri`."""

    __slots__ = ("attribute", "resource")

    def __init__(self, resource: str, attribute: str) -> None:
        super().__init__(f"{attribute or 'what'} of {resource} is known after deployment", f"{{{resource}.{attribute}}}")
        self.resource, self.attribute = resource, attribute


def unknown(why: str) -> Json:
    """The mark of a value that cannot be known before deployment."""
    return {UNRESOLVED: why}


def settled(value: Open) -> Json:
    """An open value as a document holds it."""
    if isinstance(value, Identity):
        return value.text
    if isinstance(value, Pointer):
        return {REFERENCE: value.resource, "att": value.attribute}
    return unknown(value.why)


def braced(text: str) -> str:
    """The writing of an open value, once in braces."""
    return text if text.startswith("{") and text.endswith("}") and text.count("{") == 1 else f"{{{text}}}"


def bare(text: str) -> str:
    return text[1:-1] if text.startswith("{") and text.endswith("}") and text.count("{") == 1 else text


def written(value: Value) -> str:
    """An argument as it stands in a call."""
    if isinstance(value, Open):
        return bare(value.text)
    if isinstance(value, str):
        return f"'{value[:_LONGEST]}'"
    if isinstance(value, (dict, list)):
        return "{…}" if isinstance(value, dict) else "[…]"
    return {True: "true", False: "false", None: "null"}.get(value, str(value)) if value is None or isinstance(value, bool) else str(value)


def first_open(value: Value) -> Open | None:
    """The first open part of a value."""
    if isinstance(value, Open):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((found for item in inner if (found := first_open(item)) is not None), None)


def text_of(value: Value) -> str | None:
    """A scalar as Azure writes it into text; None for anything else."""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, (str, int)):
        return str(value)
    return None


_SECRET = re.compile(r"(?i)passw(?:or)?d|passphrase|secret|token|private_?key|api_?key|account_?key|connection_?string|sas_?url|credentials?$")
_NO_SECRET = re.compile(r"(?i)(?:ids?|identifiers?|uris?|names?|policy|length|validity|enabled|age|rotation|types?|days|version|period|disabled|authentication)$")
#: Settings and scripts in which secrets are common; nothing is judged by them.
_SECRET_PARTS = frozenset(
    {"customdata", "userdata", "protectedsettings", "commandtoexecute", "appsettings", "connectionstrings", "environmentvariables", "scriptcontent", "secrets"}
)
_ACCOUNT = re.compile(r"AccountName=[^;]+")
_IN_TEXT = re.compile(r"((?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd|sig)=)[^;&\s]+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _kind(key: str) -> str:
    if key.lower() in _SECRET_PARTS:
        return "all"
    return "text" if _SECRET.search(key) and not _NO_SECRET.search(key) else ""


def without_secret(key: str, value: Value) -> Value:
    """The value, or an open one where it may hold a secret. References and switches say nothing secret."""
    kind = _kind(key)
    if isinstance(value, str):
        if kind and value.lower() not in ("true", "false"):
            return Open(f"{key} is left out: it may hold a secret", f"{{{key}}}")
        account = _ACCOUNT.search(value) if "AccountKey=" in value else None
        return account[0] if account else _IN_TEXT.sub(r"\1(hidden)", value) if "=" in value else value
    return Open(f"{key} is left out: it may hold a secret", f"{{{key}}}") if kind == "all" and isinstance(value, (dict, list)) else value
