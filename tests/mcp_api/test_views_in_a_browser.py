"""Views in a real browser, in the official bridge's sandbox, before the real server: shown, pressed, and hostile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from backwright.app import App
from backwright.settings import Settings
from tests.mcp_api._app_host import CAPABILITIES, Host, showing
from tests.mcp_api.test_judging import diff_of
from tests.review import _chromium
from tests.site.test_browser import CONTRAST

REVIEW = "ui://backwright/review"
HOSTILE = "</script><img src=x onerror=alert(1)> <b>bold</b>"
CODE = f"""\
from datetime import datetime

import requests
from pydantic import BaseModel


class Item(BaseModel):
    name: str


def dump(item: Item) -> dict[str, object]:
    return item.dict()


async def fetch(url: str) -> str:
    # {HOSTILE}
    return requests.get(url).text + str(datetime.utcnow())


def total(price: float, count: int) -> float:
    return price * count * 1.2
"""


@pytest.fixture(scope="module")
def shipped() -> App:
    """An app without a project over the pack that ships, as over HTTP."""
    return App(Settings(allow_unlocked=True))


@dataclass(frozen=True)
class Stage:
    """Where a view is shown."""

    browser: _chromium.Browser
    app: App

    @asynccontextmanager
    async def review(self, *, bare: bool = False, theme: str = "light", width: int = 760) -> AsyncIterator[Host]:
        """A real review in its view; `bare` in a host that passes nothing on."""
        arguments: dict[str, object] = {"diff": diff_of(CODE)}
        async with showing(self.app) as client:
            answer = await client.call_tool("review_diff", arguments)
            host = Host(self.browser, client)
            host.shown = answer.structured_content or {}
            capabilities = {} if bare else CAPABILITIES
            await host.show(REVIEW, arguments, answer, theme=theme, width=width, capabilities=capabilities)
            await host.until(f"document.querySelector({'pre' if bare else 'h1'!r}) !== null")
            yield host


@pytest.fixture(scope="module")
def stage(browser: _chromium.Browser, shipped: App) -> Stage:
    return Stage(browser, shipped)


async def test_a_review_is_shown_with_findings_beside_their_lines_and_what_to_decide(stage: Stage) -> None:
    async with stage.review() as host:
        handle = host.shown["review"]
        assert [one["uri"] for one in host.calls] == [f"review://{handle}/app"]
        shown = str(host.inside("document.body.innerText"))
        for part in ("BW101", "app/x.py:17", "return requests.get(url).text", "For you to decide", "Checklist"):
            assert part in shown, part
        assert host.inside("[...document.querySelectorAll('.hit .number')].map((one) => one.textContent)[0]") == "17"
        assert host.complaints() == []


async def test_hostile_text_of_a_diff_stays_text(stage: Stage) -> None:
    async with stage.review() as host:
        assert HOSTILE in str(host.inside("document.querySelector('.lines').innerText"))
        assert host.inside("document.querySelectorAll('img, b, iframe, a').length") == 0
        assert host.complaints() == []


async def test_markup_that_gets_in_all_the_same_runs_nothing_and_fetches_nothing(stage: Stage) -> None:
    async with stage.review() as host:
        bad = "<img src=https://example.org/x.png onerror='window.bad = 1'><button onclick='window.bad = 1'>x</button>"
        host.inside(f"document.getElementById('view').insertAdjacentHTML('beforeend', {bad!r})")
        host.inside("document.querySelector('[onclick]').click()")
        host.inside("document.body.append(Object.assign(document.createElement('script'), {text: 'window.bad = 1'}))")
        assert host.inside("typeof window.bad") == "undefined"
        assert "violates the following Content Security Policy" in "".join(host.complaints())
        assert host.blocked == ["csp"]


async def test_a_button_asks_the_server_why_a_rule_exists(stage: Stage) -> None:
    async with stage.review() as host:
        host.press("[data-code=BW101] button", "Why?")
        await host.until("document.querySelector('[data-code=BW101] pre').textContent !== ''")
        assert host.calls[-1] == {"method": "tools/call", "name": "explain_rule", "arguments": {"rule": "BW101"}}
        assert "event loop" in str(host.inside("document.querySelector('[data-code=BW101] pre').textContent"))
        assert host.complaints() == []


async def test_answers_reach_the_server_and_the_view_and_the_model_learn_what_came_of_them(stage: Stage) -> None:
    async with stage.review() as host:
        handle = host.shown["review"]
        item, count = host.inside(
            "[(all) => [all[0].dataset.item, all.length]].map((f) => f([...document.querySelectorAll('fieldset')]))[0]"
        )
        host.press("fieldset input[value=met]")
        host.press("button.main", "Send answers")
        await host.until("document.body.innerText.includes('What came of the answers')")
        await host.heard("context")
        (sent,) = [one for one in host.calls if one["method"] == "tools/call"]
        assert sent["arguments"] == {"review": handle, "verdicts": [{"item": item, "verdict": "met"}]}
        assert host.inside("document.querySelectorAll('fieldset').length") == count - 1
        (said,) = [given["content"][0]["text"] for what, given in host.told if what == "context"]
        assert said.startswith(f"The user answered 1 question of review {handle}")
        assert host.complaints() == []


async def test_an_answer_that_a_rule_is_broken_quotes_the_line_that_the_user_chose(stage: Stage) -> None:
    async with stage.review() as host:
        item = host.inside("document.querySelector('fieldset:has(select option)').dataset.item")
        host.press(f"fieldset[data-item='{item}'] input[value=broken]")
        assert host.inside(f"document.querySelector(\"fieldset[data-item='{item}'] select\").hidden") is False
        host.press("button.main", "Send answers")
        await host.until("document.body.innerText.includes('What came of the answers')")
        (verdict,) = host.calls[1]["arguments"]["verdicts"]
        assert (verdict["item"], verdict["verdict"], verdict["path"]) == (item, "broken", "app/x.py")
        assert verdict["quote"].strip() == CODE.splitlines()[verdict["line"] - 1].strip()
        assert host.inside("document.querySelector('.list .badge').textContent") == "accepted"


async def test_sending_no_answer_says_so_and_asks_the_server_nothing(stage: Stage) -> None:
    async with stage.review() as host:
        host.press("button.main", "Send answers")
        await host.until("document.getElementById('said').textContent !== ''")
        assert host.inside("document.getElementById('said').textContent") == "Answer a question first."
        assert [one["method"] for one in host.calls] == ["resources/read"]


async def test_a_fix_is_asked_for_by_its_place_and_not_in_the_words_of_the_diff(stage: Stage) -> None:
    async with stage.review() as host:
        handle = host.shown["review"]
        host.press("[data-code=BW301] button", "Ask for this fix")
        await host.heard("message")
        (said,) = [given["content"][0]["text"] for what, given in host.told if what == "message"]
        assert said.startswith(f'In review {handle}, apply the suggested replacement of finding BW301 at "app/x.py:12"')
        assert "dict" not in said
        assert host.complaints() == []


async def test_a_host_that_passes_nothing_on_is_offered_no_button_and_gets_the_text(stage: Stage) -> None:
    async with stage.review(bare=True) as host:
        assert "BW101" in str(host.inside("document.querySelector('pre').textContent"))
        assert host.inside("document.querySelectorAll('button').length") == 0
        assert host.calls == []


async def test_the_theme_and_the_variables_of_the_host_are_taken_up_and_changed(stage: Stage) -> None:
    async with stage.review(theme="light") as host:
        colours = (
            "[document.body, document.body].map((one, n) => getComputedStyle(one)[n ? 'color' : 'backgroundColor'])"
        )
        assert host.inside(colours) == ["rgb(255, 255, 255)", "rgb(29, 31, 36)"]
        host.change({"theme": "dark"})
        await host.until("document.documentElement.dataset.theme === 'dark'")
        assert host.inside(colours) == ["rgb(27, 30, 36)", "rgb(231, 233, 238)"]
        host.change({"styles": {"variables": {"--color-background-primary": "rgb(1, 2, 3)", "color": "red"}}})
        await host.until("getComputedStyle(document.body).backgroundColor === 'rgb(1, 2, 3)'")
        assert host.complaints() == []


@pytest.mark.parametrize("width", [320, 760])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_view_fits_its_width_tells_its_height_and_is_read_with_ease(
    stage: Stage, theme: str, width: int
) -> None:
    async with stage.review(theme=theme, width=width) as host:
        assert host.inside("document.documentElement.scrollWidth <= innerWidth") is True
        height = host.inside("Math.ceil(document.body.getBoundingClientRect().height)")
        await host.heard("size", {"width": width, "height": height})
        ratio, text = host.inside(CONTRAST)
        assert ratio >= 4.5, text


async def test_everything_that_can_be_pressed_is_reached_by_the_keyboard_and_has_a_name(stage: Stage) -> None:
    async with stage.review() as host:
        every = "[...document.querySelectorAll('button, input, select')]"
        name = "(one.textContent.trim() || one.labels?.length || one.ariaLabel)"
        assert host.inside(f"{every}.length") > 5
        assert host.inside(f"{every}.filter((one) => !{name} || one.tabIndex !== 0).length") == 0
