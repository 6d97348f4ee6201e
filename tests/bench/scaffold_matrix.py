"""Every type of field with every operation and every pair of options, in a new project and in one that is there.

    uv run python -m tests.bench.scaffold_matrix [--framework NAME] [--every N] [--tests N]

It is fastapi, flask, django-drf or django-ninja, or a host of FastAPI of another kind: sync, classic, sqlmodel or
sqlmodel-async, which are never new projects. Each combination is planned, and every Python file of it compiled; a
subset in which each pair of an option with a type, an operation or another option occurs is written, and its own tests
are run. `--every N` plans every Nth combination, `--tests N` runs the tests of at most N. It ends with 1 where one
failed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backwright.errors import BackwrightError
from backwright.scaffold.plan import Plan
from tests.bench._wire import table
from tests.scaffold._django_hosts import NINJA_HOST, RICH_HOST
from tests.scaffold._hosts import HOSTS
from tests.scaffold._projects import HOST, TEMPLATE, write
from tests.scaffold._stacks import ASSETS, FLASK, FLASK_ACCOUNTS, FLASK_HOST, plan_stack, scaffold_stack

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
    """A template, a project that it can write into, and what it does not take.

    Args:
        template: its folder.
        host: the files of the project.
        without: the options that it refuses, with a reason that its tests hold.
        host_options: what an option is instead in the project that was there.
        places: whether it writes into the project that was there; a new one is False.
    """

    template: Path
    host: Mapping[str, str]
    without: frozenset[str] = frozenset()
    host_options: Mapping[str, dict[str, object]] = field(default_factory=dict)
    places: tuple[bool, ...] = (False, True)

    def is_asynchronous(self, *, host: bool) -> bool:
        """Whether its tests are."""
        return self.template == TEMPLATE and (not host or "asyncio_mode" in self.host["pytest.ini"])

    def plan(self, root: Path, values: dict[str, object]) -> Plan:
        """The plan of a resource."""
        return plan_stack(root, self.template, values)

    def scaffold(self, root: Path, values: dict[str, object]) -> Plan:
        """The plan, applied."""
        return scaffold_stack(root, self.template, values)


SESSION = NINJA_HOST["desk/tickets/api.py"].replace(
    "router = Router()", "from ninja.security import django_auth\n\nrouter = Router(auth=django_auth)"
)
# There scopes are permissions, and another version is another API.
NINJA_OPTIONS: Mapping[str, dict[str, object]] = {
    "auth": {"auth": {"read": "things.view_thing", "write": "things.change_thing"}},
    "version": {},
}
STACKS = {
    "fastapi": Stack(TEMPLATE, {**HOST, "app/auth.py": AUTH}),
    "flask": Stack(FLASK, {**FLASK_HOST, "app/accounts.py": FLASK_ACCOUNTS["Flask-HTTPAuth with roles"]}),
    "django-drf": Stack(ASSETS / "django-drf", RICH_HOST, frozenset({"memory"})),
    "django-ninja": Stack(
        ASSETS / "django-ninja", {**NINJA_HOST, "desk/tickets/api.py": SESSION}, frozenset({"memory"}), NINJA_OPTIONS
    ),
    **{name: Stack(TEMPLATE, files, places=(True,)) for name, files in HOSTS.items()},
}


@dataclass(frozen=True)
class Case:
    """One combination."""

    kind: str
    operation: str
    options: tuple[str, str]
    host: bool
    stack: Stack

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

    @property
    def singles(self) -> set[tuple[str, str]]:
        """What it shows, each by itself."""
        return {("kind", self.kind), ("operation", self.operation), *(("option", each) for each in self.options)}

    def named(self, name: str) -> dict[str, object]:
        """The endpoint with another name, in what is called after it too."""
        renamed: dict[str, object] = json.loads(json.dumps(self.values()).replace("thing", name))
        return renamed

    def values(self) -> dict[str, object] | None:
        """The endpoint; None where the options exclude each other."""
        if not self.stack.without.isdisjoint(self.options):
            return None
        offered = {**OPTIONS, **(self.stack.host_options if self.host else {})}
        given = offered[self.options[0]] | offered[self.options[1]]
        operations = OPERATIONS if self.operation == "all" else (self.operation,)
        without_list = "filters" in given and "list" not in operations
        if without_list or ("idempotency" in given and "create" not in operations):
            return None
        if "persistence" in given and "relations" in given:
            return None
        unique = self.kind not in {"bool", "enum", "text"}
        first = {"name": "value", "type": self.kind, "unique": unique, **TYPES[self.kind]}
        more = [{"name": "other", "type": self.kind, "required": False, **TYPES[self.kind]}]
        return {"resource": "thing", "fields": [first, *more, STATE], "operations": list(operations), **given}


def cases(stack: Stack) -> Iterator[Case]:
    """Each combination that there can be."""
    pairs = list(itertools.combinations(OPTIONS, 2))
    for kind, operation, options, host in itertools.product(TYPES, (*OPERATIONS, "all"), pairs, stack.places):
        case = Case(kind, operation, options, host, stack)
        if case.values() is not None:
            yield case


def _pairs(case: Case) -> set[tuple[str, str]]:
    return case.pairs


def covering(found: list[Case], shown: Callable[[Case], set[tuple[str, str]]] = _pairs) -> list[Case]:
    """A few in which all that the cases show occurs, greedily: every pair, unless something else is given."""
    missing = set().union(*map(shown, found))
    chosen = []
    while missing:
        best = max(found, key=lambda case: len(shown(case) & missing))
        chosen.append(best)
        missing -= shown(best)
    return chosen


def prepared(folder: Path, stack: Stack, *, host: bool) -> Path:
    """A project that has what a relation and an authorization need."""
    root = folder / ("host" if host else "new")
    root.mkdir()
    if host:
        write(root, dict(stack.host))
    stack.scaffold(root, OWNER)
    return root


def compiled(root: Path, case: Case) -> str | None:
    """What is wrong with the files of a case."""
    try:
        for action in case.stack.plan(root, case.values() or {}).actions:
            if action.path.endswith(".py"):
                compile(action.after or "", action.path, "exec")
    except (BackwrightError, SyntaxError, ValueError) as error:
        return f"{case.name}: {error}"
    return None


def tested(case: Case) -> str | None:
    """What the tests of a case say where they fail."""
    with tempfile.TemporaryDirectory(prefix="backwright-matrix-") as folder:
        root = prepared(Path(folder), case.stack, host=case.host)
        case.stack.scaffold(root, case.values() or {})
        # The plug-in of the environment asks for a setting that only asynchronous projects have.
        quiet = (
            "-q",
            "-p",
            "no:cacheprovider",
            *([] if case.stack.is_asynchronous(host=case.host) else ("-p", "no:asyncio")),
        )
        tests = ("manage", "test") if case.host and (root / "manage.py").exists() else ("pytest", *quiet)
        for arguments in (("ruff", "check", "--no-cache", "--quiet", "."), tests):
            if arguments[0] == "ruff" and case.host:
                continue
            command = [sys.executable, "-m", *arguments]
            done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                return f"{case.name}: {(done.stdout + done.stderr)[-1500:]}"
    return None


def main(stack: Stack, every: int, tests: int) -> int:
    """Print the table and what failed."""
    found = list(cases(stack))
    planned = found[::every]
    with tempfile.TemporaryDirectory(prefix="backwright-matrix-") as folder:
        roots = {host: prepared(Path(folder), stack, host=host) for host in stack.places}
        wrong = [said for case in planned if (said := compiled(roots[case.host], case)) is not None]
    run = covering(found)[:tests]
    failed = [said for case in run if (said := tested(case)) is not None]
    rows = [("planned and compiled", str(len(planned)), str(len(wrong))), ("tested", str(len(run)), str(len(failed)))]
    table(f"{len(found)} combinations", ("step", "done", "failed"), rows)
    for said in (*wrong, *failed):
        print(f"\n{said}")
    return 1 if wrong or failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--framework", choices=STACKS, default="fastapi")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--tests", type=int, default=10_000)
    given = parser.parse_args()
    sys.exit(main(STACKS[given.framework], given.every, given.tests))
