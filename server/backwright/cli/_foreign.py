"""The skills that a path on the command line names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backwright.catalog.foreign import Foreign
    from backwright.catalog.problem import Problem


def foreign_at(path: Path, problems: list[Problem]) -> Iterator[Foreign]:
    """The skills at a path: it, or those inside a folder that is none itself; what cannot be read is a problem.

    Raises:
        InvalidInputError: there is no such path.
    """
    from backwright.catalog.foreign import find_foreign, read_foreign
    from backwright.catalog.problem import Code, ProblemError
    from backwright.errors import InvalidInputError

    if not path.exists():
        raise InvalidInputError(f"{str(path)!r} is not there", hint="name a file or a folder that exists")
    try:
        yield read_foreign(path, path.as_posix())
    except ProblemError as error:
        if error.problem.code != Code.NO_SKILL_MD:
            problems.append(error.problem)
            return
        inside = [found for found in find_foreign(path) if found != path]
        if not inside:
            problems.append(error.problem)
        for found in inside:
            try:
                yield read_foreign(found, found.as_posix())
            except ProblemError as inner:
                problems.append(inner.problem)
