"""The catalog: an immutable snapshot of what a pack serves, and what it does not serve and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from backwright._hidden import printable
from backwright.catalog import manifest as manifests
from backwright.catalog.loader import RELEASES, Candidate, Tree, build_skill, candidates, look, read_files
from backwright.catalog.memory import Memory
from backwright.catalog.pins import Manifest
from backwright.catalog.problem import Code, Problem, ProblemError
from backwright.catalog.skill import Skill
from backwright.catalog.version import Range, Version, parse_request
from backwright.errors import IntegrityError, ManifestError, SkillBlockedError, SkillNotFoundError, VersionNotFoundError

if TYPE_CHECKING:
    from backwright.catalog.index import Known

MAX_NAMES_IN_HINT: Final = 12


@dataclass(frozen=True)
class Catalog:
    """An immutable snapshot of a pack.

    Args:
        skills: the head version of each skill, by name; what lists show.
        problems: what is not served, or served with a warning.
        releases: released versions, by name and falling version; served, never listed.
        manifest: the bytes of the manifest that vouches for them; none where there is none.
        quiet: the names of the skills that are only served to whoever names them.
        blocked: the names of the skills that would be served if the project did not forbid it.
    """

    skills: tuple[Skill, ...]
    problems: tuple[Problem, ...] = ()
    releases: tuple[Skill, ...] = ()
    manifest: bytes = b""
    quiet: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()

    @cached_property
    def digest(self) -> str:
        """The digest of everything that is served; equal for equal snapshots."""
        whole = hashlib.sha256()
        for skill in (*self.skills, *self.releases):
            quiet = " quiet" if skill.name in self.quiet else ""
            whole.update(f"{skill.released} {skill.name} {skill.version} {skill.digest}{quiet}\n".encode())
        return f"sha256:{whole.hexdigest()}"

    @cached_property
    def _versions(self) -> dict[str, tuple[Skill, ...]]:
        """All versions of each skill, releases first: of two equal ones the immutable one answers."""
        found: dict[str, tuple[Skill, ...]] = {}
        for skill in (*self.releases, *self.skills):
            found[skill.name] = (*found.get(skill.name, ()), skill)
        return found

    @cached_property
    def _heads(self) -> dict[str, Skill]:
        return {skill.name: skill for skill in self.skills}

    def versions(self, name: str) -> tuple[str, ...]:
        """Every version of a skill that can be asked for, the highest first; none for an unknown name."""
        found = {Version.parse(skill.version) for skill in self._versions.get(name, ())}
        return tuple(str(version) for version in sorted(found, reverse=True))

    def released_of(self, name: str) -> tuple[Skill, ...]:
        """The released versions of a skill, the highest first; none for an unknown name."""
        return tuple(skill for skill in self._versions.get(name, ()) if skill.released)

    def get(self, request: str) -> Skill:
        """The skill of `name` (its head) or of `name@range` (the highest version in the range).

        Raises:
            SkillNotFoundError: no skill of that name is served; the hint names the nearest.
            SkillBlockedError: the project forbids it.
            VersionNotFoundError: none of its versions lies in the range.
            InvalidVersionError: the range does not parse.
        """
        name, wanted = parse_request(request)
        name = name if name in self._versions else self._in_full(name)
        if wanted is None and name in self._heads:
            return self._heads[name]
        wanted = wanted or Range("latest")
        found = wanted.best(self._versions[name], lambda skill: Version.parse(skill.version))
        if found is None:
            raise VersionNotFoundError(f"no version of {name} lies in {wanted}", hint=self._versions_of(name))
        return found

    def read(self, request: str, path: str) -> bytes:
        """The bytes of a file of a skill, checked against its digest.

        Raises:
            SkillFileNotFoundError: the skill has no such file.
            IntegrityError: the bytes are not those that were pinned.
            SkillNotFoundError, VersionNotFoundError, InvalidVersionError: as `get`.
        """
        return self.get(request).file(path).verified()

    def _versions_of(self, name: str) -> str:
        """The versions that there are, and why others are not."""
        folder = f"skills/{RELEASES}/{name}/"
        left_out = [str(problem) for problem in self.problems if f"{problem.path}/".startswith(folder)]
        return "; ".join([f"its versions: {', '.join(self.versions(name))}", *left_out[:3]])

    def _in_full(self, name: str) -> str:
        """The name of the only skill whose own name this is, although it goes by a longer one.

        Raises:
            SkillNotFoundError: there is none, or more than one.
            SkillBlockedError: the project forbids it.
        """
        same = [full for full in self._versions if full.endswith(f"/{name}")] if "/" not in name else []
        if len(same) == 1:
            return same[0]
        if same:
            raise SkillNotFoundError(
                f"{len(same)} skills are called {printable(name, 80)!r}", hint=f"name one of {', '.join(sorted(same))}"
            )
        raise self._not_found(name)

    def _not_found(self, name: str) -> SkillNotFoundError | SkillBlockedError:
        shown = printable(name, 80)
        if any(name in {full, full.rpartition("/")[2]} for full in self.blocked):
            hint = "go on without it, or ask the user to change `scope` in backwright.yaml"
            return SkillBlockedError(f"the project blocks the skill {shown}", hint=hint)
        for problem in self.problems:
            if problem.severity == "error" and f"{problem.path}/".startswith(f"skills/{shown}/"):
                return SkillNotFoundError(
                    f"the skill {shown} is left out: {problem}", hint=f"{problem.fix}; see `backwright skills`"
                )
        return SkillNotFoundError(f"no skill is called {shown!r}", hint=self._names_near(name))

    def _names_near(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name.casefold()[:80], sorted(self._versions), n=3, cutoff=0.5)
        if near:
            return f"did you mean {' or '.join(near)}?"
        names = sorted(self._versions)
        more = ", ..." if len(names) > MAX_NAMES_IN_HINT else ""
        return f"the skills are {', '.join(names[:MAX_NAMES_IN_HINT])}{more}" if names else "no skill is served"


def load_catalog(
    pack: Path, *, strict: bool = False, allow_unlocked: bool = False, memory: Memory | None = None
) -> Catalog:
    """The catalog of a pack: every skill that is sound and is what the manifest pins.

    A skill that is not is left out with a `Problem`, and its neighbours are served.

    Args:
        pack: the folder that holds `skills/` and `manifest.yaml`.
        strict: stop at the first problem instead.
        allow_unlocked: serve what the manifest does not pin or pins otherwise, with a warning.
        memory: of the loads before this one. What it served of a folder is served on where the folder is not sound
            now, and the problem says so.

    Raises:
        IntegrityError: strict, and a file is not what the manifest pins.
        ManifestError: strict, and anything else is wrong.
    """
    loading = _Loading(pack, strict=strict, allow_unlocked=allow_unlocked, memory=memory or Memory())
    skills = tuple(loading.skills())
    return Catalog(
        skills=tuple(skill for skill in skills if not skill.released),
        problems=tuple(loading.problems),
        releases=tuple(
            sorted(
                (skill for skill in skills if skill.released), key=lambda each: (each.name, Version.parse(each.version))
            )
        ),
        manifest=loading.vouching,
    )


@dataclass(slots=True)
class _Loading:
    """One pass over a pack, and the problems that it met.

    Args:
        vouching: the bytes of the manifest by which skills are served; none where there is none.
        known: what an earlier process found, if it holds under this manifest.
    """

    pack: Path
    strict: bool
    allow_unlocked: bool
    memory: Memory
    problems: list[Problem] = field(default_factory=list)
    vouching: bytes = b""
    known: Known | None = None
    parsed: Manifest | None = None

    def skills(self) -> Iterator[Skill]:
        self.begin()
        present: list[str] = []
        try:
            for candidate in candidates(self.pack):
                present.append(candidate.path)
                skill = self.served(candidate)
                if skill is not None:
                    yield skill
        except ProblemError as error:
            # Nobody can say what is there, so what was there is served on.
            last = [(path, skill) for path, skill in self.memory.skills.items() if path not in present]
            self.met(kept(error.problem) if last else error.problem)
            present += [path for path, _ in last]
            yield from (skill for _, skill in last)
        if self.known is None or self.known.lacks(present):
            for problem in manifests.missing(self.manifest(), present):
                self.met(problem)
        self.memory.finish(present)

    def begin(self) -> None:
        """Read the manifest, and parse it unless what is known already says all of it that is asked."""
        try:
            data = manifests.read_bytes(self.pack)
        except ProblemError as error:
            self.parsed = self.parse(error)
            return
        if self.memory.known is not None and self.memory.known.begin(data):
            self.known, self.vouching = self.memory.known, data
        else:
            self.parsed = self.parse(data)

    def manifest(self) -> Manifest:
        if self.parsed is None:
            self.parsed = self.parse(self.vouching)
        return self.parsed

    def parse(self, data: bytes | ProblemError) -> Manifest:
        """The manifest that some bytes are; the last sound one where they are none, or could not be read."""
        last = self.memory.manifest
        try:
            if isinstance(data, ProblemError):
                raise data
            if last is None or last[0] != data:
                self.memory.manifest = last = (data, manifests.parse(data))
        except ProblemError as error:
            soft = self.allow_unlocked and last is None
            problem = replace(error.problem, severity="warning") if soft else error.problem
            self.met(kept(problem) if last is not None else problem)
        self.vouching, manifest = (b"", Manifest()) if last is None else last
        return manifest

    def served(self, candidate: Candidate) -> Skill | None:
        """What is served of a folder: the skill in it, or the one that was there when it was last sound."""
        last = self.memory.skills.get(candidate.path)
        try:
            tree = look(candidate.folder, candidate.path)
            known = None if self.known is None else self.known.skill(candidate, tree)
            if known is not None:
                # Not remembered: nothing of it was read.
                return known
            skill = self.skill(candidate, tree)
        except ProblemError as error:
            self.met(kept(error.problem) if last is not None else error.problem)
            return last
        self.memory.skills[candidate.path] = skill
        return skill

    def skill(self, candidate: Candidate, tree: Tree) -> Skill:
        """The skill in a folder.

        What differs from its pin is not even parsed; what has none is, to say first what its author must mend.

        Raises:
            ProblemError: it is not sound, or the manifest forbids it.
        """
        files = read_files(tree, self.memory.files(candidate.path))
        pin = self.manifest().pin(candidate.name, candidate.release)
        differing = manifests.compare(pin, files, candidate.path)
        if differing and pin is not None and not self.allow_unlocked:
            raise ProblemError(summary(differing))
        skill = self.memory.same(candidate.path, files) or build_skill(candidate, files)
        if differing and not self.allow_unlocked:
            raise ProblemError(summary(differing))
        if differing:
            self.met(replace(summary(differing), severity="warning"))
        return skill

    def met(self, problem: Problem) -> None:
        if self.strict and problem.severity == "error":
            kind = IntegrityError if problem.code is Code.DIGEST_MISMATCH else ManifestError
            raise kind(str(problem), hint=problem.fix, line=problem.line)
        self.problems.append(problem)


def kept(problem: Problem) -> Problem:
    """The problem of a folder of which the last sound version is still served."""
    return replace(problem, severity="warning", message=f"{problem.message}; the last good version is still served")


def summary(differing: tuple[Problem, ...]) -> Problem:
    """One problem for all the files of a skill that differ: the first, with the count of the others."""
    first, others = differing[0], len(differing) - 1
    return first if not others else replace(first, message=f"{first.message}; {others} more differ")
