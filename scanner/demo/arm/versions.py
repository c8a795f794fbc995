"""Which api-versions the replay serves for which type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from scanner.demo.arm.reply import error

#: The table has every stable version up to this date, and the one that the current SDK sends; stable versions between the two are
#: not known one by one, so any date there is let through.
COMPLETE_UNTIL = "2024-10-30"


@cache
def table() -> Mapping[str, tuple[str, ...]]:
    """Versions by type in lower case, newest first."""
    loaded: dict[str, Any] = json.loads(files("scanner.demo.arm").joinpath("api_versions.json").read_text(encoding="utf-8"))
    return {name.lower(): tuple(versions) for name, versions in loaded["rows"].items()}


class Versions:
    """The table, with what an estate adds to it."""

    def __init__(self, extra: Mapping[str, Iterable[str]], types: Iterable[str], strict: bool) -> None:
        self.strict = strict
        self.known: dict[str, tuple[str, ...]] = {**{kind.lower(): () for kind in types}, **table(), **{k.lower(): tuple(v) for k, v in extra.items()}}
        self.namespaces = {kind.split("/")[0] for kind in self.known}

    def supports(self, kind: str, version: str) -> bool:
        """Whether a type is served in a version; a type without a row takes any."""
        served = self.known.get(kind.lower(), ())
        if not served or version.lower() in served:
            return True
        return "preview" not in version and COMPLETE_UNTIL < version <= served[0]

    def check(self, kind: str, version: str, location: str = "null") -> None:
        """Raises Reply as Resource Manager does."""
        namespace, _, rest = kind.partition("/")
        if not version:
            raise error(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(-[a-z]+)?", version, re.IGNORECASE):
            raise error(400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid.")
        if not self.strict or "/" not in kind:
            return
        if namespace.lower() not in self.namespaces:
            raise error(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
        if kind.lower() not in self.known:
            raise error(404, "InvalidResourceType", f"The resource type could not be found in the namespace '{namespace}' for api version '{version}'.")
        if not self.supports(kind, version):
            served = ", ".join(self.known[kind.lower()])
            raise error(
                400, "NoRegisteredProviderFound",
                f"No registered resource provider found for location '{location}' and API version '{version}' for type '{rest}'. The supported api-versions are '{served}'.",
                {"x-ms-failure-cause": "gateway"},
            )  # fmt: skip
