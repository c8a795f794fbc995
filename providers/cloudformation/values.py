"""Values of a template that is not deployed yet: known, a reference to a resource beside it, or not known and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from scanner.sdk import REFERENCE, UNRESOLVED, Json


class Removed:
    """`AWS::NoValue`: the property is not there."""


REMOVED: Final = Removed()


class Word(str):
    """`yes`, `no`, `on`, `off` without quotes: booleans of YAML 1.1, which CloudFormation says it reads; also plain words.

    As a value it is the boolean (a boolean property takes nothing else); as a key it is the word; where the two readings
    differ in a condition, the condition cannot be told."""

    __slots__ = ()

    @property
    def truth(self) -> bool:
        return self.lower() in ("yes", "on")


Value: TypeAlias = "Json | Removed"

_TRUE, _FALSE = frozenset({"true", "True", "TRUE"}), frozenset({"false", "False", "FALSE"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_WORDS = frozenset(form for word in ("yes", "no", "on", "off") for form in (word, word.title(), word.upper()))
_FIXED: dict[str, Json] = {
    **dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False), **dict.fromkeys(_NULL, None), **{word: Word(word) for word in _WORDS},
}  # fmt: skip
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z")


def unknown(why: str) -> Json:
    """The mark of a value that cannot be known before deployment."""
    return {UNRESOLVED: why}


def why_unknown(value: Value) -> str | None:
    """Why a value is not known; None for an ordinary one."""
    return str(value[UNRESOLVED]) if isinstance(value, dict) and UNRESOLVED in value else None


def refers(value: Value) -> bool:
    return isinstance(value, dict) and REFERENCE in value


@lru_cache(maxsize=4096)
def plain(word: str) -> Json:
    """An unquoted scalar. Only what has one reading becomes a number or a boolean: `012345678901`, `2026-01-01`,
    `1.10`, `0x1f` and `22:30` stay text."""
    if word in _FIXED:
        return _FIXED[word]
    return int(word) if word[0] in "-0123456789" and _INT.match(word) and word != "-0" else word


def as_text(value: Value) -> str | None:
    """A scalar as CloudFormation writes it into text; None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int)):
        return str(value)
    return None


def known_text(text: str) -> Json:
    """Text, unless CloudFormation would put a secret or parameter in its place."""
    return unknown("a dynamic reference is read at deployment") if "{{resolve:" in text else text


def same(one: str, other: str) -> bool | None:
    """Whether two texts are equal; None when that depends on how an unquoted yes or no is read."""
    first = str(one) == str(other)
    second = _boolean(one) == _boolean(other)
    return first if first is second else None


def _boolean(text: str) -> str:
    return str(text.truth).lower() if isinstance(text, Word) else text


#: An ARN up to the name of a resource. Region and account may be open: the reference says which resource is meant.
_OF_ARN = re.compile(r"(?:arn:[^:\0]*:[a-z0-9-]+:[^:\0]*:[^:\0]*:(?:[A-Za-z-]+[/:])?)?\0(?:/\*|:\*)?\Z")


def glue(pieces: Sequence[Value], written: Sequence[str]) -> Json:
    """Pieces of a Fn::Sub or Fn::Join as one text. One resource of the template inside its own ARN (perhaps with `/*`) is
    still that resource; everything else that is not known makes the whole unknown. `written` shows each piece as in the file."""
    texts = [as_text(piece) for piece in pieces]
    if all(text is not None for text in texts):
        return known_text("".join(text or "" for text in texts))
    referred = [piece for piece in pieces if isinstance(piece, dict) and REFERENCE in piece]
    shape = "".join("\0" if refers(piece) else text if text is not None else "" for piece, text in zip(pieces, texts, strict=True))
    opened = [why for piece in pieces if (why := why_unknown(piece)) is not None]
    if len(referred) == 1 and all(why.startswith("AWS::") for why in opened) and _OF_ARN.match(shape):
        if len(pieces) == 1:
            return dict(referred[0])
        return {REFERENCE: referred[0][REFERENCE], "att": referred[0].get("att", "Ref"), "text": "".join(written)}
    if opened:
        return unknown(opened[0])
    if referred:
        return unknown(f"holds {referred[0][REFERENCE]}, whose name is known after deployment")
    return unknown("a piece of the text is a list or an object")


_SECRET = re.compile(r"(?i)passw(?:or)?d|passphrase|secret|token|private_?key|api_?key|credentials?$")
_NO_SECRET = re.compile(r"(?i)(?:arns?|names?|ids?|policy|length|validity|enabled|age|rotation|types?|days|httptokens|units|endpoint|version|period|url|method)$")
#: Scripts and settings in which secrets are common; nothing is judged by them.
_SECRET_PARTS = frozenset({"UserData", "Environment", "EnvironmentVariables", "RuntimeEnvironmentVariables", "SecretString", "ZipFile", "DefinitionString"})


@lru_cache(maxsize=4096)
def secret(key: str) -> str:
    """`all` for a property that is never kept, `text` for one whose literal value is not, else empty."""
    if key in _SECRET_PARTS:
        return "all"
    return "text" if _SECRET.search(key) and not _NO_SECRET.search(key) else ""


def without_secret(key: str, value: Json) -> Json:
    """The value, or the mark that it was left out. References and switches (`true`) say nothing secret."""
    kind = secret(key)
    if not kind or isinstance(value, bool) or (isinstance(value, dict) and kind == "text"):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value
    return unknown(f"{key} is left out: it may hold a secret")
