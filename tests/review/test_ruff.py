"""Ruff as a detector: on whole files and on hunks, quiet where it is known to be wrong, and named where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from backwright.review import ruff
from backwright.review.diagnostic import Basis, Confidence
from backwright.review.diff import parse_diff
from backwright.review.engine import Options, review
from backwright.review.facts import Facts
from backwright.review.prelude import prelude
from backwright.review.reading import read_diff
from backwright.review.ruff_codes import CODES
from tests.review._make import diff_of, report_of

_LOGS = """\
import logging

log = logging.getLogger(__name__)


try:
    go()
except OSError as error:
    log.error("down")
"""
_PATHS = "from pathlib import Path\n\n\nasync def f() -> object:\n"
_NESTED = f"{_LOGS}    try:\n        b()\n    except Exception:\n"
ONLY_RUFF = Options(rules=())


def _codes(path: str, text: str, facts: Facts | None = None) -> set[tuple[str, int]]:
    report = review(diff_of({path: text}), facts=facts, options=ONLY_RUFF)
    return {(finding.code, finding.location.line) for finding in report.findings}


def _hunk_codes(body: str, section: str = "") -> set[tuple[str, int]]:
    lines = body.strip("\n").split("\n")
    old, new = (sum(line[0] in marks for line in lines) for marks in (" -", " +"))
    text = f"--- a/app/x.py\n+++ b/app/x.py\n@@ -10,{old} +10,{new} @@ {section}\n" + "\n".join(lines) + "\n"
    report = review(parse_diff(text.encode()), options=ONLY_RUFF)
    assert all(finding.basis is Basis.FRAGMENT for finding in report.findings)
    return {(finding.code, finding.location.line) for finding in report.findings}


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("app/x.py", "try:\n    a()\nexcept:\n    b()\n", {("E722", 3)}),
        ("app/x.py", "def f(a: list[int] = []) -> None: ...\n", {("B006", 1)}),
        ("app/x.py", "from os import *\n", {("F403", 1)}),
        ("app/x.py", "print(1)\n", {("T201", 1)}),
        ("app/cli.py", "print(1)\n", set()),
        ("scripts/x.py", "print(1)\n", set()),
        ("tests/test_x.py", "def test_x():\n    print(1)\n", set()),
        ("app/x.py", "token_url = '/token'\nTOKEN_TYPE = 'bearer'\n", set()),
        ("app/x.py", "class A:\n    class Meta:\n        fields = ['a']\n", set()),
        ("app/x.py", "class A:\n    fields = ['a']\n", {("RUF012", 2)}),
        ("app/x.py", "class A:\n    FIELDS = ['a']\n", set()),
        ("migrations/versions/x.py", "down_revision = None\nprint(1)\n", set()),
        ("app/x.py", f"{_PATHS}    return Path('a').read_text()\n", {("ASYNC240", 5)}),
        ("app/x.py", f"{_PATHS}    return Path('a').exists()\n", set()),
        ("tasks/docs.py", "from invoke import task\nprint(task)\n", set()),
        ("app/x.py", "try:\n    a()\nexcept Exception as error:\n    raise Down from error\n", set()),
        ("app/x.py", "try:\n    a()\nexcept Exception:\n    b()\n", {("BLE001", 3)}),
        ("app/x.py", f"{_NESTED}        b()\n", {("TRY400", 9)}),
        ("app/cli/x.py", "try:\n    a()\nexcept Exception:\n    b()\n", set()),
        ("app/migrations/x.py", "print(1)\n", {("T201", 1)}),
        ("app/x.py", f"{_LOGS}    pass\n", {("TRY400", 9)}),
        ("app/x.py", f"{_LOGS}    raise\n", set()),
        ("app/x.py", f"{_LOGS}    raise Down() from error\n", set()),
        (
            "app/x.py",
            "from fastapi import Depends\n\n\ndef f(db: object = Depends(get)) -> None: ...\n",
            set(),
        ),
        (
            "app/x.py",
            "from fastapi import Depends\n\n\ndef f(user: User = Depends(require('admin'))) -> None:\n    g()\n",
            set(),
        ),
        ("app/x.py", "def f(user: User = require('admin')) -> None:\n    g()\n", {("B008", 1)}),
    ],
)
def test_whole_file_gives_what_ruff_is_asked_for(path: str, text: str, found: set[tuple[str, int]]) -> None:
    assert _codes(path, text) == found


@pytest.mark.parametrize(
    ("body", "section", "found"),
    [
        pytest.param(
            "     x = 1\n+    time.sleep(1)\n", "async def f() -> None:", {("ASYNC251", 11)}, id="async-section"
        ),
        pytest.param("     await a()\n+    time.sleep(1)\n", "", {("ASYNC251", 11)}, id="awaits-beside"),
        pytest.param("     x = 1\n+    time.sleep(1)\n", "def f() -> None:", set(), id="sync"),
        pytest.param("+def f(db: object = Depends(get)) -> None:\n+    pass\n", "", set(), id="depends"),
        pytest.param("+    def f(self) -> None:\n+        pass\n", "class A:", set(), id="self-needs-no-type"),
        pytest.param("     def f(self) -> None:\n+        return await g()\n", "class A:", set(), id="await-in-view"),
        pytest.param(" except:\n+    log()\n", "", set(), id="bare-except-not-added"),
        pytest.param("     a()\n+except:\n+    log()\n b()\n", "", {("E722", 11)}, id="bare-except-of-a-try-above"),
        pytest.param(" try:\n     a()\n+except Exception:\n", "", set(), id="handler-cut-off"),
        pytest.param("+x = pickle.loads(data)\n", "", {("S301", 10)}, id="module-not-imported"),
        pytest.param("+x = datetime.utcnow()\n", "", {("DTZ003", 10)}, id="datetime-class"),
        pytest.param("+x = datetime.datetime.utcnow()\n", "", {("DTZ003", 10)}, id="datetime-module"),
    ],
)
def test_hunk_alone_gives_what_its_file_would(body: str, section: str, found: set[tuple[str, int]]) -> None:
    assert _hunk_codes(body, section) == found


def test_finding_from_a_hunk_is_less_sure() -> None:
    diff = diff_of({"x.py": "a = 1\ntry:\n    b()\nexcept:\n    c()\n"}, {"x.py": "a = 1\n"})
    (finding,) = review(diff, options=ONLY_RUFF).findings
    assert (finding.detector, finding.confidence) == ("ruff", Confidence.MEDIUM)


def test_oldest_python_of_the_project_decides_what_is_current() -> None:
    text = "from typing import Optional\n\na: Optional[int] = None\n"
    assert _codes("app/x.py", text, Facts(python=(3, 9))) == set()
    assert _codes("app/x.py", text, Facts(python=(3, 12))) == {("UP045", 3)}


def test_project_without_ruff_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ruff, "find_ruff", lambda: None)
    report = review(diff_of({"x.py": "try:\n    a()\nexcept:\n    b()\n"}), options=ONLY_RUFF)
    assert [part.reason for part in report.unchecked] == ["ruff was not run: it is not installed"]


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\necho nonsense\n", "not a program\n"])
def test_ruff_that_fails_is_named(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ruff"
    program.write_text(script, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(ruff, "find_ruff", lambda: str(program))
    (part,) = review(diff_of({"x.py": "a = 1\n"}), options=ONLY_RUFF).unchecked
    assert part.reason.startswith("ruff was not run: it ")


def test_temporary_files_are_numbered_and_never_named_by_the_diff() -> None:
    diff = diff_of({"../../../tmp/evil.py": "a = 1\n", "pyproject.toml": "[tool.ruff]\n", "-x.py": "b = 1\n"})
    reading = read_diff(diff, read_new=lambda _: None, read_old=lambda _: None)
    with ruff.started(reading.pieces, Facts()) as run:
        run.ready()
        names = sorted(path.name for path in (run.folder / "sources").iterdir())
        run.collect({})
    assert names == ["s000000.py", "s000001.py"]


def test_every_code_is_one_that_this_ruff_knows_outside_preview() -> None:
    import subprocess

    program = ruff.find_ruff()
    assert program is not None
    command = [program, "check", "--isolated", "--no-cache", f"--select={','.join(CODES)}", "-"]
    answer = subprocess.run(command, input=b"", capture_output=True, check=False)
    assert (answer.returncode, b"warning" in answer.stderr) == (0, False)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("a = Depends(b)", "from fastapi import Depends"),
        ("import time\ntime.sleep(1)", ""),
        ("def f(time): return time", ""),
        ("x = Path('a')", "from pathlib import Path"),
        ("x = Path('a'); y = Query()", "from fastapi import Path; from fastapi import Query"),
        ("sa.text('x')", "import sqlalchemy as sa"),
        ("op.drop_column('a', 'b')", "from alembic import op as op"),
        ("@router.get('/')\ndef f(): ...", "from fastapi import APIRouter; router = APIRouter()"),
    ],
)
def test_prelude_imports_what_is_used_and_not_bound(code: str, line: str) -> None:
    import ast

    assert prelude([ast.parse(code)]) == line


def test_mapping_of_codes_leaves_out_what_contradicts_the_checklists() -> None:
    known: Mapping[str, object] = CODES
    assert {"FAST001", "FAST002", "S105", "S106", "S107"}.isdisjoint(known)


def test_blind_exceptions_of_a_file_are_one_entry_and_a_silent_one_is_its_own() -> None:
    blind = "def {name}():\n    try:\n        work()\n    except Exception as error:\n        {then}\n"
    text = "".join(
        blind.format(name=name, then=then) for name, then in (("a", "pass"), ("b", "log(error)"), ("c", "log(error)"))
    )
    findings = report_of({"app/x.py": text}).findings
    codes = {(one.code, one.location.line, one.others) for one in findings if one.code in {"S110", "BLE001"}}
    assert codes == {("S110", 4, ()), ("BLE001", 9, (14,))}
