"""Whether a new version of a schema keeps what its type promises, and each change that breaks it, by name.

| mode | promise, against the latest version |
|---|---|
| BACKWARD | the new version takes every document that the old one took: readers may be upgraded first |
| FORWARD | the old version takes every document that the new one takes: writers may be upgraded first |
| FULL | both |
| NONE | nothing |

The check is against the latest version only, not against all (it is not transitive): where each version was registered
under the same mode, BACKWARD and FORWARD follow for all earlier ones, because one set of documents contains the next.

What is called compatible is proved, keyword by keyword. What cannot be proved so (`oneOf`, `not`, `if`, a changed
pattern) is called a change that breaks the promise, and says that it cannot be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from backwright.contexts.containment import Containment
from backwright.contexts.schema import JsonObject

Mode = Literal["NONE", "BACKWARD", "FORWARD", "FULL"]
MODES: Final[tuple[Mode, ...]] = get_args(Mode)

_CHECKS: Final[Mapping[Mode, tuple[Literal["BACKWARD", "FORWARD"], ...]]] = {
    "NONE": (),
    "BACKWARD": ("BACKWARD",),
    "FORWARD": ("FORWARD",),
    "FULL": ("BACKWARD", "FORWARD"),
}


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A change that breaks a promise.

    Args:
        pointer: where, as a JSON Pointer into the new version.
        breaks: which promise.
        reason: what one version takes and the other refuses.
    """

    pointer: str
    breaks: Literal["BACKWARD", "FORWARD"]
    reason: str

    def as_json(self) -> Mapping[str, str]:
        """The change as a program reads it."""
        return {"pointer": self.pointer, "breaks": self.breaks, "reason": self.reason}


def incompatible(old: JsonObject, new: JsonObject, mode: Mode) -> tuple[Change, ...]:
    """The changes from one schema to the next that break a mode, by place; both are as `dialect.checked` takes them."""
    found: set[Change] = set()
    for direction in _CHECKS[mode]:
        if direction == "BACKWARD":
            gaps = Containment(old, new, names=("the earlier version", "this version")).gaps()
            found |= {Change(gap.outer, direction, gap.reason) for gap in gaps}
        else:
            gaps = Containment(new, old, names=("this version", "the earlier version")).gaps()
            found |= {Change(gap.inner, direction, gap.reason) for gap in gaps}
    return tuple(sorted(found))
