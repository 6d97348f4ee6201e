"""What the last load of a pack saw, so that the next one reads, hashes and parses only what changed since.

It also holds what was last sound: while an edit is half done, that is what is served.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backwright.catalog.pins import Manifest
from backwright.catalog.skill import Skill, SkillFile
from backwright.catalog.stamp import Seen

if TYPE_CHECKING:
    from backwright.catalog.index import Known


@dataclass(slots=True)
class Memory:
    """Of one pack, across loads; each load changes it, and only one may run at a time.

    Args:
        trees: what the folders of skills held, by the folder's path.
        skills: what was last served from each of them.
        manifest: the last sound one, and its bytes.
        loads: how many loads were finished.
        known: what an earlier process found. What a load takes from there, it does not remember.
    """

    trees: dict[str, Seen] = field(default_factory=dict)
    skills: dict[str, Skill] = field(default_factory=dict)
    manifest: tuple[bytes, Manifest] | None = None
    loads: int = 0
    known: Known | None = None

    def files(self, path: str) -> Seen:
        """The place for what a folder holds."""
        return self.trees.setdefault(path, {})

    def same(self, path: str, files: tuple[SkillFile, ...]) -> Skill | None:
        """The skill that was served from a folder, if its files are these."""
        skill = self.skills.get(path)
        return skill if skill is not None and skill.files == files else None

    def finish(self, present: Iterable[str]) -> None:
        """End a load: folders that are gone are forgotten."""
        kept = set(present)
        for path in self.trees.keys() - kept:
            del self.trees[path]
        for path in self.skills.keys() - kept:
            del self.skills[path]
        self.loads += 1
