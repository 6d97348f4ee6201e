"""A skill's CHANGELOG.md: one `## <version>` section for each release, the newest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pydantic import BaseModel, ConfigDict

from backwright._hidden import find_hidden
from backwright.catalog.version import Version
from backwright.errors import InvalidInputError, InvalidVersionError

CHANGELOG: Final = "CHANGELOG.md"
UNRELEASED: Final = "Unreleased"
MAX_MESSAGE: Final = 4_000

_HEADING = re.compile(r"##[ \t]+\[?(?P<title>[^\s\]]+)")
_ANY_HEADING = re.compile(r" {0,3}#{1,2}([ \t]|$)")


class Entry(BaseModel):
    """What one version changed, in Markdown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    text: str


def entries(text: str) -> tuple[Entry, ...]:
    """The entries of a changelog in its own order; a section that names no version is none."""
    lines = text.splitlines()
    sections = list(_sections(lines))
    ends = [*(start for _, start in sections), len(lines)][1:]
    found: list[Entry] = []
    for (title, start), end in zip(sections, ends, strict=True):
        version = _version(title)
        if version is not None:
            found.append(Entry(version=str(version), text="\n".join(lines[start + 1 : end]).strip()))
    return tuple(found)


def between(text: str, after: str, upto: str) -> tuple[Entry, ...]:
    """The entries of the versions above `after`, up to `upto` inclusive; the newest first."""
    low, high = Version.parse(after), Version.parse(upto)
    return tuple(
        sorted(
            (entry for entry in entries(text) if low < Version.parse(entry.version) <= high),
            key=lambda entry: Version.parse(entry.version),
            reverse=True,
        )
    )


def with_entry(text: str, name: str, version: str, message: str | None) -> tuple[str, str]:
    """A changelog with the entry of a version, and that entry.

    The entry is the message, or what the author wrote under `## Unreleased` or under the version itself; where both
    are there, the message comes first.

    Raises:
        InvalidInputError: there is neither, or the message would not stay one entry.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines() or [f"# Changelog of {name}"]
    sections = list(_sections(lines))
    written = next((at for title, at in sections if title in {version, f"v{version}", UNRELEASED}), None)
    start = _place(sections, Version.parse(version), len(lines)) if written is None else written
    end = start if written is None else next((at for _, at in sections if at > start), len(lines))
    own = "\n".join(lines[start + 1 : end]).strip()
    entry = "\n\n".join(part for part in (_checked(message or ""), own) if part)
    if not entry:
        raise InvalidInputError(
            f"{name} {version} has no changelog entry",
            hint=f"give --message TEXT, or write it under ## {UNRELEASED} in {CHANGELOG}",
        )
    before, after = "\n".join(lines[:start]).rstrip(), "\n".join(lines[end:]).strip()
    whole = "\n\n".join(part for part in (before, f"## {version}", entry, after) if part)
    return whole.replace("\n", newline) + newline, entry


def with_entries(text: str, missing: Iterable[Entry]) -> str:
    """A changelog with these entries, each in its place among the others, which stay as they are."""
    newline = "\r\n" if "\r\n" in text else "\n"
    for entry in missing:
        lines = text.splitlines()
        at = _place(list(_sections(lines)), Version.parse(entry.version), len(lines))
        before, after = "\n".join(lines[:at]).rstrip(), "\n".join(lines[at:]).strip()
        whole = "\n\n".join(part for part in (before, f"## {entry.version}", entry.text, after) if part)
        text = whole.replace("\n", newline) + newline
    return text


def _place(sections: list[tuple[str, int]], version: Version, end: int) -> int:
    """The line where the entry of a version goes: before the first section after all that are of higher ones."""
    found = [_version(title) for title, _ in sections]
    higher = [number for number, each in enumerate(found, 1) if each is not None and each > version]
    return next((at for _, at in sections[max(higher, default=0) :]), end)


def _sections(lines: list[str]) -> Iterator[tuple[str, int]]:
    """The title and the line of each `##` heading outside of code."""
    fenced = False
    for number, line in enumerate(lines):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and (match := _HEADING.match(line)):
            yield match["title"], number


def _version(title: str) -> Version | None:
    try:
        return Version.parse(title.removeprefix("v"))
    except InvalidVersionError:
        return None


def _checked(message: str) -> str:
    text = "\n".join(line.rstrip() for line in message.strip().splitlines())
    if len(text) > MAX_MESSAGE:
        raise InvalidInputError(
            f"the message has {len(text)} characters; the limit is {MAX_MESSAGE}", hint="say what changed, and why"
        )
    if find_hidden(text) is not None or not all(line.isprintable() for line in text.replace("\t", " ").split("\n")):
        raise InvalidInputError("the message holds characters that cannot be seen", hint="write plain text")
    if any(_ANY_HEADING.match(line) for line in text.split("\n")):
        raise InvalidInputError("a line of the message is a heading", hint="use a list, or headings from ### on")
    if sum(line.startswith("```") for line in text.split("\n")) % 2:
        raise InvalidInputError("a code block of the message is not closed", hint="close it with ```")
    return text
