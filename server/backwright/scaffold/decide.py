"""What each rendered file means for what is on disk: the law of the scaffold.

Never destroy what someone meant: a file that was edited or deleted since it was generated stays so; a file that was
there and is not ours is a conflict; one that both the user and the template changed is merged with the text that was
generated; a migration is made once and keeps its revision.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypedDict

from backwright.scaffold.changelog import PATHS, entry_of, insert_entry
from backwright.scaffold.clashes import check_beside, check_written
from backwright.scaffold.disk import read_text
from backwright.scaffold.edits import Edit, edits
from backwright.scaffold.follow import Step, follow, known_of
from backwright.scaffold.inserting import insert_all
from backwright.scaffold.layout import Target
from backwright.scaffold.leaving import Leaving, leave
from backwright.scaffold.plan import FileAction, Kind, Plan
from backwright.scaffold.record import PLATFORM, Insertion, Known, Record, record_path, text_digest
from backwright.scaffold.resource import Resource
from backwright.scaffold.stack import commands
from backwright.scaffold.template import Template, TemplateFile


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file of the template with its path and its text in this project."""

    file: TemplateFile
    path: str
    text: str


@dataclass(slots=True)
class _Draft:
    """The plan as it grows."""

    root: Path
    platform: Record
    own: Record
    mark: bool
    platform_moves: bool
    actions: dict[str, FileAction] = field(default_factory=dict)
    platform_files: dict[str, Known] = field(default_factory=dict)
    own_files: dict[str, Known] = field(default_factory=dict)
    appended: dict[str, str] = field(default_factory=dict)
    inserted: list[Insertion] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def put(self, kind: Kind, path: str, before: str | None, after: str | None, reason: str) -> None:
        """Set the action of a path."""
        self.actions[path] = FileAction(kind, path, before, after, reason)

    def step(self, path: str, before: str | None, step: Step) -> None:
        """Set the action of a file that follows its template."""
        self.actions[path] = FileAction(step.kind, path, before, step.after, step.reason, step.clash)


def plan_files(
    root: Path,
    template: Template,
    resource: Resource,
    target: Target,
    rendered: Sequence[Rendered],
    records: tuple[Record | None, Record | None],
    values: Mapping[str, object],
    *,
    mark: bool = False,
) -> Plan:
    """The plan: every rendered file decided, the insertions made, the records last.

    Raises:
        InvalidInputError, UnsupportedProjectError: see `check_beside` and `check_written`.
    """
    check_written(template, resource, target)
    check_beside(root, resource, [each.path for each in rendered], records[1])
    blank = Record(template=template.id, name=resource.name)
    moves = records[0] is not None and _is_next(records[0].template, template.id)
    draft = _Draft(root, records[0] or blank, records[1] or blank, mark, moves)
    for each in rendered:
        _DECIDE[each.file.owner](draft, each)
    leaving = _leave_and_insert(draft, target, rendered, edits(resource, target))
    _note(draft, template, target, values, new=records[0] is None)
    layout = target.layout
    platform = Record(
        template=template.id if moves else draft.platform.template,
        name=PLATFORM,
        layout=layout,
        host=target.host,
        **draft.platform.with_known(draft.platform_files),
        appended={**draft.appended, **draft.platform.appended},
        folders=_folders(draft, [*draft.platform_files, record_path(PLATFORM)], draft.platform.folders),
    )
    own = Record(
        template=template.id,
        name=resource.name,
        values=dict(values),
        **Record.known_as(leaving.files | draft.own_files),
        inserted=tuple(draft.inserted),
        appended=_tell(draft, resource),
        folders=_folders(draft, draft.own_files, draft.own.folders, platform.folders),
        **_created_once(draft.own, resource, target, rendered),
    )
    for record in (platform, own):
        _put_record(draft, record)
    return Plan(
        resource.name, template.id, tuple(draft.actions.values()), (*target.notes, *draft.notes), leaving.emptied
    )


class _CreatedOnce(TypedDict):
    prefix: str | None
    migration: str | None
    revision: str | None
    down_revision: str | None


def _created_once(own: Record, resource: Resource, target: Target, rendered: Sequence[Rendered]) -> _CreatedOnce:
    """What a record holds that no later run changes, not even one that wants no table any more."""
    return _CreatedOnce(
        prefix=target.router_prefix,
        migration=next((each.path for each in rendered if each.file.owner == "migration"), own.migration),
        revision=target.revision if resource.stored else own.revision,
        down_revision=target.down_revision if resource.stored else own.down_revision,
    )


def _platform(draft: _Draft, each: Rendered) -> None:
    before = read_text(draft.root, each.path)
    ours = each.path in draft.platform.files
    if ours and draft.platform_moves and each.file.existing == "conflict":
        step = follow(each.path, before, each.text, draft.platform.known(each.path), mark=draft.mark)
        draft.platform_files[each.path] = step.known
        draft.step(each.path, before, step)
    elif before is None and ours:
        draft.put("keep", each.path, None, None, "you deleted it; it stays deleted")
    elif before is None:
        draft.platform_files[each.path] = known_of(each.text)
        draft.put("create", each.path, None, each.text, "the platform, made once")
    elif ours or before == each.text:
        draft.put("unchanged", each.path, before, before, "the platform was made before")
    elif each.file.existing == "keep":
        draft.put("keep", each.path, before, None, "it is there and yours")
    else:
        draft.put("conflict", each.path, before, None, "it is there and was not generated")


def _tables(draft: _Draft, each: Rendered) -> None:
    """Append the tables of TOML that the file does not have; a table can always follow at the end."""
    action = draft.actions.get(each.path)
    new = action is not None and action.kind == "create"
    before = action.after if new and action is not None else read_text(draft.root, each.path)
    if before is None or each.path in draft.platform.appended or (each.path in draft.platform.files and not new):
        return
    parts = _missing_tables(before, each.text)
    if not parts:
        return
    after = before.rstrip("\n") + "\n\n" + parts
    if new:
        draft.platform_files[each.path] = Known(text_digest(after))
        draft.put("create", each.path, None, after, "the platform, made once")
    else:
        draft.appended[each.path] = "\n" + parts
        draft.put("edit", each.path, before, before.rstrip("\n") + "\n" + "\n" + parts, "adds tables that it lacks")


def _missing_tables(text: str, wanted: str) -> str:
    tools = tomllib.loads(text).get("tool", {})
    blocks = wanted.split("\n\n[")
    kept = []
    for number, block in enumerate(blocks):
        whole = block if number == 0 else f"[{block}"
        name = whole.partition("[tool.")[2].partition("]")[0].partition(".")[0]
        if name not in tools:
            kept.append(whole.rstrip("\n"))
    return "\n\n".join(kept) + "\n" if kept else ""


def _resource(draft: _Draft, each: Rendered) -> None:
    before = read_text(draft.root, each.path)
    step = follow(each.path, before, each.text, draft.own.known(each.path), mark=draft.mark)
    draft.own_files[each.path] = step.known
    draft.step(each.path, before, step)


def _migration(draft: _Draft, each: Rendered) -> None:
    recorded = draft.own.files.get(each.path)
    if recorded is None:
        _resource(draft, each)
        # It is never merged, so there is no text to keep.
        draft.own_files[each.path] = Known(draft.own_files[each.path].digest)
        return
    before = read_text(draft.root, each.path)
    draft.own_files[each.path] = Known(recorded)
    if before is None:
        draft.put("keep", each.path, None, None, "you deleted it; it stays deleted")
    else:
        draft.put("unchanged", each.path, before, before, "a migration is made once")
        if recorded != text_digest(each.text):
            draft.notes.append(
                "the fields are not those of the migration, which is made once: "
                f"write the next one with {commands(draft.own).next} and read it"
            )


def _is_next(made_by: str, now: str) -> bool:
    """Whether the platform follows to this version of its template: another one of the same major version."""
    name, _, version = made_by.partition("@")
    new_name, _, new_version = now.partition("@")
    same_line = (name, version.partition(".")[0]) == (new_name, new_version.partition(".")[0])
    return same_line and version != new_version


_DECIDE = {"platform": _platform, "tables": _tables, "resource": _resource, "migration": _migration}


def _leave_and_insert(draft: _Draft, target: Target, rendered: Sequence[Rendered], wanted: Sequence[Edit]) -> Leaving:
    """Take out what nothing asks for any more, and then insert what is wanted."""
    leaving = leave(draft.root, draft.own, [each.path for each in rendered], wanted, ())
    draft.actions.update(leaving.actions)
    made = insert_all(draft.root, draft.actions, wanted, draft.own.inserted, target.style)
    draft.actions.update(made.actions)
    draft.inserted += (*made.insertions, *leaving.insertions)
    draft.notes += (*made.notes, *leaving.notes)
    return leaving


def _tell(draft: _Draft, resource: Resource) -> dict[str, str]:
    """Tell of the resource in the changelog, once; what was put into which file."""
    if draft.own.appended:
        return draft.own.appended
    for path in PATHS:
        text = read_text(draft.root, path)
        changed = insert_entry(text, entry_of(resource)) if text is not None else None
        if changed is not None:
            draft.put("edit", path, text, changed[0], "tells of the resource")
            return {path: changed[1]}
    return {}


def _note(draft: _Draft, template: Template, target: Target, values: Mapping[str, object], *, new: bool) -> None:
    if new and not target.host and draft.actions["pyproject.toml"].kind != "create":
        needs = " ".join(f"'{name}{spec}'" for name, spec in sorted(template.manifest.requires.items()))
        draft.notes.append(f"pyproject.toml is yours and was given no dependencies; add: uv add {needs}")
    if draft.own.values and draft.own.values != dict(values):
        draft.notes.append("the values are not those of the last time; files that nobody edited follow them")


def _folders(draft: _Draft, paths: Iterable[str], known: Sequence[str], others: Sequence[str] = ()) -> tuple[str, ...]:
    """The folders that writing these paths makes, with those that are recorded already."""
    made = {
        parent.as_posix()
        for path in paths
        for parent in PurePosixPath(path).parents
        if parent.as_posix() != "." and not (draft.root / parent).exists()
    }
    return tuple(sorted({*known, *made} - set(others)))


def _put_record(draft: _Draft, record: Record) -> None:
    path, text = record_path(record.name), record.text()
    before = read_text(draft.root, path)
    kind: Kind = "create" if before is None else "unchanged" if before == text else "update"
    draft.put(kind, path, before, text, "what was generated, for the next run and for undo")
