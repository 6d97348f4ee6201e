"""What a review may know of the project around the diff, read from its files and never by importing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backwright.review.repository import Repository


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of the repository; every default means "not known".

    Args:
        python: the oldest Python that the project supports, as (major, minor).
        majors: the major version that the project depends on, by normalised distribution name (`pydantic`: 2).
        dependencies: normalised names of all direct dependencies.
        has_root: whether there was a project to read at all (a diff over HTTP comes alone).
        repository: the Python files of the project, for rules that follow a name into another file.
    """

    python: tuple[int, int] | None = None
    majors: Mapping[str, int] = field(default_factory=dict)
    dependencies: frozenset[str] = frozenset()
    has_root: bool = False
    repository: Repository | None = field(default=None, compare=False, repr=False)
