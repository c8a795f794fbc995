"""What text in AWS descriptions says about a place: buckets by URI and name, hosts of AWS, ARNs. Pure.

Each function here is a `clue` for `traced`: the value says a region, a bucket (whose home is looked up), or nothing.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scanner.sdk import Clue, Ref, place_of

BUCKET = "AWS::S3::Bucket"
_SCHEMES = ("s3://", "s3n://", "s3a://")
_EDGE = re.compile(r"(^|\.)(cloudfront\.net|awsglobalaccelerator\.com|global\.api\.aws)$")
_OF_AWS = re.compile(r"\.(amazonaws\.com(\.cn)?|amazonaws\.eu|on\.aws|api\.aws)$")
_BUCKET_HOST = re.compile(r"^(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.(s3|s3-external-1)\.amazonaws\.com$")
_WEBSITE = re.compile(r"\.s3-(?:website|accelerate|fips)?-?(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)\.amazonaws\.com$")


def region(_: Ref, value: str) -> Clue:
    """The name of a region."""
    return Clue(region=value)


def bucket(_: Ref, value: str) -> Clue | None:
    """A bucket by URI, ARN, host or bare name; empty text names none."""
    if not value:
        return None
    for scheme in _SCHEMES:
        if value.lower().startswith(scheme):
            return Clue(kind=BUCKET, name=value[len(scheme) :].split("/", 1)[0])
    if value.startswith("arn:"):
        return arn(_, value)
    host = value.split("/", 1)[0].lower()
    if host.endswith(".amazonaws.com"):
        return _host(host)
    return Clue(kind=BUCKET, name=host)


def arn(_: Ref, value: str) -> Clue | None:
    """Whatever an ARN names: its region, or the bucket, whose ARN has none."""
    parts = value.split(":", 5)
    if len(parts) < 6:
        raise ValueError(f"{value!r} is no ARN")
    if parts[3]:
        return Clue(region=parts[3])
    if parts[2] == "s3" and not parts[4] and parts[5]:  # an account stands in the ARN of a Multi-Region Access Point
        return Clue(kind=BUCKET, name=parts[5].split("/", 1)[0])
    return Clue(why="its ARN names no region")


def destination(ref: Ref, value: str) -> Clue | None:
    """A destination of whatever kind: an S3 URI, an ARN, a URL, a JDBC URL or a host name."""
    if not value:
        return None
    if value.lower().startswith(_SCHEMES):
        return bucket(ref, value)
    if value.startswith("arn:"):
        return arn(ref, value)
    text = value.removeprefix("jdbc:")
    host = urlsplit(text).hostname if "://" in text else re.split(r"[/:]", text, maxsplit=1)[0]
    return _host((host or "").lower().rstrip("."))


def _host(host: str) -> Clue:
    """A host name: those of AWS say their region, or are at the edge; of others only a probe or their owner can tell."""
    if _EDGE.search(host):
        return Clue(why="an edge service, which has no single country")
    found = _BUCKET_HOST.match(host)
    if found:
        return Clue(kind=BUCKET, name=found["bucket"])
    if not _OF_AWS.search(host):
        return Clue(why="where this host stands cannot be told from its name")
    website = _WEBSITE.search(host)
    named = [website["region"]] if website else [label for label in reversed(host.split(".")) if place_of("aws", label).country is not None]
    return Clue(region=named[0]) if named else Clue(why="this name of AWS says no region")
