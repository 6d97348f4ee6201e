"""The view of a skill in the official bridge: what it says, its versions and its checklist; and a hostile one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import MCPError
from mcp_types import TextResourceContents

from backwright.app import App
from backwright.settings import Settings
from tests.mcp_api._app_host import Host, showing
from tests.mcp_api._connect import MODES, connected
from tests.review._chromium import Browser
from tests.site.test_browser import CONTRAST

SKILL = "ui://backwright/skill"
ASKED: dict[str, object] = {"request": "Bound a gather.", "name": "async-concurrency"}
HOSTILE = """\
---
name: evil
description: Use when an evil <b>skill</b> is wanted by a test of the views.
metadata:
  version: 1.0.0
---

# Evil </script><img src=x onerror=alert(1)>

- [link](javascript:alert(1)) and `<b>code</b>`

```html
<iframe src="https://example.org"></iframe>
```
"""


@pytest.fixture(scope="module")
def shipped() -> App:
    """An app without a project over the pack that ships, as over HTTP."""
    return App(Settings(allow_unlocked=True))


@asynccontextmanager
async def used(
    browser: Browser, app: App, asked: dict[str, object], *, theme: str = "light", width: int = 760
) -> AsyncIterator[Host]:
    async with showing(app) as client:
        answer = await client.call_tool("use_skill", asked)
        host = Host(browser, client)
        host.shown = answer.structured_content or {}
        await host.show(SKILL, asked, answer, theme=theme, width=width)
        await host.until("document.querySelector('h1, pre') !== null")
        yield host


async def test_a_skill_is_shown_with_its_checklist_and_what_decides_each_sentence(
    browser: Browser, shipped: App
) -> None:
    async with used(browser, shipped, ASKED) as host:
        head = f"async-concurrency {host.shown['version']}"
        assert host.inside("document.querySelector('h1').textContent") == head
        items = host.inside("[...document.querySelectorAll('[data-item]')].map((one) => one.dataset.item)")
        skill = shipped.catalog.get("async-concurrency")
        assert items == [item.id for item in skill.checklist]
        assert "BW101" in str(host.inside("document.querySelector('[data-item=no-blocking-http]').textContent"))
        assert host.inside("document.querySelectorAll('.text pre').length") > 0
        assert host.inside("document.querySelectorAll('.text td').length") > 0
        assert host.complaints() == []


async def test_another_version_is_read_when_it_is_chosen(browser: Browser, shipped: App) -> None:
    versions = shipped.catalog.versions("async-concurrency")
    async with used(browser, shipped, ASKED) as host:
        assert host.inside("[...document.querySelectorAll('option')].map((one) => one.value)") == list(versions)
        host.inside(f"document.querySelector('select').value = {versions[-1]!r}")
        host.inside("document.querySelector('select').dispatchEvent(new Event('change'))")
        await host.until(f"document.querySelector('h1').textContent === 'async-concurrency {versions[-1]}'")
        assert host.calls[-1]["uri"] == f"backwright://skill/async-concurrency@{versions[-1]}"
        assert host.complaints() == []


async def test_a_hostile_skill_stays_text(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "SKILL.md").write_text(HOSTILE, encoding="utf-8")
    app = App(Settings(skills=(tmp_path,), allow_unlocked=True))
    async with used(browser, app, {"request": "x", "name": "evil"}) as host:
        shown = str(host.inside("document.body.innerText"))
        for part in ("</script><img src=x onerror=alert(1)>", "<b>skill</b>", "<iframe", "link (javascript:alert(1"):
            assert part in shown, part
        assert host.inside("document.querySelectorAll('img, a, b, iframe').length") == 0
        assert host.complaints() == []


async def test_where_no_skill_fits_the_view_says_so(browser: Browser, shipped: App) -> None:
    async with used(browser, shipped, {"request": "Bake a cake with plums."}) as host:
        assert "No skill was loaded" in str(host.inside("document.body.innerText"))
        assert host.calls == []


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 760)])
async def test_the_skill_fits_its_width_and_is_read_with_ease(
    browser: Browser, shipped: App, theme: str, width: int
) -> None:
    async with used(browser, shipped, ASKED, theme=theme, width=width) as host:
        assert host.inside("document.documentElement.scrollWidth <= innerWidth") is True
        ratio, text = host.inside(CONTRAST)
        assert ratio >= 4.5, text


@pytest.mark.parametrize("mode", MODES)
async def test_a_view_reads_a_version_of_a_skill_and_nothing_that_is_not_served(app: App, mode: str) -> None:
    async with connected(app, mode) as client:
        content = (await client.read_resource("backwright://skill/alpha@1.0.0")).contents[0]
        for uri in ("alpha@9.9.9", "nothing@1.0.0", "alpha", "../alpha@1.0.0", "alpha@^1", "alpha@1.0.0/"):
            with pytest.raises(MCPError, match="no resource is served"):
                await client.read_resource(f"backwright://skill/{uri}")
    assert isinstance(content, TextResourceContents)
    skill = json.loads(content.text)
    assert (skill["name"], skill["version"], content.mime_type) == ("alpha", "1.0.0", "application/json")
    assert "# Alpha as it was" in skill["body"]
