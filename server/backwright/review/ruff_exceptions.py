"""Where a ruff rule is right to the letter and beside the point: each code with the question that tells so."""

from __future__ import annotations

import re
from ast import Call, ClassDef, ExceptHandler, Raise, walk
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from backwright.review.fragment import Piece
from backwright.review.ruff_codes import IMMUTABLE_CALLS
from backwright.review.source import last_name, lines_of

_CONTENT: Final = re.compile(
    r"\.(?:read|write)_\w+\(|\.(?:glob|iterdir|rename|replace|rglob|rmdir|touch|unlink|walk)\("
)
_MARKERS: Final = frozenset(name.rpartition(".")[2] for name in IMMUTABLE_CALLS)


def _in_marker(line: int, piece: Piece) -> bool:
    """Whether a call on the line only makes what a marker takes: `Depends(require("admin"))`, FastAPI's own form."""
    calls = (call for source in piece.sources for call in source.nodes(Call) if last_name(call.func) in _MARKERS)
    given = (inner for call in calls for inner in walk(call) if inner is not call and isinstance(inner, Call))
    return any(inner.lineno == line for inner in given)


def _is_constant(line: int, piece: Piece) -> bool:
    """Whether the line stands in a `class Meta`, which a framework reads, or names a constant, which nobody changes."""
    classes = (node for source in piece.sources for node in source.nodes(ClassDef) if node.name == "Meta")
    text = next((source.lines[line] for source in piece.sources if line in source.lines), "")
    name = text.partition("=")[0].partition(":")[0].strip()
    return name.isupper() or any(node.lineno <= line <= (node.end_lineno or node.lineno) for node in classes)


def _handlers(line: int, piece: Piece) -> Iterator[ExceptHandler]:
    for source in piece.sources:
        yield from (node for node in source.nodes(ExceptHandler) if line in lines_of(node))


def _raises_again(line: int, piece: Piece) -> bool:
    """Whether the handler raises: whoever handles the exception in the end logs its traceback, once."""
    inner = max(_handlers(line, piece), key=lambda node: node.lineno, default=None)
    return inner is not None and any(isinstance(node, Raise) for node in walk(inner))


def _loses_nothing(line: int, piece: Piece) -> bool:
    """Whether the handler ends by raising, or guards the clean-up of another one, whose failure is the one that counts.

    How it chains the cause is for B904 to say.
    """
    around = sorted(_handlers(line, piece), key=lambda node: node.lineno)
    return len(around) > 1 or any(isinstance(handler.body[-1], Raise) for handler in around)


def _only_looks_up(line: int, piece: Piece) -> bool:
    """Whether a path is only asked for, which takes microseconds on a local disk, and no content is read or written."""
    text = next((source.lines[line] for source in piece.sources if line in source.lines), "")
    return _CONTENT.search(text) is None


BESIDE_THE_POINT: Final[Mapping[str, Callable[[int, Piece], bool]]] = {
    "ASYNC240": _only_looks_up,
    "B008": _in_marker,
    "BLE001": _loses_nothing,
    "RUF012": _is_constant,
    "TRY400": _raises_again,
}
