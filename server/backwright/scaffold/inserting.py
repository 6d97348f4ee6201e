"""Insertions into the files of a project, decided: made, made already, taken out by their user, or left to be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright.scaffold.disk import read_text
from backwright.scaffold.edits import Edit
from backwright.scaffold.mount import contains
from backwright.scaffold.plan import FileAction, Kind
from backwright.scaffold.record import Insertion, records
from backwright.scaffold.render import Style, sort_imports


@dataclass(frozen=True, slots=True)
class Inserted:
    """What came of some edits.

    Args:
        actions: those of the files that they are in, by path.
        insertions: what is ours to take out again.
        notes: what is left to do by hand.
    """

    actions: Mapping[str, FileAction]
    insertions: tuple[Insertion, ...]
    notes: tuple[str, ...]


def insert_all(
    root: Path,
    actions: Mapping[str, FileAction],
    wanted: Sequence[Edit],
    known: Sequence[Insertion],
    style: Style,
    what: str = "resource",
) -> Inserted:
    """Decide each edit; a file that the same plan makes is edited as it will be.

    Args:
        root: the project.
        actions: what is decided so far, by path.
        wanted: the edits; of one file at most one.
        known: what was inserted before: taken out since, it stays out.
        style: how imports are sorted.
        what: is registered, for the reasons.

    Raises:
        ToolUnavailableError: ruff is missing or failed.
    """
    texts: dict[str, tuple[str, str]] = {}
    insertions: list[Insertion] = []
    notes: list[str] = []
    # What others inserted and this needs too goes with the last of them.
    ours = frozenset(each for record in records(root).values() for each in record.inserted)
    for edit in wanted:
        action = actions.get(edit.path)
        current = action.after if action is not None and action.after is not None else read_text(root, edit.path)
        after = None if current is None else _edited(edit, current, (known, ours), insertions)
        if current is None or after is None:
            notes.append(edit.by_hand)
        else:
            texts[edit.path] = (current, after)
    # One run of ruff for both: the text as it was under 0/, with the edit under 1/.
    changed = {path: pair for path, pair in texts.items() if pair[0] != pair[1]}
    both = {f"{number}/{path}": text for path, pair in changed.items() for number, text in enumerate(pair)}
    tidy = sort_imports(both, style)
    decided = {}
    for path, (current, plain) in texts.items():
        # Only where the file was sorted before: sorting is not ours to begin.
        after = tidy[f"1/{path}"] if tidy.get(f"0/{path}") == current else plain
        on_disk = read_text(root, path)
        if on_disk is None or after != on_disk:
            kind: Kind = "create" if on_disk is None else "edit"
            decided[path] = FileAction(kind, path, on_disk, after, f"registers the {what}")
        else:
            why = f"it registers the {what}, or you took that out"
            decided[path] = FileAction("unchanged", path, on_disk, after, why)
    return Inserted(decided, tuple(insertions), tuple(notes))


def _edited(
    edit: Edit, text: str, before: tuple[Sequence[Insertion], frozenset[Insertion]], insertions: list[Insertion]
) -> str | None:
    """The text with the edit; what was inserted once and taken out since stays out."""
    known, ours = before
    all_of_it = [Insertion(path=edit.path, statement=statement) for statement in edit.statements]
    once = [each for each in all_of_it if each in known]
    after = text if once == all_of_it else edit.apply(text)
    if after is not None:
        # What the user wrote before us is the user's, and undo must not take it out.
        insertions += [each for each in all_of_it if each in once or each in ours or not contains(text, each.statement)]
    return after
