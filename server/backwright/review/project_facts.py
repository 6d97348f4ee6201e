"""Facts of the project around a diff, read from its packaging files and never by importing or building it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from backwright._files import read_bounded
from backwright.errors import TooLargeError
from backwright.review.diff import FileDiff, LineKind
from backwright.review.facts import Facts
from backwright.review.repository import Repository

_LIMIT: Final = 8 * 1024 * 1024
_MANIFEST: Final = re.compile(r"pyproject\.toml|Pipfile|requirements[\w.-]*\.(?:txt|in)")
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")
_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^;#]*)")
_FLOOR = re.compile(r"(?:===?|>=|~=|\^|~)\s*v?([0-9]+)(?:\.([0-9]+))?|>\s*([0-9]+)\.([0-9]+)")
# What a project uses by way of a framework, so that its major is known without being asked for.
_BY_WAY = frozenset({"pydantic"})
# FastAPI takes Pydantic 2 from 0.100.0 on (its release notes); a requirement that ends below leads to Pydantic 1.
_OLD_FASTAPI = re.compile(r"(?:\^|~=?|===?)?\s*0\.[0-9]{1,2}(?:\.[0-9]+)?\s*|.*<\s*0\.(?:100|[0-9]{1,2})(?:\.0)?\s*")
_BELOW = re.compile(r"<\s*([0-9]+)(?:\.0)*\s*(?:,|$|\))")


def read_facts(root: Path) -> Facts:
    """What the packaging files at a root say: the oldest Python, the direct dependencies and their major versions.

    A file that is missing, too large or malformed says nothing.
    """
    project = _toml(root / "pyproject.toml")
    requirements = dict(_requirements(project))
    for path in sorted([*root.glob("requirements*.txt"), *root.glob("requirements/*.txt")])[:20]:
        requirements.update(_parsed(_text(path).split("\n")))
    majors = {name: major for name, text in requirements.items() if (major := _major(text)) is not None}
    if _OLD_FASTAPI.fullmatch(requirements.get("fastapi", "")):
        majors.setdefault("pydantic", 1)
    majors.update(_locked(root, {*requirements, *_BY_WAY}))
    return Facts(
        python=_python(project),
        majors=majors,
        dependencies=frozenset(requirements),
        has_root=True,
        repository=Repository(root),
    )


def before_change(facts: Facts, files: Iterable[FileDiff]) -> Facts:
    """The facts with the newer major of each dependency that a change takes back to an older one.

    What a library has deprecated or removed stays deprecated for whoever goes back to it.
    """
    majors = dict(facts.majors)
    for file in files:
        if _MANIFEST.fullmatch(PurePosixPath(file.old_path).name):
            lines = (line.text for hunk in file.hunks for line in hunk.lines if line.kind is LineKind.REMOVED)
            for name, text in _parsed(line.strip().strip("\"',") for line in lines):
                major = _major(text)
                if major is not None and majors.get(name, major) < major:
                    majors[name] = major
    return facts if majors == facts.majors else replace(facts, majors=majors)


def _python(project: Mapping[str, object]) -> tuple[int, int] | None:
    text = _table(project, "project").get("requires-python")
    if not isinstance(text, str):
        text = _table(project, "tool", "poetry", "dependencies").get("python")
    found = _FLOOR.search(text) if isinstance(text, str) else None
    if found is None:
        return None
    if found[3] is not None:
        return int(found[3]), int(found[4]) + 1
    return int(found[1]), int(found[2] or 0)


def _requirements(project: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Every requirement of a pyproject.toml, as a normalised name and what its version must be."""
    metadata = _table(project, "project")
    yield from _parsed(_strings(metadata.get("dependencies")))
    for group in (*_table(metadata, "optional-dependencies").values(), *_table(project, "dependency-groups").values()):
        yield from _parsed(_strings(group))
    poetry = _table(project, "tool", "poetry")
    groups = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    groups += [_table(poetry, "group", name, "dependencies") for name in _table(poetry, "group")]
    for group in groups:
        for name, wanted in group.items():
            version = wanted.get("version", "") if isinstance(wanted, dict) else wanted
            if name != "python":
                yield _normal(name), version if isinstance(version, str) else ""


def _parsed(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        found = _NAME.match(line)
        if found is not None and not line.lstrip().startswith(("-", "#")):
            yield _normal(found[1]), found[2].strip()


def _major(text: str) -> int | None:
    """The major version that a requirement leads to: its floor, else the one below its ceiling."""
    floor = _FLOOR.search(text)
    if floor is not None:
        return int(floor[1] or floor[3])
    bare = re.match(r"[0-9]+(?=\.[0-9])", text)
    if bare is not None:
        return int(bare[0])
    below = _BELOW.search(text)
    return int(below[1]) - 1 if below is not None and int(below[1]) > 0 else None


def _locked(root: Path, wanted: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The major versions that a lock file holds, for what is asked for."""
    names = set(wanted)
    for lock in _LOCKS:
        packages = _toml(root / lock).get("package")
        for package in packages if isinstance(packages, list) else ():
            if isinstance(package, dict):
                name, version = package.get("name"), package.get("version")
                if isinstance(name, str) and isinstance(version, str) and _normal(name) in names:
                    major = re.match(r"[0-9]+", version)
                    if major is not None:
                        yield _normal(name), int(major[0])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _strings(value: object) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _table(value: object, *keys: str) -> Mapping[str, object]:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _text(path: Path) -> str:
    try:
        return read_bounded(path, _LIMIT).decode("utf-8", "replace")
    except (OSError, TooLargeError):
        return ""


def _toml(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(_text(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}
