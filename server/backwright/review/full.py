"""A whole file after the change to a syntax tree, once it is known to be the file that the diff speaks of."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Sequence

from backwright.review.diagnostic import Basis
from backwright.review.diff import FileDiff, Hunk
from backwright.review.fragment import Piece, renumber
from backwright.review.source import Source

MAX_SOURCE_BYTES = 1024 * 1024


class UnreadableSourceError(Exception):
    """The file cannot be read as a whole; the text says why. It never leaves the review."""


def parse_file(path: str, data: bytes, added: frozenset[int]) -> Piece:
    """The whole file as one `Piece`.

    Raises:
        UnreadableSourceError: too large, of another encoding than it says, or no Python of the running version.
    """
    if len(data) > MAX_SOURCE_BYTES:
        raise UnreadableSourceError(f"the file is larger than {MAX_SOURCE_BYTES // 1024} KiB")
    text = _decode(data)
    rows = text.split("\n")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        raise UnreadableSourceError(f"the file does not parse: {where}{error.msg}") from None
    except (ValueError, RecursionError, MemoryError):
        raise UnreadableSourceError("the file is nested too deeply or holds a NUL") from None
    numbers = _numbers(rows)
    if len(numbers) != len(rows):
        renumber(tree, numbers)
    lines = {number: row.removesuffix("\r") for number, row in enumerate(rows, 1)}
    source = Source(path, Basis.FULL, tree, lines, added)
    return Piece((source,), text, tuple(numbers), lint_text=text, is_full=True)


def post_image(file: FileDiff) -> bytes | None:
    """The text of a file that the diff creates: the diff holds all of it."""
    if len(file.hunks) != 1 or file.hunks[0].new_start != 1 or any(line.old for line in file.hunks[0].lines):
        return None
    return "".join(f"{line.text}\n" for line in file.hunks[0].lines).encode("utf-8", "replace")


def agrees(data: bytes, hunks: Iterable[Hunk]) -> bool:
    """Whether the file holds, where the diff says so, the lines that the diff says it holds.

    A diff of another state of the file must not be reviewed against this one: its findings would stand on wrong lines.
    """
    rows = data.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")
    for hunk in hunks:
        for line in hunk.lines:
            if line.new is not None and not _same(rows, line.new, line.text):
                return False
    return True


def _same(rows: Sequence[str], number: int, text: str) -> bool:
    return number <= len(rows) and rows[number - 1].removesuffix("\r").removeprefix("\ufeff") == text.removeprefix(
        "\ufeff"
    )


def _decode(data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        raise UnreadableSourceError("the file is not text of the encoding that it declares") from None


def _numbers(rows: Sequence[str]) -> list[int]:
    """For each line as Python counts, the line as a diff counts: to Python a lone carriage return ends a line too."""
    numbers: list[int] = []
    for number, row in enumerate(rows, 1):
        numbers.extend([number] * (1 + row.removesuffix("\r").count("\r")))
    return numbers
