"""Releasing a skill: the head gets its version and its changelog entry, and a copy of it that never changes again.

The bump is applied to the head first and the head is copied then, so a release equals the head at that version byte
for byte, and a reader of the head sees which release it is. From then on an edit of the head needs a new version:
`manifest check` refuses a head that differs from the release of its own version, and so does `manifest write`. The
evals are no part of this: they are served to nobody and measure the head, so a release has none, and `manifest write`
is all that an edit of them needs.

    skills/<name>/ ── bump, entry ──> skills/<name>/ ── copy ──> skills/.releases/<name>/<version>/ ── pin ──> manifest

A fix of an older line is released from a copy of one of its releases, edited in a folder outside of `skills/`: what is
said of the head goes for that folder, the head stays as it is, and its changelog gets the entry, in its place, with
its own next release.

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
from backwright.catalog.changelog import CHANGELOG, Entry, entries, with_entries, with_entry
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
        source: the folder that is released: the head's, or one with an edited copy of an older release.
        origin: the skill in it as it is.
        release: the skill as it will be as a release, and there alike, where its evals stay beside it.
        previous: the highest version below it that is released already.
        entry: the changelog entry.
        changed: the paths in which it differs from `previous`; all of them for a first release.
        manifest: the manifest as it will be.
    """

    pack: Path
    source: Path
    origin: Skill
    release: Skill
    previous: str | None
    entry: str
    changed: tuple[str, ...]
    manifest: Manifest

    @property
    def folder(self) -> Path:
        """Where the release lies."""
        return self.pack / "skills" / RELEASES / self.release.name / self.release.version


def plan_release(
    pack: Path, name: str, level: Level | None = None, message: str | None = None, *, source: Path | None = None
) -> ReleasePlan:
    """What releasing a skill would do; nothing is written.

    Args:
        pack: a folder with `skills/`.
        name: the skill.
        level: what to raise above the last release (above the head for a first one, above the copied release for a
            fix of an older line); without it, the version that SKILL.md has is released, which must be above the last.
        message: the changelog entry; without it, what the author wrote under `## Unreleased` or under the version.
        source: a folder with an edited copy of an older release, to release a fix of that line; the head without it.

    Raises:
        SkillNotFoundError: the pack has no such skill.
        InvalidInputError: the version would not rise, is taken, or passes over a release; or there is no changelog
            entry; or the copy lies among the skills.
        ReleaseRefusedError: nothing changed, the skill or an earlier release of it is not sound, or the version is
            there already.
    """
    head, released = _load(pack, name)
    manifest = _manifest(pack, released)
    if source is None:
        origin, source, label = head, pack / "skills" / name, f"skills/{name}"
        last = max(released, key=_version, default=None)
        version = str(_next(head, last, level))
        missing = _missing(head, released)
    else:
        origin, label, missing = _copy(pack, name, source), source.as_posix(), ()
        last, version = _next_of_line(origin, released, level)
    if last is not None:
        _check_changed(origin, last)
    files, entry = _files(origin, label, version, message, missing)
    try:
        whole = build_skill(Candidate(name, pack, label, release=version), files)
        release = replace(whole, files=whole.served, digest=whole.served_digest)
    except ProblemError as error:
        raise _refuse(error.problem) from None
    plan = ReleasePlan(
        pack=pack,
        source=source,
        origin=origin,
        release=release,
        previous=None if last is None else last.version,
        entry=entry,
        changed=_changed(release.files, () if last is None else last.served),
        manifest=_pinned(manifest, release, whole if origin is head else None),
    )
    _check_free(plan)
    return plan


def write_release(plan: ReleasePlan) -> None:
    """Write a planned release: the folder appears whole by one rename, and if anything fails all is as it was.

    Raises:
        ReleaseRefusedError: the folder is no longer what was planned from.
        WriteFailedError: the disk refused; nothing is left of it.
    """
    skill, source = plan.release, plan.source
    try:
        if read_tree(source, skill.name) != plan.origin.files:
            raise ReleaseRefusedError(f"{skill.name} was edited meanwhile", hint="release it again")
        with ExitStack() as undo:
            _snapshot(plan, undo)
            for file in skill.files:
                if file.path in {SKILL_MD, CHANGELOG}:
                    _replace(source / file.path, file.data, undo)
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


def _check_changed(origin: Skill, last: Skill) -> None:
    if _essence(origin.served) == _essence(last.served):
        raise ReleaseRefusedError(
            f"{origin.name} has not changed since {last.version}",
            hint="change the skill first; for its evals alone, run `backwright manifest write`",
        )


def _check_free(plan: ReleasePlan) -> None:
    if plan.folder.exists():
        raise ReleaseRefusedError(
            f"{plan.folder.relative_to(plan.pack).as_posix()} is there already and the manifest does not pin it",
            hint="it is what a release that was cut off left behind; delete the folder and release again",
        )


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


def _copy(pack: Path, name: str, source: Path) -> Skill:
    """The skill in a folder that is no part of the pack."""
    if source.resolve().is_relative_to((pack / "skills").resolve()):
        raise InvalidInputError(
            f"{source.as_posix()!r} is among the skills, where it would be served or is never edited",
            hint=f"copy skills/{RELEASES}/{name}/<version> to a folder outside of skills/, and edit the copy",
        )
    try:
        return load(Candidate(name, source, source.as_posix()))
    except ProblemError as error:
        raise _refuse(error.problem) from None


def _next_of_line(origin: Skill, released: tuple[Skill, ...], level: Level | None) -> tuple[Skill | None, str]:
    """The release that a fix of an older line comes after, and its version."""
    name, current = origin.name, _version(origin)
    there = {_version(skill): skill for skill in released}
    if level is not None and current not in there:
        raise InvalidInputError(
            f"the copy says {current}, and {name} has no such release to raise by a {level}",
            hint=f"leave the level out to release {current}, or let the copy say which release it was made from",
        )
    version = current if level is None else current.bump(level)
    before = max((each for each in there if each < version), default=None)
    if not there or version > max(there):
        raise InvalidInputError(
            f"{name} {version} would be the highest version, and that is released from skills/{name}",
            hint="leave --from out",
        )
    passed = version if version in there else before if level is not None and before != current else None
    if passed is not None:
        raise InvalidInputError(
            f"{name} {passed} is released already" + ("" if passed == version else f" and {version} would lack it"),
            hint=f"start from a copy of skills/{RELEASES}/{name}/{passed}",
        )
    return None if before is None else there[before], str(version)


def _version(skill: Skill) -> Version:
    return Version.parse(skill.version)


def _log(skill: Skill) -> str:
    return next((file.data.decode("utf-8", "replace") for file in skill.files if file.path == CHANGELOG), "")


def _missing(head: Skill, released: tuple[Skill, ...]) -> tuple[Entry, ...]:
    """The entries of fixes of older lines that the head's changelog lacks; not those before its first."""
    known = [Version.parse(entry.version) for entry in entries(_log(head))]
    lacking = [skill for skill in released if known and min(known) < _version(skill) and _version(skill) not in known]
    return tuple(entry for skill in lacking for entry in entries(_log(skill)) if entry.version == skill.version)


def _files(
    origin: Skill, path: str, version: str, message: str | None, missing: tuple[Entry, ...]
) -> tuple[tuple[SkillFile, ...], str]:
    """The files with version and changelog entry, and the entry."""
    data = {file.path: file.data for file in origin.files}
    try:
        log = decode(data.get(CHANGELOG, b""), f"{path}/{CHANGELOG}")
        text, entry = with_entry(with_entries(log, missing), origin.name, version, message)
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


def _pinned(manifest: Manifest, release: Skill, head: Skill | None) -> Manifest:
    """The manifest with the pin of the release, and with that of the head as it will be, where it was released."""
    name = release.name
    added = build_manifest((release,) if head is None else (release, replace(head, released=False)))
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
