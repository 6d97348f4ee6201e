"""How one generated file follows its template without losing what its user did to it."""

from __future__ import annotations

from dataclasses import dataclass

from backwright.scaffold.merge import Merged, is_sound, merge, pack_base, unpack_base
from backwright.scaffold.plan import Kind
from backwright.scaffold.record import Known, text_digest


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to the file, and what the record knows of it from then on."""

    kind: Kind
    after: str | None
    reason: str
    known: Known
    clash: str | None = None


def known_of(text: str) -> Known:
    """What a record knows of a text that was just generated."""
    return Known(text_digest(text), pack_base(text))


def follow(path: str, before: str | None, wanted: str, known: Known, *, mark: bool = False) -> Step:
    """What to do with one file.

    Args:
        path: its path, which says what language it is in.
        before: its text on disk, or None.
        wanted: the text that the template gives now.
        known: what is known of the last time.
        mark: write the markers of a conflict into the file; otherwise a conflict changes nothing.
    """
    new = known_of(wanted)
    if before == wanted:
        return Step("unchanged", before, "it is as the template writes it", new)
    if before is None:
        deleted = Step("keep", None, "you deleted it; it stays deleted", known)
        return Step("create", wanted, "new", new) if known.digest is None else deleted
    if known.digest is None:
        return Step("conflict", None, "it is there and was not generated", new)
    if known.digest == text_digest(before):
        return Step("update", wanted, "nobody edited it since it was generated", new)
    if known.digest == new.digest:
        return Step("keep", None, "you edited it, and there is nothing new for it", new)
    return _merged(path, before, wanted, known, new, mark=mark)


def _merged(path: str, before: str, wanted: str, known: Known, new: Known, *, mark: bool) -> Step:
    base = None if known.base is None else unpack_base(known.base)
    if base is None or text_digest(base) != known.digest:
        return Step("conflict", None, "you edited it, and what would be generated changed too", known)
    merged = merge(before, base, wanted)
    if merged is None:
        why = "you edited it, what would be generated changed too, and there is no git to merge them"
        return Step("conflict", None, why, known)
    if merged.conflicts:
        return _clashing(merged, known, new, mark=mark)
    if not is_sound(path, merged.text):
        return Step("conflict", None, "your edits and the template's give no valid Python together", known)
    if merged.text == before:
        return Step("keep", None, "your edits have what is new already", new)
    return Step("merge", merged.text, "your edits and the template's, merged", new)


def _clashing(merged: Merged, known: Known, new: Known, *, mark: bool) -> Step:
    where = "1 place" if merged.conflicts == 1 else f"{merged.conflicts} places"
    if mark:
        return Step("merge", merged.text, f"{where} marked in it for you to decide, as you asked", new)
    why = f"you edited it, and what would be generated changed in the same {where}"
    return Step("conflict", None, why, known, merged.text)
