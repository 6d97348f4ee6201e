"""What a scaffold would do to a project: an ordered list of file actions with a digest, and nothing done yet."""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass
from typing import Literal

Kind = Literal["create", "update", "merge", "unchanged", "keep", "edit", "remove", "conflict"]

RECORDS = ".scaffold"
"""The folder of the records, relative to the root. They are written with the files and left out of the diff."""


@dataclass(frozen=True, slots=True)
class FileAction:
    """What happens to one file.

    Args:
        kind: `create` a new file, `update` one that is still as it was generated, `merge` one that the user edited
            and the template changed elsewhere, `edit` a file of the user's by inserting into it or by taking out what
            was inserted, `remove` one that nobody edited and nothing asks for any more; `unchanged` when it already
            says so, `keep` what the user edited or deleted, `conflict` when writing would lose what someone wrote.
        path: POSIX path under the root.
        before: the text on disk when the plan was made; None where there was no file.
        after: the text that the plan wants; None for `keep`, `remove` and `conflict`.
        reason: one clause, why this kind.
        clash: of a conflict, the merged text with the places that could not be merged between diff3 markers, for the
            report; None where there is no common base.
    """

    kind: Kind
    path: str
    before: str | None
    after: str | None
    reason: str
    clash: str | None = None

    @property
    def writes(self) -> bool:
        """Whether applying the plan writes or removes this file."""
        return self.kind in {"create", "update", "merge", "edit", "remove"}

    def clashes(self) -> str:
        """The places of a conflict that could not be merged, each with its markers; empty where there are none."""
        inside, kept = False, []
        for line in _lines(self.clash or ""):
            inside = inside or line.startswith("<<<<<<< ")
            kept += [line] if inside else []
            inside = inside and not line.startswith(">>>>>>> ")
        return "".join(kept)

    def diff(self) -> str:
        """The unified diff of this file with three lines of context; empty when nothing is written."""
        if not self.writes:
            return ""
        source = f"a/{self.path}" if self.before is not None else "/dev/null"
        goal = f"b/{self.path}" if self.after is not None else "/dev/null"
        lines = difflib.unified_diff(
            _lines(self.before or ""), _lines(self.after or ""), fromfile=source, tofile=goal, n=3
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    # Not splitlines(): a form feed or U+2028 inside a line is no line end to git or to patch.
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of what a scaffold would do.

    Args:
        resource: the snake_case name of the resource.
        template: the template and its version, as in `fastapi-sqlalchemy@1.0.0`.
        actions: in the order in which they are written; the record comes last.
        notes: what the caller must know or do, such as dependencies to add or lines to insert by hand.
        emptied: folders that were made for what is removed, and go with it where nothing else is in them.
    """

    resource: str
    template: str
    actions: tuple[FileAction, ...]
    notes: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """`sha256:` and 64 hex digits over every action, its text before and after included."""
        body = [[action.kind, action.path, action.before, action.after] for action in self.actions]
        text = json.dumps([self.resource, self.template, body], ensure_ascii=True, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    @property
    def writes(self) -> tuple[FileAction, ...]:
        """The actions that change the disk."""
        return tuple(action for action in self.actions if action.writes)

    @property
    def conflicts(self) -> tuple[FileAction, ...]:
        """The actions that forbid applying the plan."""
        return tuple(action for action in self.actions if action.kind == "conflict")

    def diff(self) -> str:
        """One unified diff of all that would be written; the bookkeeping under `.scaffold/` is left out."""
        return "".join(action.diff() for action in self.actions if not action.path.startswith(f"{RECORDS}/"))
