"""Views by keyboard: the focus stays where the user was, and what came of a press is said beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from tests.mcp_api._app_host import Host
from tests.mcp_api.test_plan_in_a_browser import HOST, app, planned
from tests.mcp_api.test_skill_in_a_browser import ASKED, used
from tests.mcp_api.test_views_in_a_browser import Stage, shipped, stage
from tests.review._chromium import Browser

__all__ = ["app", "shipped", "stage"]

FOCUSED = "document.activeElement.tagName + ' ' + document.activeElement.textContent.slice(0, 12)"


def press(host: Host, selector: str, text: str) -> None:
    """Go to a button as the Tab key does, then press it."""
    found = f"[...document.querySelectorAll({selector!r})].find((one) => one.textContent === {text!r})"
    host.inside(f"{found}.focus()")
    assert host.inside(FOCUSED) == f"BUTTON {text[:12]}"
    host.inside(f"{found}.click()")


async def test_after_why_the_reasons_have_the_focus(stage: Stage) -> None:
    async with stage.review() as host:
        press(host, "[data-code=BW101] button", "Why?")
        await host.until("document.activeElement.tagName === 'PRE'")
        assert "BW101" in str(host.inside("document.activeElement.textContent"))


async def test_what_came_of_asking_for_a_fix_stands_beside_it_and_the_next_button_has_the_focus(stage: Stage) -> None:
    async with stage.review() as host:
        press(host, "[data-code=BW301] button", "Ask for this fix")
        await host.until("document.querySelector('[data-code=BW301] #said')?.textContent === 'Asked for.'")
        assert host.inside(FOCUSED) == "BUTTON Why?"
        assert host.inside("document.querySelectorAll('#said[role=status]').length") == 1


async def test_where_nothing_was_answered_the_button_that_said_so_keeps_the_focus(stage: Stage) -> None:
    async with stage.review() as host:
        press(host, "button.main", "Send answers")
        await host.until("document.activeElement.tagName === 'BUTTON'")
        assert host.inside("document.querySelector('p.row + #said').textContent") == "Answer a question first."
        assert host.inside(FOCUSED) == "BUTTON Send answers"


async def test_after_answers_the_head_of_the_new_report_has_the_focus(stage: Stage) -> None:
    async with stage.review() as host:
        host.press("fieldset input[value=met]")
        press(host, "button.main", "Send answers")
        await host.until("document.body.innerText.includes('What came of the answers')")
        assert str(host.inside(FOCUSED)).startswith("H1 ")


async def test_after_a_plan_is_applied_the_head_has_the_focus_and_a_view_that_opens_takes_none(
    browser: Browser, app: App
) -> None:
    async with planned(browser, app) as host:
        assert host.inside("document.activeElement === document.body") is True
        press(host, "button.main", "Apply")
        await host.until("document.querySelector('h1').textContent === 'Applied'")
        assert host.inside(FOCUSED) == "H1 Applied"


async def test_a_plan_that_is_not_applied_says_so_beside_the_button(browser: Browser, app: App, tmp_path: Path) -> None:
    async with planned(browser, app) as host:
        (tmp_path / "shop" / "main.py").write_text(f"{HOST}\n\nVERSION = 2\n", encoding="utf-8")
        press(host, "button.main", "Apply")
        await host.until("document.activeElement.tagName === 'BUTTON'")
        assert "plan again" in str(host.inside("document.querySelector('p.row + #said').textContent"))


@pytest.mark.parametrize("at", [0, -1])
async def test_after_another_version_was_chosen_the_choice_has_the_focus(
    browser: Browser, shipped: App, at: int
) -> None:
    version = shipped.catalog.versions("async-concurrency")[at]
    async with used(browser, shipped, ASKED) as host:
        host.inside("document.querySelector('select').focus()")
        host.inside(f"document.querySelector('select').value = {version!r}")
        host.inside("document.querySelector('select').dispatchEvent(new Event('change'))")
        await host.until(f"document.querySelector('h1').textContent === 'async-concurrency {version}'")
        await host.until("document.activeElement.tagName === 'SELECT'")
        assert host.inside("document.activeElement.value") == version
