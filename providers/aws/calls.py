"""Making calls: asking again with backoff, page by page, all under the deadline of the run."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

from providers.aws.clients import Clients
from providers.aws.faults import Fault, classify
from providers.aws.pace import Pace, lane_of
from providers.aws.paging import NoToken, goes_on
from scanner.sdk import Failure, Json, Options, Reason

_PAUSE = 0.4
"""Seconds before the second attempt; doubled for each further one, with jitter."""
_LONGEST = 20.0
_MORE = 3
"""A call that is throttled is tried this many times as often as one that meets another passing fault."""
_MORE_PAGES = Fault(Reason.UNSUPPORTED, "MorePages", "there are more pages, and it is not known how to ask for them")
_WORDS = {"db": "DB", "ssl": "SSL", "mfa": "MFA", "saml": "SAML", "ssh": "SSH", "ml": "ML", "nfs": "NFS", "smb": "SMB", "dnssec": "DNSSEC"}
_PREFIXES = {
    "elbv2": "elasticloadbalancing", "elb": "elasticloadbalancing", "s3control": "s3", "efs": "elasticfilesystem", "opensearch": "es",
    "keyspaces": "cassandra", "neptune": "rds", "docdb": "rds", "emr": "elasticmapreduce", "resourcegroupstaggingapi": "tag", "sso-admin": "sso",
    "cloudhsmv2": "cloudhsm", "bedrock-agent": "bedrock",
}  # fmt: skip


_KEPT = 3
"""Pages that are kept at most until they are asked for the second time."""
Asked: TypeAlias = tuple[str, str, str]
"""Service, method and words of a question."""


def asked(service: str, operation: str, params: Mapping[str, Json]) -> Asked:
    """What a call asks, wherever it is asked."""
    return service, operation, repr(sorted(params.items()))


@cache
def api_name(method: str) -> str:
    """`describe_db_instances` as the API writes it: `DescribeDBInstances`."""
    return "".join(_WORDS.get(word, word.capitalize()) for word in method.split("_"))


@cache
def permission(service: str, method: str, declared: str | None = None) -> str:
    """The IAM action that a call needs."""
    return declared or f"{_PREFIXES.get(service, service)}:{api_name(method)}"


class CallFailed(Failure):
    """A call that was not answered after all attempts."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason, fault.code, fault.detail)
        self.fault = fault


class Calls:
    """The calls of one account."""

    def __init__(self, clients: Clients, options: Options, deadline: float, pace: Pace | None = None, account: str = "", twice: frozenset[Asked] = frozenset()) -> None:
        """`twice` are the questions that are asked for two purposes, one after the other."""
        self.clients = clients
        self._twice, self._kept = twice, dict[tuple[str, Asked], list[dict[str, Any]]]()
        self._retries = options.retries
        self._deadline = deadline
        self._pace, self._account = pace or Pace(), account
        self._pause = float(options.settings.get("aws.pause", _PAUSE))

    def once(self, service: str, region: str, operation: str, params: Mapping[str, Json]) -> dict[str, Any]:
        """One call. Raises CallFailed."""
        return self._ask(lambda: self.clients.ask(service, region, operation, params), lane_of(self._account, service, region))

    def pages(self, service: str, region: str, operation: str, params: Mapping[str, Json]) -> Iterator[dict[str, Any]]:
        """Every page of an operation, the only one where it is not paged. Raises CallFailed, also after some pages."""
        question = asked(service, operation, params) if self._twice else None
        if question not in self._twice or question is None:
            yield from self._pages(service, region, operation, params)
            return
        kept = self._kept.pop((region, question), None)
        if kept is not None:
            yield from kept
            return
        held: list[dict[str, Any]] = []
        for n, page in enumerate(self._pages(service, region, operation, params)):
            held = [*held, page] if n < _KEPT else []  # a longer list is asked for again: it would take more room than the calls are worth
            yield page
        if held:
            self._kept[region, question] = held

    def _pages(self, service: str, region: str, operation: str, params: Mapping[str, Json]) -> Iterator[dict[str, Any]]:
        pager = self.clients.paging(service, region, operation)
        if pager is None:
            page = self.once(service, region, operation, params)
            yield page
            if goes_on(page):
                raise CallFailed(_MORE_PAGES)
            return
        from botocore.exceptions import PaginationError

        try:
            yield from pager.pages(lambda given: self.once(service, region, operation, given), params)
        except PaginationError as error:
            raise CallFailed(classify(error)) from error
        except NoToken as error:
            raise CallFailed(_MORE_PAGES) from error

    def wait(self, seconds: float) -> bool:
        """Sleep, unless the deadline would pass; False then."""
        if time.monotonic() + seconds >= self._deadline:
            return False
        time.sleep(seconds)
        return True

    def _ask(self, call: Callable[[], dict[str, Any]], lane: str) -> dict[str, Any]:
        attempt = 0
        while True:
            if (rest := self._pace.rest(lane)) and not self.wait(rest * random.uniform(1, 1.5)):  # noqa: S311 (jitter, no secret)
                raise CallFailed(Fault(Reason.THROTTLED, "Deadline", "the service asked for fewer calls until the time for the whole scan was over"))
            if time.monotonic() >= self._deadline:
                raise CallFailed(Fault(Reason.TIMEOUT, "Deadline", "the time for the whole scan was over"))
            try:
                answer = call()
                self._pace.answered(lane)
                return answer
            except Failure:
                raise  # credentials that could not be renewed: that call has been tried as often as it may
            except Exception as error:  # every fault is classified; what is none of botocore's becomes a defect
                fault = classify(error)
            attempt += 1
            pause = min(_LONGEST, self._pause * 2 ** (attempt - 1)) * random.uniform(0.5, 1)  # noqa: S311 (jitter, no secret)
            most = self._retries
            if fault.reason is Reason.THROTTLED:
                most *= _MORE  # the lane gets narrower each time: it is a matter of waiting
                self._pace.throttled(lane, pause)
            if attempt > min(most, fault.again) or not self.wait(pause):
                raise CallFailed(fault)
