"""Folders of somebody's skills, served beside the pack as they are: mended in memory, pinned by nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from backwright._hidden import printable
from backwright.catalog.catalog import Catalog, kept
from backwright.catalog.foreign import Foreign, find_foreign, read_foreign
from backwright.catalog.importing import Imported, import_foreign
from backwright.catalog.problem import Code, Problem, ProblemError
from backwright.catalog.skill import Skill
from backwright.errors import ManifestError

PREFIX: Final = "root"


class Roots:
    """What some folders hold, across loads: what did not change is not mended again, and what broke is served on.

    Args:
        folders: where the skills are, in the order in which they get their names.
    """

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._last: dict[str, tuple[Foreign, Imported]] = {}

    def added(self, catalog: Catalog, *, strict: bool = False) -> Catalog:
        """The catalog with the skills of the folders and with a word on each repair.

        Args:
            catalog: the pack's; a name that it has stays its, and another's is `root/<folder>/<name>`.
            strict: refuse the first skill that cannot be had.

        Raises:
            ManifestError: strict, and there is one.
        """
        if not self._folders:
            return catalog
        taken = {skill.name for skill in (*catalog.skills, *catalog.releases)}
        skills: list[Skill] = []
        problems: list[Problem] = []
        present: set[str] = set()
        for path, label, root in self._places(problems):
            present.add(label)
            found = self._imported(path, label, root, taken, problems)
            if found is not None:
                taken.add(found.skill.name)
                skills.append(found.skill)
                problems += [*found.repairs, _unpinned(label)]
        self._last = {label: last for label, last in self._last.items() if label in present}
        error = next((problem for problem in problems if problem.severity == "error"), None)
        if strict and error is not None:
            raise ManifestError(str(error), hint=error.fix, line=error.line)
        heads = sorted((*catalog.skills, *skills), key=lambda skill: skill.name)
        return replace(catalog, skills=tuple(heads), problems=(*catalog.problems, *problems))

    def _places(self, problems: list[Problem]) -> Iterator[tuple[Path, str, str]]:
        """Each skill of each folder, with what messages call it, and what addresses call the folder."""
        for folder in self._folders:
            try:
                for path in find_foreign(folder):
                    yield path, path.as_posix(), re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
            except OSError as error:
                message = f"the folder cannot be listed: {printable(error.strerror or str(error))}"
                fix = "name a folder of skills with --skills or BACKWRIGHT_SKILLS"
                where = printable(folder.as_posix())
                problems.append(Problem(Code.PACK_UNREADABLE, "error", where, None, message, fix))

    def _imported(self, path: Path, label: str, root: str, taken: set[str], problems: list[Problem]) -> Imported | None:
        last = self._last.get(label)
        try:
            foreign = read_foreign(path, label)
            if last is not None and last[0] == foreign and last[1].skill.name not in taken:
                return last[1]
            found = _addressed(import_foreign(foreign), foreign.label, root, taken) or import_foreign(
                foreign, taken=taken
            )
        except ProblemError as error:
            served = last is not None and last[1].skill.name not in taken
            problems.append(kept(error.problem) if served else error.problem)
            return last[1] if last is not None and served else None
        self._last[label] = (foreign, found)
        return found


def _addressed(found: Imported, label: str, root: str, taken: set[str]) -> Imported | None:
    """The skill under its own name, or where another has it under its folder's; None if that is taken as well."""
    name = found.skill.name
    if name not in taken:
        return found
    full = f"{PREFIX}/{root}/{name}"
    if full in taken or PREFIX in taken or not root:
        return None
    message = f"the name {name} is another skill's; this one is served as {full}"
    told = Problem(
        "NAME_TAKEN", "warning", printable(label), None, message, "ask for it by that name, or rename one of them"
    )
    return Imported(replace(found.skill, name=full), (told, *found.repairs))


def _unpinned(label: str) -> Problem:
    message = "it is served unpinned: no manifest says what its files must be"
    fix = "run `backwright import` on it, and pin it in a pack"
    return Problem(Code.UNLOCKED_SKILL, "warning", printable(label), None, message, fix)
