"""Markdown that others wrote, as HTML that is ours: no raw HTML, no image, and no link but to a page or over https.

The text of a skill may come from anywhere. What a reader could not see in it is written out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from backwright._hidden import show_hidden
from backwright.site.code import coloured
from backwright.site.links import Slugs

MAX_CHARACTERS: Final = 200_000
"""Of one document; a longer one is shown as the text that it is."""

_DEEPEST: Final = 6
_NESTING: Final = 40
_BACKTICKS: Final = re.compile(r"`([^`]+)`")
_NOTES: Final = {"wrong": "Wrong", "test": "Test"}

Resolve = Callable[[str], str | None]
"""What a link of the document leads to; None for nowhere, so that its text alone is left."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document, for its table of contents."""

    level: int
    id: str
    text: str


@dataclass(slots=True)
class Rendered:
    """A document as HTML, and its headings."""

    html: Markup
    headings: list[Heading] = field(default_factory=list)


@dataclass(slots=True)
class _Document:
    resolve: Resolve
    mention: Resolve
    slugs: Slugs
    deeper: int
    headings: list[Heading] = field(default_factory=list)


def rendered(text: str, *, resolve: Resolve, mention: Resolve, slugs: Slugs, deeper: int = 0) -> Rendered:
    """A Markdown document as HTML.

    Args:
        text: the document, without frontmatter.
        resolve: see `Resolve`; it is asked about each link.
        mention: what a word in code leads to, such as the code of a rule.
        slugs: the ids of the page that it becomes part of.
        deeper: how many levels its headings lie below its own.
    """
    shown = show_hidden(text)
    if len(shown) > MAX_CHARACTERS:
        return Rendered(Markup('<pre class="plain" tabindex="0">{}</pre>').format(shown))
    document = _Document(resolve, mention, slugs, deeper)
    made = _markdown().render(shown, {"document": document})
    return Rendered(Markup(made), document.headings)  # noqa: S704  the renderer escapes; raw HTML is off


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING}).enable(["table", "strikethrough"])
    made.core.ruler.push("ours", _ours)
    for name, rule in (
        ("fence", _fence),
        ("code_block", _fence),
        ("image", _image),
        ("code_inline", _code),
        ("table_open", _table_open),
        ("table_close", _table_close),
    ):
        made.add_render_rule(name, rule)
    return made


def _ours(state: StateCore) -> None:
    """Ids for headings, classes for what would be styles, and links to where they may lead."""
    document = state.env["document"]
    for index, token in enumerate(state.tokens):
        if token.type in {"heading_open", "heading_close"}:
            level = min(_DEEPEST, int(token.tag[1:]) + document.deeper)
            token.tag = f"h{level}"
            if token.type == "heading_open":
                text = _text(state.tokens[index + 1].children or ())
                token.attrs["id"] = document.slugs.of(text)
                document.headings.append(Heading(level, str(token.attrs["id"]), text))
        elif token.type in {"th_open", "td_open"}:
            style = str(token.attrs.pop("style", ""))
            if style:
                token.attrs["class"] = style.rpartition(":")[2]
        elif token.children:
            token.children = list(_linked(token.children, document))


def _linked(tokens: Sequence[Token], document: _Document) -> Iterator[Token]:
    """The tokens without the links that lead nowhere. Links do not lie in one another."""
    kept = inside = False
    for token in tokens:
        if token.type == "link_open":
            href = document.resolve(str(token.attrs.get("href", "")))
            kept, inside = href is not None, True
            if href is not None:
                token.attrs = {"href": href}
                if href.startswith("https:"):
                    token.attrs["rel"] = "noreferrer"
                yield token
        elif token.type == "link_close":
            inside = False
            if kept:
                yield token
        else:
            if token.type == "code_inline" and not inside:
                token.meta = {"href": document.mention(token.content)}
            yield token


def _text(tokens: Sequence[Token]) -> str:
    return "".join(token.content for token in tokens if token.type in {"text", "code_inline"})


def _fence(_: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, ___: EnvType) -> str:
    info = tokens[index].info.split()
    note = next((_NOTES[word] for word in info[1:2] if word in _NOTES), None)
    code = coloured(tokens[index].content, info[0] if info else "")
    block = Markup('<pre tabindex="0"><code>{}</code></pre>\n').format(code)
    if note is None:
        return block
    return Markup('<figure class="{}"><figcaption>{}</figcaption>{}</figure>\n').format(note.lower(), note, block)


def _image(_: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, ___: EnvType) -> str:
    """Its description: a picture would be fetched, and tell whoever wrote its address."""
    return Markup('<span class="image">[image: {}]</span>').format(tokens[index].content)


def _code(_: RendererHTML, tokens: Sequence[Token], index: int, __: OptionsDict, ___: EnvType) -> str:
    token = tokens[index]
    code = Markup("<code>{}</code>").format(token.content)
    href = token.meta.get("href") if token.meta else None
    return code if href is None else Markup('<a href="{}">{}</a>').format(href, code)


def _table_open(_: RendererHTML, __: Sequence[Token], ___: int, ____: OptionsDict, _____: EnvType) -> str:
    return '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>\n'


def _table_close(_: RendererHTML, __: Sequence[Token], ___: int, ____: OptionsDict, _____: EnvType) -> str:
    return "</table></div>\n"


def sentence(text: str) -> Markup:
    """One sentence of a checklist: text, with what stands in backticks as code."""
    parts = _BACKTICKS.split(show_hidden(text))
    made = (Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts))
    return Markup("").join(made)
