"""A host of MCP Apps: the official bridge in a real browser, before a real server, with a view in its sandbox.

What the view asks of the server, the page keeps until `Host.until` has asked the client for it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.extension import advertise
from mcp_types import CallToolResult, TextResourceContents

from backwright.app import App
from backwright.mcp_api.server import build_server
from backwright.mcp_api.view import IDENTIFIER, MIME_TYPE
from tests.conformance import _node
from tests.mcp_api._connect import PATIENCE
from tests.review._chromium import JSON, Browser, browser

ENTRY = 'export { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";\n'

# What the specification makes of a view that declares no domains.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; connect-src 'none'"
)

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><style>
html { color-scheme: light dark } body { margin: 0; background: light-dark(#fff, #1b1e24) }
iframe { border: 0; width: 100%; display: block }
</style></head><body><script src="bridge.js"></script><script>
const waiting = new Map(), asked = [], told = [];
let bridge = null, ready = false, count = 0;
const forward = (method) => (params) => new Promise((done, failed) => {
  waiting.set(++count, { done, failed });
  asked.push({ id: count, method, params });
});
const settle = (id, result, error) => error ? waiting.get(id).failed(new Error(error)) : waiting.get(id).done(result);
async function open(html, capabilities, context) {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  document.querySelector("iframe")?.remove();
  document.body.append(frame);
  // What an earlier view still asked for is no concern of this one.
  asked.length = told.length = 0;
  ready = false;
  bridge = new Bridge.AppBridge(null, { name: "host", version: "1" }, capabilities, { hostContext: context });
  bridge.oncalltool = forward("tools/call");
  bridge.onreadresource = forward("resources/read");
  bridge.onmessage = async (params) => { told.push(["message", params]); return {}; };
  bridge.onupdatemodelcontext = async (params) => { told.push(["context", params]); return {}; };
  bridge.onsizechange = (size) => { told.push(["size", size]); frame.style.height = `${size.height}px`; };
  bridge.oninitialized = () => { ready = true; };
  await bridge.connect(new Bridge.PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.srcdoc = html;
}
</script></body></html>
"""

CAPABILITIES: dict[str, Any] = {
    "serverTools": {},
    "serverResources": {},
    "message": {},
    "updateModelContext": {"text": {}},
}


FAILED = "Network.loadingFailed"


def showing(app: App, mode: str = "auto", kind: str = MIME_TYPE) -> Client:
    """A client that says that it shows views."""
    told = advertise(IDENTIFIER, {"mimeTypes": [kind]})
    return Client(build_server(app), mode=mode, read_timeout_seconds=PATIENCE, extensions=[told])


def write_host(folder: Path) -> Path:
    """The page of the host with the bridge beside it; skips where there is no Node."""
    if _node.npx() is None:
        reason = f"the official bridge needs Node >= {_node.OLDEST}; {_node.REQUIRED}=1 fetches one"
        if _node.required():
            pytest.fail(reason)
        pytest.skip(reason)
    (folder / "entry.js").write_text(ENTRY, encoding="utf-8")
    made = _node.run(
        *(
            "esbuild",
            "entry.js",
            "--bundle",
            "--format=iife",
            "--minify",
            "--global-name=Bridge",
            "--outfile=bridge.js",
        ),
        cwd=folder,
        packages=_node.APPS,
    )
    assert made.returncode == 0, made.stderr[-2_000:]
    page = folder / "host.html"
    page.write_text(PAGE, encoding="utf-8")
    return page


@contextmanager
def hosting(program: str, profile: Path, page: Path) -> Iterator[Browser]:
    """A browser with the host's page in it, which hears of every frame before it runs."""
    with browser(program, profile) as started:
        for domain in ("Page", "Log", "Runtime", "Network"):
            started.call(f"{domain}.enable")
        started.call("Page.navigate", url=page.as_uri())
        end = time.monotonic() + PATIENCE
        while started.value("typeof Bridge") != "object":
            assert time.monotonic() < end, "the page of the host was not loaded"
        started.call("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True)
        yield started


@dataclass
class Host:
    """A view in the page of the host.

    Args:
        browser: where it is shown.
        client: the server's; it answers what the view asks.
    """

    browser: Browser
    client: Client
    calls: list[dict[str, Any]] = field(default_factory=list)
    """What the view asked of the server."""
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What the view told the host."""
    shown: dict[str, Any] = field(default_factory=dict)
    """The structured answer that the view was given."""
    frame: str = ""
    begin: int = 0
    width: int = 760
    seen: int = 0

    async def show(
        self,
        uri: str,
        arguments: dict[str, object],
        result: CallToolResult,
        *,
        theme: str = "light",
        capabilities: dict[str, Any] = CAPABILITIES,
        width: int = 760,
    ) -> None:
        """Open a view and give it a call of a tool with its answer."""
        self.width = width
        self.begin = self.seen = len(self.browser.events)
        scheme: JSON = [{"name": "prefers-color-scheme", "value": theme}]
        self.browser.call("Emulation.setEmulatedMedia", features=scheme)
        size: dict[str, JSON] = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.browser.call("Emulation.setDeviceMetricsOverride", **size)
        contents = (await self.client.read_resource(uri)).contents[0]
        assert isinstance(contents, TextResourceContents)
        policy = f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        html = contents.text.replace("<head>", policy, 1)
        self._run(f"open({_js(html)}, {_js(capabilities)}, {_js({'theme': theme, 'platform': 'web'})})")
        await self._until("the view's greeting", self._attached)
        given = result.model_dump(mode="json", by_alias=True, exclude_none=True)
        self._run(f"bridge.sendToolInput({{arguments: {_js(arguments)}}})")
        self._run(f"bridge.sendToolResult({_js(given)})")

    def change(self, context: dict[str, Any]) -> None:
        """Tell the view that its surroundings are others now."""
        self._run(f"bridge.setHostContext({_js(context)})")

    def inside(self, expression: str) -> Any:
        """What an expression gives in the view."""
        with self._in_the_view():
            return self.browser.value(expression)

    @contextmanager
    def _in_the_view(self) -> Iterator[None]:
        """A sandboxed frame is a process of its own, with a session of its own."""
        own, self.browser.session = self.browser.session, self.frame
        try:
            yield
        finally:
            self.browser.session = own

    def _attached(self) -> bool:
        """Whether the frame is there; then everything that it complains of is heard before its first script runs."""
        for event in self.browser.events[self.seen :]:
            self.seen += 1
            if event["method"] == "Target.attachedToTarget":
                params = event["params"]
                assert isinstance(params, dict)
                self.frame = str(params["sessionId"])
                with self._in_the_view():
                    for domain in ("Log", "Runtime", "Network"):
                        self.browser.call(f"{domain}.enable")
                    self.browser.call("Runtime.runIfWaitingForDebugger")
        return bool(self.frame) and bool(self.browser.value("ready"))

    async def until(self, expression: str) -> None:
        """Answer what the view asks until an expression holds in it."""
        await self._until(expression, lambda: self.inside(expression))

    def press(self, selector: str, text: str = "") -> None:
        """Press the first of some elements, or the first that says this."""
        found = f"[...document.querySelectorAll({_js(selector)})].find((one) => one.textContent.includes({_js(text)}))"
        assert self.inside(f"{found} !== undefined") is True, f"there is no {selector} with {text!r}"
        self.inside(f"{found}.click()")

    async def heard(self, what: str, given: dict[str, Any] | None = None) -> None:
        """Wait until the view has told the host this."""
        await self._until(what, lambda: any(one == what and given in (None, told) for one, told in self.told))

    def picture(self) -> bytes:
        """The whole view as PNG, painted."""
        height = self.inside("Math.ceil(document.body.getBoundingClientRect().height)")
        size: dict[str, JSON] = {"width": self.width, "height": int(height), "deviceScaleFactor": 1, "mobile": False}
        self.browser.call("Emulation.setDeviceMetricsOverride", **size)
        painted = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"
        with self._in_the_view():
            self.browser.call("Runtime.evaluate", expression=painted, awaitPromise=True)
        return self.browser.screenshot()

    def complaints(self) -> list[str]:
        """What the browser logged, threw or refused, and every request."""
        found = []
        for event in self.browser.events[self.begin :]:
            method, params = event.get("method"), event.get("params")
            assert isinstance(params, dict)
            # The bridge tells of each message at the level of debugging; a view tells of nothing.
            if method == "Runtime.consoleAPICalled" and params["type"] == "debug":
                continue
            if method in {"Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"}:
                found.append(json.dumps(params))
            elif method == "Network.requestWillBeSent":
                request = params["request"]
                assert isinstance(request, dict)
                url = str(request["url"])
                if url != "about:srcdoc":
                    found.append(url)
        return found

    @property
    def blocked(self) -> list[object]:
        """Why requests failed."""
        failed: list[Any] = [one["params"] for one in self.browser.events[self.begin :] if one["method"] == FAILED]
        return [one.get("blockedReason") for one in failed]

    async def _until(self, what: str, holds: Any) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"{what}: {self.complaints()}"
            await self._answer()
        await self._answer()

    async def _answer(self) -> None:
        for one in json.loads(str(self.browser.value("JSON.stringify(asked.splice(0))"))):
            self.calls.append({"method": one["method"], **one["params"]})
            if one["method"] == "tools/call":
                done: Any = await self.client.call_tool(one["params"]["name"], one["params"].get("arguments"))
            else:
                done = await self.client.read_resource(one["params"]["uri"])
            given = done.model_dump(mode="json", by_alias=True, exclude_none=True)
            self._run(f"settle({one['id']}, {_js(given)})")
        self.told += [
            (what, given) for what, given in json.loads(str(self.browser.value("JSON.stringify(told.splice(0))")))
        ]

    def _run(self, statement: str) -> None:
        self.browser.value(f"void {statement}")


def _js(value: object) -> str:
    return json.dumps(value)
