"""Takes a scaffold back: what was made and is still as it was made; the rest stays and is named."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backwright._files import safe_join
from backwright.errors import InvalidInputError
from backwright.scaffold import stack
from backwright.scaffold.disk import Change, read_text, remove_empty, write_all
from backwright.scaffold.mount import remove_statement
from backwright.scaffold.plan import RECORDS
from backwright.scaffold.project import read_module_revisions
from backwright.scaffold.record import (
    PLATFORM,
    Insertion,
    Record,
    read_record,
    record_path,
    records,
    stands_alone,
    text_digest,
)


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing did.

    Args:
        deleted: files that were still as they were generated.
        restored: files that the inserted statements were taken out of.
        kept: files that were edited since, or that others still need.
        notes: what is left to do by hand, such as the downgrade of an applied migration.
    """

    deleted: tuple[str, ...]
    restored: tuple[str, ...]
    kept: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    root: Path
    texts: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def current(self, path: str) -> str | None:
        """The text as it will be."""
        return self.texts[path][1] if path in self.texts else read_text(self.root, path)

    def set(self, path: str, after: str | None) -> None:
        """Change a file's text, or delete it."""
        before = self.texts[path][0] if path in self.texts else read_text(self.root, path)
        if before is not None:
            self.texts[path] = (before, after)


def undo(root: Path, resource: str) -> Undone:
    """See `engine.undo`."""
    known = records(root)
    if resource not in known:
        raise InvalidInputError(
            f"there is no record of a resource {resource!r}", hint=f"known are: {', '.join(known) or 'none'}"
        )
    record, draft = known[resource], _Draft(root)
    if resource.startswith("service-") and len(known) > 1:
        others = ", ".join(name for name in known if name != resource)
        raise InvalidInputError(f"the service carries {others}", hint="take these back first, and the service last")
    _take_out(draft, record, {each for name, other in known.items() if name != resource for each in other.inserted})
    shared = {path for name, other in known.items() if name != resource for path in other.files}
    followed = _delete_files(draft, record, shared if stands_alone(resource) else set())
    # A migration that stays is remembered, so that it can go when what follows it has gone.
    rest = record.model_copy(update={"files": followed, "inserted": ()})
    draft.set(record_path(resource), rest.text() if followed else None)
    folders = list(record.folders)
    platform = read_record(root, PLATFORM)
    resources = {name for name in known if not stands_alone(name)}
    if platform is not None and resources == {resource} and not followed:
        folders += _delete_platform(draft, platform)
    changes = [Change(path, before, after) for path, (before, after) in draft.texts.items() if before != after]
    write_all(root, changes, tidy=lambda: remove_empty(root, folders))
    return Undone(
        deleted=_paths(draft, gone=True),
        restored=_paths(draft, gone=False),
        kept=tuple(draft.kept),
        notes=tuple(draft.notes),
    )


def _paths(draft: _Draft, *, gone: bool) -> tuple[str, ...]:
    return tuple(
        path
        for path, (before, after) in draft.texts.items()
        if before != after and (after is None) == gone and not path.startswith(f"{RECORDS}/")
    )


def _take_out(draft: _Draft, record: Record, shared: Collection[Insertion]) -> None:
    for insertion in record.inserted:
        text = draft.current(insertion.path)
        if text is None or insertion in shared:
            continue
        try:
            draft.set(insertion.path, remove_statement(text, insertion.statement))
        except SyntaxError:
            draft.notes.append(f"{insertion.path} does not parse; take out `{insertion.statement}` by hand")
    for path, appended in record.appended.items():
        text = draft.current(path)
        if text is not None and text.count(appended) == 1:
            draft.set(path, text.replace(appended, ""))


def _delete_files(draft: _Draft, record: Record, shared: Collection[str]) -> dict[str, str]:
    stays: dict[str, str] = {}
    for path in record.files:
        text = draft.current(path)
        if text is None:
            continue
        if path in shared:
            # It goes with the last one that shares it.
            draft.kept.append(path)
            continue
        # All that a chain of revisions has made are migrations, and one of them stands or goes with the others.
        revision = path == record.migration or (record.migration is not None and stands_alone(record.name))
        followed = revision and _followed(draft.root, record)
        if record.is_as_generated(path, text) and not followed:
            draft.set(path, None)
        else:
            draft.kept.append(path)
        if followed:
            stays[path] = record.files[path]
            draft.notes.append(
                f"{path} stays, because a later migration follows it: undo that one first and this one again, "
                "or write a migration that takes back what it did"
            )
        elif path == record.migration:
            back = stack.commands(record).back
            what = "what it did" if stands_alone(record.name) else "its table"
            draft.notes.append(
                f"a database that has revision {record.revision} still has {what}: restore {path} and run {back} there"
            )
    return stays


def _followed(root: Path, record: Record) -> bool:
    if record.migration is None or record.revision is None:
        return False
    versions = safe_join(root, record.migration).parent
    if stack.is_django(record):
        # Django's name the one before, and the first of an app is followed by every other.
        own = Path(record.migration)
        if any(path.name not in {"__init__.py", own.name} for path in versions.glob("*.py")):
            return True
        named = f"{own.parents[1].name}.{own.stem}"
        return any(named in (other.down_revision or "").split() for other in records(root).values())
    return any(record.revision in parents for parents in read_module_revisions(versions).values())


def _delete_platform(draft: _Draft, platform: Record) -> Sequence[str]:
    """Delete the platform with its last resource, all of it or nothing: its files need each other."""
    texts = {path: draft.current(path) for path in platform.files}
    edited = [path for path, text in texts.items() if text is not None and platform.files[path] != text_digest(text)]
    if edited or draft.kept:
        draft.notes.append(f"the platform stays, because these were edited: {', '.join(edited or draft.kept)}")
        return ()
    for path in texts:
        draft.set(path, None)
    for path, appended in platform.appended.items():
        text = draft.current(path)
        if text is not None and appended in text:
            draft.set(path, text.replace(appended, "", 1))
    draft.set(record_path(PLATFORM), None)
    return platform.folders
