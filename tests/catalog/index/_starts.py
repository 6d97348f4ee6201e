"""A small pack, and a server's start from an index of it.

A file is known again only once it is two seconds old, which no test waits for: here that time is over at once, and
each edit is made under a later time of the clock of files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.index_file import IndexFile
from backwright.catalog.indexing import Indexing
from backwright.catalog.library import Library
from backwright.catalog.memory import Memory
from backwright.catalog.skill import Skill
from tests.catalog._packs import write_pack, write_release, write_skill

NAMES = ("one", "three", "two")
TRIGGERS = "strong: [gather, a phrase]\nnot: [cooking]\naliases: {zh: [任务]}\numbrella: true\n"
CHECKLIST = """\
items:
  - {id: first, text: Await every task., rules: [BW101]}
  - id: second
    text: Say what ends it.
    question: {ask: What ends it?, evidence: the loop, success: it ends, failure: it does not}
"""


@contextmanager
def old_at_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backwright.catalog.stamp.RACY_NS", -(10**18))
        yield


def write_rich(pack: Path) -> Path:
    """Three skills, one with all that can be parsed, and a release."""
    write_skill(pack / "skills", "one", files={"triggers.yaml": TRIGGERS, "checklist.yaml": CHECKLIST})
    write_release(pack, "two", "0.9.0", body="# As it was\n")
    return write_pack(pack, "two", "three")


def library_of(pack: Path, cache: Path) -> Library:
    return Library(partial(load, pack), Indexing(cache, pack, fewest=1))


def load(pack: Path, memory: Memory) -> Catalog:
    return load_catalog(pack, memory=memory)


def started(pack: Path, cache: Path) -> Library:
    """A library that started from the index, or from what fitted of it."""
    library = library_of(pack, cache)
    assert library.current is library.current
    return library


def indexed(pack: Path, cache: Path) -> None:
    """Leave an index of the pack as it is."""
    library = started(pack, cache)
    library.settle()
    assert library.settled


def content(skill: Skill) -> tuple[Mapping[str, bytes], str]:
    return {file.path: file.verified() for file in skill.files}, skill.body


def same(left: Catalog, right: Catalog) -> bool:
    """Equal in all that is served: every byte, every word, every problem."""
    every = [(*catalog.skills, *catalog.releases) for catalog in (left, right)]
    return left == right and [content(skill) for skill in every[0]] == [content(skill) for skill in every[1]]


def had(library: Library) -> list[str]:
    """The skills that were not read at the start, by name and whether released."""
    catalog = library.current
    every = (*catalog.skills, *catalog.releases)
    return [skill.uri() for skill in every if not any(isinstance(file.held, bytes) for file in skill.files)]


ALL = ["skill://one/SKILL.md", "skill://three/SKILL.md", "skill://two/SKILL.md", "skill://v0.9.0/two/SKILL.md"]


def tick(folder: Path) -> None:
    """Let the clock of files move on: two edits of one tick are what the two seconds are for."""
    probe = folder / ".tick"
    probe.write_bytes(b"")
    first = probe.stat().st_ctime_ns
    while probe.stat().st_ctime_ns == first:
        probe.write_bytes(b"")
    probe.unlink()


def forge(pack: Path, cache: Path, change: Callable[[dict[str, dict[str, object]]], object]) -> None:
    """Let the index say something else, whole and with the right digest."""
    file = IndexFile(cache, pack)
    said = json.loads(file.read() or b"")
    change(said["rows"])
    assert file.write(json.dumps(said).encode())
