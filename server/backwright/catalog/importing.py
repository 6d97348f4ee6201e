"""A foreign skill to one of ours: mended by the `dialects`, written out, and read again by the strict loader.

So what is imported and what is served from a folder of somebody's skills is always something that the strict loader
takes, and every difference from what was there is a `Problem` with its line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from backwright._discover import discover
from backwright._strict_yaml import JSON
from backwright.catalog import dialects
from backwright.catalog.dialects._draft import Draft, Line, Repair, Stage, as_text
from backwright.catalog.foreign import Foreign
from backwright.catalog.frontmatter import decode, load_yaml, split
from backwright.catalog.loader import Candidate, build_skill
from backwright.catalog.problem import Code, Problem, ProblemError, refuse
from backwright.catalog.skill import (
    CHECKLIST_YAML,
    MAX_NAME,
    SKILL_MD,
    TRIGGERS_YAML,
    ChecklistItem,
    Skill,
    SkillFile,
)
from backwright.catalog.validate import FIELDS, load_checklist, load_triggers

ORIGINAL: Final = "original"
MAX_CHECKLIST_BYTES: Final = 60_000
MAX_LINES: Final = 20_000

_FIELD: Final = re.compile(r"[A-Za-z][\w.-]*")
_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Imported:
    """A foreign skill as one of ours.

    Args:
        skill: it, with its original bytes under `original/` where anything was mended.
        repairs: what was mended, each with the line of the original.
    """

    skill: Skill
    repairs: tuple[Problem, ...]


@cache
def repairs() -> tuple[Repair, ...]:
    """Every repair, in the order in which they run."""
    return discover(dialects, "REPAIR", Repair, key=lambda repair: f"{repair.stage:02} {repair.code}")


def import_foreign(foreign: Foreign, *, taken: Collection[str] = ()) -> Imported:
    """A foreign skill as one of ours.

    Args:
        foreign: its bytes.
        taken: names that it must not have, because others have them.

    Raises:
        ProblemError: it cannot be mended, and is not guessed at.
    """
    strict = _strict(foreign)
    if strict is not None and strict.name not in taken:
        return _completed(strict, foreign)
    mended = _renamed(_mended(_draft(foreign)), taken)
    draft = _staged(_placed(mended, foreign), Stage.CHECKLIST)
    # What needed no repair keeps its bytes.
    files, moved = _files(draft, foreign, None if mended.repairs else foreign.data())
    name = as_text(draft.fields["name"])
    skill = build_skill(Candidate(name, Path(name), foreign.path), files)
    return Imported(skill, _by_line((*draft.repairs, *moved)))


def _by_line(found: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(found, key=lambda problem: (problem.path, problem.line or 0)))


def _strict(foreign: Foreign) -> Skill | None:
    if not foreign.folder or foreign.document != SKILL_MD:
        return None
    try:
        return build_skill(Candidate(foreign.stem, Path(foreign.stem), foreign.path), foreign.files)
    except ProblemError:
        return None


def _completed(skill: Skill, foreign: Foreign) -> Imported:
    """A skill that needs no repair, as it stands; only the lists of its text become its checklist if it has none."""
    if any(file.path == CHECKLIST_YAML for file in skill.files):
        return Imported(skill, ())
    offset = foreign.data().decode().count("\n") - skill.body.count("\n")
    draft = _staged(Draft(foreign.label, foreign.stem, body=_lines(skill.body, offset + 1)), Stage.CHECKLIST)
    if not draft.items:
        return Imported(skill, ())
    files = _sorted({file.path: file for file in skill.files} | _sidecar(CHECKLIST_YAML, _checklist(draft)))
    completed = build_skill(Candidate(skill.name, Path(skill.name), foreign.path), files)
    return Imported(completed, _by_line(draft.repairs))


def _draft(foreign: Foreign) -> Draft:
    data, path = foreign.data(), foreign.label
    text = decode(data.removeprefix(_MARK), path)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise refuse(Code.ENCODING, path, "there is a NUL in it: it is no text", "name a text file", line=line)
    if len(text.splitlines()) > MAX_LINES:
        raise refuse(Code.TOO_LARGE, path, f"it has more than {MAX_LINES} lines", "move text into references/")
    return Draft(path, foreign.stem, text=f"\ufeff{text}" if data.startswith(_MARK) else text)


def _mended(draft: Draft) -> Draft:
    draft = _read(_staged(_split(_staged(draft, Stage.TEXT)), Stage.HEAD))
    for stage in (Stage.PAGE, Stage.FIELDS, Stage.REST):
        draft = _staged(draft, stage)
    return draft


def _staged(draft: Draft, stage: Stage) -> Draft:
    for repair in repairs():
        if repair.stage is stage:
            draft = repair.mend(draft)
    return draft


def _split(draft: Draft) -> Draft:
    """The draft with its frontmatter cut off; one without any is all body."""
    try:
        head, body = split(draft.text, draft.path)
    except ProblemError as error:
        if error.problem.code != Code.NO_FRONTMATTER:
            raise
        return replace(draft, body=_lines(draft.text, draft.head_line - 1))
    return replace(draft, head=head, body=_lines(body, draft.head_line + head.count("\n") + 1))


def _read(draft: Draft) -> Draft:
    """The draft with the fields of its frontmatter."""
    if draft.head is not None:
        value = load_yaml(draft.head, draft.path, first_line=draft.head_line).value
        if _is_frontmatter(value) or not draft.head.strip():
            return draft.with_fields(value if isinstance(value, dict) else {})
        # A rule across the page, prose and another rule: nothing of it is frontmatter, and all of it is text.
        draft = replace(draft, head=None, body=_lines(draft.text, draft.head_line - 1))
    fix = "start it with a line ---, then name and description, then a line ---"
    return draft.told(Code.NO_FRONTMATTER, 1, "there was no frontmatter; it was made from the text", fix)


def _is_frontmatter(value: JSON) -> bool:
    """Whether a mapping has the names of fields, and is no prose with colons in it."""
    return isinstance(value, dict) and all(_FIELD.fullmatch(name) for name in value)


def _lines(text: str, first: int) -> tuple[Line, ...]:
    return tuple(Line(number, line) for number, line in enumerate(text.split("\n"), first))


def _placed(draft: Draft, foreign: Foreign) -> Draft:
    """The draft with a word on where it was, if that is not where it belongs."""
    name = as_text(draft.fields["name"])
    if foreign.folder and foreign.document != SKILL_MD:
        message = f"{foreign.document} stands for {SKILL_MD}"
        draft = draft.told(Code.NO_SKILL_MD, None, message, f"rename it to {SKILL_MD}")
    if foreign.folder and foreign.stem != name:
        message = f"the name {name} differs from the folder {foreign.stem!r}; it goes by its name"
        draft = draft.told(Code.NAME_FOLDER, draft.line_of("name"), message, "rename one of them")
    return draft


def _renamed(draft: Draft, taken: Collection[str]) -> Draft:
    name = as_text(draft.fields["name"])
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name[: MAX_NAME - 6].rstrip('-')}-{number}", number + 1
    if unique == name:
        return draft
    message = f"the name {name} is another skill's; this one is called {unique}"
    draft = draft.told("NAME_TAKEN", draft.line_of("name") or 1, message, "give one of them another name")
    return draft.with_fields({**draft.fields, "name": unique})


# What is written


def _files(draft: Draft, foreign: Foreign, plain: bytes | None) -> tuple[tuple[SkillFile, ...], tuple[Problem, ...]]:
    """All files of the skill: what was there, what was made of it, and the original of what was mended.

    `plain` is SKILL.md as it was, where it needed no repair.
    """
    kept = {file.path: file for file in foreign.files if file.path != foreign.document}
    moved: list[Problem] = []
    loaders: dict[str, Callable[[str, str], object]] = {TRIGGERS_YAML: load_triggers, CHECKLIST_YAML: load_checklist}
    for name, load in loaders.items():
        fault = _fault(kept.get(name), f"{foreign.path}/{name}", load)
        if fault is not None:
            moved.append(fault)
            kept |= _named(f"{ORIGINAL}/{name}", kept.pop(name).data)
    made = {**_sidecar(TRIGGERS_YAML, _triggers(draft)), **_sidecar(CHECKLIST_YAML, _checklist(draft))}
    made |= _named(SKILL_MD, _skill_md(draft) if plain is None else plain)
    made |= {} if plain is not None else _named(f"{ORIGINAL}/{foreign.document}", foreign.data())
    # A foreign file of ours that is sound is better than what could be made of the text.
    own = {name: file for name, file in kept.items() if name in {TRIGGERS_YAML, CHECKLIST_YAML}}
    return _sorted({**kept, **made, **own}), tuple(moved)


def _fault(file: SkillFile | None, path: str, load: Callable[[str, str], object]) -> Problem | None:
    """Why a file that has the name of one of ours is not one, or None."""
    if file is None:
        return None
    try:
        load(decode(file.data, path), path)
    except ProblemError as error:
        message = f"it is not as ours are ({error.problem.message}); it is kept under {ORIGINAL}/"
        return replace(error.problem, severity="warning", message=message)
    return None


def _named(path: str, data: bytes) -> dict[str, SkillFile]:
    return {path: SkillFile.of(path, data)}


def _sidecar(path: str, text: str) -> dict[str, SkillFile]:
    return _named(path, text.encode()) if text else {}


def _sorted(files: dict[str, SkillFile]) -> tuple[SkillFile, ...]:
    return tuple(files[path] for path in sorted(files))


def _skill_md(draft: Draft) -> bytes:
    named = [name for name in FIELDS if name in draft.fields and name != "metadata"]
    lines = ["---", *(f"{name}: {_quoted(as_text(draft.fields[name]))}" for name in named), "metadata:"]
    # The version first: it is what a reader looks for.
    notes = sorted(draft.metadata().items(), key=lambda note: (note[0] != "version", note[0]))
    lines += [f"  {_key(name)}: {_quoted(as_text(text))}" for name, text in notes]
    body = "\n".join(line.text for line in draft.body)
    apart = "" if body.startswith("\n") else "\n"
    return f"{chr(10).join(lines)}\n---\n{apart}{body}{'' if body.endswith(chr(10)) else chr(10)}".encode()


def _quoted(text: str) -> str:
    # Some readers look for the end of the frontmatter in the middle of its values.
    return json.dumps(text, ensure_ascii=False).replace("---", "\\u002d--")


def _key(name: str) -> str:
    return name if name.isidentifier() or name.replace("-", "").replace(".", "").isalnum() else _quoted(name)


def _triggers(draft: Draft) -> str:
    parts = (("strong", draft.phrases), ("weak", draft.weak))
    return "".join(f"{name}:\n" + "".join(f"  - {_quoted(word)}\n" for word in words) for name, words in parts if words)


def _checklist(draft: Draft) -> str:
    parts: list[str] = []
    size = 0
    for item in draft.items:
        part = "".join(_item_lines(item))
        size += len(part.encode())
        if size > MAX_CHECKLIST_BYTES:
            break
        parts.append(part)
    return "items:\n" + "".join(parts) if parts else ""


def _item_lines(item: ChecklistItem) -> Iterator[str]:
    yield f"  - id: {_quoted(item.id)}\n    text: {_quoted(item.text)}\n"
    if item.rules:
        yield f"    rules: [{', '.join(item.rules)}]\n"
    if item.evidence is not None:
        yield f"    evidence: {item.evidence}\n"
    if item.question is not None:
        yield "    question:\n"
        for name, text in item.question.model_dump().items():
            yield f"      {name}: {_quoted(text)}\n"
