"""The accounts of an organisation, and the credentials with which each is asked.

The management account, or a delegated administrator, lists the accounts; a role is assumed in each but its own. What is
refused hides something: an account whose role cannot be assumed is a gap over every type, and so is a list that broke off.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from providers.aws.calls import Calls
from providers.aws.session import Account
from scanner.sdk import Failure, Json, Options, Reason

ACCOUNT = "AWS::Organizations::Account"
"""Type of an account as a subject of its own."""
DEFAULT_ROLE = "HouvastReadOnly"
"""The role that `houvast permissions aws` makes. `OrganizationAccountAccessRole`, which AWS makes, may do everything."""
_SESSION = "houvast"
_DURATION = 3600
"""Seconds: the most that AWS grants to a role that was itself assumed from a role."""


@dataclass(frozen=True)
class Choice:
    """Which accounts, by which role."""

    role: str = DEFAULT_ROLE
    external_id: str = ""
    duration: int = _DURATION
    accounts: frozenset[str] = frozenset()
    """Only these; empty: all."""
    without: frozenset[str] = frozenset()
    units: tuple[str, ...] = ()
    """Only what is in these organisational units, or below them; empty: everywhere."""
    without_units: tuple[str, ...] = ()


def chosen(options: Options) -> Choice | None:
    """What the settings say; None: only the accounts of the targets themselves."""
    given = options.settings
    if not given.get("aws.organization"):
        return None
    return Choice(
        given.get("aws.role") or DEFAULT_ROLE, given.get("aws.external_id", ""), int(given.get("aws.session_duration") or _DURATION),
        frozenset(_words(given.get("aws.accounts"))), frozenset(_words(given.get("aws.exclude_accounts"))),
        tuple(_words(given.get("aws.ou"))), tuple(_words(given.get("aws.exclude_ou"))),
    )  # fmt: skip


def _words(text: str | None) -> Iterator[str]:
    return (word.strip() for word in (text or "").split(",") if word.strip())


@dataclass(frozen=True)
class Member:
    """An account of an organisation."""

    id: str
    name: str
    active: bool
    """False: suspended or about to be closed; nothing can be asked of it."""
    state: str = ""


@dataclass
class Found:
    """What the organisation said so far."""

    members: dict[str, Member] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    """Accounts that were excluded by choice."""
    pages: int = 0
    faults: list[tuple[str, str, Failure]] = field(default_factory=list)
    """Looks that were not answered: operation, what it was about, why."""
    asked: list[tuple[str, str]] = field(default_factory=list)


def members(calls: Calls, home: str, choice: Choice) -> Found:
    """The chosen accounts. Never raises: what was read before a look failed counts, and the failure stands beside it."""
    found = Found()
    unwanted: set[str] = set()
    for unit in choice.without_units:
        unwanted |= set(_below(calls, home, unit, found))
    if choice.units:
        within = [member for unit in choice.units for member in _below(calls, home, unit, found).values()]
        # Accounts elsewhere are left out by choice, which has to be said of each of them.
        found.left_out |= {member.id for member in _listed(calls, home, "list_accounts", {}, "", found)} - {member.id for member in within}
    else:
        within = list(_listed(calls, home, "list_accounts", {}, "", found))
        if not within and not found.faults:  # whoever asks is one of them
            found.faults.append(("list_accounts", "", Failure(Reason.UNPARSABLE, "", "the organisation has no account at all: that cannot be")))
    for member in within:
        if member.id in choice.without or member.id in unwanted or (choice.accounts and member.id not in choice.accounts):
            found.left_out.add(member.id)
        else:
            found.members[member.id] = member
    return found


def _below(calls: Calls, home: str, unit: str, found: Found) -> dict[str, Member]:
    """The accounts of a unit and of all units below it."""
    accounts: dict[str, Member] = {}
    todo, seen = [unit], {unit}
    while todo:
        one = todo.pop()
        accounts |= {member.id: member for member in _listed(calls, home, "list_accounts_for_parent", {"ParentId": one}, one, found)}
        for row in _rows(calls, home, "list_organizational_units_for_parent", "OrganizationalUnits", {"ParentId": one}, one, found):
            if str(row["Id"]) not in seen:
                seen.add(str(row["Id"]))
                todo.append(str(row["Id"]))
    return accounts


def _listed(calls: Calls, home: str, operation: str, params: Mapping[str, Json], about: str, found: Found) -> Iterator[Member]:
    for row in _rows(calls, home, operation, "Accounts", params, about, found):
        state = str(row.get("State") or row.get("Status") or "")
        yield Member(str(row["Id"]), str(row.get("Name", "")), state == "ACTIVE", state)


def _rows(calls: Calls, home: str, operation: str, each: str, params: Mapping[str, Json], about: str, found: Found) -> Iterator[Mapping[str, Any]]:
    """Rows of all pages, until one is not answered."""
    found.asked.append((operation, about))
    try:
        for page in calls.pages("organizations", home, operation, params):
            rows = page.get(each)
            if not isinstance(rows, list):
                raise Failure(Reason.UNPARSABLE, "", f"the answer holds no {each}")
            found.pages += 1
            yield from rows
    except Failure as error:
        found.faults.append((operation, about, error))
    except (KeyError, TypeError) as error:
        found.faults.append((operation, about, Failure(Reason.UNPARSABLE, "", f"the answer is not that of the service: {error}")))


class Guards:
    """Service control policies by what they are attached to; each is read once for all accounts."""

    def __init__(self, calls: Calls, home: str) -> None:
        self._calls, self._home = calls, home
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._levels: dict[str, Json] = {}
        self._contents: dict[str, Json] = {}
        self._parents: dict[str, str] = {}
        self._management = ""

    def levels(self, account: str) -> list[Json]:
        """From the root to the account. Raises Failure."""
        own = self._level(account)
        with self._lock:  # the units above are few, and shared by all
            above: list[Json] = []
            node = account
            while node := self._parent(node):
                if len(above) > 20:
                    raise Failure(Reason.UNPARSABLE, "", "the units of the organisation form a circle")
                if node not in self._levels:
                    self._levels[node] = self._level(node)
                above.append(self._levels[node])
        return [*reversed(above), own]

    def _parent(self, node: str) -> str:
        if node.startswith("r-"):
            return ""
        if node not in self._parents:
            rows = [row for page in self._calls.pages("organizations", self._home, "list_parents", {"ChildId": node}) for row in page["Parents"]]
            if len(rows) != 1:
                raise Failure(Reason.UNPARSABLE, "", f"{node} has {len(rows)} parents")
            self._parents[node] = str(rows[0]["Id"])
        return self._parents[node]

    def _level(self, node: str) -> Json:
        params: dict[str, Json] = {"TargetId": node, "Filter": "SERVICE_CONTROL_POLICY"}
        rows = [row for page in self._calls.pages("organizations", self._home, "list_policies_for_target", params) for row in page["Policies"]]
        return {"node": node, "policies": [{"name": str(row.get("Name", "")), "content": self._content(str(row["Id"]))} for row in rows]}

    def _content(self, policy: str) -> Json:
        with self._reading:  # many accounts name the same few policies at the same moment
            if policy not in self._contents:
                text = self._calls.once("organizations", self._home, "describe_policy", {"PolicyId": policy})["Policy"]["Content"]
                try:
                    self._contents[policy] = json.loads(text)
                except ValueError as error:
                    raise Failure(Reason.UNPARSABLE, "", f"{policy} is not JSON") from error
            return self._contents[policy]

    def management(self) -> str:
        """The account that no such policy binds. Raises Failure."""
        with self._reading:
            if not self._management:
                said = self._calls.once("organizations", self._home, "describe_organization", {}).get("Organization", {})
                self._management = str(said.get("MasterAccountId", ""))
            if not self._management:
                raise Failure(Reason.UNPARSABLE, "", "the answer names no management account")
            return self._management


class Keys(NamedTuple):
    """Credentials as a request is signed with them."""

    access_key: str
    secret_key: str
    token: str


class Assumed:
    """Credentials of a role, taken anew before they end. Looks like botocore's to whoever signs with it."""

    method = "assume-role"

    def __init__(self, assume: Callable[[], Mapping[str, Any]], duration: int) -> None:
        self._assume = assume
        self._early = min(300.0, duration / 4)
        """Seconds before the end at which they are renewed."""
        self._lock = threading.Lock()
        self._keys: Keys | None = None
        self._ends = 0.0

    def get_frozen_credentials(self) -> Keys:
        """Keys that are still good. Raises Failure when the role cannot be assumed (any more)."""
        with self._lock:
            now = datetime.now(UTC).timestamp()
            if self._keys is None or now >= self._ends - self._early:
                try:
                    self._renew()
                except Failure:
                    if self._keys is None or now >= self._ends:
                        raise  # until they end, the old ones are good
            assert self._keys is not None
            return self._keys

    def _renew(self) -> None:
        answer = self._assume()
        try:
            given = answer["Credentials"]
            ends = given["Expiration"]
            moment = ends if isinstance(ends, datetime) else datetime.fromisoformat(str(ends).replace("Z", "+00:00"))
            keys = Keys(str(given["AccessKeyId"]), str(given["SecretAccessKey"]), str(given["SessionToken"]))
        except (KeyError, TypeError, ValueError) as error:
            raise Failure(Reason.UNPARSABLE, "", "the answer holds no credentials") from error
        self._keys, self._ends = keys, moment.timestamp()


def assumed(base: Account, calls: Calls, member: Member, choice: Choice) -> Account:
    """The member's account, with its role assumed. Raises Failure."""
    params: dict[str, Json] = {
        "RoleArn": f"arn:{base.partition}:iam::{member.id}:role/{choice.role}", "RoleSessionName": _SESSION, "DurationSeconds": choice.duration,
        **({"ExternalId": choice.external_id} if choice.external_id else {}),
    }  # fmt: skip
    credentials = Assumed(lambda: calls.once("sts", base.home, "assume_role", params), choice.duration)
    credentials.get_frozen_credentials()
    return Account(base.profile, member.id, base.partition, base.home, base.clients.of(credentials))
