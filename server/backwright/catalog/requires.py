"""What a skill needs of the project and of the machine, and what of it is not there.

`metadata.requires` is one string: `fastapi>=0.115, pydantic>=2,<3, command:git`. A package may have clauses on its
version; a command is a program on the PATH. `allowed-tools` names commands too: `Bash(git:*)`.
"""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from backwright._files import read_bounded
from backwright._hidden import printable
from backwright.catalog.environment import FOLDERS, find_environment, normal
from backwright.catalog.problem import ProblemError
from backwright.catalog.skill import Skill
from backwright.errors import TooLargeError

MAX_LOCK: Final = 8 * 1024 * 1024
LOCKS: Final = ("uv.lock", "poetry.lock", "pdm.lock")

_COMMAND: Final = "command:"
_NEED: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(.*)")
_CLAUSE: Final = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9]+(?:\.[0-9]+)*)(?:\.\*)?\s*")
_BASH: Final = re.compile(r"Bash\(([A-Za-z0-9_.+-]+)")


def lacking(
    skill: Skill, versions: Mapping[str, str] | None, find: Callable[[str], str | None] = shutil.which
) -> tuple[str, ...]:
    """What of a skill's needs is not met, each as a sentence without its full stop.

    Args:
        skill: the skill.
        versions: of the project's packages, by normalised name; None where they are not known, which is no fault.
        find: finds a command.
    """
    allowed = skill.frontmatter.get("allowed-tools")
    needed, commands = _kinds(requires_of(skill), allowed if isinstance(allowed, str) else "")
    found = [f"it needs the command {name}, which is not here" for name in commands if find(name) is None]
    packages = needed if versions is not None else ()
    return (*(fault for need in packages if (fault := _fault(need, versions or {}))), *found)


@lru_cache(maxsize=256)
def _kinds(written: str, allowed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The packages of a string, as they are written, and its commands with those of the tools that are allowed."""
    needs = tuple(_needs(written))
    commands = {need.removeprefix(_COMMAND) for need in needs if need.startswith(_COMMAND)} | {*_BASH.findall(allowed)}
    return tuple(need for need in needs if not need.startswith(_COMMAND)), tuple(sorted(commands))


class Need(NamedTuple):
    """A package that a skill needs.

    Args:
        package: its normalised name.
        written: as the skill has it.
        clauses: what is said of its version, each an operator and numbers.
    """

    package: str
    written: str
    clauses: tuple[tuple[str, tuple[int, ...]], ...]

    def meets(self, low: tuple[int, ...], high: tuple[int, ...]) -> bool:
        """Whether any version from `low` on and below `high` may meet the clauses."""
        low, high = _padded(low), _padded(high)
        for operator, bound in self.clauses:
            at = _padded(bound)
            if operator in {">=", ">"} and high <= at:
                return False
            if (operator == "<" and low >= at) or (operator == "<=" and low > at):
                return False
            if operator == "==" and (high <= at or low >= _padded((*bound[:-1], bound[-1] + 1))):
                return False
        return True


@lru_cache(maxsize=256)
def needs_in(text: str) -> tuple[Need, ...]:
    """The packages that a string names, without what cannot be read. Each answer asks the same again."""
    found = []
    for written in _needs(text):
        match = None if written.startswith(_COMMAND) else _NEED.fullmatch(written)
        clauses = [_CLAUSE.fullmatch(clause) for clause in match[2].split(",")] if match and match[2] else []
        if match is not None and None not in clauses:
            read = tuple((clause[1], _numbers(clause[2])) for clause in clauses if clause is not None)
            found.append(Need(normal(match[1]), written, read))
    return tuple(found)


def requires_of(skill: Skill) -> str:
    """What a skill says that it needs, as it is written."""
    metadata = skill.frontmatter.get("metadata")
    written = metadata.get("requires") if isinstance(metadata, dict) else None
    return written if isinstance(written, str) else ""


def _needs(written: str) -> Iterator[str]:
    """The needs of a string; what follows a comma and starts with an operator belongs to the one before."""
    need = ""
    for part in written.split(","):
        if part.strip()[:1] in {"<", ">", "=", "!"}:
            need = f"{need},{part.strip()}"
            continue
        if need:
            yield need
        need = part.strip()
    if need:
        yield need


def _fault(need: str, versions: Mapping[str, str]) -> str:
    """Why a package does not do, or nothing."""
    match = _NEED.fullmatch(need)
    return _unmet(need, None if match is None else versions.get(normal(match[1])))


@lru_cache(maxsize=256)
def _unmet(need: str, there: str | None) -> str:
    """Why a version does not meet a need, or nothing. Each answer asks the same again."""
    match = _NEED.fullmatch(need)
    clauses = [_CLAUSE.fullmatch(clause) for clause in match[2].split(",")] if match is not None and match[2] else []
    if match is None or None in clauses:
        return f"its need {printable(need, 60)!r} cannot be read"
    if there is None:
        return f"it needs {need}, which the project does not have"
    met = all(clause is None or _meets(there, clause[1], clause[2], clause[0]) for clause in clauses)
    return "" if met else f"it is for {need}, and the project has {printable(there, 40)}"


def _meets(version: str, operator: str, wanted: str, clause: str) -> bool:
    number = _numbers(version)
    bound = _numbers(wanted)
    if operator in {"==", "!="}:
        same = number[: len(bound)] == bound if clause.rstrip().endswith(".*") else _padded(number) == _padded(bound)
        return same == (operator == "==")
    order = (_padded(number) > _padded(bound)) - (_padded(number) < _padded(bound))
    return {">=": order >= 0, "<=": order <= 0, ">": order > 0, "<": order < 0}[operator]


def _numbers(version: str) -> tuple[int, ...]:
    match = re.match(r"v?(?:[0-9]+!)?([0-9]+(?:\.[0-9]+)*)", version)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def _padded(numbers: tuple[int, ...]) -> tuple[int, ...]:
    return (*numbers, 0, 0, 0, 0)[: max(len(numbers), 4)]


class ProjectVersions:
    """The versions of a project's packages, kept until something is installed or locked.

    Args:
        root: the project.
        active: what `$VIRTUAL_ENV` names.
    """

    def __init__(self, root: Path, active: Path | None = None) -> None:
        self._root = root
        self._active = active
        self._watched: tuple[str, ...] = ()
        self._stamp: tuple[int, ...] | None = None
        self._known: Mapping[str, str] | None = None

    def current(self) -> Mapping[str, str] | None:
        """By normalised name: those installed in the project's environment, else those locked; None if neither."""
        if self._stamp is None or self._stamp != self._now():
            sites, self._known = _versions(self._root, self._active)
            places = [folder for folder in (*(self._root / name for name in FOLDERS), self._active) if folder]
            locks = () if sites else tuple(self._root / lock for lock in LOCKS)
            # Installing a package changes the folder that it lies in.
            watched = (*sites, *(folder / "pyvenv.cfg" for folder in places), *locks)
            self._watched = tuple(str(path) for path in watched)
            self._stamp = self._now()
        return self._known

    def _now(self) -> tuple[int, ...]:
        return tuple([_changed(path) for path in self._watched])


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116  each answer waits for nine of these, and a Path takes as long
    except OSError:
        return 0


def _versions(root: Path, active: Path | None) -> tuple[tuple[Path, ...], Mapping[str, str] | None]:
    """The folders of the environment, and the versions in it, or else in a lock."""
    try:
        environment = find_environment(root, active)
        if environment is not None:
            return environment.site_packages, {each.name: each.version for each in environment.distributions()}
    except (OSError, ProblemError):
        pass
    return (), next((found for lock in LOCKS if (found := _locked(root / lock))), None)


def _locked(path: Path) -> Mapping[str, str]:
    try:
        packages = tomllib.loads(read_bounded(path, MAX_LOCK).decode("utf-8", "replace")).get("package")
    except (OSError, TooLargeError, tomllib.TOMLDecodeError, RecursionError):
        return {}
    tables = packages if isinstance(packages, list) else []
    pairs = [(each.get("name"), each.get("version")) for each in tables if isinstance(each, dict)]
    return {normal(name): version for name, version in pairs if isinstance(name, str) and isinstance(version, str)}
