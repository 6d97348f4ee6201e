"""The view of a scaffold's plan in the official bridge: read, applied to real files, and taken back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp_types import TextResourceContents

from backwright.app import App
from backwright.settings import Settings
from tests.mcp_api._app_host import Host, showing
from tests.mcp_api._connect import connected
from tests.review._chromium import Browser
from tests.site.test_browser import CONTRAST

PLAN = "ui://backwright/plan"
ENDPOINT: dict[str, object] = {"resource": "order", "fields": ["reference:str"], "more": {"persistence": "none"}}
HOSTILE = "# </script><img src=x onerror=alert(1)>"
HOST = (
    "from fastapi import FastAPI\n\n"
    f"app = FastAPI()  {HOSTILE}\n\n\n"
    '@app.get("/health")\nasync def health() -> str:\n    return "ok"\n'
)


@pytest.fixture
def app(tmp_path: Path) -> App:
    """An app over a project whose own file the plan has to edit."""
    package = tmp_path / "shop"
    package.mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi", "sqlalchemy"]\n', encoding="utf-8"
    )
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "main.py").write_text(HOST, encoding="utf-8")
    return App(Settings(root=tmp_path, allow_unlocked=True))


@asynccontextmanager
async def planned(browser: Browser, app: App, *, theme: str = "light", width: int = 760) -> AsyncIterator[Host]:
    async with showing(app) as client:
        answer = await client.call_tool("scaffold_endpoint", ENDPOINT)
        assert not answer.is_error, answer.content
        host = Host(browser, client)
        host.shown = answer.structured_content or {}
        await host.show(PLAN, ENDPOINT, answer, theme=theme, width=width)
        await host.until("document.querySelector('h1, pre') !== null")
        yield host


async def test_a_plan_is_shown_as_a_tree_with_the_diff_of_each_file(browser: Browser, app: App) -> None:
    async with planned(browser, app) as host:
        digest = host.shown["digest"].removeprefix("sha256:")
        assert [one["uri"] for one in host.calls] == [f"plan://{digest}/app"]
        paths = set(host.inside("[...document.querySelectorAll('[data-path]')].map((one) => one.dataset.path)"))
        created = {f"{folder}{name}" for line in host.shown["create"] for folder, name in _files(line)}
        assert created <= paths
        assert "shop/main.py" in paths
        host.press("[data-path='shop/main.py'] summary")
        await host.until("document.querySelector(\"[data-path='shop/main.py'] .added\") !== null")
        shown = str(host.inside("document.querySelector(\"[data-path='shop/main.py'] .lines\").innerText"))
        assert HOSTILE in shown
        assert host.inside("document.querySelectorAll('img, a').length") == 0
        assert host.complaints() == []


def _modules(root: Path) -> list[Path]:
    return sorted(root.rglob("*.py"))


def _files(line: str) -> list[tuple[str, str]]:
    folder, _, names = line.rpartition(": ")
    return [(folder, name) for name in names.split(", ")]


async def test_apply_writes_the_plan_and_undo_takes_it_back(browser: Browser, app: App, tmp_path: Path) -> None:
    before = _modules(tmp_path)
    async with planned(browser, app) as host:
        host.press("button.main", "Apply")
        await host.until("document.querySelector('h1').textContent === 'Applied'")
        await host.heard("context")
        assert host.calls[-1]["arguments"] == {"digest": host.shown["digest"]}
        assert "order" in (tmp_path / "shop" / "main.py").read_text(encoding="utf-8")
        assert "written" in str(host.inside("document.querySelector('.list').innerText"))
        host.press("button", "Undo")
        await host.until("document.querySelector('h1').textContent === 'Taken back'")
        assert host.calls[-1]["arguments"] == {"undo": "order"}
        assert host.complaints() == []
    assert (tmp_path / "shop" / "main.py").read_text(encoding="utf-8") == HOST
    assert _modules(tmp_path) == before


async def test_a_plan_of_another_state_of_the_project_is_not_applied_and_the_view_says_so(
    browser: Browser, app: App, tmp_path: Path
) -> None:
    async with planned(browser, app) as host:
        (tmp_path / "shop" / "main.py").write_text(f"{HOST}\n\nVERSION = 2\n", encoding="utf-8")
        host.press("button.main", "Apply")
        await host.until("document.getElementById('said').textContent !== ''")
        assert "plan again" in str(host.inside("document.getElementById('said').textContent"))
        assert host.inside("document.querySelector('button.main').disabled") is False
    assert "order" not in (tmp_path / "shop" / "main.py").read_text(encoding="utf-8")


async def test_without_a_project_a_plan_is_shown_and_offers_nothing_to_press(browser: Browser) -> None:
    async with planned(browser, App(Settings(allow_unlocked=True))) as host:
        assert host.inside("document.querySelectorAll('[data-path]').length") > 3
        assert host.inside("document.querySelectorAll('button').length") == 0
        assert host.complaints() == []


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 760)])
async def test_the_plan_fits_its_width_and_is_read_with_ease(
    browser: Browser, app: App, theme: str, width: int
) -> None:
    async with planned(browser, app, theme=theme, width=width) as host:
        host.press("[data-path='shop/main.py'] summary")
        await host.until("document.querySelector(\"[data-path='shop/main.py'] .added\") !== null")
        assert host.inside("document.documentElement.scrollWidth <= innerWidth") is True
        ratio, text = host.inside(CONTRAST)
        assert ratio >= 4.5, text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_view_reads_a_plan_file_by_file_with_the_name_to_take_it_back(app: App, mode: str) -> None:
    async with connected(app, mode) as client:
        answer = (await client.call_tool("scaffold_endpoint", ENDPOINT)).structured_content or {}
        whole = (await client.read_resource(answer["whole"])).contents[0]
        read = (await client.read_resource(f"{answer['whole']}/app")).contents[0]
    assert isinstance(read, TextResourceContents)
    assert isinstance(whole, TextResourceContents)
    plan = json.loads(read.text)
    assert "".join(file["diff"] for file in plan["files"]) == whole.text
    assert (read.mime_type, plan["resource"], plan["applies"]) == ("application/json", "order", True)
    assert [file["kind"] for file in plan["files"] if file["path"] == "shop/main.py"] == ["edit"]
