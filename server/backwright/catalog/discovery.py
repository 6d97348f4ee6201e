"""Skills for whoever finds them by a well-known address: an index, one file for each (Agent Skills Discovery 0.2.0).

The index and its digests are of what is served; the evals of a skill, which hold answers, are no part of it.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Iterable
from typing import Final

from backwright._files import digest
from backwright.catalog.skill import MAX_NAME, NAME, SKILL_MD, Skill

SCHEMA: Final = "https://schemas.agentskills.io/discovery/0.2.0/schema.json"
"""What the index says of its own form; it need not lead anywhere."""

_FILE: Final = 0o644


def index(skills: Iterable[Skill]) -> dict[str, object]:
    """The index over some skills, each at an address relative to the index's own.

    Raises:
        IntegrityError: a file is no longer what was pinned.
    """
    return {"$schema": SCHEMA, "skills": [_entry(skill) for skill in skills if _can_be_named(skill)]}


def artifact(skill: Skill) -> tuple[str, bytes]:
    """The address and the bytes of a skill: its SKILL.md where that is all of it, else an archive; always the same.

    Raises:
        IntegrityError: a file is no longer what was pinned.
    """
    if _alone(skill):
        return f"{skill.name}/{SKILL_MD}", skill.file(SKILL_MD).verified()
    return f"{skill.name}.tar.gz", archive(skill)


def archive(skill: Skill) -> bytes:
    """A skill's files as `.tar.gz`, SKILL.md at the root, with no time, owner or link in it.

    Raises:
        IntegrityError: a file is no longer what was pinned.
    """
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for file in sorted(skill.served, key=lambda file: file.path):
            data = file.verified()
            member = tarfile.TarInfo(file.path)
            member.size, member.mode, member.mtime = len(data), _FILE, 0
            tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def _entry(skill: Skill) -> dict[str, str]:
    url, data = artifact(skill)
    return {
        "name": skill.name,
        "type": "skill-md" if _alone(skill) else "archive",
        "description": skill.description,
        "url": url,
        "digest": digest(data),
    }


def _alone(skill: Skill) -> bool:
    return len(skill.served) == 1


def _can_be_named(skill: Skill) -> bool:
    """A name with a slash says whose skill it is, and the index has no place for that."""
    return NAME.fullmatch(skill.name) is not None and len(skill.name) <= MAX_NAME
