"""Markdown of anyone: whatever it holds, what comes out is text, our elements and resolved links."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright._hidden import show_hidden
from backwright.site.links import Slugs
from backwright.site.markdown import MAX_CHARACTERS, Rendered, rendered
from tests.site._pages import Page

XSS = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](vbscript:x)",
    '![x](x" onerror="alert(1))',
    "<a href=javascript:alert(1)>",
    "</code></pre><svg onload=alert(1)>",
    "`</code><img src=x onerror=alert(1)>`",
    "```python\n</span><script>\n```",
    '```"><script>\nx\n```',
    "| a |\n|---|\n| <b onclick=x> |",
    "[x]: javascript:alert(1)\n\n[x]",
    "# <img src=x onerror=alert(1)>",
    "&lt;script&gt; &#x3c;script&#x3e;",
    '[a](https://example.com/"onmouseover="alert(1))',
]
ALLOWED = {"a", "blockquote", "br", "code", "div", "em", "figcaption", "figure", "hr", "li", "ol", "p", "pre", "s"}
ALLOWED |= {"span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul", "h1", "h2", "h3", "h4", "h5", "h6"}


def made(text: str) -> Rendered:
    return rendered(
        text, resolve=lambda href: href if href.startswith("https:") else None, mention=lambda _: None, slugs=Slugs()
    )


def harmless(text: str) -> None:
    shown = Page(made(text).html)
    assert {name for name, _ in shown.tags} <= ALLOWED
    for _, attributes in shown.tags:
        assert attributes.keys() <= {"href", "rel", "id", "class", "tabindex", "role", "aria-label", "start"}
    assert all(link.startswith("https:") for link in shown.links)


@pytest.mark.parametrize("text", XSS)
def test_what_would_run_is_text(text: str) -> None:
    harmless(text)


@given(
    st.lists(st.one_of(st.sampled_from(XSS), st.text(max_size=30), st.sampled_from("#[]()`*_|>-!\n<&\\"))).map("".join)
)
def test_whatever_it_holds_only_our_elements_come_out(text: str) -> None:
    harmless(text)


@pytest.mark.parametrize("unit", ["[", "![", "*a ", "> ", "- ", "`", "<", "[a](", "|a|\n|-|\n", "\\", "&#0;", "_*"])
def test_a_document_that_repeats_itself_is_no_bomb(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    started = time.process_time()
    harmless(text)
    assert time.process_time() - started < 20


def test_a_document_that_is_too_long_is_shown_as_text() -> None:
    text = "# a\n" + "x" * MAX_CHARACTERS
    html = made(text).html
    assert html.startswith('<pre class="plain"')
    assert html.count("<") == 2


def test_headings_lie_below_those_of_the_page_and_repeat_no_id() -> None:
    done = rendered("# A b\n\n## A b\n", resolve=lambda _: None, mention=lambda _: None, slugs=Slugs("a-b"), deeper=1)
    assert [(each.level, each.id) for each in done.headings] == [(2, "a-b-1"), (3, "a-b-2")]
    assert '<h2 id="a-b-1">' in done.html


def test_alignment_is_a_class_because_the_policy_forbids_styles() -> None:
    html = made("| a |\n|--:|\n| b |\n").html
    assert 'class="right"' in html
    assert "style" not in html


def test_ordinary_text_of_other_scripts_is_left_alone() -> None:
    text = "Größe, 漢字, emoji 👩\u200d💻 ✔️ and \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert show_hidden(text) == text
    assert show_hidden("a\u2066b") == "a[U+2066]b"
