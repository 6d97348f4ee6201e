"""An endpoint put into checkouts of real projects, in a copy that is never committed, and judged as users would.

    uv run python -m tests.bench.real_hosts CHECKOUT... [--auth] [--memory] [--keep]

A checkout needs an environment of its own in `.venv`, in which its tests run. What else it needs stands in
`hosts.toml` in the folder above it or at `--hosts`, under the name of the checkout's folder:

    [shop]
    env = {DATABASE_URL = "postgresql+asyncpg://127.0.0.1/shop"}
    pytest = ["tests", "-p", "no:xdist"]     # what its own tests are run with
    alembic = "."                            # the folder that alembic is run in; "" for no migrations
    app = "app.main:app"                     # or a factory, `app.main:create_app()`

The columns: the plan writes nothing; (a) the project's own tests end as before; (b) the new tests pass and the
application has the route; (c) one head, upgrade, check, downgrade; (d) nothing new from ruff and mypy; (e) the diff
of its own files only adds, to 3 files at most; (f) a second plan is empty; (g) an edit is kept; (h) undo leaves
nothing. It ends with 1 where something failed; a refusal is no failure and is printed with its hint.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from backwright.errors import BackwrightError
from backwright.scaffold import engine
from backwright.scaffold.plan import Plan
from tests.bench._wire import table
from tests.scaffold._projects import TEMPLATE

COLUMNS = ("plan", "a", "b", "c", "d", "e", "f", "g", "h")
GADGET: dict[str, object] = {
    "resource": "gadget",
    "fields": [
        {"name": "title", "type": "str", "unique": True, "max_length": 80},
        {"name": "weight", "type": "decimal", "ge": 0},
        {"name": "state", "type": "enum", "choices": ["open", "closed"]},
        {"name": "due", "type": "date", "required": False},
    ],
    "filters": ["state"],
    "actions": [{"name": "close", "set": {"state": "closed"}, "when": {"state": ["open"]}}],
}
_GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
_MAX_FILES = 3
_LIMIT = 600.0


@dataclass
class Host:
    """A copy of a checkout under git, and what is known of running it."""

    name: str
    root: Path
    python: Path
    env: dict[str, str] = field(default_factory=dict)
    pytest: list[str] = field(default_factory=list)
    alembic: str = "."
    app: str = ""

    def run(self, *arguments: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
        """A module of the host's environment in the host."""
        plain = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "VIRTUAL_ENV"))}
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=self.root / folder,
            env=plain | {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"} | self.env,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_LIMIT,
        )

    def git(self, *arguments: str) -> str:
        """What git says in the copy."""
        return subprocess.run([*_GIT, *arguments], cwd=self.root, capture_output=True, text=True, check=True).stdout

    def tests(self, *arguments: str) -> Counter[tuple[str, str]]:
        """Each test that was run with its outcome."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.xml")
            done = self.run("-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *arguments)
            if not report.is_file():
                return Counter({(done.stdout[-300:] + done.stderr[-300:], "crash"): 1})
            cases = ET.parse(report).iter("testcase")  # noqa: S314  pytest wrote it a moment ago
            return Counter((f"{each.get('classname')}::{each.get('name')}", _outcome(each)) for each in cases)

    def findings(self) -> Counter[str]:
        """What ruff and, where the host has it, mypy say, without the lines."""
        said = self.run("-m", "ruff", "check", "--no-cache", "--output-format", "concise", ".").stdout
        if "[tool.mypy]" in _read(self.root / "pyproject.toml") or (self.root / "mypy.ini").is_file():
            with tempfile.TemporaryDirectory() as cache:
                said += self.run("-m", "mypy", "--cache-dir", cache, *self._typed()).stdout
        kept = [line for line in said.splitlines() if ".py:" in line and ": note:" not in line]
        return Counter(":".join(part for part in line.split(":") if not part.isdigit()) for line in kept)

    def _typed(self) -> list[str]:
        declared = tomllib.loads(_read(self.root / "pyproject.toml")).get("tool", {}).get("mypy", {})
        said = {*declared, *(line.partition("=")[0].strip() for line in _read(self.root / "mypy.ini").splitlines())}
        return [] if said & {"files", "packages"} else ["."]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _outcome(case: ET.Element) -> str:
    return next((name for name in ("failure", "error", "skipped") if case.find(name) is not None), "passed")


def _digest(root: Path) -> str:
    """Of every file with its bytes."""
    whole = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        whole.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def copied(checkout: Path, settings: dict[str, object], place: Path) -> Host:
    """The checkout in a folder of its own, under git, without its environment."""
    root = place / checkout.name
    shutil.copytree(checkout, root, ignore=shutil.ignore_patterns(".venv", ".git", "__pycache__"), symlinks=True)
    host = Host(checkout.name, root, checkout.absolute() / ".venv" / "bin" / "python")
    for key, value in settings.items():
        setattr(host, key, value)
    host.git("init", "--quiet")
    host.git("add", "--all", "--force")
    host.git("commit", "--quiet", "--message", "as it was")
    return host


def judge(host: Host, values: dict[str, object]) -> dict[str, str]:
    """What each column says: `ok`, `-` where there is nothing to judge, or what went wrong."""
    said: dict[str, str] = {}
    tests, findings = host.tests(*host.pytest), host.findings()
    host.git("clean", "--quiet", "--force", "-d", "-x")
    before = _digest(host.root)
    made = engine.plan_endpoint(host.root, TEMPLATE, values)
    said["plan"] = _verdict(_digest(host.root) == before, "the plan wrote something")
    _tell(host, made)
    engine.apply(made, host.root, expect=made.digest)
    new = [action.path for action in made.actions if action.kind == "create" and "/test_" in action.path]
    said["f"] = _verdict(engine.plan_endpoint(host.root, TEMPLATE, values).diff() == "", "the second plan is not empty")
    said["e"] = _additive(host)
    after = host.tests(*host.pytest)
    known = Counter({case: count for case, count in after.items() if "gadget" not in case[0]})
    said["a"] = _verdict(known == tests, f"other outcomes: {sorted(set(known - tests) | set(tests - known))[:4]}")
    said["a"] += f" ({sum(1 for _, outcome in tests if outcome == 'passed')} of {len(tests)} pass)"
    said["b"] = _new_tests(host, new, made)
    said["c"] = _migrations(host) if host.alembic and made.resource and values.get("persistence") != "none" else "-"
    added = host.findings() - findings
    said["d"] = _verdict(not added, f"{sum(added.values())} new: {sorted(added)[:6]}")
    said["g"], said["h"] = _edited_and_undone(host, made, values)
    return said


def _verdict(ok: bool, why: str) -> str:  # noqa: FBT001  what was asked
    return "ok" if ok else why


def _tell(host: Host, made: Plan) -> None:
    print(f"\n{host.name}: {len(made.writes)} files, edits {[a.path for a in made.actions if a.kind == 'edit']}")
    for note in made.notes:
        print(f"  note: {note}")


def _additive(host: Host) -> str:
    rows = [line.split("\t") for line in host.git("diff", "--numstat").splitlines()]
    removed = [path for _, gone, path in rows if gone != "0"]
    return _verdict(
        not removed and len(rows) <= _MAX_FILES, f"{len(rows)} files of its own, lines taken from {removed}"
    )


def _new_tests(host: Host, paths: list[str], made: Plan) -> str:
    ran = host.tests(*sorted({str(Path(path).parent) for path in paths}), *_quiet(host))
    bad = [case for case, outcome in ran if outcome not in {"passed", "skipped"}]
    passed = sum(count for (_, outcome), count in ran.items() if outcome == "passed")
    if bad or not passed:
        return f"{len(bad)} of {sum(ran.values())} new tests fail: {bad[:4]}"
    missing = _route(host) if host.app else ""
    return missing or f"ok ({passed} new{'' if host.app else '; the application was not asked'})"


def _quiet(host: Host) -> list[str]:
    """Those of the host's arguments that are options."""
    return [each for each in host.pytest if each.startswith(("-", "no:"))]


def _route(host: Host) -> str:
    module, _, name = host.app.partition(":")
    code = f"import {module} as m; a = m.{name}; print(*a.openapi()['paths'])"
    done = host.run("-c", code)
    paths = [path for path in done.stdout.split() if path.endswith("/gadgets")]
    return "" if paths else f"the application has no such route: {done.stderr[-300:]}"


def _migrations(host: Host) -> str:
    heads = host.run("-m", "alembic", "heads", folder=host.alembic)
    if heads.stdout.count("(head)") != 1:
        return f"heads: {heads.stdout}{heads.stderr[-300:]}"
    for command in (["upgrade", "head"], ["check"], ["downgrade", "-1"], ["upgrade", "head"], ["downgrade", "-1"]):
        done = host.run("-m", "alembic", *command, folder=host.alembic)
        if done.returncode:
            lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            return f"alembic {command[0]}: {' | '.join(lines[-3:])[-500:]}"
    return "ok"


def _edited_and_undone(host: Host, made: Plan, values: dict[str, object]) -> tuple[str, str]:
    path = next(action.path for action in made.actions if action.path.endswith("service.py"))
    text = (host.root / path).read_text(encoding="utf-8")
    (host.root / path).write_text(f"{text}\n# mine\n", encoding="utf-8")
    again = engine.plan_endpoint(host.root, TEMPLATE, values)
    kept = next(action for action in again.actions if action.path == path).kind == "keep" and again.diff() == ""
    (host.root / path).write_text(text, encoding="utf-8")
    engine.undo(host.root, "gadget")
    # What running its tests leaves behind is not the scaffold's.
    left = [line for line in host.git("status", "--porcelain").splitlines() if "gadget" in line or line[:2] != "??"]
    return _verdict(kept, "the edit is not kept"), _verdict(not left, f"undo leaves {left[:5]}")


def main() -> int:
    """Judge each checkout and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="+", type=Path, metavar="CHECKOUT")
    parser.add_argument("--hosts", type=Path, help="the file of what each checkout needs")
    parser.add_argument("--auth", action="store_true", help="for those who signed in")
    parser.add_argument("--memory", action="store_true", help="with no table")
    parser.add_argument("--keep", action="store_true", help="leave the copies there")
    given = parser.parse_args()
    values = GADGET | ({"auth": {}} if given.auth else {}) | ({"persistence": "none"} if given.memory else {})
    rows, reasons = list[list[str]](), list[str]()
    place = Path(tempfile.mkdtemp(prefix="real-hosts-"))
    for checkout in given.checkouts:
        known = tomllib.loads(_read(given.hosts or checkout.absolute().parent / "hosts.toml") or "")
        try:
            said = judge(copied(checkout.absolute(), known.get(checkout.name, {}), place), dict(values))
        except BackwrightError as error:
            rows.append([checkout.name, "refused", *["-"] * (len(COLUMNS) - 1)])
            reasons.append(f"{checkout.name}: {error.message}; {error.hint}")
            continue
        rows.append(
            [
                checkout.name,
                *(said[key].partition(" ")[0] if said[key].startswith(("ok", "-")) else "FAILS" for key in COLUMNS),
            ]
        )
        reasons += [f"{checkout.name} ({key}): {said[key]}" for key in COLUMNS if said[key] not in {"ok", "-"}]
    table("Real hosts", ["checkout", *COLUMNS], rows)
    print(*(f"  {reason}" for reason in reasons), sep="\n")
    if not given.keep:
        shutil.rmtree(place)
    return int(any("FAILS" in row for row in rows))


if __name__ == "__main__":
    sys.exit(main())
