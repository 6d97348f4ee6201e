"""Whether code that a caller suggests may stand in the place of lines that a diff adds."""

from __future__ import annotations

import ast
import warnings

from backwright._hidden import describe, find_hidden
from backwright.review.anchor import Anchors, Place
from backwright.review.full import agrees, post_image
from backwright.review.hostile import masked
from backwright.review.reading import Reader

MAX_LINES = 60
MAX_FILE_BYTES = 1024 * 1024


def unfit(text: str, place: Place, read_new: Reader, anchors: Anchors) -> tuple[str, str]:
    """Why a suggestion is not taken, or nothing; and what a reader must know of one that is taken."""
    problem = _form(text, place)
    if problem or not place.path.endswith(".py"):
        return problem, ""
    whole = _whole(place, read_new, anchors)
    if whole is None:
        return "", "its suggestion was not parsed, for the whole file is not at hand"
    before, changed = whole, whole.split("\n")
    changed[place.line - 1 : place.end_line] = text.split("\n")
    error = _error("\n".join(changed))
    if error and not _error(before):
        return f"with it the file does not parse ({error}); indent it as the line is, and suggest whole lines", ""
    return "", "its suggestion was not parsed, for the file does not parse without it either" if error else ""


def _form(text: str, place: Place) -> str:
    """What is wrong with it whatever the file holds."""
    hidden = find_hidden(text)
    problems = (
        (hidden is not None, f"it holds {describe(text[hidden or 0 :][:1] or ' ')}, which nobody can see"),
        (not text.strip(), "it is empty"),
        (text.count("\n") >= MAX_LINES, f"it has more than {MAX_LINES} lines"),
        (text.rstrip() == place.text.rstrip(), "it is what stands there already"),
        (masked(text) != text, "it shows what looks like a secret"),
        (not place.is_added, "the change does not add the line, so that none can be put in its place"),
    )
    return next((said for wrong, said in problems if wrong), "")


def _whole(place: Place, read_new: Reader, anchors: Anchors) -> str | None:
    """The whole file after the change: as the diff shows it where it is new, else from disk where both agree."""
    for file in anchors.files(place.path):
        data = post_image(file)
        if data is None:
            data = read_new(place.path)
            data = data if data is not None and len(data) <= MAX_FILE_BYTES and agrees(data, file.hunks) else None
        if data is not None:
            text = data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
            return text if text.count("\n") + 1 >= place.end_line else None
    return None


def _error(text: str) -> str:
    """Why a file does not parse, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)
    except (ValueError, RecursionError, MemoryError):
        return "it is nested too deeply, or holds a NUL"
    return ""
