"""What every look at AWS has at hand: who is asked, what is wanted, and how a look is entered in the ledger."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from providers.aws import organization
from providers.aws.calls import Calls, api_name, permission
from providers.aws.documents import Site
from providers.aws.pace import Pace
from providers.aws.plan import Look, Plan, plan, wanted
from providers.aws.session import Account
from scanner.sdk import Call, Job, Options, TypeDecl

_AT_ONCE = 4
"""Calls under way for each of `--workers`: they wait for the network nearly all the time."""


class Looks:
    """The state that all kinds of looks share."""

    def __init__(self, accounts: tuple[Account, ...], options: Options, decls: Mapping[str, TypeDecl], deadline: float) -> None:
        self._roots, self._joining = accounts, threading.Lock()
        self.accounts, self._options, self._decls = accounts, options, decls
        self._chosen = wanted(decls, options)
        self._plan: Plan = plan(self._chosen)
        self._alike = Counter((look.listing.service, look.listing.operation) for look in self._plan.looks)
        self._pace = Pace()
        self._homes = {account.id: account.home for account in accounts}
        self.threads = _AT_ONCE * options.workers
        self._deadline = deadline
        self._organization = organization.chosen(options)
        self._calls = {key_of(account): Calls(account.clients, options, deadline, self._pace, account.id) for account in accounts}
        self._regions: dict[str, frozenset[str]] = {}

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
