"""Virtual environments for tests: the files that an installer leaves, without an interpreter and without packages."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

SITE = "lib/python3.12/site-packages"
SKILL = "---\nname: {name}\ndescription: Work with {name}. Use when {name} is at hand.\n---\n\n# How to use {name}\n"


def record_line(path: str, data: bytes) -> str:
    """A line of a RECORD, with the hash and the size of these bytes."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"{path},sha256={digest},{len(data)}"


def write_venv(root: Path, name: str = ".venv") -> Path:
    """An empty environment; what is returned is its site-packages."""
    site = root / name / SITE
    site.mkdir(parents=True)
    (root / name / "pyvenv.cfg").write_text("home = /usr/bin\n", encoding="utf-8")
    return site


def install(
    site: Path,
    name: str,
    version: str = "1.2.3",
    *,
    skills: tuple[str, ...] = (),
    files: Mapping[str, str | bytes] | None = None,
    more: tuple[str, ...] = (),
) -> Path:
    """A distribution with these skills, these further files and these further lines in its RECORD; its dist-info."""
    package = name.replace("-", "_").lower()
    content: dict[str, str | bytes] = {f"{package}/__init__.py": "raise SystemExit('nothing may import this')\n"}
    content |= {f"{package}/.agents/skills/{skill}/SKILL.md": SKILL.format(name=skill) for skill in skills}
    info = f"{package}-{version}.dist-info"
    content |= {f"{info}/METADATA": f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n\nName: other\n"}
    content |= files or {}
    lines = []
    for path, text in content.items():
        data = text.encode() if isinstance(text, str) else text
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        lines.append(record_line(path, data))
    record = "\n".join([*lines, *more, f"{info}/RECORD,,", ""])
    (site / info / "RECORD").write_text(record, encoding="utf-8")
    return site / info
