"""Where the skills of a distribution lie that is installed in editable mode: in its author's folder.

What such an install leaves in the environment says where its packages are. It is read as text and as syntax: no line
of a `.pth` file and nothing of a finder is run.

Sources: PEP 610 (direct_url.json), PEP 660 (editable installs), `site` (`.pth` files), setuptools (the MAPPING of its
finder, and the folders that it takes for no package).
"""

from __future__ import annotations

import ast
import json
import os
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from backwright._files import read_bounded
from backwright._hidden import printable
from backwright.catalog.environment import Distribution
from backwright.catalog.problem import Code, Problem, refuse
from backwright.catalog.skill import SKILL_MD
from backwright.errors import TooLargeError

DIRECT_URL: Final = "direct_url.json"
MAX_POINTER: Final = 256 * 1024
MAX_FOLDERS: Final = 5_000

_PROJECT_FILES: Final = ("pyproject.toml", "setup.py", "setup.cfg")
_NO_PACKAGE: Final = re.compile(
    "benchmarks?|bin|build|ci|debian|dist|docs?|documentation|examples?|exercises?|htmlcov|scripts|tasks|tests?|tools"
    "|unit_tests?|utils?"
)
_NEVER: Final = frozenset({"__pycache__", "node_modules"})
_AGAIN: Final = "install it again"


@dataclass(frozen=True, slots=True)
class Editable:
    """A folder that an environment takes a distribution from.

    Args:
        project: it, without links.
        skills: the folders of skills inside its packages, relative to it.
    """

    project: Path
    skills: tuple[str, ...]


def find_editable(
    distribution: Distribution, pointers: Iterable[str], label: str, problems: list[Problem]
) -> Editable | None:
    """The skills of a distribution that is installed in editable mode; None for any other.

    Args:
        distribution: it.
        pointers: the names of the `.pth` files and finders that its RECORD lists.
        label: how messages call its `.dist-info` folder.
        problems: gets a word where the author's folder is gone.

    Raises:
        ProblemError: what says where it lies cannot be understood, leads to no folder of a project, or to more folders
            than anyone has.
        OSError: something cannot be read.
    """
    where = f"{label}/{DIRECT_URL}"
    path = _path(distribution, where)
    if path is None:
        return None
    if not path.exists() and not path.is_symlink():
        message = f"the folder {printable(path.as_posix(), 80)} that it is installed from is not there"
        problems.append(Problem(Code.UNREADABLE, "warning", printable(where), None, message, _AGAIN))
        return None
    if path.is_symlink() or not path.is_dir():
        raise refuse(Code.SYMLINK, where, "it names a link, or no folder", _AGAIN)
    if not any((path / name).is_file() for name in _PROJECT_FILES):
        raise refuse(Code.UNREADABLE, where, "it names a folder that is no Python project", _AGAIN)
    walk = _Walk(path.resolve(), label)
    for package in _packages(distribution, pointers, walk.project):
        walk.look(package)
    return Editable(walk.project, tuple(sorted(walk.found)))


def _path(distribution: Distribution, where: str) -> Path | None:
    """The folder that an editable install names."""
    try:
        data = read_bounded(distribution.info / DIRECT_URL, MAX_POINTER, follow_links=False)
    except FileNotFoundError:
        return None
    except TooLargeError as error:
        raise refuse(Code.TOO_LARGE, where, error.message, _AGAIN) from None
    if b"editable" not in data:
        return None
    try:
        document: object = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    path = None
    match document:
        case {"url": str(url), "dir_info": {"editable": True}}:
            path = _local(url)
        case {"dir_info": {"editable": True}}:
            pass
        case {}:
            return None
    if path is None:
        raise refuse(Code.UNREADABLE, where, "it does not say where the distribution lies", _AGAIN)
    return path


def _local(url: str) -> Path | None:
    """The path of a `file:` URL; None for another, and for no path that is the same wherever it is read from."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    path = Path(url2pathname(parts.path))
    plain = parts.scheme == "file" and parts.netloc in {"", "localhost"} and not parts.query and not parts.fragment
    usable = "\0" not in str(path) and ".." not in path.parts and path.is_absolute() and path.parent != path
    return path if plain and usable else None


def _packages(distribution: Distribution, pointers: Iterable[str], project: Path) -> Iterator[str]:
    """The folders of the packages, relative to the project; the usual ones where no pointer names any."""
    found: set[str] = set()
    for name in sorted(pointers):
        try:
            text = read_bounded(distribution.site / name, MAX_POINTER, follow_links=False).decode("utf-8", "replace")
        except (OSError, TooLargeError):
            # Python would not find the package either, and the usual folders are looked at.
            continue
        if name.endswith(".pth"):
            found.update(package for line in text.splitlines() for package in _of_line(line, project))
        else:
            found.update(_inside(path, project) or "" for path in _mapping(text))
    yield from sorted(found - {""}) or (*_children("src", project), distribution.name.replace("-", "_"))


def _of_line(line: str, project: Path) -> Iterator[str]:
    """The packages under the folder that a line of a `.pth` file adds to the path; a line of code adds none."""
    if line.startswith(("import ", "import\t", "#")) or not Path(line.strip()).is_absolute():
        return
    folder = _inside(line.strip(), project)
    if folder is not None:
        yield from _children(folder, project)


def _children(folder: str, project: Path) -> Iterator[str]:
    try:
        with os.scandir(project / folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in names:
        # In the project's own folder also lies what is not installed with it.
        if name.isidentifier() and (folder or not _NO_PACKAGE.fullmatch(name)):
            yield f"{folder}/{name}".lstrip("/")


def _mapping(text: str) -> Iterator[str]:
    """The folders of the packages that a finder of setuptools knows."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(value, ast.Dict) and any(isinstance(each, ast.Name) and each.id == "MAPPING" for each in targets):
            constants = (each.value for each in value.values if isinstance(each, ast.Constant))
            yield from (each for each in constants if isinstance(each, str))


def _inside(path: str, project: Path) -> str | None:
    """A path relative to the project, by what it really is; None for one that lies elsewhere.

    What else is on the path is Python's business. Only the folder that the install names is read.
    """
    try:
        real = Path(path).resolve()
    except (OSError, ValueError, RuntimeError):
        return None
    if not real.is_relative_to(project):
        return None
    return "" if real == project else real.relative_to(project).as_posix()


@dataclass(slots=True)
class _Walk:
    """Looks for folders of skills; it opens nothing and follows no link.

    Args:
        project: where it may look.
        label: how messages call the distribution.
        found: the folders of skills, relative to the project.
        count: how many folders were looked at.
    """

    project: Path
    label: str
    found: set[str] = field(default_factory=set)
    count: int = 0

    def look(self, folder: str) -> None:
        waiting = [folder]
        while waiting:
            inside = waiting.pop()
            self.count += 1
            if self.count > MAX_FOLDERS:
                message = f"its packages have more than {MAX_FOLDERS} folders"
                raise refuse(Code.TOO_MANY_FILES, self.label, message, "install it without -e")
            children = self._folders(inside)
            self._agents(inside, children.pop(".agents", None))
            plain = [name for name, link in children.items() if not link and name.isidentifier()]
            waiting += [f"{inside}/{name}" for name in plain if name not in _NEVER]

    def _agents(self, package: str, link: bool | None) -> None:  # noqa: FBT001  None: there is no such folder
        """The skills of one package; a link is found as well, to be refused by name."""
        at = f"{package}/.agents"
        if link is False:
            link = self._folders(at).get("skills")
            at = f"{at}/skills"
        if link is False:
            skills = self._folders(at)
            plain = [name for name in skills if not name.startswith(".")]
            self.found.update(f"{at}/{name}" for name in plain if skills[name] or self._is_skill(f"{at}/{name}"))
        elif link:
            self.found.add(at)

    def _is_skill(self, folder: str) -> bool:
        return os.path.lexists(self.project / folder / SKILL_MD)

    def _folders(self, folder: str) -> dict[str, bool]:
        """The folders in a folder, and whether each is a link."""
        try:
            with os.scandir(self.project / folder) as entries:
                return {entry.name: entry.is_symlink() for entry in sorted(entries, key=_name) if entry.is_dir()}
        except OSError:
            return {}


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name
