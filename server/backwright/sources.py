"""Where one process's skills come from: its pack, the user's own folders, and the project's environment."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.manifest import MANIFEST
from backwright.catalog.memory import Memory
from backwright.catalog.pack import find_pack, is_installed
from backwright.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backwright.catalog.indexing import Indexing
    from backwright.catalog.installed import Installed
    from backwright.catalog.requires import ProjectVersions
    from backwright.catalog.roots import Roots
    from backwright.catalog.skill import Skill


class Sources:
    """Loads the catalog, and knows what a reload would read.

    Args:
        settings: how this process serves.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._project: ProjectVersions | None = None

    @property
    def pack(self) -> Path:
        """The folder that holds `skills/` and `manifest.yaml`."""
        return self._settings.pack or find_pack()

    def load(self, memory: Memory) -> Catalog:
        """The catalog as the disk has it now.

        Raises:
            IntegrityError, ManifestError: on the first load, when strict and the pack is not sound.
        """
        given = self._settings
        # Only a start can be refused; later there is something to go on serving.
        strict = given.strict and not memory.loads
        catalog = load_catalog(self.pack, strict=strict, allow_unlocked=given.allow_unlocked, memory=memory)
        if given.skills:
            catalog = self._roots.added(catalog, strict=strict)
        # Another party's package may be broken without being a reason for this server not to start.
        return catalog if self._installed is None else self._installed.added(catalog)

    def followed(self) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """The folders and the single files that a reload reads; none for a pack that nobody edits.

        The environment is read again with them, and not followed: an installer writes thousands of files.
        """
        edited = not is_installed(self.pack)
        packs = (self.pack / "skills",) if edited else ()
        return (*packs, *self._settings.skills), ((self.pack / MANIFEST,) if edited else ())

    def lacking(self, skill: Skill) -> str:
        """A sentence on each need of a skill that the project, or this machine, does not meet; nothing without one."""
        root = self._settings.root
        asks = skill.frontmatter.get("metadata"), skill.frontmatter.get("allowed-tools")
        if root is None or not ("requires" in (asks[0] if isinstance(asks[0], dict) else ()) or asks[1]):
            return ""
        from backwright.catalog.requires import lacking

        found = lacking(skill, self._versions(root).current())
        return " ".join(f"Beware: {each}." for each in found)

    def versions(self) -> Mapping[str, str] | None:
        """The project's packages by normalised name, as installed or else locked; None where neither is known."""
        root = self._settings.root
        return None if root is None else self._versions(root).current()

    def _versions(self, root: Path) -> ProjectVersions:
        if self._project is None:
            from backwright.catalog.requires import ProjectVersions

            self._project = ProjectVersions(root, self._settings.environment)
        return self._project

    @cached_property
    def index(self) -> Indexing | None:
        """What is known of the pack from one process to the next; None where everything is to be read at the start."""
        given = self._settings
        if given.cache is None or given.strict:
            return None
        from backwright.catalog.indexing import Indexing

        return Indexing(given.cache, self.pack)

    @cached_property
    def _roots(self) -> Roots:
        from backwright.catalog.roots import Roots

        return Roots(self._settings.skills)

    @cached_property
    def _installed(self) -> Installed | None:
        from backwright.catalog.installed import Installed

        root = self._settings.root
        return None if root is None else Installed(root, self._settings.environment)
