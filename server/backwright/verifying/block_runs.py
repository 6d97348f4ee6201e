"""The steps that execute the blocks of a pack in an interpreter: its type checker, imports and tests."""

from __future__ import annotations

import re
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from backwright.catalog.blocks import Module
from backwright.catalog.environment import normal
from backwright.errors import ToolUnavailableError
from backwright.verifying.process import Ended, run

LIMIT: Final = 600.0
"""Seconds for each step."""

_PROBE: Final = """
import json, platform, re, sys
from pathlib import Path
from importlib.metadata import distributions, packages_distributions
found = {}
exact = {}
for each in distributions():
    name = re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower()
    found.setdefault(name, each.version)
    pins = [re.match(r"([A-Za-z0-9._-]+) *==[^;]*$", need) for need in each.requires or ()]
    exact.setdefault(name, [re.sub(r"[-_.]+", "-", pin[1]).lower() for pin in pins if pin])
found["python"] = platform.python_version()
answer = {"imports": packages_distributions(), "versions": found, "exact": exact}
Path(sys.argv[1]).write_text(json.dumps(answer), encoding="utf-8")
"""
# Imported before anything else: a block that calls out fails instead of waiting for an answer.
_NO_NETWORK: Final = """
import socket


def refuse(self, address):
    raise RuntimeError(f"a block of the pack calls {address!r}")


socket.socket.connect = refuse
socket.socket.connect_ex = refuse
"""
# A module without tests is proved by importing it.
_IMPORTS: Final = """
import importlib

import pytest


@pytest.mark.parametrize("name", {names!r})
def test_import(name):
    importlib.import_module(name)
"""
_MYPY: Final = """
[mypy]
python_version = 3.11
strict = true
{plugins}
enable_error_code = deprecated, possibly-undefined, truthy-bool
"""
_NEEDED: Final = ("pytest", "pytest-asyncio")
_ERROR: Final = re.compile(r"(?P<file>[\w.]+\.py):(?P<line>\d+): error: (?P<message>.+)")


class Seen(BaseModel):
    """What an interpreter can import, and from which distributions."""

    model_config = ConfigDict(frozen=True)

    imports: dict[str, list[str]]
    versions: dict[str, str]
    exact: dict[str, list[str]]

    def providers(self, name: str) -> frozenset[str]:
        """The distributions that a top-level name comes from, and those that pin one of them to one version."""
        own = {normal(each) for each in self.imports.get(name, ())}
        return frozenset(own | {each for each, pinned in self.exact.items() if own & set(pinned)})

    def missing(self, module: Module) -> tuple[str, ...]:
        """What a module imports and is not there."""
        return tuple(sorted(name for name in module.imports() if name not in self.imports))


@dataclass(frozen=True, slots=True)
class Ran:
    """What a step found.

    Args:
        faults: the module, the line of its page and what is wrong.
        unchecked: what was not looked at, and why.
    """

    faults: tuple[tuple[Module, int, str], ...] = ()
    unchecked: tuple[str, ...] = ()


def seen(python: Path, variables: Mapping[str, str]) -> Seen:
    """What there is for an interpreter.

    Raises:
        ToolUnavailableError: it cannot be started, or does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="backwright-pack-") as folder:
        answer = Path(folder) / "seen.json"
        try:
            run([str(python), "-I", "-c", _PROBE, str(answer)], Path(folder), variables, LIMIT)
            return Seen.model_validate_json(answer.read_bytes())
        except (OSError, ValidationError) as error:
            raise ToolUnavailableError(
                f"the interpreter {python} does not say what is installed for it: {type(error).__name__}",
                hint="use an interpreter of Python 3.11 or newer",
            ) from error


def checked_types(
    modules: Sequence[Module], folder: Path, python: Path, variables: Mapping[str, str], there: Seen
) -> Ran:
    """Whether mypy, strict, finds nothing in the modules, which lie in a folder.

    Raises:
        Cancelled: nobody wants the answer any more.
    """
    if not modules:
        return Ran()
    if "mypy" not in there.versions:
        return Ran(unchecked=("types: mypy is not installed",))
    plugins = "plugins = pydantic.mypy" if "pydantic" in there.versions else ""
    (folder / "mypy.ini").write_text(_MYPY.format(plugins=plugins), encoding="utf-8")
    names = sorted(module.file_name for module in modules)
    options = ["--config-file=mypy.ini", "--cache-dir=.types", "--no-pretty", "--no-error-summary"]
    ended = run([str(python), "-m", "mypy", *options, *names], folder, variables, LIMIT)
    by_name = {module.file_name: module for module in modules}
    errors = [each for each in _errors(ended) if each["file"] in by_name]
    found = [(by_name[each["file"]], int(each["line"]), each["message"]) for each in errors]
    if ended.late is not None or (ended.status != 0 and not found):
        return Ran(unchecked=(f"types: mypy does not run here: {_last(ended)}",))
    return Ran(faults=tuple(found))


def passed_runs(
    modules: Sequence[Module], folder: Path, python: Path, variables: Mapping[str, str], there: Seen
) -> Ran:
    """Whether each module's tests pass, or it can be imported, with warnings as errors and without a network.

    Raises:
        Cancelled: nobody wants the answer any more.
    """
    lacking = [name for name in _NEEDED if name not in there.versions]
    if lacking:
        return Ran(unchecked=tuple(f"run: {name} is not installed" for name in lacking))
    unchecked = [f"{module.id}: its tests need a PostgreSQL server" for module in modules if module.needs_postgres]
    runs = {m.file_name.removesuffix(".py"): m for m in modules if not m.needs_postgres}
    if not runs:
        return Ran(unchecked=tuple(unchecked))
    plain = sorted(name for name, module in runs.items() if not module.is_test)
    tests = sorted(f"{name}.py" for name, module in runs.items() if module.is_test)
    (folder / "no_network.py").write_text(_NO_NETWORK, encoding="utf-8")
    (folder / "test_imports.py").write_text(_IMPORTS.format(names=plain), encoding="utf-8")
    options = ["-q", "-p", "no_network", "-p", "no:cacheprovider", "-p", "no:django", "-c", "/dev/null", "--rootdir=."]
    settings = ["-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function", "-W", "error"]
    report = ["-o", "junit_family=xunit2", "--junit-xml=found.xml", "--import-mode=prepend"]
    command = [str(python), "-W", "error", "-m", "pytest", *options, *settings, *report, "test_imports.py", *tests]
    ended = run(command, folder, variables, LIMIT)
    try:
        cases = list(_cases(folder / "found.xml", runs))
    except (OSError, ET.ParseError):
        return Ran(unchecked=(*unchecked, f"run: pytest does not run here: {_last(ended)}"))
    faults = [(module, _line(module, why), _first(why)) for module, why in cases if why is not None]
    ran = {module.id for module, _ in cases}
    faults += [(module, module.line, "no test of it ran") for module in runs.values() if module.id not in ran]
    return Ran(tuple(faults), tuple(unchecked))


def _cases(report: Path, runs: Mapping[str, Module]) -> Iterator[tuple[Module, str | None]]:
    """Each test case that belongs to a module, and why it failed; None where it passed."""
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  written by pytest a moment ago
        # What cannot be collected is named alone.
        names = case.get("classname", ""), case.get("name", "").removeprefix("test_import[").removesuffix("]")
        module = next((runs[name] for name in names if name in runs), None)
        if module is not None:
            failed = [f"{part.get('message', '')}\n{part.text or ''}" for part in case]
            yield module, failed[0] if failed else None


def _line(module: Module, why: str) -> int:
    """The last line of the module that a failure names, or the module's first."""
    places = re.findall(rf"{re.escape(module.file_name)}:(\d+)", why)
    return int(places[-1]) if places else module.line


def _first(why: str) -> str:
    errors = re.findall(r"^E {2,}(\S.*)", why, re.MULTILINE)
    lines = [line.strip() for line in (*errors, *why.split("\n")) if line.strip()]
    return lines[0][:300] if lines else "it failed"


def _errors(ended: Ended) -> Iterator[re.Match[str]]:
    yield from (match for line in ended.lines if (match := _ERROR.match(line)) is not None)


def _last(ended: Ended) -> str:
    return ended.late or (ended.lines[-1] if ended.lines else f"it ended with {ended.status}")
