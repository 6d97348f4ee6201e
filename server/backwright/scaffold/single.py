"""A template that makes one thing of its own, such as a whole service or a job: rendered, decided, recorded.

An endpoint joins an application and shares a platform with others. What is planned here has one record, named
`<kind>-<name>`, which holds all of it; a file that several share is in the record of each, and goes with the last. A
resource's name has no hyphen, so the records never meet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from backwright._work import a_part
from backwright.scaffold.clashes import check_paths
from backwright.scaffold.disk import read_text
from backwright.scaffold.edits import Edit
from backwright.scaffold.follow import follow
from backwright.scaffold.inserting import insert_all
from backwright.scaffold.leaving import leave
from backwright.scaffold.plan import FileAction, Kind, Plan
from backwright.scaffold.record import Known, Layout, Record, read_record, record_path, records, stands_alone
from backwright.scaffold.render import Style, format_all, render
from backwright.scaffold.template import Template, TemplateFile


class Chain(NamedTuple):
    """Revisions that are made once: the file and the id of the last one, and what the first one follows."""

    migration: str
    revision: str
    down_revision: str | None


@dataclass(frozen=True)
class Subject:
    """What one run of such a template makes.

    Args:
        name: what it is called, without its kind.
        values: the context that it is made from, for the record.
        variables: what the templates may use.
        style: how its Python is formatted.
        layout: where things are, for a template that says so to others.
        notes: what the caller must know.
        each: variables beside these for each time that the files are made; one time where a file is made once.
        chain: the revisions, where migrations are made.
        edits: what is inserted into files of the project; of one file at most one.
    """

    name: str
    values: Mapping[str, object]
    variables: Mapping[str, object]
    style: Style
    layout: Layout | None = None
    notes: tuple[str, ...] = field(default=())
    each: tuple[Mapping[str, object], ...] = ({},)
    chain: Chain | None = None
    edits: tuple[Edit, ...] = ()


def record_name(kind: str, name: str) -> str:
    """`service-shop`: what the record is called, and what `undo` takes."""
    return f"{kind}-{name}"


def plan_single(root: Path, template: Template, subject: Subject, *, mark: bool = False) -> Plan:
    """The plan of all the files that the template makes here; nothing is written.

    Args:
        root: the project.
        template: of a kind that stands alone.
        subject: what it makes.
        mark: write what cannot be merged into the files between markers, instead of calling it a conflict.

    Raises:
        TemplateNotFoundError: the template does not render.
        ToolUnavailableError: ruff is missing or failed.
        PlanConflictError: something that is no text file stands where a file should be.
        PathOutsideRootError: a target would lead through a link.
        InvalidInputError: a new file cannot stand beside one that is there.
    """
    name = record_name(template.manifest.kind, subject.name)
    own = read_record(root, name) or Record(template=template.id, name=name)
    others = [each for other, each in records(root).items() if stands_alone(other) and other != name]
    texts = render_files(template, subject.variables, subject.style, subject.each)
    check_paths(root, list(texts))
    actions: dict[str, FileAction] = {}
    leaving = leave(root, own, texts, subject.edits, {path for each in others for path in each.files})
    known = dict(leaving.files)
    for path, (file, text) in texts.items():
        before = _shared(path, own, others) if file.owner == "platform" else own
        actions[path], known[path] = _decide(root, file, path, text, before, mark=mark)
    actions.update(leaving.actions)
    made = insert_all(root, actions, subject.edits, own.inserted, subject.style, template.manifest.kind)
    actions.update(made.actions)
    record = Record(
        template=template.id,
        name=name,
        values=dict(subject.values),
        layout=subject.layout,
        folders=_folders(root, [*texts, record_path(name)], [*own.folders, *_beside(others, texts)]),
        inserted=(*made.insertions, *leaving.insertions),
        **Record.known_as(known),
        **(subject.chain._asdict() if subject.chain else {}),
    )
    notes = (*subject.notes, *made.notes, *leaving.notes, *_notes(own, subject))
    return Plan(name, template.id, (*actions.values(), _recorded(root, record)), notes, leaving.emptied)


@a_part("render")
def render_files(
    template: Template, variables: Mapping[str, object], style: Style, each: Sequence[Mapping[str, object]] = ({},)
) -> dict[str, tuple[TemplateFile, str]]:
    """Each file that the template makes with these variables, formatted, by its path.

    Raises:
        TemplateNotFoundError, ToolUnavailableError: see `plan_single`.
    """
    rendered: dict[str, tuple[TemplateFile, str]] = {}
    for more in each:
        known = {**variables, **more}
        for file in template.manifest.files:
            if _holds(file.when, known):
                rendered[render(file.target, known)] = (file, render(template.sources[file.source], known))
    python = format_all({path: text for path, (_, text) in rendered.items() if path.endswith(".py")}, style)
    return {path: (file, python.get(path, text)) for path, (file, text) in rendered.items()}


def _holds(condition: str, variables: Mapping[str, object]) -> bool:
    return condition == "true" or bool(render(f"<% if {condition} %>x<% endif %>", variables))


def _shared(path: str, own: Record, others: Sequence[Record]) -> Record:
    """The record that knows a file which several share: this one, or that of the first who made it."""
    return next((each for each in (own, *others) if each.known(path).digest is not None), own)


def _decide(
    root: Path, file: TemplateFile, path: str, text: str, own: Record, *, mark: bool
) -> tuple[FileAction, Known]:
    before, known = read_text(root, path), own.known(path)
    if file.owner == "migration" and known.digest is not None:
        if before is None:
            return FileAction("keep", path, None, None, "you deleted it; it stays deleted"), known
        return FileAction("unchanged", path, before, before, "a migration is made once"), known
    if known.digest is None and before is not None and before != text and file.existing == "keep":
        return FileAction("keep", path, before, None, "it is there and yours"), Known()
    step = follow(path, before, text, known, mark=mark)
    # A migration is never merged, so there is no text to keep.
    new = Known(step.known.digest) if file.owner == "migration" else step.known
    return FileAction(step.kind, path, before, step.after, step.reason, step.clash), new


def _notes(own: Record, subject: Subject) -> tuple[str, ...]:
    if own.values and own.values != dict(subject.values):
        return ("the values are not those of the last time; files that nobody edited follow them",)
    return ()


def _folders(root: Path, paths: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    parents = {parent.as_posix() for path in paths for parent in PurePosixPath(path).parents}
    return tuple(sorted({*known, *(each for each in parents if each != "." and not (root / each).exists())}))


def _beside(others: Sequence[Record], paths: Collection[str]) -> list[str]:
    """The folders of those that share a file: whoever goes last takes them along."""
    return [folder for each in others if not each.files.keys().isdisjoint(paths) for folder in each.folders]


def _recorded(root: Path, record: Record) -> FileAction:
    path, text = record_path(record.name), record.text()
    before = read_text(root, path)
    kind: Kind = "create" if before is None else "unchanged" if before == text else "update"
    return FileAction(kind, path, before, text, "what was generated, for the next run and for undo")
