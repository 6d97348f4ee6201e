"""Runs a task's verifier under the interpreter of a project: started there by its path, it imports nothing of ours.

It is given the path of a JSON object: `project`, the folder that the tests are run in; `tests`, a folder of pytest
files; `requires`, modules that must be there; `memory` in MiB and `seconds`; `report`, the file to write a JSON line of
each outcome to. The limits are the system's own (`setrlimit`), where it has them. They keep a mistake from taking the
machine down, and are no sandbox: what runs here may do whatever its user may.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, TextIO

    import pytest

UNABLE = 64
_NO_PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


def missing(modules: list[str]) -> list[str]:
    """Those of some modules that this interpreter does not have."""
    return [name for name in modules if not _is_there(name)]


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def limit(memory: int, seconds: int) -> None:
    """Hold this process and what it starts to some MiB of address space, seconds of computing and 64 MiB a file."""
    try:
        import resource
    except ImportError:
        return
    wanted = ((resource.RLIMIT_AS, memory << 20), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 64 << 20))
    for kind, most in wanted:
        hard = resource.getrlimit(kind)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (bound, bound))
        except (OSError, ValueError):
            # A system that does not know a limit does not hold it.
            continue


def main(path: str) -> int:
    """Run the verifier; the exit code is pytest's, or `UNABLE` where a module is missing."""
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    absent = missing(["pytest", *job["requires"]])
    with Path(job["report"]).open("a", encoding="utf-8") as report:
        if absent:
            report.write(json.dumps({"missing": absent}) + "\n")
            return UNABLE
        return _run(job, report)


def _run(job: dict[str, Any], file: TextIO) -> int:
    import pytest

    project = job["project"]
    os.chdir(project)
    sys.path[:0] = [str(Path(project) / "src"), project]
    sys.dont_write_bytecode = True
    os.environ[_NO_PLUGINS] = "1"
    limit(job["memory"], job["seconds"])
    options = ["-q", "--tb=short", "--color=no", "-c", os.devnull, f"--rootdir={job['tests']}"]
    options += [f"--confcutdir={job['tests']}", "--import-mode=importlib", "-p", "no:cacheprovider"]
    return int(pytest.main([*options, job["tests"]], plugins=[Reporter(file)]))


class Reporter:
    """A plugin of pytest that writes a line for each test that ended and for each file that cannot be collected."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def pytest_configure(self) -> None:
        """What the tests start may have its plugins."""
        os.environ.pop(_NO_PLUGINS, None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test was called, or its setup or teardown did not pass."""
        if report.when == "call" or report.outcome != "passed":
            self._tell("test", report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file was collected, or could not be."""
        if report.outcome != "passed":
            self._tell("file", report)

    def _tell(self, kind: str, report: pytest.TestReport | pytest.CollectReport) -> None:
        line = {
            kind: report.nodeid,
            "outcome": report.outcome,
            "message": said(report.longrepr, Path(report.nodeid.partition("::")[0]).name),
        }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def said(longrepr: object, file: str) -> str:
    """The short message of a failure: what was raised and at which line of the test, or why a test was skipped."""
    crash = getattr(longrepr, "reprcrash", None)
    if crash is not None:
        # What pytest adds below explains values; the first line has what the author of the test says.
        return f"{crash.message.strip().partition(chr(10))[0]} ({where(longrepr, crash, file)})"
    if isinstance(longrepr, tuple):
        return str(longrepr[2])
    lines = [line[1:].strip() for line in str(longrepr).split("\n") if line.startswith("E")]
    return "\n".join(lines) or str(longrepr or "")


def where(longrepr: object, crash: Any, file: str) -> str:
    """The line of a test's own file that a failure came from; where it is in none, the line that raised."""
    entries = getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ())
    places = [place for entry in entries if (place := getattr(entry, "reprfileloc", None)) is not None]
    own = next((place for place in reversed(places) if Path(place.path).name == file), None)
    return f"{Path(crash.path).name}:{crash.lineno}" if own is None else f"{file}:{own.lineno}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
