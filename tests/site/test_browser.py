"""In a real browser: both schemes, a phone's width, no error, nothing fetched, and complete without JavaScript."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mcp_api._connect import http_server
from tests.review import _chromium

HOME = "index.html"
SKILL = "skills/hostile/index.html"
PAGES = (HOME, SKILL, "rules/BW505/index.html", "rules/index.html", "problems/index.html")

# The lowest contrast of any text with what is behind it (WCAG 2.2, 1.4.3), and the text.
CONTRAST = """(() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const color = parse(getComputedStyle(each).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  let worst = [99, ""];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || !parent.getClientRects().length) continue;
    const [a, b] = [light(parse(getComputedStyle(parent).color)), light(behind(parent))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, node.textContent.trim().slice(0, 40)];
  }
  return worst;
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_chromium.Browser]:
    program = _chromium.find()
    if program is None:
        reason = f"no browser: none of {', '.join(_chromium.NAMES)} is on the PATH"
        if os.environ.get(_chromium.REQUIRE) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with _chromium.browser(program, tmp_path_factory.mktemp("profile")) as started:
        for domain in ("Page", "Log", "Runtime", "Network"):
            started.call(f"{domain}.enable")
        yield started


def complaints(browser: _chromium.Browser, base: str) -> list[object]:
    """What the browser logged, threw, or asked of anyone else, since the last question."""
    events, browser.events = browser.events, []
    found: list[object] = [
        event for event in events if event.get("method") in {"Log.entryAdded", "Runtime.exceptionThrown"}
    ]
    for event in events:
        params = event.get("params")
        if event.get("method") == "Network.requestWillBeSent" and isinstance(params, dict):
            request = params["request"]
            assert isinstance(request, dict)
            url = str(request["url"])
            found += [url] if not url.startswith((base, "data:")) else []
    return found


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_read_in_both_schemes_and_asks_nobody_for_anything(
    browser: _chromium.Browser,
    folder: Path,
    path: str,
    dark: bool,  # noqa: FBT001  pytest gives it
) -> None:
    browser.open(folder / path, width=1100, dark=dark)
    background = browser.value("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(20, 22, 26)" if dark else "rgb(246, 245, 242)")
    worst = browser.value(CONTRAST)
    assert isinstance(worst, list)
    assert float(str(worst[0])) >= 4.5, worst
    assert complaints(browser, folder.as_uri()) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_no_wider_than_a_phone(browser: _chromium.Browser, folder: Path, path: str) -> None:
    browser.open(folder / path, width=360, dark=False)
    assert browser.value("document.documentElement.scrollWidth") == 360


def test_nothing_of_a_hostile_skill_runs_or_is_fetched(browser: _chromium.Browser, folder: Path) -> None:
    browser.open(folder / SKILL, width=1100, dark=False)
    assert browser.value("document.title") == "hostile 1.0.0 - Backwright"
    assert browser.value("document.images.length + document.scripts.length") == 0
    browser.value("document.body.insertAdjacentHTML('beforeend', '<img src=http://127.0.0.1:9/x>')")
    told = complaints(browser, folder.as_uri())
    assert any("Content Security Policy" in str(each) for each in told)


def test_each_page_has_its_landmarks_one_first_heading_and_a_way_past_the_navigation(
    browser: _chromium.Browser, folder: Path
) -> None:
    for path in PAGES:
        browser.open(folder / path, width=1100, dark=False)
        assert browser.value("document.querySelectorAll('main, body > header nav, footer').length") == 3
        assert browser.value("document.querySelectorAll('h1').length") == 1
        assert browser.value("document.documentElement.lang") == "en"
        assert browser.value("document.querySelector('a').getAttribute('href')") == "#content"
        unnamed = "(e) => !e.textContent.trim() && !(e.labels && e.labels.length)"
        assert browser.value(f"[...document.querySelectorAll('a, button, input')].filter({unnamed}).length") == 0


def test_what_has_the_focus_is_marked(browser: _chromium.Browser, folder: Path) -> None:
    browser.open(folder / HOME, width=1100, dark=False)
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert browser.value("document.activeElement.className") == "skip"
    assert browser.value("document.activeElement.getBoundingClientRect().left") >= 0  # type: ignore[operator]  # a number
    assert browser.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_list_narrows_as_one_types(browser: _chromium.Browser, folder: Path) -> None:
    browser.open(folder / HOME, width=1100, dark=False)
    visible = (
        "[...document.querySelectorAll('.card')].filter((e) => !e.hidden).map((e) => e.querySelector('a').textContent)"
    )
    assert browser.value(visible) == ["hostile", "sound"]
    browser.value("q.value = 'sound'; q.dispatchEvent(new Event('input'))")
    assert browser.value(visible) == ["sound"]
    assert browser.value("document.getElementById('rules').closest('section').hidden") is True
    assert str(browser.value("document.getElementById('found').textContent")).startswith("1 of ")


def test_without_javascript_the_folder_has_all_and_the_server_searches(
    browser: _chromium.Browser, folder: Path, hostile_pack: Path
) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(folder / HOME, width=1100, dark=False)
        assert browser.value("document.querySelectorAll('.card:not([hidden])').length") == 2
        assert browser.value("document.querySelector('form').hidden") is True
        with http_server(hostile_pack) as url:
            base = url.removesuffix("/mcp")
            browser.events.clear()
            browser.go(f"{base}/?q=sound", width=1100, dark=True)
            assert browser.value("document.querySelector('main li a').textContent") == "sound"
            assert browser.value("document.querySelector('main form').hidden") is False
            browser.go(f"{base}/skills/sound/1.0.0", width=1100, dark=True)
            assert browser.value("document.querySelector('h1').textContent") == "sound 1.0.0"
            assert complaints(browser, base) == []
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
