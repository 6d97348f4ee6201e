"""Reads every file of a pack anew and compares it with the manifest; what the files say is of no interest here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backwright.catalog import manifest as manifests
from backwright.catalog.loader import Candidate, candidates, read_tree
from backwright.catalog.pins import Manifest, SkillPin
from backwright.catalog.problem import Problem, ProblemError
from backwright.catalog.skill import Skill
from backwright.errors import IntegrityError


@dataclass(frozen=True, slots=True)
class Verification:
    """What was compared, and where it differs.

    Args:
        skills: how many heads are exactly what the manifest pins.
        releases: how many releases are.
        files: how many files were read.
        problems: each file, skill or release that is not what is pinned, by name.
    """

    skills: int
    releases: int
    files: int
    problems: tuple[Problem, ...]


def verify(pack: Path) -> Verification:
    """Compare every file of a pack, heads and releases, with its manifest."""
    problems: list[Problem] = []
    present: list[str] = []
    sound: list[Candidate] = []
    files = 0
    try:
        manifest = manifests.read(pack)
    except ProblemError as error:
        problems.append(error.problem)
        manifest = Manifest()
    try:
        for candidate in candidates(pack):
            present.append(candidate.path)
            count, found = _compare(candidate, manifest.pin(candidate.name, candidate.release))
            files += count
            problems.extend(found)
            sound.extend([] if found else [candidate])
    except ProblemError as error:
        problems.append(error.problem)
    problems.extend(manifests.missing(manifest, present))
    releases = sum(candidate.release is not None for candidate in sound)
    return Verification(len(sound) - releases, releases, files, tuple(problems))


def verify_folder(pack: Path, skill: Skill) -> None:
    """Make sure that a skill's folder is still what was checked when the pack was loaded.

    Raises:
        IntegrityError: it is not; the message names the first file that differs.
    """
    path = manifests.skill_path(skill)
    _, found = _compare(Candidate(skill.name, pack / path, path), _pin(skill))
    if found:
        raise IntegrityError(str(found[0]), hint=f"{found[0].fix}; then start the server again")


def _pin(skill: Skill) -> SkillPin:
    built = manifests.build_manifest((skill,))
    return built.releases[skill.name][skill.version] if skill.released else built.skills[skill.name]


def _compare(candidate: Candidate, pin: SkillPin | None) -> tuple[int, tuple[Problem, ...]]:
    try:
        files = read_tree(candidate.folder, candidate.path)
    except ProblemError as error:
        return 0, (error.problem,)
    return len(files), manifests.compare(pin, files, candidate.path)
