"""Clients of one account: one a service, pointed to each region; models cut to what is called; one pool of connections.

What botocore is kept for: reading models, serialising, endpoints, signing rules, parsing answers and errors, credentials
and their renewal. What made it slow for a scan is left out: a model of hundreds of operations of which two are asked, a
client (with models, hooks and connections of its own) for each region, and connections that nobody shares.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from providers.aws.http import Pool
from providers.aws.models import by_need
from providers.aws.operations import Family, NotPlain
from providers.aws.paging import Pager, told
from providers.aws.strict import check_body, keep_host
from providers.aws.wire import quicken
from scanner.sdk import Options

Operations = Mapping[str, frozenset[str]]
"""Methods by service, as boto3 calls them: `{"s3": {"list_buckets", …}}`."""
_POOLS = 4096
"""Hosts to which connections are kept: a service in a region is one."""
_OWN_REGION = frozenset({"s3", "s3control"})
"""Their clients hold on to themselves (a bucket's redirections), so that each region needs one of its own."""


class Clients:
    """One client a service and region; making one is not thread-safe."""

    def __init__(self, session: Any, options: Options, operations: Operations | None = None) -> None:
        from botocore.config import Config

        _forget_pages_of_manuals(session)
        session.register("before-parse", check_body)
        session.register("before-sign", keep_host)
        if operations is not None:
            session.register_component("data_loader", by_need(session, operations.get))
        self._session = session
        self._lock, self._founding = threading.Lock(), threading.Lock()
        self._made: dict[tuple[str, str], Any] = {}
        self._first: dict[str, Any] = {}
        self._pages: dict[tuple[str, str], Pager | None] = {}
        self._base: Clients | None = None
        self._credentials: Any = None
        self._families: dict[tuple[str, str, bool], Family] = {}
        self._partitions: dict[str, str] = {}
        self._http: Any = None
        self._pool: Pool | None = None
        self._limit = options.call_timeout
        self._config = Config(
            connect_timeout=options.call_timeout,
            read_timeout=options.call_timeout,
            retries={"total_max_attempts": 1, "mode": "standard"},  # asking again is `calls.Calls`'s, under the run's deadline
            max_pool_connections=max(32, options.workers * 4),
            account_id_endpoint_mode="disabled",  # one client asks for many accounts; its own number in a host's name would be another's
            user_agent_extra="houvast",
        )

    def get(self, service: str, region: str) -> Any:
        """The client of a service in a region."""
        key = (service, region)
        found = self._made.get(key)
        if found is None:
            with self._lock:
                found = self._made.get(key)
                if found is None:
                    found = self._made[key] = self._make(service, region)
        return found

    def _make(self, service: str, region: str) -> Any:
        if self._base is not None:
            return repointed(self._base.get(service, region), region, self._credentials)
        first = self._first.get(service)
        if first is not None and service not in _OWN_REGION and first.meta.partition == self._session.get_partition_for_region(region):
            return repointed(first, region)
        made = self._session.create_client(service, region_name=region, config=self._config)
        if self._http is None:
            self._http = made._endpoint.http_session
            self._http._manager.pools._maxsize = _POOLS
            self._pool = _pool(self._http, self._limit)
        made._endpoint.http_session = self._http
        quicken(made)
        self._first.setdefault(service, made)
        return made

    def ask(self, service: str, region: str, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of an operation. Raises what botocore raises."""
        family = self._family(service, region)
        endpoints, pool = family.endpoints(region), self._pool
        if endpoints is not None and pool is not None:
            with suppress(NotPlain):
                return family.operation(method).ask(endpoints, params, self._credentials or family.client._request_signer._credentials, pool)
        found: dict[str, Any] = getattr(self.get(service, region), method)(**params)
        return found

    def output(self, service: str, region: str, method: str) -> Any:
        """The shape of an operation's answer."""
        return self._family(service, region).operation(method).shape

    def _family(self, service: str, region: str) -> Family:
        """Regions whose clients differ in nothing but the region; S3's first region has a rule of its own."""
        key = (service, self._partition(region), service == "s3" and region == "us-east-1")
        found = self._families.get(key)
        if found is None:
            base = self._base or self
            with base._founding:
                found = self._families.get(key) or self._families.setdefault(key, Family(base.get(service, region)))
        return found

    def _partition(self, region: str) -> str:
        if region not in self._partitions:
            from botocore.exceptions import UnknownRegionError

            try:
                self._partitions[region] = str(self._session.get_partition_for_region(region))
            except UnknownRegionError:
                self._partitions[region] = region
        return self._partitions[region]

    def of(self, credentials: Any) -> Clients:
        """The same clients for another account: models and connections are shared, only the signatures differ."""
        made = copy.copy(self)
        made._lock, made._made, made._first, made._base, made._credentials = threading.Lock(), {}, {}, self, credentials
        return made

    def paging(self, service: str, region: str, method: str) -> Pager | None:
        """What asks for the pages of an operation; None when it has none."""
        if (service, method) not in self._pages:
            family = self._family(service, region)
            with self._lock:
                config = self._paged(service, family.client.meta, method)
                self._pages[service, method] = Pager(config) if config else None
        return self._pages[service, method]

    def _paged(self, service: str, meta: Any, method: str) -> dict[str, Any] | None:
        from botocore.exceptions import UnknownServiceError

        operation = meta.method_to_api_mapping[method]
        try:
            found: dict[str, Any] = self._session.get_paginator_model(service).get_paginator(operation)
            return found
        except (ValueError, UnknownServiceError):
            return told(service, operation, meta.service_model.operation_model(operation))

    def listed(self, service: str, partition: str) -> frozenset[str]:
        """Regions in which AWS's own list (botocore's endpoint data) has the service; empty where it says nothing of it."""
        with self._lock:
            return frozenset(self._session.get_available_regions(service, partition_name=partition))


def _forget_pages_of_manuals(session: Any) -> None:
    """Hooks that only write botocore's manual are half of all, and every client gets a copy of each."""
    with suppress(AttributeError):
        session.get_component("event_emitter")._emitter._handlers._root["children"].pop("docs", None)


def repointed(first: Any, region: str, credentials: Any = None) -> Any:
    """The same client for another region: its model, serialiser, parser, hooks and connections are shared, its endpoint rules
    and its signer are of the new region, and sign with these credentials. A hundredth of a client of its own."""
    made = object.__new__(type(first))
    made.__dict__.update(first.__dict__)
    config = copy.copy(first.meta.config)
    config.region_name = region
    made._request_signer, made._client_config = copy.copy(first._request_signer), config
    made._request_signer._region_name = region
    if credentials is not None:
        made._request_signer._credentials = credentials
    made.meta = copy.copy(first.meta)
    made.meta._client_config = config
    made._endpoint = first._endpoint.pointed(made)
    if first._ruleset_resolver is not None:
        made._ruleset_resolver = first._ruleset_resolver.pointed(region)
    return made


def _pool(session: Any, limit: float) -> Pool:
    """Connections that trust whom botocore's session trusts; a client certificate is left to botocore."""
    from botocore.httpsession import get_cert_path

    ordinary = bool(session._verify) and session._cert_file is None
    return Pool(limit, get_cert_path(session._verify) if ordinary else None, verify=ordinary)
