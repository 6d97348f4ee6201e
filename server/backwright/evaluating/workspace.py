"""The workspace of an evaluation: for each task, with the skill and without, one project a run, ready for an assistant.

    DIR/eval.json                     which skill, at which version
    DIR/<task>/with/<run>/            a git repository with one commit: the project, PROMPT.md, and the skill's files
    DIR/<task>/without/<run>/         the same without the skill

Preparing again adds what is missing and touches nothing that is there. Nothing in a run is executed to see whether an
assistant worked on it: its files are compared with those that it started with.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from backwright._files import read_bounded, write_atomic
from backwright._hidden import printable
from backwright._programs import on_path
from backwright.catalog.evals import Task
from backwright.catalog.skill import Skill
from backwright.errors import InvalidInputError, TooLargeError, ToolUnavailableError, WriteFailedError
from backwright.verifying.environment import inherited
from backwright.verifying.process import run

Arm = Literal["with", "without"]

ARMS: Final[tuple[Arm, ...]] = ("with", "without")
RECORD: Final = "eval.json"
PROMPT: Final = "PROMPT.md"
# Where assistants look for skills: Claude Code in the first; Codex, Gemini CLI, Cursor and Copilot in the second.
PLACES: Final = (".claude/skills", ".agents/skills")
MAX_RUNS: Final = 100
MAX_FILES: Final = 4_000
MAX_BYTES: Final = 64 * 1024 * 1024

# Of assistants and tools, not of the result.
_PASSED_OVER: Final = frozenset(
    {".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache"}
    | {".hypothesis", ".tox", ".nox", ".claude", ".agents", ".codex", ".cursor", ".gemini", "htmlcov"}
)
_GIT_SECONDS: Final = 30.0
_GIT: Final = (
    ("init", "-q", "--initial-branch=main"),
    ("add", "--all", "--force"),
    ("commit", "-q", "--no-verify", "--no-gpg-sign", "-m", "Start"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run of one task is done."""

    folder: Path
    task: str
    arm: Arm
    run: int


def prepare(workspace: Path, skill: Skill, tasks: Sequence[Task], runs: int) -> tuple[Place, ...]:
    """Make what is missing of a workspace; returns what was made.

    Args:
        workspace: its folder, which need not exist.
        skill: the skill that is evaluated.
        tasks: of its tasks, those that are wanted.
        runs: how often each is done with and without the skill.

    Raises:
        InvalidInputError: the folder is a workspace of another skill or version, or runs are out of bounds.
        ToolUnavailableError: git is missing or failed.
        WriteFailedError: the disk refused.
    """
    if not 1 <= runs <= MAX_RUNS:
        raise InvalidInputError(f"{runs} runs were asked for", hint=f"ask for 1 to {MAX_RUNS}")
    check_record(workspace, skill, new=True)
    made: list[Place] = []
    try:
        for task in tasks:
            for place in _wanted(workspace, task, runs):
                if not place.folder.exists():
                    _make(place.folder, files_of(task, skill, place.arm))
                    made.append(place)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteFailedError(f"{workspace} cannot be written: {reason}", hint="name another folder") from error
    return tuple(made)


def _wanted(workspace: Path, task: Task, runs: int) -> Iterator[Place]:
    for arm in ARMS:
        for number in range(1, runs + 1):
            yield Place(workspace / task.name / arm / str(number), task.name, arm, number)


def places(workspace: Path, task: Task) -> tuple[Place, ...]:
    """The runs of a task that a workspace holds, in order."""
    found: list[Place] = []
    for arm in ARMS:
        folder = workspace / task.name / arm
        numbers = (int(entry.name) for entry in _folders(folder) if entry.name.isdecimal())
        found += [Place(folder / str(number), task.name, arm, number) for number in sorted(numbers)]
    return tuple(found)


def _folders(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []


def check_record(workspace: Path, skill: Skill, *, new: bool = False) -> None:
    """The workspace is one of this version of this skill.

    Args:
        workspace: its folder.
        skill: the skill.
        new: write the record where there is none, instead of refusing.

    Raises:
        InvalidInputError: it is none, or of another skill or version.
        WriteFailedError: the record cannot be written.
    """
    path = workspace / RECORD
    wanted = {"format": 1, "skill": skill.name, "version": skill.version, "digest": skill.digest}
    try:
        found = json.loads(read_bounded(path, 64 * 1024))
    except FileNotFoundError:
        found = None
    except (OSError, ValueError, TooLargeError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
        message = f"the record {str(path)!r} cannot be read: {reason}"
        raise InvalidInputError(message, hint="name another folder, or one that was prepared") from None
    if found is None and new:
        try:
            write_atomic(path, f"{json.dumps(wanted, indent=2)}\n".encode())
        except OSError as error:
            reason = error.strerror or str(error)
            raise WriteFailedError(f"{path} cannot be written: {reason}", hint="name another folder") from error
    elif found is None:
        hint = f"prepare one: backwright eval {skill.name} --workspace {workspace}"
        raise InvalidInputError(f"{str(workspace)!r} is no workspace of an evaluation", hint=hint)
    elif found != wanted:
        was = found if isinstance(found, dict) else {}
        name, version = (printable(str(was.get(key, "unknown")), 80) for key in ("skill", "version"))
        message = f"the workspace was prepared for {name} {version}, and this is {skill.name} {skill.version}"
        hint = f"write `backwright eval {name}@{version}`, or name another folder"
        raise InvalidInputError(f"{message} ({skill.digest[7:19]})", hint=hint)


def files_of(task: Task, skill: Skill, arm: Arm) -> dict[str, bytes]:
    """The files that a run starts with."""
    files = {**task.start, PROMPT: f"{task.file.prompt.strip()}\n".encode()}
    if arm == "with":
        files |= {f"{place}/{skill.own_name}/{file.path}": file.verified() for place in PLACES for file in skill.served}
    return files


def _make(folder: Path, files: Mapping[str, bytes]) -> None:
    """A project in a fresh repository: built beside its place and moved there, so that what is there is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        lay_out(beside, files)
        for command in _GIT:
            _git(beside, command)
        beside.chmod(0o755)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def lay_out(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write some files into a folder of ours; the paths are those of a loaded skill or of `result_of`."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _git(folder: Path, command: Sequence[str]) -> None:
    program = on_path("git")
    if program is None:
        raise ToolUnavailableError("git is not there, which makes the projects", hint="install git")
    # Neither a user's hooks and templates nor the system's settings belong to what an assistant starts with.
    apart = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TEMPLATE_DIR": ""}
    who = ["-c", "user.name=Backwright", "-c", "user.email=eval@backwright.invalid", "-c", "core.autocrlf=false"]
    ended = run([program, *who, *command], folder, {**inherited(None), **apart}, _GIT_SECONDS)
    if ended.status != 0:
        said = ended.late or " ".join(ended.lines[-2:])
        raise ToolUnavailableError(f"git {command[0]} failed: {said}", hint="try git in that folder yourself")


def result_of(folder: Path) -> dict[str, bytes]:
    """The files that an assistant left, by path: no links, and nothing of tools or of the assistant itself.

    Raises:
        TooLargeError: more than a grading copies.
        OSError: they cannot be read.
    """
    files: dict[str, bytes] = {}
    size = 0
    for path, name in _walk(folder, ""):
        if name == PROMPT:
            continue
        data = read_bounded(path, MAX_BYTES, follow_links=False)
        files[name] = data
        size += len(data)
        if size > MAX_BYTES:
            raise TooLargeError("the result", size=size, limit=MAX_BYTES)
        if len(files) > MAX_FILES:
            raise TooLargeError(f"the result of over {MAX_FILES} files", size=size, limit=MAX_BYTES)
    return dict(sorted(files.items()))


def _walk(folder: Path | str, prefix: str) -> Iterator[tuple[str, str]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            name = f"{prefix}{entry.name}"
            if entry.name in _PASSED_OVER or entry.name.endswith(".egg-info"):
                continue
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                yield from _walk(entry.path, f"{name}/")
            elif stat.S_ISREG(mode) and not name.endswith(".pyc"):
                yield entry.path, name
