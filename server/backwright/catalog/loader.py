"""A folder that may be hostile to a skill, or to the problem that keeps it out.

The stages, each a plain value: `read_tree` reads the files, `build_skill` reads what they say.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from backwright._files import read_bounded
from backwright._hidden import find_hidden, printable
from backwright.catalog.frontmatter import decode, load_yaml, split
from backwright.catalog.problem import Code, Problem, ProblemError, refuse
from backwright.catalog.skill import (
    CHECKLIST_YAML,
    MAX_NAME,
    NAME,
    SKILL_MD,
    TRIGGERS_YAML,
    Skill,
    SkillFile,
    tree_digest,
)
from backwright.catalog.stamp import Seen, Stamp, remember, stamp_of
from backwright.catalog.validate import check_frontmatter, load_checklist, load_triggers
from backwright.errors import TooLargeError

RELEASES: Final = ".releases"
MAX_FILES: Final = 512
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 16
MAX_COMPONENT: Final = 200

# No portable file name holds these, and `#`, `%` and `?` would give a file more than one spelling in a URI.
_FORBIDDEN = frozenset('\\:*?"<>|#%')
_DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10)})
# Made by running what lies in a skill, and never part of it.
_CACHES = frozenset({"__pycache__"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A folder that should hold a skill.

    Args:
        name: what the skill must be called.
        folder: where it is.
        path: how messages call it: relative to the pack.
        release: the version that it must have, for a released one.
        installed: the version of the distribution that it is part of; it stands for `metadata.version`.
    """

    name: str
    folder: Path
    path: str
    release: str | None = None
    installed: str | None = None


def candidates(pack: Path) -> Iterator[Candidate]:
    """Each folder of a pack that should hold a skill, heads first, in the order of their names.

    Plain files beside the skills are none of its business; a link is a candidate so that it can be refused by name.

    Raises:
        ProblemError: the pack has no `skills` folder, or it cannot be listed.
    """
    skills = pack / "skills"
    try:
        for entry in _folders(skills):
            yield Candidate(entry.name, Path(entry.path), f"skills/{entry.name}")
        if not (skills / RELEASES).is_dir():
            return
        for named in _folders(skills / RELEASES):
            path = f"skills/{RELEASES}/{named.name}"
            if named.is_symlink():
                yield Candidate(named.name, Path(named.path), path, release="")
                continue
            for entry in _folders(Path(named.path)):
                yield Candidate(named.name, Path(entry.path), f"{path}/{entry.name}", release=entry.name)
    except OSError as error:
        message = f"the folder cannot be listed: {printable(error.strerror or str(error))}"
        fix = "name a pack: a folder that holds skills/ and manifest.yaml"
        raise refuse(Code.PACK_UNREADABLE, "skills", message, fix) from None


def _folders(parent: Path) -> list[os.DirEntry[str]]:
    if parent.name == RELEASES and parent.is_symlink():
        raise refuse(Code.SYMLINK, f"skills/{RELEASES}", "it is a link", "put the folder itself there")
    return [entry for entry in _listing(parent) if entry.is_symlink() or entry.is_dir(follow_symlinks=False)]


def load_skill(folder: Path) -> Skill | Problem:
    """The skill in a folder, or the first problem that keeps it out; the manifest has no say here."""
    try:
        return load(Candidate(folder.name, folder, folder.name))
    except ProblemError as error:
        return error.problem


def load(candidate: Candidate) -> Skill:
    """The skill of a candidate.

    Raises:
        ProblemError: the first thing that is wrong with it.
    """
    return build_skill(candidate, read_tree(candidate.folder, candidate.path))


def read_tree(folder: Path, path: str, seen: Seen | None = None) -> tuple[SkillFile, ...]:
    """Every file of a skill's folder, sorted by path: `look`, then `read_files`.

    Raises:
        ProblemError: as these two.
    """
    return read_files(look(folder, path), seen)


def look(folder: Path, path: str) -> Tree:
    """What a skill's folder holds, before anything of it is opened; names that start with a dot are passed over.

    Args:
        folder: the folder.
        path: how messages call it.

    Raises:
        ProblemError: a link, a special file, a hostile name, a collision or a limit (512 files, 16 MiB together).
    """
    tree = Tree(path)
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise tree.refuse(Code.SYMLINK, "", "the folder is a link", "put the folder itself there")
        tree.walk(folder, "", 1)
    except OSError as error:
        raise tree.unreadable("", error) from None
    return tree


def read_files(tree: Tree, seen: Seen | None = None) -> tuple[SkillFile, ...]:
    """Every file that `look` saw, sorted by path.

    Args:
        tree: what it saw.
        seen: what was read last time: what has the same stamp is not read again. It is brought up to date.

    Raises:
        ProblemError: one cannot be read, or is another by now.
    """
    name = ""
    known: Seen = {} if seen is None else seen
    read: Seen = {}
    try:
        for name in sorted(tree.files):
            at, stamp = tree.files[name]
            before = known.get(name)
            unchanged = before is not None and before[0] == stamp
            read[name] = before if before and unchanged else (stamp, SkillFile.of(name, read_sized(at, stamp[0])))
    except (OSError, TooLargeError) as error:
        raise tree.unreadable(name, error) from None
    if seen is not None:
        remember(seen, read)
    return tuple(file for _, file in read.values())


@dataclass(slots=True)
class Tree:
    """A walk that opens nothing: it looks at each name and each lstat, and refuses at the first that is not right.

    Args:
        root: how messages call the folder.
        files: where each file is, by its path in the folder, and its stamp.
    """

    root: str
    files: dict[str, tuple[str, Stamp]] = field(default_factory=dict)
    folders: int = 0
    folded: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def refuse(self, code: Code, name: str, message: str, fix: str) -> ProblemError:
        """What is wrong with a file of it, or with the folder."""
        return refuse(code, f"{self.root}/{name}" if name else self.root, message, fix)

    def unreadable(self, name: str, error: OSError | TooLargeError) -> ProblemError:
        """What the system says of a file."""
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        fix = "make it readable, and leave the folder alone while it is loaded"
        return self.refuse(Code.UNREADABLE, name, f"it cannot be read: {printable(reason)}", fix)

    def walk(self, folder: Path | str, prefix: str, depth: int) -> None:
        """Look at what lies below a folder; ProblemError at the first name, link, file or limit that is not right."""
        self.folders += 1
        if depth > MAX_DEPTH or self.folders > MAX_FILES:
            message = f"it has more than {MAX_FILES} folders, or they nest more than {MAX_DEPTH} deep"
            raise self.refuse(Code.TOO_DEEP, prefix, message, "flatten them")
        for entry in _listing(folder):
            name = f"{prefix}{entry.name}"
            status = entry.stat(follow_symlinks=False)
            self.check_name(name, entry.name)
            if stat.S_ISLNK(status.st_mode):
                raise self.refuse(Code.SYMLINK, name, "it is a link", "replace the link by the file itself")
            if stat.S_ISDIR(status.st_mode):
                self.walk(entry.path, f"{name}/", depth + 1)
            elif stat.S_ISREG(status.st_mode):
                self.add(name, entry.path, stamp_of(status))
            else:
                raise self.refuse(Code.SPECIAL_FILE, name, "it is not a regular file", "delete it")

    def add(self, name: str, path: str, stamp: Stamp) -> None:
        """Take a file in; ProblemError where that makes too many, or too much."""
        self.files[name] = (path, stamp)
        self.size += stamp[0]
        if len(self.files) > MAX_FILES:
            raise self.refuse(Code.TOO_MANY_FILES, "", f"it has more than {MAX_FILES} files", "take files out")
        if self.size > MAX_BYTES:
            message = f"its files have more than {MAX_BYTES} bytes together"
            raise self.refuse(Code.TOO_LARGE, "", message, "take large files out")

    def check_name(self, name: str, component: str) -> None:
        """ProblemError for a name that cannot be served everywhere, or is another's there."""
        reason = _name_fault(component)
        if reason is not None:
            raise self.refuse(Code.HOSTILE_NAME, name, f"the name {reason}", "rename it")
        fold = name.lower() if name.isascii() else _fold(name)
        other = self.folded.setdefault(fold, name)
        if other != name:
            message = f"the name is that of {printable(other)} on systems that ignore case or normalise"
            raise self.refuse(Code.NAME_COLLISION, name, message, "rename one of them")


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())


def read_sized(path: str, size: int) -> bytes:
    """The bytes of a file that the walk saw with this size.

    Raises:
        OSError, TooLargeError: it cannot be read, or has another size by now.
    """
    data = read_bounded(path, size, follow_links=False)
    if len(data) != size:
        raise OSError(f"it changed while it was read: {size} bytes were {len(data)}")
    return data


@lru_cache(maxsize=4096)
def _name_fault(name: str) -> str | None:
    """What makes a file name unfit to be served everywhere under one address, or None."""
    if not name.isprintable() or find_hidden(name) is not None:
        return "holds characters that cannot be seen or written"
    if unicodedata.normalize("NFC", name) != name:
        return "is not in Unicode normal form C"
    if not _FORBIDDEN.isdisjoint(name):
        return f"holds one of {' '.join(sorted(_FORBIDDEN))}"
    if name[0] in "-~ " or name[-1] in ". ":
        return "starts with - ~ or a blank, or ends with a dot or a blank"
    if name.partition(".")[0].casefold() in _DEVICES:
        return "is that of a device on Windows"
    return f"has more than {MAX_COMPONENT} bytes" if len(name.encode()) > MAX_COMPONENT else None


def _listing(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    """What a folder holds, sorted, without what is never served."""
    with os.scandir(folder) as entries:
        kept = [entry for entry in entries if not entry.name.startswith(".") and entry.name not in _CACHES]
    yield from sorted(kept, key=lambda entry: entry.name)


def build_skill(candidate: Candidate, files: tuple[SkillFile, ...]) -> Skill:
    """What the files of a skill say.

    Args:
        candidate: where they are from, and what the skill must be called.
        files: all of them, as `read_tree` gives them.

    Raises:
        ProblemError: the first rule that SKILL.md, `triggers.yaml` or `checklist.yaml` breaks.
    """
    name, path = candidate.name, candidate.path
    if not NAME.fullmatch(name) or len(name) > MAX_NAME:
        message = f"the folder's name {printable(name, 80)!r} cannot be that of a skill"
        fix = f"use a-z, 0-9 and single hyphens between them, at most {MAX_NAME} characters"
        raise refuse(Code.NAME_INVALID, path, message, fix)
    data = {file.path: file.data for file in files}

    def text(name: str) -> str:
        """The text of a file; of one that is not there, none."""
        return decode(data.get(name, b""), f"{path}/{name}")

    if SKILL_MD not in data:
        fix = "add one, or rename the one that is written in other letters"
        raise refuse(Code.NO_SKILL_MD, path, f"there is no {SKILL_MD}", fix)
    where = f"{path}/{SKILL_MD}"
    head, _ = split(text(SKILL_MD), where)
    front = check_frontmatter(load_yaml(head, where, first_line=2), where, name, candidate.installed)
    if candidate.release not in {None, front.version}:
        message = f"metadata.version is {front.version}, the folder is {candidate.release}"
        raise refuse(Code.VERSION_INVALID, where, message, "a release is never edited; restore it")
    return Skill(
        name=front.name,
        version=front.version,
        description=front.description,
        frontmatter=front.fields,
        files=files,
        triggers=load_triggers(text(TRIGGERS_YAML), f"{path}/{TRIGGERS_YAML}"),
        keywords=front.keywords,
        checklist=load_checklist(text(CHECKLIST_YAML), f"{path}/{CHECKLIST_YAML}"),
        digest=tree_digest(files),
        released=candidate.release is not None,
    )
