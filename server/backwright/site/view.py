"""How a page is filled: one template around each, style sheet and script inside it, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

import backwright
from backwright._hidden import show_hidden
from backwright.site.links import Slugs, link
from backwright.site.markdown import Rendered, rendered, sentence

ICON: Final = "data:image/svg+xml," + quote(
    files("backwright").joinpath("icon.svg").read_text(encoding="utf-8").strip().replace('"', "'"), safe=" ='/:"
)

# What the sections of pages use as ids; a heading of a document gets another.
OWN_IDS: Final = ("content", "checklist", "triggers", "files", "versions", "skills", "rules", "guides", "q", "found")

# A word in code that names a file from where it stands.
_FILE: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)+")

SECTIONS: Final = (
    ("", "Skills"),
    ("rules", "Rules"),
    ("problems", "Problems"),
    ("docs", "Guides"),
    ("schemas", "Schemas"),
)
"""What the navigation leads to: paths and names."""


@dataclass(frozen=True, slots=True)
class View:
    """One page while it is made.

    Args:
        path: its own, see `links`.
        paths: those of all pages; what is no page is not linked.
        codes: what a word in code leads to: the path of a page, by the word.
        static: whether it is written to a folder.
        digest: of what is served.
        query: what was searched for.
    """

    path: str
    paths: Collection[str]
    codes: dict[str, str]
    static: bool
    digest: str
    query: str = ""

    def href(self, target: str, anchor: str = "") -> str:
        """The address of a page, from this one."""
        return link(self.path, target, static=self.static, anchor=anchor)

    def known(self, target: str | None, anchor: str = "") -> str | None:
        """The same, of what may be no page."""
        return None if target is None or target not in self.paths else self.href(target, anchor)

    def fill(self, template: str, title: str, **values: object) -> str:
        """The whole page.

        Args:
            template: its name.
            title: what the tab says.
            values: what the template shows; escaped unless it is `Markup`.
        """
        here = next((path for path, _ in reversed(SECTIONS) if self.path.split("/")[0] == path), "")
        made = _environment().get_template(f"{template}.html.j2")
        return made.render(
            view=self,
            title=show_hidden(title),
            here=here,
            sections=SECTIONS,
            style=Markup(_text("style.css")),  # noqa: S704  ours
            script=Markup(_text("search.js")),  # noqa: S704  ours
            policy=policy(),
            icon=Markup(ICON),  # noqa: S704  ours
            version=backwright.__version__,
            **values,
        )

    def markdown(self, text: str, base: str | None = None, *, slugs: Slugs | None = None, deeper: int = 0) -> Rendered:
        """A document, its links resolved.

        Args:
            text: Markdown.
            base: the path that its relative links start from; None where they lead nowhere.
            slugs: the ids of the page.
            deeper: how many levels its headings lie below its own.
        """
        return rendered(
            text,
            resolve=partial(self._resolved, base),
            mention=partial(self._mentioned, base),
            slugs=slugs or Slugs(*OWN_IDS),
            deeper=deeper,
        )

    def _resolved(self, base: str | None, href: str) -> str | None:
        if href.startswith(("https://", "#")):
            return href
        target, _, anchor = href.partition("#")
        if base is None or ":" in target or target.startswith("/") or "\\" in target:
            return None
        return self.known(_joined(base, target), anchor)

    def _mentioned(self, base: str | None, word: str) -> str | None:
        found = self.codes.get(word)
        if found is None and base is not None and _FILE.fullmatch(word):
            found = _joined(base, word)
        return None if found == self.path else self.known(found)


def _joined(base: str, target: str) -> str | None:
    """The path that a relative one leads to from a folder; None where it leaves the whole."""
    parts = base.split("/") if base else []
    for part in target.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    path = "/".join(parts)
    for ending in ("/SKILL.md", ".md"):
        # A skill's page is its SKILL.md, a guide's is its file without the suffix.
        if path.endswith(ending) and (ending == "/SKILL.md" or path.startswith("docs/")):
            path = path.removesuffix(ending)
    return path


@cache
def policy() -> str:
    """The content security policy of every page: its own style sheet and script by their digests, and nothing else."""
    style, script = _source("style.css"), _source("search.js")
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; img-src data:; form-action 'self'; "
        "base-uri 'none'"
    )


def _source(name: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(_text(name).encode()).digest()).decode()}'"


@cache
def _text(name: str) -> str:
    return files("backwright.site").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_text), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"shown": show_hidden, "sentence": sentence}
    return made
