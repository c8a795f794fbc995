"""Values of template parameters from the command line: `NAME=VALUE`, a file, or a file for one template alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from scanner.cli.targets import read_text
from scanner.declare.path import UNRESOLVED
from scanner.errors import InvalidFile, UsageError
from scanner.model.known import Json

_REMEDY = 'write {"Name": "value"}, the list of ParameterKey and ParameterValue that the AWS CLI takes, the template configuration of CodePipeline, or a parameter file of ARM'


def settings(given: Iterable[str]) -> dict[str, str]:
    """`template.parameters` (for all templates) and `template.parameters:FILE` as JSON; `template.bicepparam` as a path. Later words win.
    Raises UsageError, InvalidFile."""
    values: dict[str, dict[str, Json]] = {}
    found: dict[str, str] = {}
    for word in given:
        name, equals, rest = word.partition("=")
        template = f":{name}" if equals and Path(name).is_file() and not Path(word).is_file() else ""
        if equals and not template and not Path(word).is_file():
            values.setdefault("", {})[name] = rest
            continue
        path = rest if template else word
        if not Path(path).is_file():
            raise UsageError(f"{word}: no such file", "give NAME=VALUE, a file with values, or TEMPLATE=FILE for one template alone")
        if Path(path).suffix.lower() == ".bicepparam":
            found[f"template.bicepparam{template}"] = path
        else:
            values.setdefault(template, {}).update(of_file(path))
    return found | {f"template.parameters{template}": json.dumps(plain) for template, plain in values.items()}


def of_file(path: str) -> Mapping[str, Json]:
    """The parameters of a file by name, whatever tool it is written for. Raises InvalidFile."""
    try:
        loaded: Json = json.loads(read_text(Path(path)))
    except json.JSONDecodeError as error:
        raise InvalidFile(path, f"is not JSON: {error.msg}", _REMEDY, error.lineno) from error
    except RecursionError as error:
        raise InvalidFile(path, "is nested too deep", _REMEDY) from error
    if isinstance(loaded, list):
        return dict(_entry(path, item) for item in loaded)
    if isinstance(loaded, dict):
        if isinstance(loaded.get("Parameters"), dict):
            return dict(loaded["Parameters"].items()) if isinstance(loaded["Parameters"], dict) else {}
        inner = loaded.get("parameters")
        if isinstance(inner, dict) and ("$schema" in loaded or "contentVersion" in loaded or all(isinstance(value, dict) for value in inner.values())):
            return {name: _of_arm(name, value) for name, value in inner.items()}
        return loaded
    raise InvalidFile(path, "holds no parameters", _REMEDY)


def _entry(path: str, item: Json) -> tuple[str, Json]:
    """One of a list: `{"ParameterKey": …, "ParameterValue": …}` or `"Name=value"`."""
    if isinstance(item, str) and "=" in item:
        name, _, value = item.partition("=")
        return name, value
    if not isinstance(item, dict) or not isinstance(item.get("ParameterKey"), str):
        raise InvalidFile(path, "holds an entry that is no parameter", _REMEDY)
    name = str(item["ParameterKey"])
    if "ParameterValue" in item:
        return name, item["ParameterValue"]
    return name, {UNRESOLVED: f"parameter {name} keeps the value of the stack as it is deployed"}


def _of_arm(name: str, value: Json) -> Json:
    if isinstance(value, dict) and "value" in value:
        return value["value"]
    return {UNRESOLVED: f"parameter {name} is read from a vault at deployment"}
