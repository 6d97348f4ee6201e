"""Every type of field with every operation and every pair of options, in a new project and in one that is there.

    uv run python -m tests.bench.scaffold_matrix [--framework flask] [--every N] [--tests N]

Each combination is planned, and every Python file of it compiled; a subset in which each pair of an option with a type,
an operation or another option occurs is written, and its own tests are run. `--every N` plans every Nth combination,
`--tests N` runs the tests of at most N, `--framework` takes another one than FastAPI. It ends with 1 where something
failed.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import BackwrightError
from backwright.scaffold.plan import Plan
from tests.bench._wire import table
from tests.scaffold._projects import HOST, plan, scaffold, write
from tests.scaffold._stacks import FLASK, FLASK_ACCOUNTS, FLASK_HOST, plan_stack, scaffold_stack

OPERATIONS = ("list", "get", "create", "update", "delete")
TYPES: Mapping[str, dict[str, object]] = {
    **{kind: {} for kind in ("str", "text", "int", "float", "decimal", "bool", "datetime", "date", "uuid")},
    "enum": {"choices": ["one", "two"]},
}
STATE: dict[str, object] = {"name": "state", "type": "enum", "choices": ["open", "closed", "lost"]}
OPTIONS: Mapping[str, dict[str, object]] = {
    "plain": {},
    "filters": {"filters": ["state"]},
    "relation": {"relations": [{"name": "owner", "to": "Owner"}]},
    "optional relation": {"relations": [{"name": "owner", "to": "Owner", "required": False, "on_delete": "set_null"}]},
    "action": {"actions": [{"name": "close", "set": {"state": "closed"}, "when": {"state": ["open"]}}]},
    "auth": {"auth": {"read": "things:read", "write": "things:write"}},
    "idempotency": {"idempotency": True},
    "offset": {"pagination": "offset"},
    "version": {"version": 2},
    "memory": {"persistence": "none"},
}
OWNER: dict[str, object] = {"resource": "owner", "fields": [{"name": "name", "type": "str", "unique": True}]}
AUTH = """\
from typing import Annotated

from fastapi import Header, HTTPException
from fastapi.security import SecurityScopes


class User:
    id: int


async def get_current_user(scopes: SecurityScopes, token: Annotated[str, Header()]) -> User:
    raise HTTPException(401)
"""


@dataclass(frozen=True)
class Stack:
    """How a framework's resources are planned and made, and a project that is there."""

    plan: Callable[[Path, dict[str, object]], Plan]
    scaffold: Callable[[Path, dict[str, object]], Plan]
    host: dict[str, str]


STACKS: Mapping[str, Stack] = {
    "fastapi": Stack(plan, scaffold, {**HOST, "app/auth.py": AUTH}),
    "flask": Stack(
        lambda root, values: plan_stack(root, FLASK, values),
        lambda root, values: scaffold_stack(root, FLASK, values),
        {**FLASK_HOST, "app/accounts.py": FLASK_ACCOUNTS["Flask-HTTPAuth with roles"]},
    ),
}


@dataclass(frozen=True)
class Case:
    """One combination."""

    kind: str
    operation: str
    options: tuple[str, str]
    host: bool

    @property
    def name(self) -> str:
        """What to call it in a report."""
        return f"{self.kind}, {self.operation}, {' + '.join(self.options)}, {'host' if self.host else 'new'}"

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """What it shows together."""
        first, second = self.options
        beside = (self.kind, self.operation, str(self.host))
        return {(first, second), *((option, other) for option in self.options for other in beside)}

    def values(self) -> dict[str, object] | None:
        """The endpoint; None where the options exclude each other."""
        given = OPTIONS[self.options[0]] | OPTIONS[self.options[1]]
        operations = OPERATIONS if self.operation == "all" else (self.operation,)
        without_list = "filters" in given and "list" not in operations
        if without_list or ("idempotency" in given and "create" not in operations):
            return None
        if "persistence" in given and "relations" in given:
            return None
        unique = self.kind not in {"bool", "enum", "text"}
        field = {"name": "value", "type": self.kind, "unique": unique, **TYPES[self.kind]}
        more = [{"name": "other", "type": self.kind, "required": False, **TYPES[self.kind]}]
        return {"resource": "thing", "fields": [field, *more, STATE], "operations": list(operations), **given}


def cases() -> Iterator[Case]:
    """Each combination that there can be."""
    pairs = list(itertools.combinations(OPTIONS, 2))
    for kind, operation, options, host in itertools.product(TYPES, (*OPERATIONS, "all"), pairs, (False, True)):
        case = Case(kind, operation, options, host)
        if case.values() is not None:
            yield case


def covering(found: list[Case]) -> list[Case]:
    """A few in which every pair occurs, greedily."""
    open_pairs = set().union(*(case.pairs for case in found)) if found else set()
    chosen = []
    while open_pairs:
        best = max(found, key=lambda case: len(case.pairs & open_pairs))
        chosen.append(best)
        open_pairs -= best.pairs
    return chosen


def prepared(folder: Path, stack: Stack, *, host: bool) -> Path:
    """A project that has what a relation and an authorization need."""
    root = folder / ("host" if host else "new")
    root.mkdir()
    if host:
        write(root, stack.host)
    stack.scaffold(root, OWNER)
    return root


def compiled(root: Path, stack: Stack, case: Case) -> str | None:
    """What is wrong with the files of a case."""
    try:
        for action in stack.plan(root, case.values() or {}).actions:
            if action.path.endswith(".py"):
                compile(action.after or "", action.path, "exec")
    except (BackwrightError, SyntaxError, ValueError) as error:
        return f"{case.name}: {error}"
    return None


def tested(stack: Stack, case: Case) -> str | None:
    """What the tests of a case say where they fail."""
    with tempfile.TemporaryDirectory(prefix="backwright-matrix-") as folder:
        root = prepared(Path(folder), stack, host=case.host)
        stack.scaffold(root, case.values() or {})
        quiet = (
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            *(() if stack is STACKS["fastapi"] else ("-p", "no:asyncio")),
        )
        for arguments in (("ruff", "check", "--no-cache", "--quiet", "."), quiet):
            if arguments[0] == "ruff" and case.host:
                continue
            command = [sys.executable, "-m", *arguments]
            done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                return f"{case.name}: {(done.stdout + done.stderr)[-1500:]}"
    return None


def main(framework: str, every: int, tests: int) -> int:
    """Print the table and what failed."""
    stack = STACKS[framework]
    found = list(cases())
    planned = found[::every]
    with tempfile.TemporaryDirectory(prefix="backwright-matrix-") as folder:
        roots = {host: prepared(Path(folder), stack, host=host) for host in (False, True)}
        wrong = [said for case in planned if (said := compiled(roots[case.host], stack, case)) is not None]
    run = covering(found)[:tests]
    failed = [said for case in run if (said := tested(stack, case)) is not None]
    rows = [("planned and compiled", str(len(planned)), str(len(wrong))), ("tested", str(len(run)), str(len(failed)))]
    table(f"{framework}: {len(found)} combinations", ("step", "done", "failed"), rows)
    for said in (*wrong, *failed):
        print(f"\n{said}")
    return 1 if wrong or failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--framework", choices=STACKS, default="fastapi")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--tests", type=int, default=10_000)
    given = parser.parse_args()
    sys.exit(main(given.framework, given.every, given.tests))
