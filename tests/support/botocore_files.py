"""Models of services, read once a process: each session of botocore parses those of every service it asks anew, and the suite opens hundreds.

Importing this is enough. Sessions alone share them, as they do not change what they read; moto, which writes into its models, reads its own.
"""

from __future__ import annotations

from typing import Any, ClassVar

import botocore.session
from botocore.loaders import JSONFileLoader, Loader

_create = botocore.session.create_loader
_list = Loader.list_available_services
_SHARED = ("service-2", "paginators-1", "endpoint-rule-set-1")
_services: dict[tuple[str, ...], list[str]] = {}


class _Kept(JSONFileLoader):
    """All but what botocore itself writes into: the list of endpoints, and the paths of S3."""

    kept: ClassVar[dict[str, Any]] = {}

    def load_file(self, file_path: str) -> Any:
        if not file_path.endswith(_SHARED) or "/s3" in file_path:
            return super().load_file(file_path)
        if file_path not in self.kept:
            self.kept[file_path] = super().load_file(file_path)
        return self.kept[file_path]


def _create_loader(search_path_string: str | None = None) -> Loader:
    made = _create(search_path_string)
    made.file_loader = _Kept()
    return made


def _list_available_services(self: Loader, type_name: str) -> list[str]:
    key = (type_name, *self.search_paths)
    if key not in _services:
        _services[key] = _list(self, type_name)
    return list(_services[key])


botocore.session.create_loader = _create_loader
Loader.list_available_services = _list_available_services

__all__: list[str] = []
