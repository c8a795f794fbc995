"""Models of services, read once a process: each session of botocore parses those of every service it asks anew, and the suite opens hundreds.

Importing this is enough. Sessions alone share them: what botocore writes into them (paths of S3, endpoints that it resolved) is the same
for each. moto writes more, and reads its own; so does `untouched`. Neither does a session find out anew what its predecessor did: how an
event is called today, and whether a handler takes whatever it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any, ClassVar

import botocore.hooks
import botocore.session
from botocore.loaders import JSONFileLoader, Loader
from botocore.model import ServiceModel

from providers.aws.models import Files

_create = botocore.session.create_loader
_list = Loader.list_available_services
_services: dict[tuple[str, ...], list[str]] = {}
_aliaser = botocore.hooks.EventAliaser.__init__
_accepts = botocore.hooks.accepts_kwargs
_aliases: dict[str, str] = {}
_accepting: dict[CodeType, Any] = {}


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


def _make_aliaser(self: botocore.hooks.EventAliaser, event_emitter: Any, event_aliases: Any = None) -> None:
    _aliaser(self, event_emitter, event_aliases)
    if event_aliases is None or event_aliases == botocore.hooks.EVENT_ALIASES:
        self._alias_name_cache = _aliases


def _accepts_kwargs(handler: Callable[..., Any]) -> Any:
    """By its code: handlers are bound to clients, which must not be kept alive here."""
    code = getattr(handler, "__code__", None)
    if code is None:
        return _accepts(handler)
    if code not in _accepting:
        _accepting[code] = _accepts(handler)
    return _accepting[code]


botocore.hooks.EventAliaser.__init__ = _make_aliaser
botocore.hooks.accepts_kwargs = _accepts_kwargs
botocore.session.create_loader = _create_loader
Files.kept = {}  # not only as long as a session is
Loader.list_available_services = _list_available_services

__all__ = ["untouched"]
