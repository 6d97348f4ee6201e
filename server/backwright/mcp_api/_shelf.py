"""The skills as the wire addresses them: every file, every directory and every entry by its one URI.

All look-ups are exact, in tables built from the snapshot. A URI is never decoded, joined or normalised, so no other
spelling of an address answers and nothing outside the snapshot can be named.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias, overload

from mcp_types import Resource

from backwright.mcp_api._mime import DIRECTORY, mime_type

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.catalog.catalog import Catalog
    from backwright.catalog.skill import Skill, SkillFile

Entry: TypeAlias = dict[str, object]

_SKILL_MD = "SKILL.md"
_SCHEME = "skill://"
_RELEASED = re.compile(r"skill://v[^/]*/(?P<name>[^/]+)/")


@dataclass(frozen=True, eq=False)
class Tree:
    """One version of a skill, and on first use each of the ways in which it is looked at.

    Args:
        skill: what it is of.
        root: the address of its folder.
    """

    skill: Skill
    root: str

    @cached_property
    def entry(self) -> Entry:
        """What `skills/list` and `skills/get` say of it."""
        skill = self.skill
        listed = [{"uri": uri, "digest": file.digest, "size": file.size} for uri, file in self.files.items()]
        return {"uri": skill.uri(), "frontmatter": dict(skill.frontmatter), "resources": listed}

    @cached_property
    def files(self) -> Mapping[str, SkillFile]:
        """The files by URI."""
        return {self.skill.uri(file.path): file for file in self.skill.served}

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """What `resources/list` says of its files, by path; SKILL.md first."""
        return {file.path: _resource(self.skill, file) for file in sorted(self.skill.served, key=_skill_md_first)}

    @cached_property
    def listed(self) -> tuple[Resource, ...]:
        """The same in a row."""
        return tuple(self.resources.values())

    @cached_property
    def directories(self) -> Mapping[str, tuple[Resource, ...]]:
        """The direct children of each directory by the directory's URI."""
        return dict(_directories(self.skill, self.resources))


class Listing(Sequence[Resource]):
    """The resources of some trees, one after the other; each tree's are made when a page reaches it."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        self._trees = trees
        self._ends = tuple(accumulate(len(tree.skill.served) for tree in trees))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Resource: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Resource]: ...
    def __getitem__(self, index: int | slice) -> Resource | Sequence[Resource]:
        if isinstance(index, slice):
            return [self._at(each) for each in range(len(self))[index]]
        return self._at(range(len(self))[index])

    def _at(self, position: int) -> Resource:
        number = bisect_right(self._ends, position)
        start = self._ends[number] - len(self._trees[number].skill.served)
        return self._trees[number].listed[position - start]


@dataclass(frozen=True, eq=False)
class Trees:
    """Every tree of one catalog.

    Args:
        heads: the listed skills by name.
        roots: every tree by the address of its folder, `skill://<name>` or `skill://v<version>/<name>`.
    """

    heads: tuple[Tree, ...]
    roots: Mapping[str, Tree]

    @cached_property
    def resources(self) -> Listing:
        """What `resources/list` says of the files of the listed skills."""
        return Listing(self.heads)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.roots), default=0)

    def tree(self, uri: str) -> Tree | None:
        """The tree that an address lies in: the one whose folder it begins with, component by component.

        It is looked for as far as the longest folder reaches: to try every prefix of an address of many components
        takes the square of its length, which is whatever a client sends.
        """
        at = uri.find("/", len(_SCHEME))
        while 0 <= at <= self._longest:
            found = self.roots.get(uri[:at])
            if found is not None:
                return found
            at = uri.find("/", at + 1)
        return self.roots.get(uri)


class Shelf:
    """The trees of the app's current catalog; those of skills that a reload left as they were are kept."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._known: Mapping[str, Tree] = {}

    @property
    def digest(self) -> str:
        """The digest of the snapshot, to which cursors are bound."""
        return self._app.catalog.digest

    def heads(self) -> tuple[Tree, ...]:
        """The listed skills by name."""
        return self._current().heads

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
        return self._current().roots[_folder_uri(skill, "")].entry

    def hint(self, uri: str) -> str | None:
        """What there is instead, where a URI names a skill that is blocked, or a version of one that is served."""
        blocked = next((name for name in self._app.catalog.blocked if uri.startswith(f"{_SCHEME}{name}/")), None)
        if blocked is not None:
            return f"the project's backwright.yaml blocks the skill {blocked}"
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

    def resources(self) -> Listing:
        """The files of the listed skills."""
        return self._current().resources

    def _tree(self, uri: str) -> Tree | None:
        return self._current().tree(uri)

    def _current(self) -> Trees:
        return self._app.snapshot.derived(self._derive)

    def _derive(self, catalog: Catalog) -> Trees:
        heads = tuple(self._of(skill) for skill in catalog.skills)
        every = [*heads, *(self._of(skill) for skill in catalog.releases)]
        self._known = roots = {tree.root: tree for tree in every}
        return Trees(heads, roots)

    def _of(self, skill: Skill) -> Tree:
        root = _folder_uri(skill, "")
        known = self._known.get(root)
        return known if known is not None and known.skill is skill else Tree(skill, root)


def _skill_md_first(file: SkillFile) -> tuple[bool, str]:
    return (file.path != _SKILL_MD, file.path)


def _resource(skill: Skill, file: SkillFile) -> Resource:
    kind = mime_type(file.path, file.data)
    uri = skill.uri(file.path)
    if file.path == _SKILL_MD:
        return Resource(uri=uri, name=skill.own_name, description=skill.description, mime_type=kind, size=file.size)
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
