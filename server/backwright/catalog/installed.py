"""Skills that come inside the packages of the user's environment, at the version that is installed there.

FastAPI, SQLModel and Typer ship `.agents/skills/<name>/SKILL.md` in their distributions. They are found by reading the
RECORD of what is installed: it says which files there are and what their digests must be. Nothing is imported. Of an
editable install there is no such record: its skills are what lies in its author's folder now (see `editable`).

    skill://lib/<distribution>/<name>/SKILL.md
"""

from __future__ import annotations

import base64
import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from backwright._files import read_bounded, safe_join
from backwright._hidden import printable
from backwright.catalog.catalog import Catalog
from backwright.catalog.editable import find_editable
from backwright.catalog.environment import (
    Distribution,
    Environment,
    checked,
    find_environment,
    normal,
    semantic,
    unreadable,
)
from backwright.catalog.foreign import Foreign
from backwright.catalog.importing import Imported, import_foreign
from backwright.catalog.loader import Candidate, build_skill, read_tree
from backwright.catalog.problem import Code, Problem, ProblemError, refuse
from backwright.catalog.skill import SKILL_MD, Skill, SkillFile
from backwright.catalog.stamp import Seen
from backwright.errors import PathOutsideRootError, TooLargeError

PREFIX: Final = "lib"
MAX_RECORD: Final = 16 * 1024 * 1024
MAX_METADATA: Final = 4 * 1024 * 1024
MAX_SKILLS: Final = 200
MAX_BYTES: Final = 16 * 1024 * 1024

_MARK: Final = b".agents/skills/"
_PLACE: Final = re.compile(r"(?P<folder>(?:[^/]+/)*\.agents/skills/(?P<name>[^/]+))/(?P<file>.+)", re.DOTALL)
_INSTALL: Final = "install the distribution again"

_POINTER: Final = re.compile(r"[^/]+\.pth|__editable__[^/]*_finder\.py")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a skill lies.

    Args:
        base: a folder without links.
        folder: the skill's, relative to it.
        recorded: what the RECORD says of it: the hash of each file by its path there, as written; None where it says
            nothing, because the install is editable.
    """

    base: Path
    folder: str
    recorded: Mapping[str, str] | None


@dataclass(slots=True)
class Installed:
    """The skills of a project's environment, across loads: what did not change is neither read nor mended again.

    Args:
        root: the project.
        active: what `$VIRTUAL_ENV` names.
    """

    root: Path
    active: Path | None = None
    _seen: dict[str, Seen] = field(default_factory=dict)
    _built: dict[str, tuple[Distribution, tuple[SkillFile, ...], Imported]] = field(default_factory=dict)

    def added(self, catalog: Catalog) -> Catalog:
        """The catalog with the skills of what is installed, and with a word on each that is left out or was mended."""
        skills: list[Skill] = []
        problems: list[Problem] = []
        if any(skill.name == PREFIX for skill in (*catalog.skills, *catalog.releases)):
            fix = "rename it, to see the skills of installed packages"
            message = f"a skill called {PREFIX} has the addresses of installed skills"
            return replace(
                catalog,
                problems=(*catalog.problems, Problem(Code.NAME_COLLISION, "warning", PREFIX, None, message, fix)),
            )
        try:
            environment = find_environment(self.root, self.active)
            if environment is not None:
                for found in self._all(environment, problems):
                    self._within_limits(environment, skills, found.skill)
                    skills.append(found.skill)
                    problems += found.repairs
        except ProblemError as error:
            problems.append(error.problem)
        if not skills and not problems:
            return catalog
        heads = sorted((*catalog.skills, *skills), key=lambda skill: skill.name)
        return replace(catalog, skills=tuple(heads), problems=(*catalog.problems, *problems))

    def _within_limits(self, environment: Environment, skills: list[Skill], more: Skill) -> None:
        size = sum(file.size for skill in (*skills, more) for file in skill.files)
        if len(skills) >= MAX_SKILLS or size > MAX_BYTES:
            message = f"it has more than {MAX_SKILLS} skills, or more than {MAX_BYTES} bytes of them"
            fix = f"block some in backwright.yaml; {more.name} and what follows are left out"
            raise refuse(Code.TOO_LARGE, environment.label, message, fix)

    def _all(self, environment: Environment, problems: list[Problem]) -> Iterator[Imported]:
        try:
            distributions = tuple(environment.distributions())
        except OSError as error:
            raise unreadable(environment.label, error) from None
        for distribution in distributions:
            label = self._label(distribution.info)
            try:
                record = _record(distribution, label)
                places = [*_recorded(distribution, record, label), *_edited(distribution, record, label, problems)]
                if not places:
                    continue
                checked(distribution, label)
                _alone(distribution, distributions, label)
                _same_name(distribution, label)
            except ProblemError as error:
                problems.append(error.problem)
            except OSError as error:
                problems.append(unreadable(label, error).problem)
            else:
                yield from self._skills(distribution, places, problems)

    def _skills(self, distribution: Distribution, places: list[Place], problems: list[Problem]) -> Iterator[Imported]:
        taken: set[str] = set()
        for place in places:
            try:
                found = self._skill(distribution, place, taken, problems)
            except ProblemError as error:
                problems.append(error.problem)
                continue
            taken.add(found.skill.name)
            name = f"{PREFIX}/{distribution.name}/{found.skill.name}"
            package = f"{distribution.name} {distribution.version}{' (editable)' if place.recorded is None else ''}"
            yield replace(found, skill=replace(found.skill, name=name, package=package))

    def _skill(self, distribution: Distribution, place: Place, taken: set[str], problems: list[Problem]) -> Imported:
        label = self._label(place.base / place.folder)
        try:
            path = safe_join(place.base, place.folder)
        except PathOutsideRootError:
            raise refuse(Code.SYMLINK, label, "it is reached through a link", _INSTALL) from None
        tree = read_tree(path, label, self._seen.setdefault(label, {}))
        files = tree if place.recorded is None else tuple(_vouched(tree, place.recorded, label, problems))
        last = self._built.get(label)
        if last is not None and last[:2] == (distribution, files) and last[2].skill.name not in taken:
            return last[2]
        found = _built(distribution, path.name, label, files, taken)
        self._built[label] = (distribution, files, found)
        return found

    def _label(self, path: Path) -> str:
        """How messages call a path: relative to the project where it lies there."""
        root = self.root.resolve()
        return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _record(distribution: Distribution, label: str) -> bytes:
    """The RECORD of a distribution; nothing for one that has none, or is no folder.

    Raises:
        ProblemError: it is too large.
        OSError: it cannot be read.
    """
    try:
        return read_bounded(distribution.info / "RECORD", MAX_RECORD, follow_links=False)
    except FileNotFoundError:
        return b""
    except TooLargeError as error:
        raise refuse(Code.TOO_LARGE, f"{label}/RECORD", error.message, _INSTALL) from None


def _edited(distribution: Distribution, record: bytes, label: str, problems: list[Problem]) -> Iterator[Place]:
    """Where the skills of an editable install are."""
    editable = find_editable(distribution, _pointers(record), label, problems)
    if editable is not None:
        yield from (Place(editable.project, folder, None) for folder in editable.skills)


def _pointers(record: bytes) -> Iterator[str]:
    """The files of a RECORD that say where an editable install lies; looked for when the first is asked for."""
    for line in record.decode("utf-8", "replace").split("\n"):
        name, _ = _row(line)
        if _POINTER.fullmatch(name):
            yield name


def _recorded(distribution: Distribution, record: bytes, label: str) -> Iterator[Place]:
    """What the RECORD of a distribution says of its skills, by folder.

    Raises:
        ProblemError: it lists a path that leads elsewhere, or one twice.
    """
    if _MARK not in record:
        return
    found: dict[str, dict[str, str]] = {}
    for number, line in enumerate(record.decode("utf-8", "replace").split("\n"), 1):
        if ".agents" not in line:
            continue
        written, digest = _row(line)
        if _hostile(written):
            message = f"the path {printable(written, 80)!r} leads out of the packages"
            raise refuse(Code.HOSTILE_NAME, f"{label}/RECORD", message, _INSTALL, line=number)
        place = _PLACE.fullmatch(written)
        if place is None:
            continue
        files = found.setdefault(place["folder"], {})
        if place["file"] in files:
            message = f"the path {printable(written, 80)!r} is listed twice"
            raise refuse(Code.NAME_COLLISION, f"{label}/RECORD", message, _INSTALL, line=number)
        files[place["file"]] = digest
    # A folder without a SKILL.md only holds folders.
    yield from (Place(distribution.site, at, files) for at, files in sorted(found.items()) if SKILL_MD in files)


def _row(line: str) -> tuple[str, str]:
    """The path and the hash of a line of a RECORD."""
    try:
        row = next(csv.reader([line.rstrip("\r")]), [])
    except csv.Error:
        row = []
    return row[0] if row else line, row[1] if len(row) > 1 else ""


def _hostile(path: str) -> bool:
    parts = path.split("/")
    return not {"..", ".", ""}.isdisjoint(parts) or any(mark in path for mark in "\\\0:") or path.startswith("~")


def _vouched(
    tree: tuple[SkillFile, ...], recorded: Mapping[str, str], label: str, problems: list[Problem]
) -> Iterator[SkillFile]:
    """The files that are what the RECORD says; one that it does not list is not served.

    Raises:
        ProblemError: a file is missing or is another.
    """
    there = {file.path: file for file in tree}
    for path, digest in sorted(recorded.items()):
        file = there.pop(path, None)
        where = f"{label}/{path}"
        if file is None:
            if not _never_served(path):
                raise refuse(Code.MISSING_SKILL, where, "the RECORD lists it, and it is not there", _INSTALL)
        elif not _matches(file.data, digest):
            raise refuse(Code.DIGEST_MISMATCH, where, "it is not the file that was installed", _INSTALL)
        else:
            yield file
    for path in there:
        message = "the RECORD does not list it, so it is not served"
        where = printable(f"{label}/{path}")
        problems.append(Problem(Code.DIGEST_MISMATCH, "warning", where, None, message, "delete it"))


def _never_served(path: str) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.split("/"))


def _matches(data: bytes, digest: str) -> bool:
    kind, _, value = digest.partition("=")
    if kind not in {"sha256", "sha384", "sha512"}:
        return False
    return base64.urlsafe_b64encode(hashlib.new(kind, data).digest()).decode().rstrip("=") == value.rstrip("=")


def _alone(distribution: Distribution, every: tuple[Distribution, ...], label: str) -> None:
    versions = [other.version for other in every if other.name == distribution.name]
    if len(versions) > 1:
        message = f"{printable(distribution.name)} is installed more than once: {printable(', '.join(versions), 80)}"
        raise refuse(Code.NAME_COLLISION, label, message, "uninstall it and install it again")


def _same_name(distribution: Distribution, label: str) -> None:
    """Refuse metadata that names another distribution than its folder does."""
    try:
        data = read_bounded(distribution.info / "METADATA", MAX_METADATA, follow_links=False)
    except TooLargeError as error:
        raise refuse(Code.TOO_LARGE, f"{label}/METADATA", error.message, _INSTALL) from None
    head = data.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace")
    headers = dict(line.split(": ", 1) for line in reversed(head.split("\n")) if ": " in line)
    name, version = headers.get("Name", "").strip(), headers.get("Version", "").strip()
    if normal(name) != distribution.name or semantic(version) != semantic(distribution.version):
        message = f"it is the metadata of {printable(f'{name} {version}', 80)!r}"
        raise refuse(Code.NAME_FOLDER, f"{label}/METADATA", message, _INSTALL)


def _built(
    distribution: Distribution, folder: str, label: str, files: tuple[SkillFile, ...], taken: set[str]
) -> Imported:
    """The skill as it was installed, or mended where the strict rules do not take it."""
    version = semantic(distribution.version) or ""
    try:
        skill = build_skill(Candidate(folder, Path(folder), label, installed=version), files)
    except ProblemError:
        pass
    else:
        if skill.name not in taken:
            return Imported(skill, ())
    found = import_foreign(Foreign(label, folder, SKILL_MD, files, folder=True), taken=taken)
    return replace(found, skill=replace(found.skill, version=version))
