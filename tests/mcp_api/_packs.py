"""A small pack with everything that a wire may trip over, on disk and pinned."""

from __future__ import annotations

from pathlib import Path

from backwright.catalog.manifest import update
from tests.catalog._packs import skill_md, write_release, write_skill

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")

ALPHA_FRONT = """\
name: alpha
description: "Alpha work, such as 'gather': use it for asyncio tasks."
license: Apache-2.0
compatibility: Needs nothing.
metadata:
  version: "1.1.0"
  triggers: alpha word, asyncio gather
  io.modelcontextprotocol/unknown: kept
"""

ALPHA_FILES: dict[str, str | bytes] = {
    "SKILL.md": skill_md(ALPHA_FRONT, "# Alpha\n\nSee `references/deep/notes.md`. Zeichen: ä 漢 \u2028 end\n"),
    "assets/logo.png": PNG,
    "assets/latin.txt": "caf\xe9\n".encode("latin-1"),
    "assets/rows.csv": b"a,b\r\n1,2\r\n",
    "assets/bom.txt": b"\xef\xbb\xbftext\n",
    "assets/empty.txt": b"",
    "references/deep/notes.md": "# Notes\n",
    "references/deep/deeper/SKILL.md": skill_md("name: deeper\ndescription: Nested.\n"),
    "references/long.md": "0123456789abcdef\n" * 1_000,
}


def write_test_pack(root: Path) -> Path:
    """Skills alpha (with a release 1.0.0) and beta."""
    write_skill(root / "skills", "alpha", files=ALPHA_FILES)
    write_skill(root / "skills", "beta")
    write_release(root, "alpha", "1.0.0", body="# Alpha as it was\n")
    done = update(root)
    assert done.problems == ()
    return root


def write_wide_pack(root: Path, skills: int, files: int) -> Path:
    """As many skills of as many files."""
    for number in range(skills):
        more = {f"references/file-{index:03}.md": f"File {index}.\n" for index in range(files - 2)}
        write_skill(root / "skills", f"skill-{number:04}", files=more)
    assert update(root).problems == ()
    return root
