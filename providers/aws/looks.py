"""What every look at AWS has at hand: who is asked, what is wanted, and how a look is entered in the ledger."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from providers.aws import organization
from providers.aws.calls import Asked, Calls, api_name, asked, permission
from providers.aws.documents import Site
from providers.aws.pace import Pace
from providers.aws.plan import Look, Plan, details, is_shared, plan, service_of, wanted
from providers.aws.session import Account
from scanner.sdk import Call, Job, Options, TypeDecl

_AT_ONCE = 4
"""Calls under way for each of `--workers`: they wait for the network nearly all the time."""


class Looks:
    """The state that all kinds of looks share."""

    def __init__(self, accounts: tuple[Account, ...], options: Options, decls: Mapping[str, TypeDecl], deadline: float) -> None:
        self._deadline = deadline
        self._roots, self._joining = accounts, threading.Lock()
        self.accounts, self._options, self._decls = accounts, options, decls
        self._chosen = wanted(decls, options)
        self._plan: Plan = plan(self._chosen)
        self._alike = Counter((look.listing.service, look.listing.operation) for look in self._plan.looks)
        self._pace = Pace()
        self._homes = {account.id: account.home for account in accounts}
        self.threads = _AT_ONCE * options.workers
        self._organization = organization.chosen(options)
        self._twice = self._asked_twice()
        self._calls = {key_of(account): self._calls_of(account) for account in accounts}
        self._regions: dict[str, frozenset[str]] = {}

    def _asked_twice(self) -> frozenset[Asked]:
        """Listings that are also what another type is completed with: the snapshots of volumes."""
        listed = {asked(look.listing.service, look.listing.operation, look.listing.params) for look in self._plan.looks}
        shared = {
            asked(get.service or service_of(decl), get.operation, {**get.fixed, **{name: path[1:] for name, path in get.params.items()}})
            for decl in self._chosen
            for get in details(decl, self._options)
            if is_shared(get)
        }
        return frozenset(listed & shared)

    def _calls_of(self, account: Account) -> Calls:
        return Calls(account.clients, self._options, self._deadline, self._pace, account.id, self._twice)

    def _of(self, account: Account) -> Calls:
        return self._calls[key_of(account)]

    def _list_job(self, site: Site, look: Look) -> Job:
        """The look that a listing is."""
        raise NotImplementedError

    def _call(self, site: Site, service: str, operation: str, granted: str | None = None, types: tuple[str, ...] = (), subject: str = "", account: str | None = None) -> Call:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return Call(
            "aws", site.account.id if account is None else account, site.shown, service, api_name(operation), subject, permission=permission(service, operation, granted), types=types, at=now
        )  # fmt: skip


def key_of(account: Account) -> tuple[str, str]:
    """Two profiles may lead to one account, and one profile to many."""
    return account.profile, account.id
