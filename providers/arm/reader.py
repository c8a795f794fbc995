"""Reads ARM templates (JSON), by content. Nothing is executed and nothing is fetched; linked templates are read when they stand
beside the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from providers.arm.budget import Budget, TooMuch
from providers.arm.deployment import Deployment, Reading, Target, level_of
from providers.arm.jsonc import Obj, depth_of, parse
from providers.arm.parameters import Parameters
from providers.arm.template import Collector, sections
from scanner.sdk import Answer, InvalidFile, Options, OutOfReach, Reason, file_text, local_file

MAX_BYTES = 8 * 1024 * 1024
"""Azure takes templates of up to 4 MB after their loops are run out (Azure: template limits)."""
MAX_FILES = 200
MAX_CHAIN = 10
_REMEDY = "give an ARM template: JSON with $schema, contentVersion and resources"
_SCHEMA = re.compile(r'"\$schema"\s*:\s*"[^"]*?(?:subscription|managementGroup|tenant)?deploymentTemplate\.json', re.I)
_VERSION = re.compile(r'"contentVersion"\s*:', re.I)
_TYPE = re.compile(r'"(?:type|apiVersion)"\s*:\s*"', re.I)
_RESOURCES = re.compile(r'"resources"\s*:\s*[\[{]', re.I)


def recognise(text: str) -> bool:
    """Whether the text looks like an ARM template: told by the keys of its outermost object, without parsing it."""
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "/"):
        return False
    schema = _SCHEMA.search(text)
    if schema is not None:
        return depth_of(text, schema.start()) == 1
    version, resources = _VERSION.search(text), _RESOURCES.search(text)
    return bool(version and resources and _TYPE.search(text) and "$schema" not in text and depth_of(text, version.start()) == 1 and depth_of(text, resources.start()) == 1)


def read(path: Path, name: str, options: Options) -> Answer:
    """The resources of a template. Raises InvalidFile when it is none, UsageError for unusable template settings."""
    parameters = Parameters.of(options, path, name)
    raw, values = template(path, name)
    return answer(path, name, raw, values, parameters, options)


def template(path: Path, name: str) -> tuple[Obj, int]:
    """The outermost object of a template, and about how many values it holds. Raises InvalidFile."""
    text = text_of(path, name)
    raw = parse(text, name)
    if not isinstance(raw, Obj):
        raise InvalidFile(name, "is no object with sections", _REMEDY, 1)
    found = sections(raw)
    if found.again:
        raise InvalidFile(name, f"has the section {found.again[0]} twice", "merge the two sections", found.lines.get(found.again[0]))
    if "resources" not in found:
        raise InvalidFile(name, "has no resources", _REMEDY, 1)
    return found, text.count(":")


def answer(path: Path, name: str, raw: Obj, values: int, parameters: Parameters, options: Options) -> Answer:
    """Documents of a template that was read, whatever it was written in."""
    from providers.arm.sources import load

    collector = Collector(name, options.taken_at)
    reading = Reading(name, Budget(values), load)
    target = Target(level_of(raw.get("$schema")), parameters.location)
    try:
        main = Deployment(reading, raw, target, name, path, parameters.values, chain=(str(path.resolve()),))
        parameters.evaluate(main)
        collector.read(main)
    except TooMuch as error:
        raise InvalidFile(name, str(error), "split the template, or make its loops shorter") from error
    except RecursionError as error:
        raise InvalidFile(name, "leads through more nested expressions than are followed", "write it flatter") from error
    for what, why in parameters.unread:
        collector.gap(what, name, 1, Reason.UNPARSABLE, why, "Microsoft.Resources/deployments")
    return replace(collector.answer(), reads=frozenset(reading.files))


def text_of(path: Path, name: str) -> str:
    """The text of a file. Raises InvalidFile when it cannot be read, is too large, or is not UTF-8."""
    return file_text(path, name, MAX_BYTES, "Azure takes no template over 4 MB: split it")


__all__ = ["MAX_BYTES", "MAX_CHAIN", "MAX_FILES", "Mapping", "OutOfReach", "local_file", "read", "recognise"]
