"""What botocore reads from its own files, read once a process: each session parses the models of every service it asks anew, and the suite opens hundreds.

Importing this is enough. What is shared is never changed: a client's model is built from it, and the provider cuts copies.
"""

from __future__ import annotations

from typing import Any

from botocore.loaders import JSONFileLoader

_read = JSONFileLoader.load_file
_kept: dict[str, Any] = {}


def _load_file(self: JSONFileLoader, file_path: str) -> Any:
    if file_path not in _kept:
        _kept[file_path] = _read(self, file_path)
    return _kept[file_path]


JSONFileLoader.load_file = _load_file

__all__: list[str] = []
