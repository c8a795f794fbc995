"""More clues: what stands beside the thing that names it, with whom it is shared, which certificate it uses. Pure; see clues.py."""

from __future__ import annotations

from collections.abc import Callable

from providers.aws.clues import arn
from scanner.sdk import Clue, Ref

ACM_CERTIFICATE = "AWS::CertificateManager::Certificate"
IAM_CERTIFICATE = "AWS::IAM::ServerCertificate"


def target(ref: Ref, value: str) -> Clue | None:
    """Where events are sent, by ARN; a bare name stands beside the sender, and an API destination leads out of AWS."""
    if not value.startswith("arn:"):
        return Clue(region=ref.region, why="its region is not known") if value else None
    if value.count(":") < 5:
        return Clue(why="is no whole ARN")
    if ":api-destination/" in value:
        return Clue(why="leads to a host on the internet")
    return arn(ref, value)


def partner(_: Ref, value: str) -> Clue:
    """Whoever something is shared with can copy it to any region of theirs."""
    return Clue(why="it is shared with them, and where they copy it to is not shown") if value else Clue(why="it is shared")


def owner(ref: Ref, account: str) -> Clue | None:
    """The account that holds a copy; another one than the thing's own may copy it wherever it likes."""
    return None if ref.account and account == ref.account else Clue(why=f"belongs to the account {account}: where they copy it to is not shown")


def certificate(_: Ref, value: str) -> Clue:
    """A certificate of ACM or of IAM, by its ARN."""
    service = value.split(":")[2] if value.startswith("arn:") and value.count(":") >= 5 else ""
    kind = {"acm": ACM_CERTIFICATE, "iam": IAM_CERTIFICATE}.get(service, "")
    return Clue(kind=kind, name=value, why="is no certificate of ACM or IAM")


def named(kind: str) -> Callable[[Ref, str], Clue]:
    """The value is the name or id of a `kind`."""
    return lambda _, value: Clue(kind=kind, name=value)
