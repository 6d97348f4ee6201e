"""What a report format is, and which there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from backwright._discover import discover
from backwright.review.diff import Diff
from backwright.review.report import Report


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a report down.

    Everything that came with the diff is hostile: a format shows it on one line, with nothing in it that its reader
    (a terminal, a build log, a browser) would obey.

    Args:
        name: what the user types after `--format`.
        media_type: of what `render` gives.
        render: the report as text, the same for the same report and diff. The diff is where the lines around a finding
            come from; an empty one is as good where a format shows none.
    """

    name: str
    media_type: str
    render: Callable[[Report, Diff], str]


@cache
def formats() -> tuple[Format, ...]:
    """Every format, by name."""
    from backwright.review import formats as package

    return discover(package, "FORMAT", Format, key=lambda form: form.name)
