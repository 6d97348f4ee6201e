"""The YAML of a pack's files: the strict loader, each refusal a problem of a path; and the split of SKILL.md."""

from __future__ import annotations

import re
from typing import Final

from backwright import _strict_yaml
from backwright._strict_yaml import STANDARD, Document, Fault, Limits, StrictYamlError, too_large
from backwright.catalog.problem import Code, ProblemError, refuse

LARGE: Final = Limits(size=16 * 1024 * 1024, depth=8, keys=1_000_000)
"""The limits of a file that Backwright itself writes, such as the manifest."""

_FENCE = re.compile(r"---[ \t]*")


def decode(data: bytes, path: str) -> str:
    """The text of some bytes, which must be UTF-8 without a byte order mark.

    Raises:
        ProblemError: they are not.
    """
    try:
        return _strict_yaml.decode(data)
    except StrictYamlError as error:
        raise _problem(error, path) from None


def split(text: str, path: str, limits: Limits = STANDARD) -> tuple[str, str]:
    """The frontmatter (without its fences) and the body of a SKILL.md.

    Only a line that is exactly `---` closes, so a description may hold `---`.

    Raises:
        ProblemError: no frontmatter, or none that closes within the limit.
    """
    first, _, rest = text.partition("\n")
    if not _FENCE.fullmatch(first.rstrip("\r")):
        fix = "start it with a line ---, then name and description, then a line ---"
        raise refuse(Code.NO_FRONTMATTER, path, "the file does not start with frontmatter", fix, line=1)
    at = 0
    while at <= limits.size:
        end = rest.find("\n", at)
        line = rest[at:] if end < 0 else rest[at:end]
        if _FENCE.fullmatch(line.rstrip("\r")):
            return rest[:at], "" if end < 0 else rest[end + 1 :]
        if end < 0:
            raise refuse(Code.NO_FRONTMATTER, path, "the frontmatter is not closed", "add a line --- behind it", line=1)
        at = end + 1
    raise _problem(too_large(limits), path)


def load_yaml(text: str, path: str, *, first_line: int = 1, limits: Limits = STANDARD) -> Document:
    """One YAML document as JSON.

    Args:
        text: the document.
        path: the file it is from, for messages.
        first_line: the line of the file that the text starts on.
        limits: what is too much.

    Raises:
        ProblemError: the strict loader refuses it; the problem names file, line and fix.
    """
    try:
        return _strict_yaml.load_yaml(text, first_line=first_line, limits=limits)
    except StrictYamlError as error:
        raise _problem(error, path) from None


def _problem(error: StrictYamlError, path: str) -> ProblemError:
    # A skill has a place for what does not fit into its frontmatter.
    fix = "move text into the body or into references/" if error.code is Fault.TOO_LARGE else error.fix
    return refuse(Code(error.code.value), path, error.message, fix, line=error.line)
