"""Grades what an assistant left: each assertion of a task passed, failed or was not run, and why.

Nothing that Backwright reads makes it execute; this does, because a person asked for the grades of code that they
let an assistant write: pytest imports that code, in a process of its own, over a copy, with limits of time and memory
and without this process's secrets. It is no sandbox. Nothing keeps that code from the network, or from the files and
the processes of the user who grades it; who does not trust the assistant grades in a container.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from backwright._files import read_bounded
from backwright._hidden import printable
from backwright.catalog.evals import Task
from backwright.errors import TooLargeError
from backwright.evaluating.result import UNTOUCHED, Graded, Run
from backwright.evaluating.reviewed import reviewed
from backwright.evaluating.workspace import Place, lay_out, result_of
from backwright.review.globs import matches
from backwright.review.hostile import masked
from backwright.verifying.environment import Environment, find_environment, inherited
from backwright.verifying.process import Ended, run

_UNABLE: Final = 64
_REPORT_BYTES: Final = 4 * 1024 * 1024
_EVIDENCE: Final = 300


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What runs the verifiers.

    Args:
        python: an interpreter that the user named; None for the environment that is found.
        active: the virtual environment that is active, the last that is looked for.
    """

    python: Path | None = None
    active: Path | None = None

    def for_result(self, *folders: Path) -> Environment | None:
        """The environment for a result: the one that was named, else that of the first folder that has one."""
        if self.python is not None:
            return _Named(self.python.parent.parent, str(self.python), self.python)
        own = (find_environment(folder, None) for folder in folders)
        return next((found for found in own if found is not None), find_environment(Path.cwd(), self.active))


@dataclass(frozen=True, slots=True)
class _Named(Environment):
    """The interpreter that a user named, whatever it is called."""

    named: Path

    @property
    def python(self) -> Path:
        """It."""
        return self.named

    @property
    def programs(self) -> Path:
        """Its folder."""
        return self.named.parent


def grade_place(task: Task, place: Place, interpreter: Interpreter) -> Run:
    """The grades of one run; of one that nobody worked on, none were run.

    Raises:
        Cancelled: nobody wants the answer any more; what was started has ended.
    """
    try:
        result = result_of(place.folder)
    except (OSError, TooLargeError) as error:
        return Run(task.name, place.arm, place.run, tuple(_all(task, printable(f"it cannot be read: {error}"))))
    if result == dict(task.start):
        return Run(task.name, place.arm, place.run, tuple(_all(task, UNTOUCHED)))
    workspace = place.folder.parents[2]
    environment = interpreter.for_result(place.folder, workspace)
    return Run(task.name, place.arm, place.run, grade(task, result, environment))


def grade(task: Task, result: Mapping[str, bytes], environment: Environment | None) -> tuple[Graded, ...]:
    """The grades of some files as the result of a task, one for each assertion, in the task's order.

    Args:
        task: the task.
        result: every file of the project, by POSIX path.
        environment: what runs the verifier's tests; None where there is none.

    Raises:
        Cancelled: as `grade_place`.
    """
    with tempfile.TemporaryDirectory(prefix="backwright-eval-") as folder:
        project = Path(folder) / "project"
        lay_out(project, result)
        found = {each.assertion: each for each in _structural(task, result)}
        if task.file.review:
            found |= {each.assertion: each for each in reviewed(task, result, project)}
        if task.tests:
            found |= {each.assertion: each for each in _tested(task, Path(folder), environment)}
    return tuple(found[name] for name in task.assertions)


def _all(task: Task, reason: str) -> Iterator[Graded]:
    return (Graded(name, "not run", reason) for name in task.assertions)


def _structural(task: Task, result: Mapping[str, bytes]) -> Iterator[Graded]:
    for glob in task.file.present:
        there = any(matches(path, (glob,)) for path in result)
        yield Graded(
            f"present:{glob}", "passed" if there else "failed", "" if there else "no file of the result matches"
        )
    for glob in task.file.absent:
        left = [path for path in result if matches(path, (glob,))]
        yield Graded(f"absent:{glob}", "failed" if left else "passed", _short(f"there is {left[0]}") if left else "")
    for glob in task.file.unchanged:
        held = {path: data for path, data in task.start.items() if matches(path, (glob,))}
        other = [path for path, data in held.items() if result.get(path) != data]
        why = f"{other[0]} is {'another' if other[0] in result else 'gone'}" if other else ""
        yield Graded(f"unchanged:{glob}", "failed" if other else "passed", _short(why))


def _tested(task: Task, folder: Path, environment: Environment | None) -> tuple[Graded, ...]:
    """The assertions of verify/, run by pytest."""
    if environment is None:
        return _not_run(
            task, "there is no interpreter: give --python, or make a .venv in the workspace or in the result"
        )
    tests, report, home = folder / "verify", folder / "report.jsonl", folder / "home"
    lay_out(tests, task.verify)
    home.mkdir()
    limits = task.file.limits
    job: dict[str, object] = {"project": str(folder / "project"), "tests": str(tests), "requires": task.file.requires}
    job |= {"memory": limits.memory, "seconds": limits.seconds, "report": str(report)}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    given = {**inherited(environment), **dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), str(home))}
    with as_file(files("backwright.evaluating").joinpath("_runner.py")) as runner:
        # Isolated, so that the folder of the runner and the user's own site are not on the path.
        argv = [str(environment.python), "-I", "-B", "-X", "utf8", str(runner), str(folder / "job.json")]
        try:
            ended = run(argv, folder, given, limits.seconds)
        except OSError as error:
            return _not_run(task, f"{environment.shown} does not start: {error.strerror}")
    return tuple(_judged(task, _Report.read(report), ended, environment))


def _not_run(task: Task, reason: str) -> tuple[Graded, ...]:
    return tuple(Graded(name, "not run", reason) for name in task.tests)


@dataclass(frozen=True, slots=True)
class _Report:
    """What the runner wrote.

    Args:
        missing: modules that the interpreter does not have.
        tests: the outcomes and messages of each test function.
        files: the message of each file that could not be collected.
    """

    missing: tuple[str, ...]
    tests: Mapping[str, list[tuple[str, str]]]
    files: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> _Report:
        """The report at a path, of which the code that was graded may have written anything."""
        missing: list[str] = []
        tests: dict[str, list[tuple[str, str]]] = {}
        broken: dict[str, str] = {}
        try:
            lines = read_bounded(path, _REPORT_BYTES).decode("utf-8", "replace").split("\n")
        except (OSError, TooLargeError):
            lines = []
        for line in lines:
            row = _row(line)
            missing += [each for each in (row.get("missing"),) if each]
            if "test" in row:
                name = row["test"].rpartition("::")[2].partition("[")[0]
                tests.setdefault(name, []).append((row.get("outcome", ""), row.get("message", "")))
            elif "file" in row:
                broken[Path(row["file"]).name] = row.get("message", "")
        return cls(tuple(missing), tests, broken)


def _row(line: str) -> dict[str, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(row, dict):
        return {}
    return {
        str(key): ", ".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in row.items()
    }


def _judged(task: Task, report: _Report, ended: Ended, environment: Environment) -> Iterator[Graded]:
    """A grade of each test: what was reported of it, or why nothing was."""
    for name, path in task.tests.items():
        outcomes = report.tests.get(name, [])
        failed = next((message for outcome, message in outcomes if outcome == "failed"), None)
        skipped = next((message for outcome, message in outcomes if outcome == "skipped"), None)
        if report.missing:
            lacking = ", ".join(report.missing)
            yield Graded(name, "not run", _short(f"{environment.shown} does not have {lacking}"))
        elif failed is not None:
            yield Graded(name, "failed", _short(failed))
        elif skipped is not None:
            yield Graded(name, "not run", _short(skipped))
        elif outcomes:
            yield Graded(name, "passed")
        else:
            why = report.files.get(Path(path).name) or _ended(ended, task)
            yield Graded(name, "failed", _short(why))


def _ended(ended: Ended, task: Task) -> str:
    """Why a test was not come to, where its file was collected."""
    if ended.late is not None:
        return f"it was not done after {task.file.limits.seconds} s"
    if ended.status < 0:
        return f"a signal ended it ({-ended.status}), such as for too much computing or memory"
    return " ".join(ended.lines[-3:]) or f"pytest ended with {ended.status}"


def _short(message: str) -> str:
    """Evidence for a table: one line, bounded, without secrets."""
    line = masked(printable(" ".join(message.split())))
    return line if len(line) <= _EVIDENCE else f"{line[: _EVIDENCE - 1]}…"
