"""What a look at one part of a set-up comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from backwright._hidden import printable
from backwright.errors import BackwrightError

if TYPE_CHECKING:
    from backwright.cli._doctor.here import Here

Status: TypeAlias = Literal["ok", "warning", "problem"]
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part stands.

    Args:
        part: which: `database`.
        status: `ok`; `warning`: it works, and could be better; `problem`: something that was configured does not work.
        says: what was found, in one line.
        fix: what to do about it; nothing where it is ok.
    """

    part: str
    status: Status
    says: str
    fix: str = ""


Look: TypeAlias = Callable[["Here"], Iterable[Finding]]


def ok(part: str, says: str) -> Finding:
    """A part that is as it should be."""
    return Finding(part, "ok", printable(says, _LONGEST))


def warning(part: str, says: str, fix: str) -> Finding:
    """A part that works and could be better."""
    return Finding(part, "warning", printable(says, _LONGEST), printable(fix, _LONGEST))


def problem(part: str, says: str, fix: str) -> Finding:
    """A part that was configured and does not work."""
    return Finding(part, "problem", printable(says, _LONGEST), printable(fix, _LONGEST))


def looked(part: str, look: Look, here: Here) -> Iterator[Finding]:
    """What a look finds; an error on the way is a finding as well."""
    try:
        yield from look(here)
    except BackwrightError as error:
        yield problem(part, f"{error.code}: {error.message}", error.hint)
    except OSError as error:
        yield problem(part, f"{error.strerror or type(error).__name__}: {error.filename or ''}".rstrip(": "), "see it")
