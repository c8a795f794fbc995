"""Reads CloudFormation templates, YAML and JSON, by content: a file becomes documents, and gaps for what it does not show.

Nothing is executed and nothing is fetched. A resource that cannot be read does not hide the others: it stands in the
answer as a subject of which nothing is known, and as a look that failed.
"""

from __future__ import annotations

import re
from pathlib import Path

from providers.cloudformation.nodes import compose, text_of
from providers.cloudformation.resolve import Budget
from providers.cloudformation.scope import Given
from providers.cloudformation.stacks import GROWTH, LEAST, Reading, Stack
from providers.cloudformation.tree import TooMuch
from scanner.sdk import Answer, Call, InvalidFile, Options

_RESOURCES = re.compile(r"""(?:^|[{,]\s*)["']?Resources["']?\s*:""", re.M)
_VERSION = re.compile(r"""(?:^|[{,]\s*)["']?AWSTemplateFormatVersion["']?\s*:\s*["']?[0-9]""", re.M)
_TYPE = re.compile(r"""\bType["']?\s*:\s*["']?[A-Za-z0-9]+::[A-Za-z0-9]""")


def recognise(text: str) -> bool:
    """Whether the text looks like a CloudFormation template: told by its keys, without parsing it."""
    if "AWSTemplateFormatVersion" in text and _VERSION.search(text):
        return True
    return "Resources" in text and bool(_RESOURCES.search(text) and _TYPE.search(text))


def read(path: Path, name: str, options: Options) -> Answer:
    """The resources of a template. Raises InvalidFile when it is none, UsageError for unusable template settings."""
    return read_stack(path, name, Given.of(options, name), options.taken_at)


def read_stack(path: Path, name: str, given: Given, at: str) -> Answer:
    """As `read`, for a stack of which it is known where it goes."""
    text = text_of(path, name)
    try:
        root, nodes = compose(text, name)
        call = Call("aws", given.account, given.region, "file", f"read {name}", at=at, pages=1)
        reading = Reading(name, call, Budget(LEAST + GROWTH * nodes))
        stack = Stack(reading, root, given, path, name, "", (str(path.resolve()),))
        stack.read()
        stack.close()
        return reading.answer()
    except TooMuch as error:
        raise InvalidFile(name, str(error), "split the template into stacks") from error
    except RecursionError as error:
        raise InvalidFile(name, "is nested too deep, or an alias leads back to itself", "write it flatter, without aliases") from error
