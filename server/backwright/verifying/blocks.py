"""Whether the code blocks of skills hold: each is read, its versions compared, typed, run and reviewed.

Running them executes what the skills' author wrote. So a caller does it for the pack that ships with Backwright, or
because a person asked for exactly that pack.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from backwright.catalog.blocks import Block, Module, Page, Stated
from backwright.catalog.environment import normal
from backwright.catalog.skill import SKILL_MD
from backwright.review.diff import Diff, FileDiff, FileStatus, Hunk, Line, LineKind
from backwright.review.engine import review
from backwright.review.facts import Facts
from backwright.review.options import Options
from backwright.review.profile import Profile
from backwright.review.report import Report
from backwright.review.watch import current
from backwright.verifying.block_runs import Ran, Seen, checked_types, passed_runs, seen

Step = Literal["text", "versions", "types", "run", "review"]

# How far the check is when a part of it ends, in percent; the rest is running them.
_REVIEWED: Final = 15
_TYPED: Final = 45

# Named beside distributions, and no distribution.
_SERVERS: Final = frozenset({"postgresql"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A block that does not hold.

    Args:
        page: `<skill>/<path>`.
        line: of the page.
        step: what found it.
        message: one sentence.
    """

    page: str
    line: int
    step: Step
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found about the blocks of some pages.

    Args:
        pages: how many were read.
        modules: how many modules their Python blocks make, the wrong ones beside.
        wrong: how many blocks show what not to do.
        versions: of the distributions that the pages name, as they are installed, and of Python.
        faults: blocks that do not hold, by page and line.
        outside: distributions whose version lies outside of what a page states, as sentences; the block may hold.
        unchecked: what was not looked at, and why, as sentences.
    """

    pages: int
    modules: int
    wrong: int
    versions: Mapping[str, str]
    faults: tuple[Fault, ...]
    outside: tuple[str, ...]
    unchecked: tuple[str, ...]


def check_blocks(pages: Sequence[Page], python: Path, variables: Mapping[str, str], *, complete: bool) -> Checked:
    """Check every block of some pages with an interpreter and what is installed for it.

    Args:
        pages: of whole skills, for what SKILL.md states holds for its references.
        python: the interpreter.
        variables: the environment variables that it inherits.
        complete: whether all that the pages name should be there, so that what is missing is a fault.

    Raises:
        ToolUnavailableError: the interpreter cannot be started.
        Cancelled: nobody wants the answer any more; what was started has ended.
    """
    modules = [module for page in pages for module in page.modules()]
    there = seen(python, variables)
    faults = [Fault(page.id, line, "text", message) for page in pages for line, message in page.faults]
    faults += [fault for page in pages for fault in _data_faults(page)]
    faults += [fault for module in modules for fault in _unread(module)]
    faults += [fault for module in modules for fault in _unstated(module, stated_for(module.page, pages), there)]
    with current().kept() as watch, watch.part(0, _REVIEWED, "reviewing code blocks"):
        faults += [fault for page in pages for block in page.wrong() for fault in wrong_faults(page, block)]
        faults += [fault for module in modules for fault in _reviewed(module)]
    here = [module for module in modules if not there.missing(module)]
    lost = [(module, there.missing(module)) for module in modules if there.missing(module)]
    unchecked = [f"{module.id}: {', '.join(names)} is not installed" for module, names in lost]
    if complete:
        faults += [Fault(m.page.id, m.line, "run", f"{', '.join(names)} cannot be imported") for m, names in lost]
        unchecked = []
    with tempfile.TemporaryDirectory(prefix="backwright-pack-") as folder:
        for step, ran in _executed(here, Path(folder), python, variables, there):
            faults += [Fault(module.page.id, line, step, message) for module, line, message in ran.faults]
            unchecked += ran.unchecked
    return Checked(
        pages=len(pages),
        modules=len(modules),
        wrong=sum(len(page.wrong()) for page in pages),
        versions=_named(pages, there),
        faults=tuple(sorted(set(faults), key=lambda fault: (fault.page, fault.line, fault.step, fault.message))),
        outside=tuple(dict.fromkeys(_outside(pages, there))),
        unchecked=tuple(unchecked),
    )


def stated_for(page: Page, pages: Iterable[Page]) -> tuple[Stated, ...]:
    """The versions that hold for a page: its own, and for a reference those that its SKILL.md names besides."""
    named = {stated.name for stated in page.stated}
    above = (other for other in pages if other.skill == page.skill and other.name == SKILL_MD and other is not page)
    return (*page.stated, *(each for other in above for each in other.stated if each.name not in named))


def distributions(pages: Iterable[Page]) -> tuple[str, ...]:
    """What pages name, as requirements without a version, in order: `pyjwt`, `sqlalchemy[asyncio]`."""
    extras: dict[str, set[str]] = {}
    for page in pages:
        for stated in page.stated:
            if stated.name not in _SERVERS | {"python"}:
                extras.setdefault(stated.name, set()).update(stated.extras)
    return tuple(f"{name}[{','.join(sorted(found))}]" if found else name for name, found in sorted(extras.items()))


def wrong_faults(page: Page, block: Block) -> Iterator[Fault]:
    """How what the review finds in a block that shows what not to do differs from what its marks say."""
    text = "\n" * (block.line - 1) + block.text
    found = {(each.code, each.location.line or 0) for each in reviewed(_home(block), text).findings}
    marked = set(block.marks())
    for code, line in sorted(marked - found):
        yield Fault(page.id, line, "review", f"{code} does not find what is marked as wrong here")
    for code, line in sorted(found - marked):
        yield Fault(page.id, line, "review", f"{code} is found here and not marked")


def _home(block: Block) -> str:
    """The file that a block which stands alone would be: some rules look at one kind only."""
    if "def test_" in block.text:
        return "tests/test_wrong.py"
    return "migrations/versions/wrong.py" if "from alembic" in block.text else "src/shop/wrong.py"


def reviewed(path: str, text: str) -> Report:
    """The strict review of a change that adds one file, in a project that uses what the blocks use."""
    lines = tuple(Line(LineKind.ADDED, line, None, number) for number, line in enumerate(text.split("\n")[:-1], 1))
    diff = Diff((FileDiff(path, path, FileStatus.ADDED, (Hunk(0, 1, "", lines),)),))
    facts = Facts(python=(3, 11), majors={"pydantic": 2, "sqlalchemy": 2}, has_root=True)
    return review(diff, read_new=lambda _: text.encode(), facts=facts, options=Options(profile=Profile.STRICT))


def parts_of(module: Module) -> Iterator[tuple[str, Module]]:
    """What of a module is reviewed, and as which folder's: what stands before its tests is an application's code."""
    before = tuple(block for block in module.blocks if "test" not in block.info)
    if before:
        yield "src/shop", Module(module.page, before)
    if module.is_test:
        yield "tests", module


def _reviewed(module: Module) -> Iterator[Fault]:
    for folder, part in parts_of(module):
        for found in reviewed(f"{folder}/{module.file_name}", part.text).findings:
            yield Fault(module.page.id, found.location.line or module.line, "review", f"{found.code} {found.message}")


def _data_faults(page: Page) -> Iterator[Fault]:
    """The blocks of JSON and TOML that are none."""
    readers: dict[str, Callable[[str], object]] = {"json": json.loads, "toml": tomllib.loads}
    for block in page.blocks:
        try:
            readers.get(block.language, str)(block.text)
        except ValueError as error:
            yield Fault(page.id, block.line, "text", f"it is no {block.language.upper()}: {error}")


def _unread(module: Module) -> Iterator[Fault]:
    try:
        compile(module.text, module.id, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) and error.lineno else module.line
        yield Fault(module.page.id, line, "text", f"it is no Python: {error}")


def _unstated(module: Module, stated: Sequence[Stated], there: Seen) -> Iterator[Fault]:
    names = {each.name for each in stated}
    # What is stated and not installed may be what provides it: argon2-cffi provides argon2, which nothing here knows.
    unsure = there.missing(module) if names - there.versions.keys() - _SERVERS else ()
    for name in sorted(module.imports()):
        if name not in unsure and not names & {normal(name), *there.providers(name)}:
            message = f"it imports {name}, and no version of it is stated (`Checked with {name} 1.2.`)"
            yield Fault(module.page.id, module.line, "versions", message)


def _outside(pages: Iterable[Page], there: Seen) -> Iterator[str]:
    for page in pages:
        for stated in page.stated:
            version = there.versions.get(stated.name)
            if version is not None and not stated.covers(version):
                yield f"{page.id} states {stated.name} {stated.text()}, and {version} is installed"


def _named(pages: Iterable[Page], there: Seen) -> dict[str, str]:
    names = sorted({stated.name for page in pages for stated in page.stated})
    return {name: there.versions[name] for name in names if name in there.versions}


def _executed(
    modules: Sequence[Module], folder: Path, python: Path, variables: Mapping[str, str], there: Seen
) -> Iterator[tuple[Step, Ran]]:
    for module in modules:
        (folder / module.file_name).write_text(module.text, encoding="utf-8")
    with current().kept() as watch:
        with watch.part(_REVIEWED, _TYPED, "checking their types"):
            typed = checked_types(modules, folder, python, variables, there)
        yield "types", typed
        with watch.part(_TYPED, 100, "running them"):
            ran = passed_runs(modules, folder, python, variables, there)
        yield "run", ran
