"""Models of services, read once a process: each session of botocore parses those of every service it asks anew, and the suite opens hundreds.

Importing this is enough. Sessions alone share them: what botocore writes into them (paths of S3, endpoints that it resolved) is the same
for each. moto writes more, and reads its own; so does `untouched`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import botocore.session
from botocore.loaders import JSONFileLoader, Loader
from botocore.model import ServiceModel

_create = botocore.session.create_loader
_list = Loader.list_available_services
_services: dict[tuple[str, ...], list[str]] = {}


class _Kept(JSONFileLoader):  # type: ignore[misc]
    kept: ClassVar[dict[str, Any]] = {}

    def load_file(self, file_path: str) -> Any:
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


def untouched(service: str) -> ServiceModel:
    """The model as it was published."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


botocore.session.create_loader = _create_loader
Loader.list_available_services = _list_available_services

__all__ = ["untouched"]
