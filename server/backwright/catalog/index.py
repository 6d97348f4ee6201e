"""What a load found in a pack, kept for the next process, which then answers before it has read a file of it.

The index says, of each folder that was served: the stamp of each file and its digest, and what SKILL.md's frontmatter,
`triggers.yaml` and `checklist.yaml` were parsed to. A start looks at every folder as any load does, and takes from the
index the skills whose files all have the stamps that they had; the others it reads. Stamps that were younger than two
seconds when the file was read are not in it. After the first answer everything is read and parsed anew, and what the
index said otherwise is replaced: see `Library.settle`.

What is trusted until then, given that whoever may write the index may write anything into it:

- Which files there are, their names and sizes: nothing. They are those on disk, which passed the checks of any load.
- Their bytes: nothing. A digest is believed only if the manifest pins it, and bytes are handed over only if they have
  their digest. So is the body of a skill, which is read from its SKILL.md.
- Which skills are left out, and why: nothing. A folder that does not fit is loaded.
- The name and the version: nothing. They must be the folder's and the manifest's.
- Description, triggers, checklist and the other fields: the owner of the file, who is the user. They keep every rule of
  the frontmatter and of the models.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from backwright._strict_yaml import Document
from backwright.catalog import manifest as manifests
from backwright.catalog.generated import outline, read_generated
from backwright.catalog.loader import RELEASES, Candidate, Tree, read_sized
from backwright.catalog.memory import Memory
from backwright.catalog.problem import ProblemError
from backwright.catalog.skill import SKILL_MD, ChecklistItem, Skill, SkillFile, Triggers, tree_digest
from backwright.catalog.stamp import Seen
from backwright.catalog.validate import check_frontmatter
from backwright.errors import IntegrityError, TooLargeError

_PREFIX: Final = "sha256:"

_Count: TypeAlias = Annotated[int, Field(ge=0)]
FileRow: TypeAlias = tuple[str, str, _Count, int, int, _Count]
"""Path, digest without its prefix, and the four numbers of the stamp."""


class Row(BaseModel):
    """What was in one folder.

    Args:
        front: the frontmatter.
        triggers: what triggers.yaml says; None where it says nothing.
        checklist: what checklist.yaml says.
        files: every file, in any order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    front: dict[str, JsonValue]
    triggers: Triggers | None = None
    checklist: tuple[ChecklistItem, ...] = ()
    files: tuple[FileRow, ...]


class Index(BaseModel):
    """What was in a pack.

    Args:
        pack: the folder.
        manifest: the digest of the manifest that pinned it, which was one that is generated.
        rows: by the path of the folder in the pack.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    pack: str
    manifest: str
    rows: dict[str, Row]

    @classmethod
    def of(cls, pack: str, memory: Memory) -> Index | None:
        """What a load found, as far as it can be known again by its stamps and is what the manifest pins.

        Args:
            pack: the folder.
            memory: of the load.
        """
        if memory.manifest is None or read_generated(memory.manifest[0]) is None:
            return None
        data, manifest = memory.manifest
        rows = {}
        for path, skill in memory.skills.items():
            seen = memory.trees.get(path, {})
            pin = manifest.pin(skill.name, skill.version if skill.released else None)
            same = tuple(file for _, file in seen.values()) == skill.files
            if same and pin is not None and not manifests.compare(pin, skill.files, path):
                rows[path] = _row(skill, seen)
        return cls.model_construct(pack=pack, manifest=_sha(data), rows=rows)

    @classmethod
    def parse(cls, content: bytes, pack: str) -> Index | None:
        """The index that some bytes are, or None: they are those of no index, or of another pack's."""
        try:
            found = cls.model_validate_json(content)
        except ValidationError:
            return None
        return found if found.pack == pack else None

    def dump(self) -> bytes:
        """The index as bytes.

        Raises:
            ValueError: something in it is no text.
        """
        rows = {
            path: {
                "front": row.front,
                "triggers": None if row.triggers is None else _plain(row.triggers),
                "checklist": [_plain(item) for item in row.checklist],
                "files": row.files,
            }
            for path, row in self.rows.items()
        }
        whole = {"pack": self.pack, "manifest": self.manifest, "rows": rows}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()

    def differing(self, other: Index) -> int:
        """How many folders of this index are not in another with the same stamps."""
        theirs = other.rows
        return sum(path not in theirs or theirs[path].files != row.files for path, row in self.rows.items())


def _row(skill: Skill, seen: Seen) -> Row:
    files = tuple((path, file.digest.removeprefix(_PREFIX), *stamp) for path, (stamp, file) in seen.items())
    triggers = None if skill.triggers == Triggers() else skill.triggers
    return Row.model_construct(front=dict(skill.frontmatter), triggers=triggers, checklist=skill.checklist, files=files)


def _plain(model: BaseModel) -> dict[str, JsonValue]:
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _sha(data: bytes) -> str:
    return sha256(data).hexdigest()


@dataclass(slots=True)
class Known:
    """An index, asked by one load about a pack as it is now.

    Args:
        index: the index.
        used: how many skills were had from it.
    """

    index: Index
    used: int = 0
    _pins: Mapping[tuple[str, str | None], tuple[str, str]] = field(default_factory=dict)

    def begin(self, manifest: bytes) -> bool:
        """Begin with the manifest that there is; False where nothing can be had from the index under it."""
        if _sha(manifest) != self.index.manifest and read_generated(manifest) is None:
            return False
        try:
            self._pins = outline(manifest)
        except UnicodeDecodeError:
            return False
        return True

    def lacks(self, present: Iterable[str]) -> bool:
        """Whether the manifest pins a folder that is not there."""
        pinned = {
            f"skills/{name}" if release is None else f"skills/{RELEASES}/{name}/{release}"
            for name, release in self._pins
        }
        return not pinned <= set(present)

    def skill(self, candidate: Candidate, tree: Tree) -> Skill | None:
        """The skill in a folder, if the folder is what it was; None where it must be read.

        Args:
            candidate: the folder.
            tree: what it holds.
        """
        row = self.index.rows.get(candidate.path)
        files = None if row is None else _files(row, tree)
        if row is None or files is None:
            return None
        where = f"{candidate.path}/{SKILL_MD}"
        try:
            front = check_frontmatter(Document(dict(row.front), ""), where, candidate.name)
        except ProblemError:
            return None
        digest = tree_digest(files)
        pinned = self._pins.get((candidate.name, candidate.release))
        if pinned != (front.version, digest) or candidate.release not in {None, front.version}:
            return None
        self.used += 1
        return Skill(
            name=front.name,
            version=front.version,
            description=front.description,
            frontmatter=front.fields,
            files=files,
            triggers=row.triggers or _NO_TRIGGERS,
            keywords=front.keywords,
            checklist=row.checklist,
            digest=digest,
            released=candidate.release is not None,
        )


_NO_TRIGGERS: Final = Triggers()


def _files(row: Row, tree: Tree) -> tuple[SkillFile, ...] | None:
    """The files of a folder, unread, or None where one of them is not what it was."""
    there = tree.files
    known = {file[0]: file for file in row.files}
    if len(known) != len(there):
        return None
    files = []
    for path in sorted(there):
        at, stamp = there[path]
        file = known.get(path)
        if file is None or file[2:] != stamp:
            return None
        digest = _PREFIX + file[1]
        files.append(SkillFile(path, digest, stamp[0], partial(_read, at, path, stamp[0], digest)))
    return tuple(files)


def _read(at: str, path: str, size: int, digest: str) -> bytes:
    """The bytes of a file that are those of its digest.

    Raises:
        IntegrityError: they are not, or are not there.
    """
    try:
        found = SkillFile.of(path, read_sized(at, size))
    except (OSError, TooLargeError) as error:
        raise IntegrityError(f"{path} cannot be read any more: {error}", hint=_AGAIN) from None
    if found.digest != digest:
        raise IntegrityError(f"the bytes of {path} do not match their digest", hint=_AGAIN)
    return found.data


_AGAIN: Final = "ask again in a moment: the skills are being read; then check the pack"
