"""A page of figures for a person.

It needs no script and fetches nothing; a policy in its head forbids both, for pages quote what others wrote.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from backwright.review.markup import Markup, element, lines


def document(title: str, *children: Markup) -> str:
    """The whole page."""
    body = element("body", lines(children))
    return f"<!doctype html>\n{element('html', lines(_head(title), body), lang='en')}\n"


def section(name: str, title: str, *children: Markup) -> Markup:
    """A part of the page under a heading."""
    heading = element("h2", title, id=f"{name}-title")
    return element("section", lines(heading, children), id=name, aria_labelledby=f"{name}-title")


@cache
def _style() -> str:
    return files("backwright.evaluating").joinpath("_page.css").read_text(encoding="utf-8")


def _head(title: str) -> Markup:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        lines(
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", title),
            Markup(f"<style>{_style()}</style>"),
        ),
    )
