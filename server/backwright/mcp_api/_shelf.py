"""The skills as the wire addresses them: every file, every directory and every entry by its one URI.

All look-ups are exact, in tables built from the snapshot. A URI is never decoded, joined or normalised, so no other
spelling of an address answers and nothing outside the snapshot can be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from mcp_types import Resource

from backwright.mcp_api._mime import DIRECTORY, mime_type

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.catalog.catalog import Catalog
    from backwright.catalog.skill import Skill, SkillFile

Entry: TypeAlias = dict[str, object]

_SKILL_MD = "SKILL.md"
_RELEASED = re.compile(r"skill://v[^/]*/(?P<name>[^/]+)/")


@dataclass(frozen=True, slots=True)
class Tree:
    """One version of a skill.

    Args:
        skill: what it is of.
        entry: what `skills/list` and `skills/get` say of it.
        resources: what `resources/list` says of its files; SKILL.md first.
        files: the files by URI.
        directories: the direct children of each directory by the directory's URI.
    """

    skill: Skill
    entry: Entry
    resources: tuple[Resource, ...]
    files: Mapping[str, SkillFile]
    directories: Mapping[str, tuple[Resource, ...]]


class Shelf:
    """The trees of the app's current catalog, built when first asked for and again when the catalog changes."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._built: tuple[Catalog, tuple[Tree, ...], Mapping[str, Tree]] | None = None

    @property
    def digest(self) -> str:
        """The digest of the snapshot, to which cursors are bound."""
        return self._app.catalog.digest

    def heads(self) -> tuple[Tree, ...]:
        """The listed skills by name."""
        return self._current()[0]

    def entry(self, uri: str) -> Entry | None:
        """The entry of the skill whose SKILL.md has this URI, listed or released."""
        tree = self._tree(uri)
        return tree.entry if tree is not None and tree.entry["uri"] == uri else None

    def requested(self, request: str) -> Entry:
        """The entry of the skill that answers `name` or `name@range`.

        Raises:
            SkillNotFoundError, VersionNotFoundError, InvalidVersionError: there is none such.
        """
        skill = self._app.choose(request).skill
        return self._current()[1][skill.uri()].entry

    def hint(self, uri: str) -> str | None:
        """What there is instead, where a URI names a version of a skill that is served."""
        match = _RELEASED.match(uri)
        released = [skill for skill in self._app.catalog.releases if match is not None and skill.name == match["name"]]
        if not released:
            return None
        versions = ", ".join(skill.version for skill in reversed(released))
        return f"the released versions of {released[0].name} are {versions}; an address names one of them in full"

    def file(self, uri: str) -> SkillFile | None:
        """The file with this URI."""
        tree = self._tree(uri)
        return tree.files.get(uri) if tree is not None else None

    def directory(self, uri: str) -> tuple[Resource, ...] | None:
        """The direct children of the directory with this URI."""
        tree = self._tree(uri)
        return tree.directories.get(uri) if tree is not None else None

    def _tree(self, uri: str) -> Tree | None:
        return self._current()[1].get(uri)

    def _current(self) -> tuple[tuple[Tree, ...], Mapping[str, Tree]]:
        """One assignment publishes a new snapshot, so that no request sees half of one."""
        catalog = self._app.catalog
        built = self._built
        if built is None or built[0] is not catalog:
            heads = tuple(_tree(skill) for skill in catalog.skills)
            every = [*heads, *(_tree(skill) for skill in catalog.releases)]
            owners = {uri: tree for tree in every for uri in (*tree.files, *tree.directories)}
            self._built = built = (catalog, heads, owners)
        return built[1:]


def _tree(skill: Skill) -> Tree:
    resources = {file.path: _resource(skill, file) for file in sorted(skill.files, key=_skill_md_first)}
    entry: Entry = {
        "uri": skill.uri(),
        "frontmatter": dict(skill.frontmatter),
        "resources": [{"uri": skill.uri(file.path), "digest": file.digest, "size": file.size} for file in skill.files],
    }
    files = {skill.uri(file.path): file for file in skill.files}
    return Tree(skill, entry, tuple(resources.values()), files, dict(_directories(skill, resources)))


def _skill_md_first(file: SkillFile) -> tuple[bool, str]:
    return (file.path != _SKILL_MD, file.path)


def _resource(skill: Skill, file: SkillFile) -> Resource:
    kind = mime_type(file.path, file.data)
    uri = skill.uri(file.path)
    if file.path == _SKILL_MD:
        return Resource(uri=uri, name=skill.name, description=skill.description, mime_type=kind, size=file.size)
    name = PurePosixPath(file.path).name
    return Resource(uri=uri, name=name, title=f"{skill.name}: {file.path}", mime_type=kind, size=file.size)


def _directories(skill: Skill, resources: Mapping[str, Resource]) -> Iterator[tuple[str, tuple[Resource, ...]]]:
    """Each directory's URI (no trailing slash) and its direct children, by name."""
    children: dict[str, dict[str, Resource]] = {"": {}}
    for path, resource in resources.items():
        *parents, name = path.split("/")
        for depth in range(len(parents)):
            folder = "/".join(parents[: depth + 1])
            inside = "/".join(parents[:depth])
            children.setdefault(folder, {})
            children[inside][parents[depth]] = Resource(
                uri=_folder_uri(skill, folder), name=parents[depth], mime_type=DIRECTORY
            )
        children["/".join(parents)][name] = resource
    for folder, named in children.items():
        yield _folder_uri(skill, folder), tuple(named[name] for name in sorted(named))


def _folder_uri(skill: Skill, folder: str) -> str:
    """The URI of a directory: that of a file in it without the file."""
    return skill.uri(f"{folder}/x" if folder else "x").rpartition("/")[0]
