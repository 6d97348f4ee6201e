"""Releasing a skill: the head gets its version and its changelog entry, and a copy of it that never changes again.

The bump is applied to the head first and the head is copied then, so a release equals the head at that version byte
for byte, and a reader of the head sees which release it is. From then on an edit of the head needs a new version:
`manifest check` refuses a head that differs from the release of its own version, and so does `manifest write`.

    skills/<name>/ ── bump, entry ──> skills/<name>/ ── copy ──> skills/.releases/<name>/<version>/ ── pin ──> manifest

`plan_release` decides everything from what it reads and writes nothing; `write_release` writes all of the plan or
nothing. Only the pins of the released skill change: a release does not vouch for edits of other skills.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from backwright._files import write_atomic
from backwright._hidden import printable
from backwright.catalog import manifest as manifests
from backwright.catalog.changelog import CHANGELOG, with_entry
from backwright.catalog.frontmatter import decode, split
from backwright.catalog.loader import RELEASES, Candidate, build_skill, candidates, load, read_tree
from backwright.catalog.manifest import MANIFEST, build_manifest
from backwright.catalog.pins import Manifest, dump
from backwright.catalog.problem import Problem, ProblemError
from backwright.catalog.skill import SKILL_MD, Skill, SkillFile
from backwright.catalog.version import Level, Version
from backwright.errors import (
    InvalidInputError,
    ReleaseRefusedError,
    SkillNotFoundError,
    WriteFailedError,
)


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What a release will be.

    Args:
        pack: the pack that it is made in.
        head: the skill as it is.
        release: the skill as it will be, head and release alike.
        previous: the highest version that is released already.
        entry: the changelog entry.
        changed: the paths in which it differs from `previous`; all of them for a first release.
        manifest: the manifest as it will be.
    """

    pack: Path
    head: Skill
    release: Skill
    previous: str | None
    entry: str
    changed: tuple[str, ...]
    manifest: Manifest

    @property
    def folder(self) -> Path:
        """Where the release lies."""
        return self.pack / "skills" / RELEASES / self.release.name / self.release.version


def plan_release(pack: Path, name: str, level: Level | None = None, message: str | None = None) -> ReleasePlan:
    """What releasing a skill would do; nothing is written.

    Args:
        pack: a folder with `skills/`.
        name: the skill.
        level: what to raise above the last release (above the head for a first one); without it, the head's own
            version is released, which must be above the last.
        message: the changelog entry; without it, what the author wrote under `## Unreleased` or under the version.

    Raises:
        SkillNotFoundError: the pack has no such skill.
        InvalidInputError: the version would not rise, or there is no changelog entry.
        ReleaseRefusedError: nothing changed, the skill or an earlier release of it is not sound, or the version is
            there already.
    """
    head, released = _load(pack, name)
    manifest = _manifest(pack, released)
    last = max(released, key=lambda skill: Version.parse(skill.version), default=None)
    version = str(_next(head, last, level))
    if last is not None and _essence(head.files) == _essence(last.files):
        raise ReleaseRefusedError(
            f"{name} has not changed since {last.version}", hint="there is nothing to release; change the skill first"
        )
    files, entry = _files(head, version, message)
    try:
        release = build_skill(Candidate(name, pack, f"skills/{name}", release=version), files)
    except ProblemError as error:
        raise _refuse(error.problem) from None
    plan = ReleasePlan(
        pack=pack,
        head=head,
        release=release,
        previous=None if last is None else last.version,
        entry=entry,
        changed=_changed(release.files, () if last is None else last.files),
        manifest=_pinned(manifest, release),
    )
    if plan.folder.exists():
        raise ReleaseRefusedError(
            f"skills/{RELEASES}/{name}/{version} is there already and the manifest does not pin it",
            hint="it is what a release that was cut off left behind; delete the folder and release again",
        )
    return plan


def write_release(plan: ReleasePlan) -> None:
    """Write a planned release: the folder appears whole by one rename, and if anything fails all is as it was.

    Raises:
        ReleaseRefusedError: the head is no longer what was planned from.
        WriteFailedError: the disk refused; nothing is left of it.
    """
    skill, head = plan.release, plan.pack / "skills" / plan.release.name
    try:
        if read_tree(head, skill.name) != plan.head.files:
            raise ReleaseRefusedError(f"{skill.name} was edited meanwhile", hint="release it again")
        with ExitStack() as undo:
            _snapshot(plan, undo)
            for file in skill.files:
                if file.path in {SKILL_MD, CHANGELOG}:
                    _replace(head / file.path, file.data, undo)
            _replace(plan.pack / MANIFEST, dump(plan.manifest), undo)
            undo.pop_all()
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteFailedError(
            f"the release cannot be written: {printable(reason)}", hint="nothing was changed; make room and try again"
        ) from None
    except ProblemError as error:
        raise _refuse(error.problem) from None


def set_version(text: str, version: str, path: str) -> str:
    """SKILL.md with another `metadata.version`, every other byte as it was.

    Raises:
        ProblemError: the text has no frontmatter that closes.
        InvalidInputError: the frontmatter has no `metadata.version`.
    """
    front, _ = split(text, path)
    start = text.index("\n") + 1
    node: yaml.Node | None = yaml.compose(front, Loader=yaml.SafeLoader)
    for key in ("metadata", "version"):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == key), None)
    if not isinstance(node, yaml.ScalarNode):
        raise InvalidInputError(f"{path} has no metadata.version", hint='add `metadata:` with `version: "1.0.0"`')
    quote = node.style if node.style in {"'", '"'} else ""
    at, end = start + node.start_mark.index, start + node.end_mark.index
    return f"{text[:at]}{quote}{version}{quote}{text[end:]}"


def _load(pack: Path, name: str) -> tuple[Skill, tuple[Skill, ...]]:
    """The head of a skill and its releases; other skills are not looked at."""
    try:
        found = list(candidates(pack))
        mine = [candidate for candidate in found if candidate.name == name]
        if all(candidate.release is not None for candidate in mine):
            names = ", ".join(candidate.name for candidate in found if candidate.release is None)
            raise SkillNotFoundError(f"no skill is called {printable(name, 80)!r}", hint=f"the skills are {names}")
        skills = [load(candidate) for candidate in mine]
    except ProblemError as error:
        raise _refuse(error.problem) from None
    (head,) = (skill for skill in skills if not skill.released)
    return head, tuple(skill for skill in skills if skill.released)


def _manifest(pack: Path, released: tuple[Skill, ...]) -> Manifest:
    """The manifest, which must vouch for every earlier release of the skill."""
    if not (pack / MANIFEST).exists():
        return Manifest()
    try:
        manifest = manifests.read(pack)
    except ProblemError as error:
        raise _refuse(error.problem) from None
    for skill in released:
        pin = manifest.pin(skill.name, skill.version)
        for problem in manifests.compare(pin, skill.files, manifests.skill_path(skill)):
            raise _refuse(problem)
    return manifest


def _next(head: Skill, last: Skill | None, level: Level | None) -> Version:
    current = Version.parse(head.version)
    released = None if last is None else Version.parse(last.version)
    if level is None:
        if released is not None and current <= released:
            raise InvalidInputError(
                f"{head.name} {released} is released already",
                hint="say major, minor or patch, or raise metadata.version first",
            )
        return current
    bumped = (released or current).bump(level)
    if released is not None and bumped < current:
        raise InvalidInputError(
            f"a {level} release would be {bumped}, but the head says {current} already",
            hint="leave the level out to release the head's own version",
        )
    return bumped


def _files(head: Skill, version: str, message: str | None) -> tuple[tuple[SkillFile, ...], str]:
    """The head's files with version and changelog entry, and the entry."""
    data = {file.path: file.data for file in head.files}
    path = f"skills/{head.name}"
    try:
        log = decode(data.get(CHANGELOG, b""), f"{path}/{CHANGELOG}")
        text, entry = with_entry(log, head.name, version, message)
        skill_md = set_version(decode(data[SKILL_MD], f"{path}/{SKILL_MD}"), version, f"{path}/{SKILL_MD}")
    except ProblemError as error:
        raise _refuse(error.problem) from None
    data |= {CHANGELOG: text.encode(), SKILL_MD: skill_md.encode()}
    return tuple(SkillFile.of(name, data[name]) for name in sorted(data)), entry


def _essence(files: tuple[SkillFile, ...]) -> Mapping[str, bytes]:
    """What a release is about: the files without the changelog and without the version in SKILL.md."""
    data = {file.path: file.data for file in files if file.path != CHANGELOG}
    return data | {SKILL_MD: set_version(data[SKILL_MD].decode(), "0.0.0", SKILL_MD).encode()}


def _changed(new: tuple[SkillFile, ...], old: tuple[SkillFile, ...]) -> tuple[str, ...]:
    before, after = ({file.path: file.digest for file in files} for files in (old, new))
    return tuple(path for path in sorted({*before, *after}) if before.get(path) != after.get(path))


def _pinned(manifest: Manifest, release: Skill) -> Manifest:
    """The manifest with the pins of the head and of the release, which are equal."""
    name, added = release.name, build_manifest((release, replace(release, released=False)))
    releases = {**manifest.releases.get(name, {}), **added.releases[name]}
    return Manifest(skills={**manifest.skills, **added.skills}, releases={**manifest.releases, name: releases})


def _snapshot(plan: ReleasePlan, undo: ExitStack) -> None:
    """The folder of the release, written beside its place under a name that nothing reads, then renamed into it."""
    for parent in reversed((plan.folder.parent, plan.folder.parent.parent)):
        if not parent.exists():
            parent.mkdir()
            undo.callback(_remove_empty, parent)
    stage = Path(tempfile.mkdtemp(dir=plan.folder.parent, prefix=f".{plan.folder.name}."))
    undo.callback(shutil.rmtree, stage, ignore_errors=True)
    for file in plan.release.files:
        write_atomic(stage / file.path, file.data)
    stage.chmod(0o755)
    stage.rename(plan.folder)
    undo.callback(shutil.rmtree, plan.folder, ignore_errors=True)


def _replace(path: Path, data: bytes, undo: ExitStack) -> None:
    before = path.read_bytes() if path.exists() else None
    if before == data:
        return
    undo.callback(_restore, path, before)
    write_atomic(path, data)


def _restore(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    elif path.read_bytes() != before:
        write_atomic(path, before)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _refuse(problem: Problem) -> ReleaseRefusedError:
    return ReleaseRefusedError(str(problem), hint=problem.fix, line=problem.line)
