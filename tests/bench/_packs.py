"""Packs of any size, for benchmarks."""

from __future__ import annotations

from pathlib import Path

from backwright.catalog.manifest import update
from tests.catalog._packs import skill_md, write_skill

_FRONT = """\
name: {name}
description: Work on subject {number} of the catalog. Use it when a task is about subject {number} or its parts.
metadata:
  version: "1.0.0"
  triggers: subject {number}, part {number} of it
"""


def write_scaled(root: Path, skills: int, files: int) -> Path:
    """A pinned pack of so many skills, each with so many files of about 1 kB, SKILL.md among them."""
    more = {
        f"references/file-{index:02}.md": f"# File {index}\n\n" + "A line of text.\n" * 60 for index in range(files - 2)
    }
    for number in range(skills):
        name = f"skill-{number:05}"
        text = skill_md(_FRONT.format(name=name, number=number), f"# Subject {number}\n\n" + "Do this.\n" * 60)
        write_skill(root / "skills", name, files={**more, "SKILL.md": text})
    update(root)
    return root
