"""Verifies what a scaffold wrote, step by step.

Two levels, and the line between them is one of trust. `fast` reads: ruff and the review parse the files, and nothing of
the project is executed, whatever its configuration says. `full` executes: a type checker loads the project's plugins,
a test imports the project and its `conftest.py`. Nothing the server reads makes it execute, so `full` is never the
consequence of a file, a diff or an earlier answer: a person asks for it, by the command line's own verb or by an
argument of the tool that writes, whose annotations say to the client that it does more than read. That tool takes it
only for a plan that this user's own record holds for this very project, and that has just been written: a record in
the project is no such proof, for it may have come with the repository. Over HTTP there is no project, and no level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import BackwrightError, InvalidInputError, UnsupportedProjectError
from backwright.review.subject import diff_text
from backwright.review.watch import Watch, current
from backwright.scaffold.disk import check_whole, read_text
from backwright.scaffold.plan import FileAction
from backwright.scaffold.record import PLATFORM, Record, read_record, records
from backwright.verifying.environment import Environment, find_environment
from backwright.verifying.proof import STEPS, Level, Proof, Step
from backwright.verifying.running import checked_types, passed_tests
from backwright.verifying.static import Ruff, compiled, shown

if TYPE_CHECKING:
    from backwright.reviewing import Reviewing
    from backwright.settings import Settings

MAX_FILES: Final = 400
_EXECUTING: Final = ("types", "tests")
# Percent of the whole at which each step ends.
_ENDS: Final[Mapping[Level, Mapping[str, int]]] = {
    "fast": {"format": 20, "lint": 40, "compile": 50, "review": 100},
    "full": {"format": 3, "lint": 6, "compile": 8, "review": 15, "types": 55, "tests": 100},
}
_DOING: Final = {
    "format": "checking the format",
    "lint": "linting",
    "compile": "compiling",
    "review": "reviewing",
    "types": "checking types",
    "tests": "running the generated tests",
}


class Places(Protocol):
    """What knows where something was scaffolded."""

    def home(self, resource: str) -> Path:
        """The folder that holds its record."""


class Served(Protocol):
    """What verifying needs of the process that it runs in."""

    @property
    def settings(self) -> Settings:
        """How the process serves."""

    @property
    def reviewing(self) -> Reviewing:
        """The review of changes."""

    @property
    def scaffolding(self) -> Places:
        """The scaffold, which knows where its records lie."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is verified: the project, its generated Python files that are there, and its package."""

    root: Path
    texts: Mapping[str, str]
    package: str | None
    environment: Environment | None


class Verifying:
    """Verifies scaffolds. It holds no state and changes nothing but what the project's own tests change.

    Args:
        served: the process: its settings and its reviews.
    """

    def __init__(self, served: Served) -> None:
        self._served = served

    def verify(self, resource: str, level: Level = "fast") -> Proof:
        """Verify what was generated for a resource, as it is on the disk now.

        Args:
            resource: its snake_case name.
            level: `fast` executes nothing of the project; `full` does, in its own environment, and is for callers
                whose user asked for that.

        Raises:
            UnsupportedProjectError: there is no project here.
            InvalidInputError: nothing was scaffolded under that name.
            ScaffoldInterruptedError: a write was killed half way and not put back.
            PlanConflictError, PathOutsideRootError: a record is damaged or names what is no file of the project.
            Cancelled: nobody wants the answer any more; what was started has ended.
        """
        subject = self._subject(resource)
        with current().kept() as watch:
            steps = tuple(self._steps(subject, level, watch))
        return Proof(resource, level, len(subject.texts), steps)

    def _subject(self, resource: str) -> _Subject:
        if self._served.settings.root is None:
            raise UnsupportedProjectError(
                "this server has no project to verify", hint="run `backwright scaffold verify` in the project"
            )
        root = self._served.scaffolding.home(resource).resolve()
        check_whole(root)
        known = records(root)
        if resource not in known:
            raise InvalidInputError(
                f"there is no record of a resource {resource[:80]!r}", hint=f"known are: {', '.join(known) or 'none'}"
            )
        platform = read_record(root, PLATFORM)
        texts = dict(_texts(root, known[resource], platform))
        package = None if platform is None or platform.layout is None else platform.layout.package
        return _Subject(root, texts, package, find_environment(root, self._served.settings.environment))

    def _steps(self, subject: _Subject, level: Level, watch: Watch) -> Iterator[Step]:
        start = 0
        # The project's own ruff may be another version; but it is the project's program.
        ruff = Ruff(subject.root, subject.texts, subject.package, subject.environment if level == "full" else None)
        paths = list(subject.texts)
        does: Mapping[str, Callable[[], Step]] = {
            "format": ruff.format,
            "lint": ruff.lint,
            "compile": lambda: compiled(subject.texts),
            "review": lambda: self._reviewed(subject),
            "types": lambda: _executed("types", subject, lambda place: checked_types(subject.root, paths, place)),
            "tests": lambda: _executed("tests", subject, lambda place: passed_tests(subject.root, paths, place)),
        }
        for name in STEPS:
            if level == "fast" and name in _EXECUTING:
                yield Step(name, "not run", "full verification does, which executes the project")
                continue
            end = _ENDS[level][name]
            with watch.part(start, end, _DOING[name]):
                start = end
                if not subject.texts:
                    yield Step(name, "not run", "nothing of what was generated is there any more")
                else:
                    yield Step(name, "not run", watch.reason) if watch.over else does[name]()

    def _reviewed(self, subject: _Subject) -> Step:
        new = (FileAction("create", path, None, text, "") for path, text in subject.texts.items())
        diff = "".join(action.diff() for action in new)
        try:
            change = diff_text(diff.encode("utf-8"), "what was generated", subject.root, subject.texts)
            report = self._served.reviewing.of_subject(change, ReviewContextV2(profile="strict"))
        except BackwrightError as error:
            return Step("review", "not run", f"{error.message}; {error.hint}")
        found = [f"{f.location.path}:{f.location.line}: {f.code} {f.message}" for f in report.findings]
        if found:
            return Step("review", "failed", f"{len(found)} findings by the strict profile", shown(found))
        missed = [f"{each.path or 'everything'}: {each.reason}" for each in report.unchecked]
        if missed:
            return Step("review", "passed", "no findings; not all was looked at", shown(missed))
        return Step("review", "passed", "no findings by the strict profile")


def _executed(name: str, subject: _Subject, step: Callable[[Environment], Step]) -> Step:
    if subject.environment is None:
        why = "the project has no environment: make one (such as `uv sync`) in .venv, or activate it"
        return Step(name, "not run", why)
    return step(subject.environment)


def _texts(root: Path, *of: Record | None) -> Iterator[tuple[str, str]]:
    """The Python files that the records name and that are there, each once.

    Raises:
        InvalidInputError: there are more than any scaffold makes.
    """
    paths = dict.fromkeys(path for record in of if record is not None for path in record.files)
    if len(paths) > MAX_FILES:
        raise InvalidInputError(
            f"the records name {len(paths)} files",
            hint="restore .scaffold/ from version control; no scaffold makes so many",
        )
    for path in paths:
        if path.endswith(".py"):
            text = read_text(root, path)
            if text is not None:
                yield path, text
