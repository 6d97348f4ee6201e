"""Ruff as a detector: one process over everything that was parsed, its findings tied to added lines."""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from backwright._programs import on_path
from backwright.review.debt import Sighting
from backwright.review.diagnostic import Basis, Confidence, Diagnostic, Location
from backwright.review.facts import Facts
from backwright.review.fragment import Piece
from backwright.review.paths import is_example, is_script, is_test
from backwright.review.prelude import prelude
from backwright.review.report import Unchecked
from backwright.review.ruff_codes import CODES, IMMUTABLE_CALLS, RuffRule
from backwright.review.ruff_exceptions import BESIDE_THE_POINT
from backwright.review.ruff_fix import Fix, Place, suggestion_of
from backwright.review.watch import Watch

DETECTOR: Final = "ruff"
TIMEOUT: Final = 60.0
"""Seconds; ruff reads 20,000 lines in 0.1 s."""
MAX_SPAN: Final = 30
"""Lines of a call or statement that a finding may stand on; a longer one is a block."""
_MAX_OUTPUT: Final = 64 * 1024 * 1024
# What is wrong in a service and right where a person watches: to print, and to say of any failure that it happened.
_OF_SERVICES: Final = frozenset({"BLE001", "T201", "T203"})
# What a person runs and reads: a migration (by content, for half of the folders called `migrations` hold something
# else) and a program with a command line of its own.
_TALKS: Final = re.compile(
    r"^down_revision\b|^class Migration\(|^(?:from|import) (?:argparse|click|fire|invoke|nox|typer)\b", re.MULTILINE
)
_NEWEST: Final = (3, 15)
_OLDEST: Final = (3, 7)
_UNKNOWN_FLOOR: Final = (3, 10)


class _Hit(BaseModel):
    """One finding as ruff prints it; `code` is null for what is no rule, such as a syntax error."""

    code: str | None
    name: str | None = None
    filename: str
    location: Place
    end_location: Place | None = None
    message: str
    fix: Fix | None = None


_HITS = TypeAdapter(list[_Hit])


@dataclass(frozen=True, slots=True)
class _Job:
    """One temporary file: its piece and its text, by how many rows it starts later, and if it is of the old side."""

    path: str
    piece: Piece
    text: str
    shift: int
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class Collected:
    """What ruff said: all it saw on either side of the change, and what it did not do."""

    new: list[Sighting] = field(default_factory=list)
    old: list[Sighting] = field(default_factory=list)
    unchecked: list[Unchecked] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    """A ruff process that is working while we do; `collect` waits for it."""

    process: subprocess.Popen[bytes] | None
    folder: Path
    jobs: Mapping[str, _Job]
    watch: Watch
    problem: str | None = None
    starting: threading.Thread | None = None

    def collect(self, added: Mapping[str, frozenset[int]]) -> Collected:
        """What ruff found on both sides, tied to added lines where it can be, and what it did not do."""
        hits = self._hits()
        if self.problem is not None:
            return Collected(unchecked=[Unchecked(path=None, reason=f"ruff was not run: {self.problem}")])
        said = Collected()
        unread: dict[str, Unchecked] = {}
        for hit in hits:
            job = self.jobs.get(Path(hit.filename).name)
            if job is None:
                continue
            if hit.code is not None:
                (said.old if job.is_old else said.new).extend(_sightings(hit, hit.code, job, added))
            elif job.piece.is_full and not job.is_old:
                unread.setdefault(job.path, Unchecked(path=job.path, reason=f"ruff did not read it: {hit.message}"))
        said.unchecked.extend(unread.values())
        return said

    def ready(self) -> None:
        """Wait until the process runs, or is known not to."""
        if self.starting is not None:
            self.starting.join()

    def _hits(self) -> list[_Hit]:
        self.ready()
        if self.process is None:
            return []
        with self.watch.over_process(self.process, TIMEOUT) as late:
            # Without a time limit of its own: waiting with one looks only now and then.
            status = self.process.wait()
        self.watch.check()
        if late.is_set():
            self.problem = self.watch.reason if self.watch.over else f"it took longer than {TIMEOUT:.0f} s"
            return []
        output = self.folder / "found.json"
        try:
            if output.stat().st_size <= _MAX_OUTPUT:
                return _HITS.validate_json(output.read_bytes())
        except (ValidationError, OSError):
            pass
        self.problem = f"it ended with {status} and no answer that can be read"
        return []


@contextmanager
def started(
    pieces: Mapping[str, Sequence[Piece]],
    facts: Facts,
    old: Mapping[str, Sequence[Piece]] | None = None,
    watch: Watch | None = None,
) -> Iterator[Run]:
    """A running ruff over all pieces of both sides. The files are numbered, never named from the diff."""
    with tempfile.TemporaryDirectory(prefix="backwright-") as name:
        jobs = dict(_jobs(pieces, old or {}))
        run = Run(None, Path(name), jobs, watch or Watch())
        if jobs and run.watch.over:
            run.problem = run.watch.reason
        elif jobs:
            # Making many files waits for the disk, and our rules need not wait with it.
            run.starting = threading.Thread(target=_start, args=(run, facts), daemon=True)
            run.starting.start()
        try:
            yield run
        finally:
            run.ready()
            if run.process is not None and run.process.poll() is None:
                run.process.kill()
                run.process.wait()


def find_ruff() -> str | None:
    """The ruff that was installed with Backwright, else the one on the PATH."""
    try:
        from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no types

        return str(find_ruff_bin())
    except (ImportError, OSError):
        return on_path("ruff")


def _start(run: Run, facts: Facts) -> None:
    program = find_ruff()
    if program is None:
        run.problem = "it is not installed"
        return
    try:
        _write(run)
        with (run.folder / "found.json").open("wb") as output:
            run.process = subprocess.Popen(  # noqa: S603  argv only; nothing in it comes from the diff
                [program, *_arguments(facts)],
                cwd=run.folder,
                env={},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
            )
    except OSError as error:
        run.problem = f"it could not be started ({error.strerror})"


def _arguments(facts: Facts) -> list[str]:
    floor = min(max(facts.python or _UNKNOWN_FLOOR, _OLDEST), _NEWEST)
    calls = ", ".join(f'"{call}"' for call in IMMUTABLE_CALLS)
    return [
        "check",
        "--isolated",
        "--no-cache",
        "--ignore-noqa",  # every finding is on an added line, so a `noqa` there is the reviewed change's own
        "--exit-zero",
        "--output-format=json",
        f"--select={','.join(CODES)}",
        f"--target-version=py{floor[0]}{floor[1]}",
        f"--config=lint.flake8-bugbear.extend-immutable-calls=[{calls}]",
        "sources",
    ]


def _jobs(new: Mapping[str, Sequence[Piece]], old: Mapping[str, Sequence[Piece]]) -> Iterator[tuple[str, _Job]]:
    sides = ((new, False), (old, True))
    every = ((path, piece, is_old) for side, is_old in sides for path, parts in side.items() for piece in parts)
    for number, (path, piece, is_old) in enumerate(every):
        imports = "" if piece.is_full else prelude(source.tree for source in piece.sources)
        text = piece.lint_text if piece.is_full else f"{imports}\n{piece.lint_text}\n"
        yield f"s{number:06}.py", _Job(path, piece, text, 0 if piece.is_full else 1, is_old)


def _write(run: Run) -> None:
    (run.folder / "sources").mkdir()
    for name, job in run.jobs.items():
        (run.folder / "sources" / name).write_bytes(job.text.encode("utf-8", "replace"))


def _sightings(hit: _Hit, code: str, job: _Job, added: Mapping[str, frozenset[int]]) -> Iterator[Sighting]:
    rule = CODES.get(code)
    lines = _lines(hit, job)
    if rule is None or not lines or _passed_over(code, rule, lines[0], job):
        return
    line = next((number for number in lines if number in added.get(job.path, ())), None)
    diagnostic = None if job.is_old or line is None else _diagnostic(hit, code, job, line)
    yield Sighting(job.path, code, hit.message, lines, diagnostic)


def _lines(hit: _Hit, job: _Job) -> tuple[int, ...]:
    """The lines of the file that a hit stands on, without those that the repair of a hunk put in."""
    first = hit.location.row
    last = first if hit.end_location is None else max(first, hit.end_location.row)
    # A hit that spans many lines is about a block; only its first line says so.
    last = last if last - first <= MAX_SPAN else first
    numbers = job.piece.numbers
    rows = (row - job.shift for row in range(first, last + 1))
    return tuple(numbers[row - 1] for row in rows if 0 < row <= len(numbers) and numbers[row - 1])


def _diagnostic(hit: _Hit, code: str, job: _Job, line: int) -> Diagnostic:
    rule = CODES[code]
    full = job.piece.is_full
    confidence = rule.confidence if full or rule.confidence is not Confidence.HIGH else Confidence.MEDIUM
    return Diagnostic(
        code=code,
        name=hit.name or code.lower(),
        kind=rule.kind,
        message=hit.message,
        severity=rule.severity,
        location=Location(path=job.path, line=line, column=max(1, hit.location.column)),
        basis=Basis.FULL if full else Basis.FRAGMENT,
        confidence=confidence,
        detector=DETECTOR,
        suggestion=suggestion_of(hit.fix, job.piece, hit.location.row, line),
    )


def _passed_over(code: str, rule: RuffRule, line: int, job: _Job) -> bool:
    if not rule.in_tests and (is_test(job.path) or is_example(job.path)):
        return True
    if code in _OF_SERVICES and _prints_by_trade(job.path):
        return True
    if code in {"T201", "T203"} and _TALKS.search(job.piece.text):
        return True
    if not job.piece.is_full and (not rule.in_fragments or (code == "FAST003" and job.piece.cut)):
        return True
    beside = BESIDE_THE_POINT.get(code)
    return beside is not None and beside(line, job.piece)


def _prints_by_trade(path: str) -> bool:
    parts = Path(path).parts
    return is_script(path) or any("cli" in part.lower() or part in {"__main__.py", "commands"} for part in parts)
