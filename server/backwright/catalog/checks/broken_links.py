"""Links to files that the skill does not have."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from backwright.catalog.checks._check import ORIGINAL, Check, Found, Subject
from backwright.catalog.checks.link_targets import links


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    files = {file.path for file in subject.skill.files}
    folders = {path.rpartition("/")[0] for path in files}
    for text in subject.texts:
        # The original of a mended skill stands elsewhere than where it was written to be.
        folder = posixpath.dirname(text.name.removeprefix(ORIGINAL) if text.name == subject.document else text.name)
        for number, target in links(text):
            path = unquote(target.partition("#")[0].partition("?")[0])
            if not path or ":" in path or path.startswith(("/", "\\", "~")):
                continue
            named = posixpath.normpath(posixpath.join(folder, path))
            if not named.startswith("..") and named not in files and named not in folders:
                yield Found(text.name, number, f"there is no file {path[:80]!r} in the skill")


CHECK = Check(
    "BROKEN_LINK",
    "quality",
    "A link to a file that the skill does not have.",
    "add the file, or take the link out",
    _find,
)
