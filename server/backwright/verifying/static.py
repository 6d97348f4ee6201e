"""The steps that execute nothing of the project: format, lint, compile."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from backwright.errors import ToolUnavailableError
from backwright.review.hostile import masked
from backwright.scaffold.render import ruff_path
from backwright.verifying.configuration import foreign_ruff, has_ruff, line_length
from backwright.verifying.environment import Environment, inherited
from backwright.verifying.process import Ended, run
from backwright.verifying.proof import SHOWN, Step

LIMIT: Final = 60.0
"""Seconds for ruff."""
# What a project gets that chose no rules: what is wrong or dated, and no question of taste.
_OWN_RULES: Final = "ASYNC,B,E4,E7,E9,F,I,PIE,RET,SIM,UP,W"
_FAILED = 1


def shown(lines: Sequence[str]) -> tuple[str, ...]:
    """The first lines of a failure, without secrets."""
    kept = [masked(line) for line in lines[:SHOWN]]
    more = len(lines) - len(kept)
    return (*kept, f"... and {more} more lines") if more else tuple(kept)


def arguments(paths: Sequence[str]) -> list[str]:
    """Paths as arguments that are no options, whatever they are called."""
    return [f"./{path}" for path in paths]


class Ruff:
    """The project's rules and style, or ours where it has none, over the generated files.

    Args:
        root: the project.
        texts: the generated Python files that are there.
        package: the package that is the project's own, where it is known.
        environment: where the project's own ruff may be; None to start none but ours.
    """

    def __init__(
        self, root: Path, texts: Mapping[str, str], package: str | None, environment: Environment | None
    ) -> None:
        self._root, self._paths, self._package = root, list(texts), package
        own = None if environment is None else environment.programs / "ruff"
        self._environment = environment if own is not None and own.is_file() else None
        self._program = own if self._environment is not None else None
        self._configured = has_ruff(root)

    def format(self) -> Step:
        """Whether a formatter would leave the files alone."""
        return self._step("format", ["format", "--check", *self._style()], "would format some of it otherwise")

    def lint(self) -> Step:
        """Whether the rules hold in the files."""
        own = [] if self._configured else [f"--select={_OWN_RULES}", *self._sorting()]
        command = ["check", "--no-fix", "--output-format=concise", *self._style(), *own]
        return self._step("lint", command, "finds something")

    def _style(self) -> list[str]:
        common = ["--no-cache", "--force-exclude"]
        ours = ["--isolated", "--target-version=py311", f"--config=line-length={line_length(self._root)}"]
        return common if self._configured else [*common, *ours]

    def _sorting(self) -> list[str]:
        # A folder of migrations that is called as their library is makes it the project's for ruff, and so for us.
        if self._package is None or not self._package.replace("_", "").isalnum():
            return []
        return [f'--config=lint.isort.known-first-party=["{self._package}"]']

    def _step(self, name: str, command: Sequence[str], failure: str) -> Step:
        outside = foreign_ruff(self._root, self._paths) if self._configured else None
        if outside is not None:
            return Step(name, "not run", f"{outside} extends a file outside of the project")
        try:
            program = str(self._program or ruff_path())
            ended = run([program, *command, "--", *arguments(self._paths)], self._root, self._variables(), LIMIT)
        except (OSError, ToolUnavailableError) as error:
            return Step(name, "not run", f"ruff cannot be started: {error}")
        return self._judged(name, ended, failure)

    def _judged(self, name: str, ended: Ended, failure: str) -> Step:
        whose = "the project's configuration" if self._configured else "our defaults, for the project has none"
        if ended.late is not None:
            return Step(name, "not run", ended.late)
        if ended.status == 0:
            return Step(name, "passed", f"ruff, {whose}, {len(self._paths)} files")
        if ended.status == _FAILED:
            return Step(name, "failed", f"ruff {failure} ({whose})", shown(ended.lines))
        return Step(name, "not run", "ruff does not run here", shown(ended.lines))

    def _variables(self) -> dict[str, str]:
        return inherited(self._environment)


def compiled(texts: Mapping[str, str]) -> Step:
    """Whether each file is Python to this interpreter; nothing of it is executed."""
    wrong = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path, text in texts.items():
            try:
                compile(text, path, "exec", dont_inherit=True)
            except SyntaxError as error:
                wrong.append(f"{path}:{error.lineno or 1}: {error.msg}")
            except (ValueError, RecursionError, MemoryError, OverflowError) as error:
                wrong.append(f"{path}: {error}")
    if wrong:
        return Step("compile", "failed", f"{len(wrong)} of {len(texts)} files are no Python", shown(wrong))
    return Step("compile", "passed", f"{len(texts)} files")
