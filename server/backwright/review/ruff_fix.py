"""Ruff's own fixes as suggestions: the safe ones that change nothing but the line of their finding."""

from __future__ import annotations

from pydantic import BaseModel

from backwright.review.diagnostic import Suggestion
from backwright.review.fragment import Piece
from backwright.review.hostile import masked


class Place(BaseModel):
    """A place in a text as ruff prints it: both from 1, the column in characters."""

    row: int
    column: int


class Edit(BaseModel):
    """The text between two places becomes `content`."""

    content: str
    location: Place
    end_location: Place


class Fix(BaseModel):
    """What ruff would do about a finding. `applicability` is `safe`, `unsafe` or `display`."""

    applicability: str
    edits: tuple[Edit, ...]


def suggestion_of(fix: Fix | None, piece: Piece, row: int, line: int) -> Suggestion | None:
    """The fix as the new text of one line, or None where it is more than that, or less than safe.

    Args:
        fix: of the finding.
        piece: what ruff read. Only a whole file: in a fragment rows and columns are those of its repair.
        row: of the finding in the piece's text.
        line: the number that the row has in the file.
    """
    if fix is None or fix.applicability != "safe" or not fix.edits or not piece.is_full or row != line:
        return None
    lines = piece.sources[0].lines
    # To ruff a lone carriage return ends a line, to a diff it does not: then rows are not lines.
    if len(piece.numbers) != len(lines):
        return None
    if any(edit.location.row != row or edit.end_location.row != row or "\n" in edit.content for edit in fix.edits):
        return None
    text = before = lines[line]
    for edit in sorted(fix.edits, key=lambda one: one.location.column, reverse=True):
        text = f"{text[: edit.location.column - 1]}{edit.content}{text[edit.end_location.column - 1 :]}"
    # A replacement that shows a secret would carry it into every report.
    return None if text == before or masked(text) != text else Suggestion(line=line, end_line=line, replacement=text)
