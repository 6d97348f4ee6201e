"""Packs on disk for tests: small, sound, and easy to spoil at one place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from backwright.catalog.manifest import update

FRONT = """\
name: {name}
description: Say what it is for, and when to use it.
metadata:
  version: "{version}"
  triggers: first word, second word
"""


def front(name: str = "one", version: str = "1.0.0") -> str:
    return FRONT.format(name=name, version=version)


def skill_md(frontmatter: str, body: str = "# Instructions\n") -> str:
    return f"---\n{frontmatter}---\n{body}"


def write_skill(
    skills: Path,
    name: str = "one",
    *,
    version: str = "1.0.0",
    frontmatter: str | None = None,
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    """A sound skill with a reference, or one with this frontmatter and these further files."""
    folder = skills / name
    content: dict[str, str | bytes] = {
        "SKILL.md": skill_md(front(name, version) if frontmatter is None else frontmatter),
        "references/more.md": f"More about {name}.\n",
        **(files or {}),
    }
    for path, data in content.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def write_pack(root: Path, *names: str) -> Path:
    """A pack with these skills and the manifest that pins them."""
    for name in names:
        write_skill(root / "skills", name)
    done = update(root)
    assert done.problems == ()
    return root


def write_release(root: Path, name: str, version: str, body: str = "# Instructions\n") -> Path:
    """A released version of a skill, with this body."""
    content = {"SKILL.md": skill_md(front(name, version), body)}
    folder = write_skill(root / "skills" / ".releases" / name, name, files=content)
    return folder.rename(folder.parent / version)
