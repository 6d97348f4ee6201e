"""`manifest.yaml`: which skills a pack holds, at which version, and the digest of each of their files.

It is generated, and reviewed like a lock file. What it does not pin is not served.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from backwright._files import read_bounded, write_atomic
from backwright._hidden import printable
from backwright.catalog.frontmatter import LARGE, decode, load_yaml
from backwright.catalog.generated import read_generated
from backwright.catalog.loader import RELEASES, candidates, load
from backwright.catalog.pins import FilePin, Manifest, SkillPin, dump
from backwright.catalog.problem import Code, Problem, ProblemError, refuse
from backwright.catalog.skill import Skill, SkillFile, tree_digest
from backwright.catalog.validate import check_model
from backwright.errors import TooLargeError

MANIFEST: Final = "manifest.yaml"
WRITE: Final = "look at the change; if it is wanted, run `backwright manifest write`"


def build_manifest(skills: Iterable[Skill]) -> Manifest:
    """The manifest that pins these skills as they are."""
    heads: dict[str, SkillPin] = {}
    releases: dict[str, dict[str, SkillPin]] = {}
    for skill in sorted(skills, key=lambda skill: (skill.name, skill.version)):
        files = {file.path: FilePin.of(file) for file in skill.files}
        pin = SkillPin(version=skill.version, digest=skill.digest, files=files)
        if skill.released:
            releases.setdefault(skill.name, {})[skill.version] = pin
        else:
            heads[skill.name] = pin
    return Manifest(skills=heads, releases=releases)


def write(pack: Path, manifest: Manifest) -> bool:
    """Write `manifest.yaml`, whole or not at all; False where it already says the same."""
    path, data = pack / MANIFEST, dump(manifest)
    if path.is_file() and path.read_bytes() == data:
        return False
    write_atomic(path, data)
    return True


def read(pack: Path) -> Manifest:
    """The manifest of a pack.

    Raises:
        ProblemError: there is none, or it is not one that `write` made.
    """
    return parse(read_bytes(pack))


def read_bytes(pack: Path) -> bytes:
    """The bytes of the manifest of a pack.

    Raises:
        ProblemError: there is none, or it is too large.
    """
    try:
        return read_bounded(pack / MANIFEST, LARGE.size, follow_links=False)
    except (OSError, TooLargeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        message = f"the manifest cannot be read: {printable(reason)}"
        raise refuse(Code.MANIFEST_INVALID, MANIFEST, message, "run `backwright manifest write`") from None


def parse(data: bytes) -> Manifest:
    """The manifest that some bytes are.

    Raises:
        ProblemError: they are not those of a file that `write` made.
    """
    generated = read_generated(data)
    if generated is not None:
        return generated
    document = load_yaml(decode(data, MANIFEST), MANIFEST, limits=LARGE)
    if document.value is None:
        fix = "run `backwright manifest write`"
        raise refuse(Code.MANIFEST_INVALID, MANIFEST, "the manifest is empty", fix)
    return check_model(Manifest, document, MANIFEST)


def compare(pin: SkillPin | None, files: tuple[SkillFile, ...], path: str) -> tuple[Problem, ...]:
    """Where the files of a skill are not what its pin says, each by name; nothing where they are.

    Args:
        pin: None where the manifest does not know the skill.
        files: what is on disk.
        path: the skill's folder, for messages.
    """
    if pin is None:
        return (Problem(Code.UNLOCKED_SKILL, "error", printable(path), None, "the manifest does not pin it", WRITE),)
    pinned = {path: (file.digest, file.size) for path, file in pin.files.items()}
    if tree_digest(files) == pin.digest and {file.path: (file.digest, file.size) for file in files} == pinned:
        return ()
    return tuple(
        Problem(Code.DIGEST_MISMATCH, "error", printable(f"{path}/{name}"), None, message, WRITE)
        for name, message in _differences(pin, {file.path: FilePin.of(file) for file in files})
    )


def _differences(pin: SkillPin, found: Mapping[str, FilePin]) -> Iterator[tuple[str, str]]:
    for name in sorted({*pin.files, *found}):
        if name not in found:
            yield name, "the manifest pins it, but it is not there"
        elif name not in pin.files:
            yield name, "the manifest does not pin it"
        elif found[name] != pin.files[name]:
            yield name, f"it is not what the manifest pins ({found[name].size} bytes, {found[name].digest[:19]}...)"
    if found == pin.files:
        yield "", "the manifest pins another digest for the folder than its files have"


def load_unlocked(pack: Path) -> tuple[tuple[Skill, ...], tuple[Problem, ...]]:
    """Every sound skill of a pack, heads and releases, whatever the manifest says; and why the others are not."""
    skills: list[Skill] = []
    problems: list[Problem] = []
    try:
        for candidate in candidates(pack):
            try:
                skills.append(load(candidate))
            except ProblemError as error:
                problems.append(error.problem)
    except ProblemError as error:
        problems.append(error.problem)
    return tuple(skills), tuple(problems)


def check(pack: Path) -> tuple[Problem, ...]:
    """Every way in which `manifest.yaml` is not what `write` would make of the pack; nothing where it is."""
    skills, problems = load_unlocked(pack)
    try:
        manifest = read(pack)
    except ProblemError as error:
        return (*problems, error.problem)
    found = [*problems]
    for skill in skills:
        found.extend(compare(_pin_of(manifest, skill), skill.files, skill_path(skill)))
    found.extend(missing(manifest, {skill_path(skill) for skill in skills} | {problem.path for problem in problems}))
    found.extend(changed_releases(skills, manifest))
    if not found and (pack / MANIFEST).read_bytes() != dump(build_manifest(skills)):
        message = "it pins the right digests, but is not as it is generated"
        found.append(Problem(Code.MANIFEST_INVALID, "error", MANIFEST, None, message, WRITE))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Update:
    """What `update` made of a pack's manifest.

    Args:
        manifest: what the pack holds.
        problems: why nothing was written; none where it could be.
        written: False also where the file already said the same.
    """

    manifest: Manifest
    problems: tuple[Problem, ...]
    written: bool


def update(pack: Path) -> Update:
    """Write the manifest of a pack as it is now, unless a skill is unsound or a released version changed or is gone."""
    skills, problems = load_unlocked(pack)
    manifest = build_manifest(skills)
    try:
        before = read(pack)
    except ProblemError:
        before = Manifest()
    problems = (*problems, *changed_releases(skills, before), *_gone_releases(skills, problems, before))
    return Update(manifest, problems, written=not problems and write(pack, manifest))


def missing(manifest: Manifest, present: Iterable[str]) -> Iterator[Problem]:
    """A problem for each skill or release that the manifest pins and that is not there.

    Args:
        manifest: what should be there.
        present: the folders that are, as messages call them, or paths inside them.
    """
    there = {"/".join(path.split("/")[: 4 if path.startswith(f"skills/{RELEASES}/") else 2]) for path in present}
    pinned = [f"skills/{name}" for name in manifest.skills]
    pinned += [f"skills/{RELEASES}/{name}/{version}" for name, pins in manifest.releases.items() for version in pins]
    for path in sorted(pinned):
        if path not in there:
            message = "the manifest pins it, but it is not there"
            yield Problem(Code.MISSING_SKILL, "error", printable(path), None, message, WRITE)


def changed_releases(skills: Iterable[Skill], manifest: Manifest) -> Iterator[Problem]:
    """A problem for each release that changed, and for each head that differs from the release of its version."""
    released = {(skill.name, skill.version): skill.served_digest for skill in skills if skill.released}
    for skill in skills:
        pin = manifest.pin(skill.name, skill.version)
        if skill.released and pin is not None and pin.digest != skill.digest:
            message, fix = "a released version changed", "restore it; a change needs a new version"
        elif not skill.released and released.get((skill.name, skill.version), served := skill.served_digest) != served:
            message = f"it differs from the release {skill.version}"
            fix = f"run `backwright release {skill.name} patch`, or raise metadata.version"
        else:
            continue
        yield Problem(Code.RELEASE_CHANGED, "error", skill_path(skill), None, message, fix)


def _gone_releases(skills: Iterable[Skill], problems: Iterable[Problem], before: Manifest) -> Iterator[Problem]:
    """A problem for each pinned release that is no longer there: someone may have pinned it."""
    present = {skill_path(skill) for skill in skills} | {problem.path for problem in problems}
    fix = "restore it; to withdraw it for good, take its pin out of manifest.yaml as well"
    for problem in missing(Manifest(releases=before.releases), present):
        yield replace(problem, fix=fix)


def skill_path(skill: Skill) -> str:
    """The folder of a skill, relative to the pack."""
    return f"skills/{RELEASES}/{skill.name}/{skill.version}" if skill.released else f"skills/{skill.name}"


def _pin_of(manifest: Manifest, skill: Skill) -> SkillPin | None:
    return manifest.pin(skill.name, skill.version if skill.released else None)
