"""What botocore reads from its own files, read once a process: each session parses the models of every service it asks anew, and the suite opens hundreds.

Importing this is enough. What is shared is never changed: a client's model is built from it, and the provider cuts copies.
"""

from __future__ import annotations

from typing import Any

from botocore.loaders import JSONFileLoader, Loader

_read = JSONFileLoader.load_file
_list = Loader.list_available_services
_kept: dict[str, Any] = {}
_services: dict[tuple[str, ...], list[str]] = {}


def _load_file(self: JSONFileLoader, file_path: str) -> Any:
    if file_path not in _kept:
        _kept[file_path] = _read(self, file_path)
    return _kept[file_path]


def _list_available_services(self: Loader, type_name: str) -> list[str]:
    key = (type_name, *self.search_paths)
    if key not in _services:
        _services[key] = _list(self, type_name)
    return list(_services[key])


JSONFileLoader.load_file = _load_file
Loader.list_available_services = _list_available_services

__all__: list[str] = []
