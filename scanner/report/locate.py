"""Where a verdict points: the file and line of a template, or a stable path for what has no file.

Tools that show findings beside source code want a relative path and a line. A cloud resource gets
`aws/111122223333/eu-west-1/volume/vol-0abc`, an endpoint `tls/www.example.org/443`, both at line 1.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from typing import NamedTuple
from urllib.parse import quote

from scanner.model.known import Source
from scanner.model.resource import Ref
from scanner.model.verdict import Verdict
from scanner.report.text import safe

_ARN = re.compile(r"^arn:[^:]*:([^:]*):[^:]*:[^:]*:(.*)$", re.S)
#: Longest path segment that is kept whole; file systems and databases of code hosts stop at 255.
_SEGMENT = 120


class Location(NamedTuple):
    """A relative path (`/` between its segments) and a 1-based line."""

    path: str
    line: int
    real: bool
    """Whether it is a file that was read; False for the stand-in of a cloud resource or endpoint."""


def locate(verdict: Verdict) -> Location:
    """Where the verdict is to be shown."""
    for source in verdict.evidence:
        if source.file:
            return Location(_file(source.file), max(source.line or 1, 1), True)
    return Location(stand_in(verdict.subject), 1, False)


def _file(name: str) -> str:
    """The file as a relative path without `./`; what lies above the folder keeps its own name only."""
    path = posixpath.normpath(safe(name).replace("\\", "/")).lstrip("/")
    while path.startswith("../"):
        path = path[3:]
    return path if path not in ("", ".", "..") else "template"


def stand_in(ref: Ref) -> str:
    """A path that names a resource, the same in every run."""
    arn = _ARN.match(ref.id)
    if "#" in ref.id and not arn:
        file, _, address = ref.id.partition("#")
        return "/".join((_file(file), *_segments(address)))
    if arn:
        parts = [ref.provider, ref.account, ref.region or "global", arn[1], *re.split(r"[/:]", arn[2])]
    elif ref.id.startswith("/"):
        parts = [ref.provider, *ref.id.split("/")]
    elif ref.provider == "tls":
        parts = [ref.provider, *ref.id.rsplit(":", 1)]
    else:
        parts = [ref.provider, ref.account, ref.region or "global", *ref.id.split("/")]
    return "/".join(_segments(*parts)) or "unknown"


def _segments(*parts: str) -> list[str]:
    return [_segment(part) for part in parts if part]


def _segment(part: str) -> str:
    """One path segment: no way up, nothing invisible, not too long."""
    plain = safe(part).replace("/", "_").replace("\\", "_").strip(" ")
    if plain.strip(".") == "":
        plain = f"_{plain}"
    if len(plain) > _SEGMENT:
        plain = f"{plain[: _SEGMENT - 9]}~{hashlib.sha256(part.encode(errors='replace')).hexdigest()[:8]}"
    return plain


def uri(path: str) -> str:
    """A relative URI reference. The first segment holds no colon, so it can't be taken for a scheme."""
    return quote(path, safe="/~._-@+,=")


def said(source: Source) -> str:
    """One piece of evidence as a line of text: `Encrypted = False (ec2:DescribeVolumes)`."""
    value = "absent" if source.value is None else f"= {source.value}"
    what = f"{source.path} {value}".strip()
    if source.file:
        return safe(f"{source.file}{f':{source.line}' if source.line else ''} {what}")
    return safe(f"{what} ({source.call or source.origin.value})")


def account_of(ref: Ref) -> str:
    """Account or subscription and region, as people write it."""
    return safe("/".join(part for part in (ref.account, ref.region) if part))


__all__ = ["Location", "account_of", "locate", "said", "stand_in", "uri"]
