"""What can go wrong, and what to do about it.

    HouvastError                exit 1
    ├── UsageError              exit 2   wrong arguments
    ├── InvalidFile             exit 2   a file that is not what it should be: names file, line, remedy
    ├── MissingCredentials      exit 3   nothing can be asked
    ├── NothingCollected        exit 3   nothing was asked, or nothing answered
    └── MissingExtra            exit 2   an optional package is not installed

Only `scanner.cli` prints them or exits. Everything that goes wrong while *looking* is no exception but a `Reason`
in the snapshot, with the advice below.
"""

from __future__ import annotations

from enum import IntEnum
from typing import assert_never

from scanner.model.known import Reason


class Exit(IntEnum):
    """Exit codes, pinned by contract."""

    OK = 0
    TOOL_ERROR = 1
    USAGE = 2
    NOTHING = 3
    FAILED = 10
    UNKNOWN = 11


class HouvastError(Exception):
    """Root. `message` says what is wrong, `advice` what to do next."""

    code = Exit.TOOL_ERROR

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class UsageError(HouvastError):
    """The command line asks for something that does not exist."""

    code = Exit.USAGE


class InvalidFile(HouvastError):
    """A file that cannot be used as given."""

    code = Exit.USAGE

    def __init__(self, file: str, message: str, advice: str = "", line: int | None = None) -> None:
        super().__init__(f"{file}{f':{line}' if line else ''}: {message}", advice)
        self.file = file
        self.line = line


class MissingCredentials(HouvastError):
    """A cloud was asked for, and there is no credential for it."""

    code = Exit.NOTHING


class NothingCollected(HouvastError):
    """Not one look was answered."""

    code = Exit.NOTHING


class MissingExtra(HouvastError):
    """The command needs a package that is not installed."""

    code = Exit.USAGE


def advice(reason: Reason, permission: str = "") -> str:
    """The next step for a gap."""
    match reason:
        case Reason.DENIED:
            return f"grant {permission} to the scanning identity" if permission else "grant the scanning identity read access"
        case Reason.THROTTLED:
            return "scan again later, or with fewer calls at once (--workers 2)"
        case Reason.TIMEOUT:
            return "scan again, or give it more time (--timeout)"
        case Reason.UNAVAILABLE:
            return "check that the service, region or host can be reached, and scan again"
        case Reason.UNRESOLVED:
            return "give the value (--region, parameters), or scan what it refers to as well"
        case Reason.UNPARSABLE:
            return "the answer is not of the known shape: check the input, or report it with the snapshot"
        case Reason.NOT_COLLECTED:
            return "scan again without leaving this out"
        case Reason.UNSUPPORTED:
            return "look at it another way (the live cloud instead of the template), or attest it"
        case Reason.STALE:
            return "take a new snapshot"
        case Reason.DEFECT:
            return "this is a defect of Houvast: please report it with the message"
        case _:
            assert_never(reason)
