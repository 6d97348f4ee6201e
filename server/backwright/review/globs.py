"""Globs over POSIX paths, as `.gitignore` and ruff read them: `*` stays inside a component, `**` crosses them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path matches one of the globs.

    A glob without a slash matches the file's name anywhere; one that matches a folder matches all below it.
    """
    return any(_compiled(glob).fullmatch(path) for glob in globs)


@lru_cache(maxsize=512)
def _compiled(glob: str) -> re.Pattern[str]:
    pattern = glob.strip("/")
    body = "".join(_translate(part) for part in re.split(r"(/\*\*/|\*\*/|/\*\*|\*\*|\*|\?)", pattern))
    anywhere = "(?:.*/)?" if "/" not in pattern else ""
    return re.compile(f"{anywhere}{body}(?:/.*)?", re.DOTALL)


def _translate(part: str) -> str:
    known = {"/**/": "/(?:.*/)?", "**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return known.get(part, re.escape(part))
