"""Whether a project uses a library, as far as a glance at a few files in its root says.

A tool that cannot work in a project is not listed there, because a model pays for the list on each turn.
"""

from __future__ import annotations

import re
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError

_PLACES = ("pyproject.toml", "requirements.txt", "requirements.in", "setup.cfg", "Pipfile")
_MAX_BYTES = 256 * 1024


def declares(root: Path | None, *libraries: str) -> bool:
    """Whether one of the libraries is named where dependencies are declared in this folder."""
    if root is None:
        return False
    # Where a requirement begins: a line, or a string. In the middle of one it may be a classifier or a sentence.
    names = "|".join(map(re.escape, libraries))
    pattern = re.compile(rf"(?:^|[\"'])[ \t]*({names})(?!\w)", re.IGNORECASE | re.MULTILINE)
    return any(pattern.search(_text(root / place)) for place in _PLACES)


def has_file(root: Path | None, name: str) -> bool:
    """Whether there is a file of this name in the root."""
    return root is not None and (root / name).is_file()


def mentions(root: Path | None, name: str, word: str) -> bool:
    """Whether the file of this name in the root has the word in it."""
    return root is not None and word in _text(root / name)


def _text(path: Path) -> str:
    try:
        return read_bounded(path, _MAX_BYTES, follow_links=False).decode("utf-8", "replace")
    except (OSError, TooLargeError):
        return ""
