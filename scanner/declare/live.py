"""How a type is read from a cloud: plain data, from which paging, ids, permissions and documents are derived.

Nothing here imports a cloud SDK: the providers' `live.py` know what to do with these shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum

from scanner.model.known import Json
from scanner.model.record import dataclass


class Scope(StrEnum):
    """How often a listing has to be made."""

    REGION = "region"
    """Once in every region of every account."""
    GLOBAL = "global"
    """Once an account: the service has one control plane."""


@dataclass(frozen=True)
class Get:
    """One more call for each resource, put into its document under `put`.

    `params` gives each parameter of the API: a path in the document so far, or a literal as `=text`.
    """

    operation: str
    """boto3 method name: `get_bucket_encryption`."""
    put: str
    params: Mapping[str, str]
    service: str | None = None
    """Other service than the listing's."""
    take: str = ""
    """Path in the answer that is kept; empty for the whole of it."""
    json: bool = False
    """What is taken is JSON text (a policy): it is kept as what it says."""
    on_error: Mapping[str, Json] = field(default_factory=dict)
    """Error codes that *mean* absence, and the body they stand for; `Code: words` where only the message tells."""
    permission: str | None = None
    """IAM action where it is not `service:Operation`."""
    when: str = ""
    """Path that has to yield a true value; otherwise the call is not made and the part is empty."""
    lists: tuple[str, ...] = ()
    """Parameters that the API wants as a list (`names` of a batch): the value is sent as a list of one."""
    one: bool = False
    """What is taken is a list of one, as batches answer: the item is kept. Any other number is no answer."""
    fixed: Mapping[str, Json] = field(default_factory=dict)
    """Parameters that are the same for all and no plain text: `{"OwnerIds": ["self"]}`."""
    left_out: bool = False
    """What is taken is a list that the service leaves out of an answer that has no items (as Amazon S3 does)."""
    regional: bool = False
    """A call made once for many documents is made in the region of each, though their listing is global (buckets)."""
    match: tuple[str, str] | None = None
    """A call that asks nothing about its document (every parameter is a literal) is made once for all of them; of its
    items each document keeps those whose value at the first path is its own at the second (empty: its id)."""


@dataclass(frozen=True)
class List:
    """A paged listing of an AWS service; its items are the documents."""

    service: str
    """boto3 client name."""
    operation: str
    """boto3 method name."""
    each: str
    """Path of the items in a page, through lists of lists (`Reservations.Instances`); empty: the answer itself is the one document."""
    id: str
    """Path of the id in an item, or a format with `{partition} {region} {account} {Field}`; `{last}` is the last part of an
    item that is a URL, `{path}` a name without the slash that it may begin with."""
    name: str = ""
    """Path of the name, or a format with `{Field}` and `{parent}` (name of what it is listed by); empty: the last part of the id."""
    region: str = ""
    """Path of the resource's own region, where a listing shows several."""
    scope: Scope = Scope.REGION
    params: Mapping[str, Json] = field(default_factory=dict)
    """What is asked with the call; `{account}` in a text stands for the account's number."""
    tags: str = ""
    """Path of a list of Key/Value pairs."""
    permission: str | None = None
    on_error: Mapping[str, Json] = field(default_factory=dict)
    """Error codes that mean "none here" (a service that is not used); `Code: words` where only the message tells."""
    home_only: str = ""
    """Path of a region: items of other regions (a trail's shadows) are left to their home."""
    spans: bool = False
    """The thing belongs to no region: each region that holds a part of it shows it, and its document has none (a global database)."""
    at: str = ""
    """Region of the one control plane of a global listing (`us-east-1`), in the commercial partition; the account's home elsewhere."""
    left_out: bool = False
    """The service leaves the list out of an answer that has no items (as Amazon SQS does); elsewhere its absence is no empty page."""


@dataclass(frozen=True)
class Each:
    """A listing by parent: for each resource of another type, its own children (listeners of a load balancer)."""

    parent: List
    """How the parents are listed; the call is made once and shared."""
    listing: List
    params: Mapping[str, str]
    """Parameter of the child listing: path in the parent's item. The child's document can read it under the same name."""
    along: Mapping[str, str] = field(default_factory=dict)
    """What else the child's document can read of its parent: name in the document, path in the parent's item."""


@dataclass(frozen=True)
class Report:
    """A report that has to be started, waited for, and fetched (the IAM credential report)."""

    service: str
    start: str
    fetch: str
    content: str
    """Path of the report in the fetched answer."""
    id: str
    """Column of the id."""
    name: str
    scope: Scope = Scope.GLOBAL
    pause: float = 2.0
    """Seconds between two questions."""
    limit: int = 15
    """Questions before it counts as timed out."""


@dataclass(frozen=True)
class Resolve:
    """The smallest call that places a single resource of this type, when something refers to it."""

    service: str
    operation: str
    params: Mapping[str, str]
    """Parameter: a format with `{id}`, `{name}`, `{region}`."""
    take: str = ""
    put: str = ""
    """Key under which the answer stands, where a detail call would put the same; empty: it is the body itself."""
    permission: str | None = None


@dataclass(frozen=True)
class Arm:
    """An Azure type: found by the generic list, read in full by id."""

    api: str
    """api-version of the GET by id."""
    graph: bool = True
    """False: Resource Graph is known to have less of these bodies, whatever api-version it names; they are read from Resource Manager."""


@dataclass(frozen=True)
class Directory:
    """Objects of an Entra tenant, by Microsoft Graph."""

    path: str
    """Path and query of the list: `/users?$select=id,displayName`."""
    permission: str
    """Application permission that lets it be read: `User.Read.All`."""
    each: str = ""
    """Path of the subjects in an object of the list (the secrets of an application); empty: the object itself."""


@dataclass(frozen=True)
class Ask:
    """One more read of Microsoft Graph for a whole tenant: each document of the type gets it, or what of it is about itself."""

    path: str
    """With `{id}`: read for each id that `each` yields."""
    put: str
    permission: str
    many: bool = False
    """A collection: the part is the list of all pages' `value`."""
    by: str = ""
    """Key of the items that names the document's own `id`: the document gets its own items only. Needs `many`."""
    only: Callable[[Mapping[str, Json]], bool] | None = None
    """Which items are kept. Needs `many`."""
    each: tuple[str, ...] = ()
    """Paths of ids in the part of an earlier read (`policies[].conditions.users.excludeGroups[]`); the part then is the list of
    those ids under which the document is listed."""


@dataclass(frozen=True)
class Child:
    """One more GET below the id of an Azure resource, put into its document under `put`."""

    suffix: str
    """`/blobServices/default`, or a collection: `/firewallRules`."""
    put: str
    api: str
    many: bool = False
    """A collection: the part is the list of all pages' `value`."""
    on_error: Mapping[str, Json] = field(default_factory=dict)
    when: str = ""
    """Path that has to yield a true value; otherwise the call is not made and the part is empty."""
    shared: bool = False
    """Asked once for the whole subscription (`/providers/Microsoft.Authorization/locks`); each resource gets the
    items whose scope holds it."""
    within: str = ""
    """For what is shared: asked once below each resource of this type in the subscription (a backup vault) instead, whether or
    not that type is asked for."""
    names: str = ""
    """With `within`: the path in an item that names the resource by its id; each resource gets the items that name it."""
    group: bool = False
    """Below the resource group of the resource rather than below itself; `{location}` in `suffix` stands for its region."""
    new: Json = None
    """What a new resource has where its template makes no such child: the default that the service documents, as a body."""
    cite: str = ""
    """The document that says so."""

    def kind(self, parent: str) -> str:
        """Type of what is read: its `/read` is the permission. Instance names (every second part) fall away."""
        parent = self.within or parent
        _, extension, rest = self.suffix.rpartition("/providers/")
        if extension:
            namespace, _, path = rest.partition("/")
            return "/".join((namespace, *path.split("/")[::2]))
        return "/".join((parent, *self.suffix.strip("/").split("/")[::2]))


@dataclass(frozen=True)
class Below:
    """Azure resources that the generic list lacks, subjects of their own: found below each resource of another type."""

    parent: str
    """Type that they belong to; empty: the subscription."""
    each: str = ""
    """Path of them in the full body of the parent (the certificates of a gateway)."""
    suffix: str = ""
    """Collection below the parent's id whose items are whole bodies: `/backupInstances`."""
    api: str = ""
    """api-version of the collection."""
    host: str = ""
    """Path of a Key Vault's address in the parent's body: the collection is the vault's own, and each item is read in full by its id."""
    permission: str = ""
    """Where it is not the type's `/read`."""
    on_error: Mapping[str, Json] = field(default_factory=dict)
    """Error codes that *mean* that there are none (a storage account that can hold no files)."""
    unless: str = ""
    """Path that yields a true value in what the list says of a parent that can have none: the collection is not asked then."""


@dataclass(frozen=True)
class Probe:
    """Read by a probe of an endpoint; its parts are put by the prober itself."""

    parts: tuple[str, ...]


def meaning(on_error: Mapping[str, Json], code: str, detail: str) -> str | None:
    """The entry of `on_error` that an error stands under; None: it is a failure."""
    if code in on_error:
        return code
    return next((key for key in on_error if ": " in key and key.split(": ", 1)[0] == code and key.split(": ", 1)[1].lower() in detail.lower()), None)


Live = List | Each | Report | Arm | Below | Directory | Probe
Detail = Get | Child | Ask
