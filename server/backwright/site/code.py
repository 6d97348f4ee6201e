"""Code in colours: escaped text with a class for each kind of word that the style sheet knows."""

from __future__ import annotations

from functools import cache
from typing import Final

from markupsafe import Markup, escape
from pygments import highlight  # type: ignore[import-untyped]  # pygments ships no types
from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]  # pygments ships no types
from pygments.lexer import Lexer  # type: ignore[import-untyped]  # pygments ships no types
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # pygments ships no types

MAX_CHARACTERS: Final = 60_000
"""Of one piece of code; more is shown without colours."""

# What a fence or the name of a file says, and the lexer of it. Whatever is not here keeps the colour of text.
_LEXERS: Final = {
    "bash": "bash",
    "console": "console",
    "diff": "diff",
    "dockerfile": "docker",
    "html": "html",
    "http": "http",
    "ini": "ini",
    "json": "json",
    "mako": "python",
    "py": "python",
    "python": "python",
    "sh": "bash",
    "sql": "sql",
    "toml": "toml",
    "yaml": "yaml",
    "yml": "yaml",
}


def coloured(text: str, language: str) -> Markup:
    """Text as HTML.

    Args:
        text: the code.
        language: as a fence names it, or the suffix of a file; one that is not known is no error.
    """
    name = _LEXERS.get(language.lower())
    if name is None or len(text) > MAX_CHARACTERS:
        return escape(text)
    return Markup(highlight(text, _lexer(name), _FORMATTER))  # noqa: S704  the formatter escapes what it is given


@cache
def _lexer(name: str) -> Lexer:
    return get_lexer_by_name(name, stripnl=False, ensurenl=False)


_FORMATTER: Final = HtmlFormatter(nowrap=True)
