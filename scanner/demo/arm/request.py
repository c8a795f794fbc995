"""A request to Resource Manager, taken apart, and how the replay is to behave."""

from __future__ import annotations

import re
import urllib.parse

from scanner.demo.arm.identity import OBJECT_ID
from scanner.demo.arm.reply import Reply, error
from scanner.model.record import dataclass


@dataclass(frozen=True)
class Settings:
    """How the replay behaves."""

    page_size: int = 1000
    latency: float = 0.0
    """Seconds before every answer."""
    bucket: int = 0
    """Reads that a principal may make at once in a subscription (Azure: 250); 0: not limited."""
    refill: float = 25.0
    """Reads a second that fill the bucket again."""
    graph_quota: int = 0
    """Resource Graph queries in a window (Azure: 15 in 5 s); 0: not limited."""
    graph_window: float = 5.0
    graph_page: int = 1000
    batches: bool = True
    """Whether `POST /batch` is served; a Resource Manager of one's own may not."""
    empty_page_every: int = 0
    """An empty page with a nextLink before every k-th page, as Resource Manager may send."""
    strict_versions: bool = True
    gzip: bool = False
    secret: str | None = None
    """The only client secret that is right; None: any."""
    token_lifetime: int = 3599
    seed: int = 0


@dataclass(frozen=True)
class Request:
    """One request, taken apart."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    url: str

    @property
    def low(self) -> str:
        return self.path.lower().rstrip("/")

    @property
    def subscription(self) -> str | None:
        match = re.match(r"/subscriptions/([^/]+)", self.low)
        return match[1] if match else None

    @property
    def version(self) -> str:
        return self.query.get("api-version", "")

    @classmethod
    def of(cls, method: str, host: str, target: str, headers: dict[str, str], body: bytes) -> Request:
        """Taken apart as Resource Manager does it: slashes that stand double count once, names of parameters know no case."""
        split = urllib.parse.urlsplit(target)
        path = re.sub(r"/{2,}", "/", urllib.parse.unquote(split.path)) or "/"
        query = {_parameter(key): value for key, value in urllib.parse.parse_qsl(split.query, keep_blank_values=True)}
        return cls(method, host, path, query, headers, body, f"https://{host}{target}")


def type_of(path: str) -> tuple[str, str] | None:
    """(type, `get` or `list`) of a resource path, extension resources included; None for other paths."""
    parts = re.split(r"/providers/", path, flags=re.IGNORECASE)
    segments = [segment for segment in parts[-1].split("/") if segment]
    if len(parts) < 2 or len(segments) < 2:
        return None
    return "/".join([segments[0], *segments[1::2]]), "list" if len(segments) % 2 == 0 else "get"


def _parameter(key: str) -> str:
    return key.lower() if key.startswith("$") or key.lower() == "api-version" else key


def shape(path: str) -> str:
    """The path without the names of subscription and group: what requests are counted by."""
    return re.sub(r"/resourcegroups/[^/]+", "/resourceGroups/{}", re.sub(r"/subscriptions/[^/]+", "/subscriptions/{}", path, flags=re.IGNORECASE), flags=re.IGNORECASE)


def denied(request: Request, verb: str = "read") -> Reply:
    """What a principal is told that may not do it."""
    kind = type_of(request.path)
    action = f"{kind[0]}/{verb}" if kind else "Microsoft.Resources/subscriptions/" + ("resources/read" if request.low.endswith("/resources") else "read")
    message = (
        f"The client '{OBJECT_ID}' with object id '{OBJECT_ID}' does not have authorization to perform action '{action}' over scope '{request.path}' "
        "or the scope is invalid. If access was recently granted, please refresh your credentials."
    )
    return error(403, "AuthorizationFailed", message, {"x-ms-failure-cause": "gateway"})
