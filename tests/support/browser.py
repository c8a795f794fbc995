"""A real browser over the W3C WebDriver protocol: Debian's chromium and its driver, headless, on loopback."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1", "--disable-dev-shm-usage",
)  # fmt: skip
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def missing() -> str:
    """Why there is no browser here; empty when there is one."""
    lacking = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    return f"not installed: {', '.join(lacking)} (Debian: chromium chromium-driver)" if lacking else ""


class Browser:
    """One session."""

    def __init__(self, url: str, session: str) -> None:
        self._at = f"{url}/session/{session}"

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return _call(method, f"{self._at}{path}", body)

    def open(self, file: Path) -> None:
        """Load a file; comes back when the page has loaded and its scripts have run."""
        self._call("POST", "/url", {"url": file.resolve().as_uri()})

    def run(self, script: str, *arguments: Any) -> Any:
        """The value that a script returns; a promise is waited for."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def keys(self, *pressed: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        actions = [action for key in pressed for action in ({"type": "keyDown", "value": key}, {"type": "keyUp", "value": key})]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def devtools(self, command: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def complaints(self) -> list[str]:
        """What the console says since the last time: errors of scripts, refused requests, the content security policy."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def look(self, scheme: str = "light", width: int = 1200, height: int = 900) -> None:
        """Light or dark, and the size of the window."""
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, file: Path, whole: bool = True) -> None:
        """What is seen as PNG; the whole page, up to 15,000 pixels, or the window."""
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))

    def paper(self, file: Path) -> None:
        """The page as a printer gets it."""
        file.write_bytes(base64.b64decode(self.devtools("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]))


def _call(method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(url, json.dumps(body or {}).encode() if method == "POST" else None, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise AssertionError(json.load(error)["value"]["message"]) from None


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with an empty profile below `folder`; both processes end with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    with (folder / "driver.log").open("w") as log:
        driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=log, stderr=log, env={**os.environ, "HOME": str(home)})
    url = f"http://127.0.0.1:{port}"
    session = ""
    try:
        _wait(url)
        options = {"binary": shutil.which("chromium"), "args": [*_FLAGS, f"--user-data-dir={folder / 'profile'}"]}
        session = _call(
            "POST", f"{url}/session", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}}
        )["sessionId"]
        yield Browser(url, session)
    finally:
        if session:
            _call("DELETE", f"{url}/session/{session}")
        driver.terminate()
        driver.wait(10)


def _wait(url: str, most: float = 60.0) -> None:
    end = time.monotonic() + most
    while True:
        try:
            if _call("GET", f"{url}/status")["ready"]:
                return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
        time.sleep(0.05)
