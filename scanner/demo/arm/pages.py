"""Lists in pages, with a link to the next, as Resource Manager gives them."""

from __future__ import annotations

import base64
import json
import urllib.parse

from scanner.demo.arm.reply import encode, error
from scanner.demo.arm.request import Request, Settings


class Pages:
    """Cuts lists; remembers which empty pages it has sent."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._emptied: set[tuple[str, int]] = set()

    def reset(self) -> None:
        """No empty page has been sent yet."""
        self._emptied.clear()

    def page(self, items: list[bytes], request: Request) -> bytes:
        """The page that is asked for. Raises the 400 of a wrong `$top` or `$skiptoken`."""
        top = request.query.get("$top", "")
        if top and (not top.isdigit() or int(top) < 1):
            raise error(400, "InvalidTopInQueryString", f"Invalid $top '{top}' specified in the query string.")
        size = min(self.settings.page_size, int(top or self.settings.page_size))
        token = request.query.get("$skiptoken", "")
        start = _offset(token) if token else 0
        chunk, after = items[start : start + size], start + size
        every = self.settings.empty_page_every
        if every and token and (request.low, start) not in self._emptied and (start // size) % every == 0:
            self._emptied.add((request.low, start))
            chunk, after = [], start
        body = b'{"value":[' + b",".join(chunk) + b"]"
        if after < len(items):
            kept = {key: value for key, value in request.query.items() if key != "$skiptoken"}
            kept["$skiptoken"] = base64.urlsafe_b64encode(encode({"o": after, "n": start})).rstrip(b"=").decode()
            body += b',"nextLink":' + encode(f"https://{request.host}{request.path}?{urllib.parse.urlencode(kept)}")
        return body + b"}"


def _offset(token: str) -> int:
    try:
        return int(json.loads(base64.urlsafe_b64decode(token + "==="))["o"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise error(400, "InvalidSkipToken", "The provided skip token is invalid.") from wrong
