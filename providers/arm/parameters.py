"""Values of parameters: what the user gives, and the parameter file that stands beside a template under its name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from providers.arm.deployment import Deployment
from providers.arm.jsonc import Obj, parse
from providers.arm.values import Open, Value, braced
from scanner.sdk import UNRESOLVED, InvalidFile, Json, Options, UsageError, azure_name

_REMEDY = 'write {"name": value}, or a parameter file of ARM: {"parameters": {"name": {"value": …}}}'
_PLACEHOLDERS = ("GEN-", "GEN_", "GET-", "changeme", "<")
"""How the sample files of Microsoft begin what still has to be filled in."""


@dataclass
class Parameters:
    """What is given to one template."""

    location: str = ""
    values: dict[str, Value] = field(default_factory=dict)
    """By name in lower case."""
    file: Path | None = None
    """A `.bicepparam` file, whose expressions need the template's own evaluator."""
    unread: list[tuple[str, str]] = field(default_factory=list)
    """Parameter files that could not be read, with why."""

    @classmethod
    def of(cls, options: Options, path: Path, name: str) -> Parameters:
        """From the settings `template.location`, `template.parameters` (for all templates, then for this one), and the file
        `NAME.parameters.json` or `NAME.bicepparam` beside it; what is said nearer counts. Raises UsageError, InvalidFile."""
        settings = options.settings
        found = cls(azure_name(settings.get("template.location", "")))
        found._beside(path, name)
        for key in ("template.parameters", f"template.parameters:{name}"):
            for parameter, value in _plain(settings.get(key, "")).items():
                found.values[parameter.lower()] = _given(parameter, value)
        given = settings.get(f"template.bicepparam:{name}") or settings.get("template.bicepparam")
        found.file = Path(given) if given else found.file
        return found

    def _beside(self, path: Path, name: str) -> None:
        stem = path.name.rsplit(".", 1)[0]
        bicep = path.with_name(f"{stem}.bicepparam")
        if path.suffix.lower() == ".bicep" and bicep.is_file() and not bicep.is_symlink():
            self.file = bicep
            return
        file = path.with_name(f"{stem}.parameters.json")
        if not file.is_file() or file.is_symlink():
            return
        try:
            self.values.update(of_file(file))
        except InvalidFile as error:
            self.unread.append((file.name, error.message))

    def evaluate(self, main: Deployment) -> None:
        """Add the values of a `.bicepparam` file: its expressions may use parameters and variables of their own."""
        if self.file is None:
            return
        from providers.arm import bicep

        try:
            values = bicep.parameters(self.file, main)
        except InvalidFile as error:
            self.unread.append((self.file.name, error.message))
            return
        main.given = {**values, **main.given}


def of_file(path: Path) -> dict[str, Value]:
    """The values of a parameter file of ARM. Raises InvalidFile."""
    from providers.arm.reader import text_of

    raw = parse(text_of(path, str(path)), str(path))
    declared = raw.get("parameters") if isinstance(raw, Obj) else None
    if not isinstance(declared, dict):
        raise InvalidFile(str(path), "holds no parameters", _REMEDY, 1)
    return {name.lower(): _of_entry(name, entry) for name, entry in declared.items()}


def _of_entry(name: str, entry: Json) -> Value:
    if isinstance(entry, dict) and "value" in entry:
        value = entry["value"]
        if isinstance(value, str) and value.startswith(_PLACEHOLDERS):
            return Open(f"parameter {name} still has to be filled in ({value[:40]})", braced(name))
        return value
    return Open(f"parameter {name} is read from a vault at deployment", braced(name))


def _plain(text: str) -> Mapping[str, Json]:
    if not text:
        return {}
    try:
        plain: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the template parameters are not JSON: {error}", _REMEDY) from error
    if not isinstance(plain, dict):
        raise UsageError("the template parameters are not names with values", _REMEDY)
    return plain


def _given(name: str, value: Json) -> Value:
    return Open(str(value[UNRESOLVED]), braced(name)) if isinstance(value, dict) and UNRESOLVED in value else value
