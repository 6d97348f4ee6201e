"""The entry of a resource in a project's changelog, where the project keeps one as Keep a Changelog has it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backwright.scaffold.resource import Resource

PATHS = ("CHANGELOG.md", "CHANGES.md")

_UNRELEASED = re.compile(r"## +\[?unreleased\]?(\(.*\))?", re.IGNORECASE)
_ADDED = re.compile(r"### +added", re.IGNORECASE)
_HEADING = re.compile(r"#{1,3} ")
_ITEM = re.compile(r"[-*+] ")


def entry_of(resource: Resource) -> str:
    """What the entry says, without the bullet."""
    return f"The endpoint `{resource.prefix}`."


def insert_entry(text: str, entry: str) -> tuple[str, str] | None:
    """The text with the entry under Unreleased, Added, and the block that was inserted, which is there once.

    None where there is no Unreleased section, or where the entry is there already.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(end)
    start = next((number for number, line in enumerate(lines) if _UNRELEASED.fullmatch(line.strip())), None)
    if start is None or any(line.strip()[2:] == entry for line in lines):
        return None
    stop = next((n for n in range(start + 1, len(lines)) if lines[n].startswith("## ")), len(lines))
    added = next((n for n in range(start + 1, stop) if _ADDED.fullmatch(lines[n].strip())), None)
    if added is None:
        at, block = start + 1, ["", "### Added", "", f"- {entry}"]
    else:
        at, block = _after_items(lines, added, stop, entry)
    inserted = "".join(f"{line}{end}" for line in block)
    before = end.join(lines[:at]) + end
    after = end.join(lines[at:])
    changed = before + inserted + after
    return (changed, inserted) if changed.count(inserted) == 1 else None


def _after_items(lines: Sequence[str], added: int, stop: int, entry: str) -> tuple[int, list[str]]:
    """Where the list under Added ends, and the item in the bullet of its siblings."""
    section = range(added + 1, next((n for n in range(added + 1, stop) if _HEADING.match(lines[n])), stop))
    items = [n for n in section if _ITEM.match(lines[n])]
    if not items:
        return added + 1, ["", f"- {entry}"]
    last = items[-1]
    # An item goes on in lines that are indented.
    while last + 1 < len(lines) and lines[last + 1].startswith(" ") and lines[last + 1].strip():
        last += 1
    return last + 1, [f"{lines[items[-1]][0]} {entry}"]
