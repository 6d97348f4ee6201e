"""A headless Chromium over its debugging pipe: pages opened, measured and looked at, without a driver to install."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
REQUIRE = "BACKWRIGHT_REQUIRE_CHROMIUM"

# The descriptors of the protocol's pipe are fixed; the two that were passed may be either of them.
_AT_THREE_AND_FOUR = (
    "import fcntl, os, sys\n"
    "reads, writes = (fcntl.fcntl(int(text), fcntl.F_DUPFD, 10) for text in sys.argv[1:3])\n"
    "os.dup2(reads, 3)\n"
    "os.dup2(writes, 4)\n"
    "os.execv(sys.argv[3], sys.argv[3:])\n"
)


def find() -> str | None:
    """The browser, by the names that distributions give it."""
    return next((found for name in NAMES if (found := shutil.which(name)) is not None), None)


@dataclass(slots=True)
class Browser:
    """One page of a running browser."""

    requests: int
    answers: int
    session: str = ""
    count: int = 0
    pending: bytes = b""
    events: list[dict[str, JSON]] = field(default_factory=list)
    """What the browser said unasked, of the domains that were enabled."""

    def call(self, method: str, **parameters: JSON) -> dict[str, JSON]:
        """One call of the DevTools protocol; events that come before its answer are kept."""
        self.count += 1
        message: dict[str, JSON] = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.requests, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self.count:
                assert "error" not in answer, answer
                result = answer["result"]
                assert isinstance(result, dict)
                return result
            self.events.append(answer)

    def _read(self) -> dict[str, JSON]:
        while b"\0" not in self.pending:
            data = os.read(self.answers, 1 << 16)
            assert data, "the browser went away"
            self.pending += data
        message, _, self.pending = self.pending.partition(b"\0")
        answer: dict[str, JSON] = json.loads(message)
        return answer

    def open(self, path: Path, *, width: int, dark: bool) -> None:
        """Open a file at a width (CSS pixels) and with a preferred colour scheme."""
        self.go(path.as_uri(), width=width, dark=dark)

    def go(self, url: str, *, width: int, dark: bool) -> None:
        """Open an address of this machine; see `open`."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme: JSON = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", features=scheme)
        self.call("Page.navigate", url=url)
        for _ in range(200):
            if self.value("location.href !== 'about:blank' && document.readyState") == "complete":
                return
        raise AssertionError("the page was not loaded")

    def value(self, expression: str) -> JSON:
        """What a JavaScript expression of ours gives in the page; the page's own policy does not hold it back."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        result = answer["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def screenshot(self) -> bytes:
        """The whole page as PNG."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        data = answer["data"]
        assert isinstance(data, str)
        return base64.b64decode(data)


@contextmanager
def browser(program: str, profile: Path) -> Iterator[Browser]:
    """A browser with one empty page, and without a network."""
    to_browser, from_browser = os.pipe(), os.pipe()
    arguments = [
        program,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        f"--user-data-dir={profile}",
        "--remote-debugging-pipe",
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", _AT_THREE_AND_FOUR, str(to_browser[0]), str(from_browser[1]), *arguments],
        pass_fds=(to_browser[0], from_browser[1]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser[0])
    os.close(from_browser[1])
    try:
        page = Browser(to_browser[1], from_browser[0])
        target = page.call("Target.createTarget", url="about:blank")["targetId"]
        session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        assert isinstance(session, str)
        page.session = session
        yield page
        # Killed, it would leave its helpers behind.
        page.session = ""
        page.call("Browser.close")
        process.wait(30)
    finally:
        process.kill()
        process.wait()
        os.close(to_browser[1])
        os.close(from_browser[0])
