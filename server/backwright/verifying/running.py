"""The steps that execute the project: its type checker, with whatever plugins, and the generated tests.

Nothing that Backwright reads makes it execute; these two do because a person asked for exactly that, of a plan of ours.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from backwright.verifying.configuration import checker_of, measures_coverage
from backwright.verifying.environment import Environment, inherited
from backwright.verifying.process import Ended, run
from backwright.verifying.proof import Step
from backwright.verifying.static import arguments, shown

TYPES_LIMIT: Final = 300.0
TESTS_LIMIT: Final = 600.0
"""Seconds."""

_MISSING = re.compile(r"No module named '?(mypy|pyright|basedpyright|pytest)'?$")
_PLACE = re.compile(r"^\s*(?P<path>[^:]+?\.pyi?):\d+")
_FAILED, _NO_TESTS = 1, 5
_COUNT = re.compile(r"\d+ (?:passed|failed|error)")


def checked_types(root: Path, paths: Sequence[str], environment: Environment) -> Step:
    """Whether the project's type checker finds nothing in the generated files.

    Args:
        root: the project.
        paths: the generated Python files.
        environment: where the checker is.
    """
    configured = checker_of(root)
    if configured is None:
        return Step("types", "not run", "the project configures neither mypy nor pyright")
    name, knows_files = configured
    sources = [path for path in paths if not is_test(path)]
    # Tests in several folders often share a name; the project's own list of files says how it copes with that.
    which = [] if knows_files else arguments(sources)
    with tempfile.TemporaryDirectory(prefix="backwright-") as cache:
        options = [] if name != "mypy" else ["--cache-dir", cache, "--no-error-summary", "--no-pretty"]
        argv = [str(environment.python), "-m", name, *options, *which]
        try:
            ended = run(argv, root, inherited(environment), TYPES_LIMIT)
        except OSError as error:
            return Step("types", "not run", f"{environment.shown} does not start: {error.strerror}")
    reason = _unable(ended, environment)
    if reason is not None:
        return Step("types", "not run", reason)
    return _judged_types(name, ended, frozenset(paths), root)


def _judged_types(name: str, ended: Ended, paths: frozenset[str], root: Path) -> Step:
    errors = [line for line in ended.lines if _PLACE.match(line) and ": note:" not in line]
    ours = [line for line in errors if _relative(line, root) in paths]
    if ours:
        return Step("types", "failed", f"{name}: {len(ours)} errors in what was generated", shown(ours))
    if ended.status == 0:
        return Step("types", "passed", f"{name}, the project's configuration")
    if ended.status == _FAILED and errors:
        return Step("types", "passed", f"{name}; its {len(errors)} errors are all in files that were not generated")
    return Step("types", "not run", f"{name} does not run here", shown(ended.lines))


def _relative(line: str, root: Path) -> str:
    found = _PLACE.match(line)
    path = PurePosixPath((found["path"] if found else "").replace("\\", "/"))
    return path.relative_to(root.as_posix()).as_posix() if path.is_relative_to(root.as_posix()) else path.as_posix()


def passed_tests(root: Path, paths: Sequence[str], environment: Environment) -> Step:
    """Whether the generated tests pass.

    Args:
        root: the project.
        paths: the generated Python files.
        environment: where pytest and what the project needs are.
    """
    tests = [path for path in paths if is_test(path) and not path.endswith("conftest.py")]
    if not tests:
        return Step("tests", "not run", "no generated tests are there")
    options = ["-q", "--tb=short", "-rfE", "--color=no", "-p", "no:cacheprovider"]
    options += ["--no-cov"] if measures_coverage(root) else []
    argv = [str(environment.python), "-m", "pytest", *options, *arguments(tests)]
    try:
        ended = run(argv, root, inherited(environment), TESTS_LIMIT)
    except OSError as error:
        return Step("tests", "not run", f"{environment.shown} does not start: {error.strerror}")
    reason = _unable(ended, environment)
    if reason is not None:
        return Step("tests", "not run", reason)
    if ended.status == _NO_TESTS:
        return Step("tests", "not run", "pytest collected none of the generated tests", shown(ended.lines))
    summary = next((line.strip("= ") for line in reversed(ended.lines) if _COUNT.search(line)), "")
    if ended.status == 0:
        return Step("tests", "passed", summary or "pytest")
    return Step("tests", "failed", summary or f"pytest ended with {ended.status}", shown(_telling(ended.lines)))


def is_test(path: str) -> bool:
    """Whether a generated file is of the tests."""
    name = PurePosixPath(path).name
    return name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py")


def _unable(ended: Ended, environment: Environment) -> str | None:
    """Why a program of the environment said nothing of the code; None where it did."""
    if ended.late is not None:
        return ended.late
    missing = next((found[1] for line in ended.lines[-3:] if (found := _MISSING.search(line))), None)
    if missing is not None and ended.status != 0:
        return f"{missing} is not installed in {environment.shown}; nothing is installed for you"
    return None


def _telling(lines: Sequence[str]) -> list[str]:
    """The lines that say what failed: the errors themselves, with the summary that names them first."""
    named = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    errors = [line for line in lines if line.startswith("E  ")]
    return [*named, *errors] or list(lines)
