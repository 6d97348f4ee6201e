"""The evals of a skill: small tasks for any assistant, each with an executable verifier that is itself proved.

One more task is one more folder, `skills/<skill>/evals/<task>/`:

    task.yaml     what is asked, what it measures, and what decides (the fields of `TaskFile`)
    start/        the project that the assistant starts with
    verify/       pytest files, run over a copy of what the assistant left; each `test_` function is one assertion
    reference/    files laid over start/: a solution that passes every assertion
    wrong/        files laid over start/: a plausible wrong one, which fails exactly the assertions of `wrong.fails`

A name that begins with `dot_` is laid out with a dot (`dot_env` as `.env`), since names with a dot are no part of a
skill. The functions of verify/ are plain and synchronous, for no pytest plugin is loaded; they run in the project's
folder, with it and its src/ on the import path. `tests/pack/test_evals.py` proves each task: the reference passes every
assertion and gives no finding of our rules, start/ and wrong/ fail. Evals are files of the skill: the manifest pins
them and a wheel carries them, but no model is served them (`Skill.served`), for they hold the answers; they measure the
head, and no release has a copy.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from backwright._hidden import printable
from backwright.catalog.frontmatter import decode, load_yaml
from backwright.catalog.problem import ProblemError
from backwright.catalog.skill import EVALS, Frozen, ItemId, RuleCode, Sentence, Skill
from backwright.catalog.validate import check_model
from backwright.errors import EvalNotFoundError, InvalidEvalError

TASK_YAML: Final = "task.yaml"
_PARTS: Final = ("start", "verify", "reference", "wrong")
_DOT: Final = "dot_"

Module = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\z")]
Glob = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^/\s\\][^\\\n]*\z")]
AssertionName = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Limits(Frozen):
    """What one grading of one result may take: seconds, and MiB of memory where the system can hold it to that."""

    seconds: Annotated[int, Field(ge=1, le=300)] = 60
    memory: Annotated[int, Field(ge=64, le=8192)] = 2048


class Wrong(Frozen):
    """The plausible wrong solution in wrong/.

    Args:
        why: why somebody would write it, one sentence.
        fails: every assertion that it fails, by name.
        removes: files of start/ that it deletes.
    """

    why: Sentence
    fails: Annotated[tuple[AssertionName, ...], Field(min_length=1)]
    removes: tuple[Glob, ...] = ()


class TaskFile(Frozen):
    """The content of `task.yaml`.

    Args:
        title: names the task in tables.
        prompt: what a user would type; it names no skill and gives no answer away.
        measures: what an assistant follows that passes: ids of items of the skill's checklist, and paths of its files
            (`references/fan-out.md`) where no item says it.
        requires: modules that the interpreter must have; where one is missing, nothing is run and that is said.
        limits: what one grading may take.
        review: rules that must find nothing in the change (`BWnnn` or ruff's); the assertion `review:BW104`.
        present: globs that must match a file of the result; the assertion `present:uv.lock`.
        absent: globs that must match none; `absent:requirements.txt`.
        unchanged: globs of files of start/ that must be as they were, and still there; `unchanged:migrations/*`.
        removes: files of start/ that the reference deletes.
        wrong: what is said of wrong/.
    """

    title: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    prompt: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    measures: Annotated[tuple[ItemId | Glob, ...], Field(min_length=1)]
    requires: tuple[Module, ...] = ()
    limits: Limits = Limits()
    review: tuple[RuleCode, ...] = ()
    present: tuple[Glob, ...] = ()
    absent: tuple[Glob, ...] = ()
    unchanged: tuple[Glob, ...] = ()
    removes: tuple[Glob, ...] = ()
    wrong: Wrong


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a skill.

    Args:
        name: its folder's.
        file: what its `task.yaml` says.
        start: the files of the project that an assistant starts with, by POSIX path.
        verify: the files of verify/.
        reference: the files of the start with the reference laid over them.
        wrong: the same with the wrong solution.
        tests: the assertions of verify/ by name, each with the file that makes it.
    """

    name: str
    file: TaskFile
    start: Mapping[str, bytes]
    verify: Mapping[str, bytes]
    reference: Mapping[str, bytes]
    wrong: Mapping[str, bytes]
    tests: Mapping[str, str]

    @property
    def assertions(self) -> tuple[str, ...]:
        """The names of all assertions, in the order in which they are shown."""
        said = self.file
        named = (("review", said.review), ("present", said.present), ("absent", said.absent))
        structural = [f"{kind}:{what}" for kind, each in (*named, ("unchanged", said.unchanged)) for what in each]
        return (*self.tests, *structural)


def tasks_of(skill: Skill) -> tuple[Task, ...]:
    """The tasks of a skill, by name.

    Raises:
        EvalNotFoundError: it has none.
        InvalidEvalError: one of them breaks a rule of the format.
        IntegrityError: a file is not the one that was pinned.
    """
    folders: dict[str, dict[str, bytes]] = {}
    for file in skill.files:
        name, _, path = file.path.removeprefix(EVALS).partition("/")
        if file.path.startswith(EVALS):
            folders.setdefault(name, {})[path] = file.verified()
    if not folders:
        raise EvalNotFoundError(
            f"the skill {skill.name} {skill.version} has no evals", hint=f"add a task under skills/{skill.name}/evals/"
        )
    items = frozenset(item.id for item in skill.checklist) | {file.path for file in skill.served}
    return tuple(_Reading(f"{EVALS}{name}", folders[name]).task(name, items) for name in sorted(folders))


def task_named(tasks: tuple[Task, ...], name: str) -> Task:
    """One of some tasks.

    Raises:
        EvalNotFoundError: none of them has this name.
    """
    for task in tasks:
        if task.name == name:
            return task
    known = ", ".join(task.name for task in tasks)
    raise EvalNotFoundError(f"there is no task {printable(name, 80)!r}", hint=f"the tasks are {known}")


@dataclass(frozen=True, slots=True)
class _Reading:
    """The files of one task's folder, by their paths in it."""

    place: str
    files: Mapping[str, bytes]

    def task(self, name: str, items: frozenset[str]) -> Task:
        said = self._said()
        stray = [path for path in self.files if path != TASK_YAML and path.partition("/")[0] not in _PARTS]
        if stray:
            raise self._wrong(f"{stray[0]!r} is no part of a task", f"a task has {TASK_YAML}, {', '.join(_PARTS)}/")
        start, verify = self._part("start"), self._part("verify")
        if not start:
            raise self._wrong("start/ has no file", "add the project that an assistant starts with")
        task = Task(
            name=name,
            file=said,
            start=start,
            verify=verify,
            reference=self._laid_over(start, "reference", said.removes),
            wrong=self._laid_over(start, "wrong", said.wrong.removes),
            tests=dict(self._tests(verify)),
        )
        self._check(task, items)
        return task

    def _said(self) -> TaskFile:
        where = f"{self.place}/{TASK_YAML}"
        try:
            return check_model(TaskFile, load_yaml(decode(self.files.get(TASK_YAML, b""), where), where), where)
        except ProblemError as error:
            problem = error.problem
            raise InvalidEvalError(f"{where}: {problem.message}", hint=problem.fix, line=problem.line) from None

    def _part(self, part: str) -> dict[str, bytes]:
        return {
            _laid_out(path.removeprefix(f"{part}/")): data
            for path, data in self.files.items()
            if path.startswith(f"{part}/")
        }

    def _laid_over(self, start: Mapping[str, bytes], part: str, removes: tuple[str, ...]) -> dict[str, bytes]:
        missing = [path for path in removes if path not in start]
        if missing:
            raise self._wrong(f"{part} removes {missing[0]!r}, which start/ does not have", "name a file of start/")
        laid = {path: data for path, data in start.items() if path not in removes} | self._part(part)
        if laid == start:
            raise self._wrong(f"{part}/ changes nothing", "add the files that differ from start/")
        return laid

    def _tests(self, verify: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
        seen: set[str] = set()
        for path, data in verify.items():
            name = PurePosixPath(path).name
            if name.startswith("test_") and name.endswith(".py"):
                for test in self._tests_in(path, data):
                    if test in seen:
                        raise self._wrong(f"two tests of verify/ are called {test}", "rename one of them")
                    seen.add(test)
                    yield test, path

    def _tests_in(self, path: str, data: bytes) -> Iterator[str]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
        except (SyntaxError, ValueError) as error:
            raise self._wrong(f"verify/{path} is no Python: {error}", "correct it") from None
        for node in tree.body:
            if isinstance(node, ast.AsyncFunctionDef | ast.ClassDef) and node.name.lower().startswith("test"):
                raise self._wrong(f"{node.name} is no plain function", "write a def; call asyncio.run in it")
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name

    def _check(self, task: Task, items: frozenset[str]) -> None:
        assertions = task.assertions
        if not assertions:
            raise self._wrong("nothing decides it", "add verify/test_x.py, or review, present, absent or unchanged")
        twice = next((name for name in assertions if assertions.count(name) > 1), None)
        if twice is not None:
            raise self._wrong(f"the assertion {twice} is there twice", "take one of them out")
        unknown = [item for item in task.file.measures if item not in items]
        if unknown:
            raise self._wrong(f"the skill has no {unknown[0]}", "name items of its checklist.yaml, or files of it")
        unnamed = [name for name in task.file.wrong.fails if name not in assertions]
        if unnamed:
            raise self._wrong(f"there is no assertion {unnamed[0]}", f"they are {', '.join(assertions)}")

    def _wrong(self, message: str, fix: str) -> InvalidEvalError:
        return InvalidEvalError(f"{self.place}: {printable(message)}", hint=fix)


def _laid_out(path: str) -> str:
    parts = PurePosixPath(path).parts
    return "/".join(f".{part[len(_DOT) :]}" if part.startswith(_DOT) and part != _DOT else part for part in parts)
