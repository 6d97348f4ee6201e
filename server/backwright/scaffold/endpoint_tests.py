"""A test context to the plan of a module of tests for an endpoint that is there. What is not known is not tested."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold.disk import check_whole
from backwright.scaffold.fixtures import Client, Fixtures, choose, read_fixtures
from backwright.scaffold.host import style_of
from backwright.scaffold.layout import check_overrides
from backwright.scaffold.operation import Operation, Reader, statuses_in
from backwright.scaffold.plan import Plan
from backwright.scaffold.project import read_facts
from backwright.scaffold.routes import METHODS, Router, argument
from backwright.scaffold.single import Subject, plan_single
from backwright.scaffold.symbols import Symbols, read_symbols
from backwright.scaffold.template import load_template

KIND = "test"

_PATH = re.compile(r"/[A-Za-z0-9_~.{}:/-]*")
_FIXTURE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MISSING: Mapping[str, str] = {
    "UUID": "00000000-0000-4000-8000-000000000000",
    "UUID4": "00000000-0000-4000-8000-000000000000",
    "int": "2000000000",
    "str": "missing",
}
_MAX_SLUG = 70


@dataclass(frozen=True)
class Tests:
    """What the templates know under the name `t`; a test whose condition does not hold is not written.

    Args:
        operation: what is tested.
        client: that is not signed in.
        caller: that may do it; None where nobody is known who may.
        path: of the file.
        slug: how its tests are called.
        invalid: the status of a request that does not validate; None where it cannot be told.
        questions: why tests were left out, and what would bring them.
        sees_schema: whether the application serves its OpenAPI document and this is in it.
        refuses: whether someone who is not signed in is refused.
        happy: whether a success can be asked for.
        missing: whether what is not there can be asked for.
    """

    __test__ = False

    operation: Operation
    client: Client
    caller: Client | None
    path: str
    slug: str
    invalid: int | None
    questions: tuple[str, ...]
    sees_schema: bool
    refuses: bool
    happy: bool
    missing: bool

    @property
    def clients(self) -> list[Client]:
        """The clients that the tests use, each class once."""
        used = [self.client] if self.refuses or self.sees_schema or self.caller is self.client else []
        return list({each.kind: each for each in [*used, *([self.caller] if self.caller else [])]}.values())

    @property
    def mark(self) -> str:
        """What marks the module's tests as asynchronous."""
        return next((each.mark for each in self.clients if each.mark), "")

    @property
    def schema_path(self) -> str:
        """The path as the OpenAPI document has it."""
        return re.sub(r":[a-z]+\}", "}", self.operation.route.path)

    @property
    def missing_path(self) -> str:
        """A path to what is not there."""
        return self._filled({name: _MISSING.get(kind, "missing") for name, kind in self.operation.kinds.items()})

    @property
    def wrong_paths(self) -> list[str]:
        """Paths with a part that is not of its type, one for each such part."""
        typed = [name for name, kind in self.operation.kinds.items() if kind in {"UUID", "UUID4", "int"}]
        good = {name: _MISSING.get(kind, "missing") for name, kind in self.operation.kinds.items()}
        return [self._filled({**good, name: "not-one"}) for name in typed]

    @property
    def has_parameters(self) -> bool:
        """Whether FastAPI documents that it refuses what does not validate."""
        route = self.operation.route
        return bool(self.operation.body or self.operation.queries or route.parameters)

    @property
    def documented(self) -> list[str]:
        """The statuses that the OpenAPI document has to have, as it writes them."""
        own = [self.operation.status, *self.operation.declared, *((422,) if self.has_parameters else ())]
        return [str(status) for status in dict.fromkeys(own)]

    @property
    def body(self) -> str:
        """The least body as source; empty where there is none."""
        return repr(dict(self.operation.body.values)) if self.operation.body else ""

    @property
    def queries(self) -> str:
        """The required parameters of the query as source; empty where there are none."""
        found = {each.name: each.value for each in self.operation.queries}
        return repr(found) if found else ""

    @property
    def any_test(self) -> bool:
        """Whether anything at all is tested."""
        checks = self.invalid is not None and self.caller is not None and self.has_refusals
        return self.sees_schema or self.refuses or self.happy or self.missing or checks

    @property
    def has_refusals(self) -> bool:
        """Whether there is something that does not validate."""
        required = self.operation.body.required if self.operation.body else ()
        return bool(required or self.operation.queries or self.wrong_paths)

    def _filled(self, values: Mapping[str, str]) -> str:
        return re.sub(
            r"\{(\w+)(?::[a-z]+)?\}", lambda match: values.get(match[1], "missing"), self.operation.route.path
        )


def plan_tests(root: Path, template_dir: Path, values: Mapping[str, object], *, mark: bool = False) -> Plan:
    """What writing tests for one operation would do to the project at `root`; nothing is written.

    Args:
        root: the project's folder.
        template_dir: the folder that holds `template.yaml` and `files/`.
        values: a `TestContext` as JSON values, and optionally `project` with `tests`.
        mark: write what cannot be merged into the file between markers, instead of calling it a conflict.

    Raises:
        InvalidInputError: there is no such operation or fixture; the hint has those that there are.
        UnsupportedProjectError: nothing about the operation can be tested, or it is there several times.
        PlanConflictError: something that is no text file stands where the tests should be.
        PathOutsideRootError: a target would lead through a link.
        ToolUnavailableError: ruff is missing or failed.
        ScaffoldInterruptedError: an earlier write was killed half way and not put back.
    """
    if not root.is_dir():
        raise InvalidInputError(f"{root} is no folder", hint="give the project's folder as root")
    check_whole(root)
    method, path = _asked(values)
    facts = read_facts(root)
    symbols = read_symbols(root, facts)
    operation = Reader(symbols).read(Router(symbols).find(method, path))
    given = values.get("project")
    override = given.get("tests") if isinstance(given, Mapping) else None
    folder = override if isinstance(override, str) else facts.tests or "tests"
    check_overrides({"tests": folder})
    fixtures = read_fixtures(root, folder)
    client = choose(fixtures, _fixture(values, "client"), facts)
    signed_in = _fixture(values, "signed_in")
    tests = _decide(
        operation, symbols, fixtures, client, choose(fixtures, signed_in, facts) if signed_in else None, folder
    )
    if not tests.any_test:
        raise UnsupportedProjectError(
            f"nothing about {method.upper()} {path} can be tested as it stands: {'; '.join(tests.questions)}",
            hint="answer these, for example by naming a fixture as signed_in",
        )
    subject = Subject(
        name=tests.slug,
        values={key: value for key, value in values.items() if key != "project"},
        variables={"t": tests, "o": operation},
        style=style_of(facts, operation.route.module.name.partition(".")[0]),
        notes=_notes(tests),
    )
    return plan_single(root, load_template(template_dir), subject, mark=mark)


def _asked(values: Mapping[str, object]) -> tuple[str, str]:
    method, path = values.get("method"), values.get("path")
    if method not in METHODS:
        raise InvalidInputError(f"method {str(method)[:40]!r} is none of {', '.join(METHODS)}", hint="give one of them")
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise InvalidInputError(f"path {str(path)[:80]!r} is no path of a route", hint="write it as /orders/{order_id}")
    return str(method), path


def _fixture(values: Mapping[str, object], key: str) -> str | None:
    name = values.get(key)
    if name is not None and (not isinstance(name, str) or not _FIXTURE.fullmatch(name)):
        raise InvalidInputError(f"{key} {str(name)[:80]!r} is no name of a fixture", hint="give it as it is defined")
    return name


def _decide(
    operation: Operation, symbols: Symbols, fixtures: Fixtures, client: Client, signed_in: Client | None, folder: str
) -> Tests:
    route, asks = operation.route, list[str]()
    replaced = [guard for guard in operation.guards if fixtures.overrides(guard)]
    guarded = bool(operation.guards)
    caller = signed_in or (None if guarded and not replaced else client)
    if guarded and caller is None:
        asks.append(f"which fixture is signed in? {', '.join(operation.guards)} guards it: give signed_in")
    if replaced:
        asks.append(f"the tests replace {', '.join(replaced)}, so that nobody is refused: test 401 with another client")
    asks += [f"what is a valid value? {each}" for each in operation.unknown]
    if operation.body is not None:
        asks += [f"does {each} accept the body of the test?" for each in operation.body.doubts]
    if route.parameters:
        asks.append(f"which {', '.join(route.parameters)} is there? The test of a success needs it")
    missing = caller is not None and bool(route.parameters) and 404 in operation.raised and not operation.unknown  # noqa: PLR2004  not found
    if route.parameters and 404 not in operation.raised:  # noqa: PLR2004  as above
        asks.append(f"what answers where there is none? {route.place} itself raises no 404")
    invalid, doubt = _invalid_status(symbols)
    asks += [doubt] if doubt else []
    sees = _sees_schema(operation)
    if not sees:
        asks.append("it is not in an OpenAPI document that is served, so its contract is not tested")
    slug = re.sub(r"[^a-z0-9]+", "_", f"{route.method} {route.path}".lower()).strip("_")[:_MAX_SLUG].rstrip("_")
    return Tests(
        operation=operation,
        client=client,
        caller=caller,
        path=f"{folder}/test_{slug}.py",
        slug=slug,
        invalid=invalid,
        questions=tuple(asks),
        sees_schema=sees,
        refuses=guarded and not replaced,
        happy=caller is not None and not route.parameters and not operation.unknown,
        missing=missing,
    )


def _sees_schema(operation: Operation) -> bool:
    calls = [operation.route.decorator, *(call for _, call in operation.route.around)]
    hidden = [each for call in calls if (each := argument(call, "include_in_schema")) is not None]
    address = argument(operation.route.around[0][1], "openapi_url") if operation.route.around else None
    return not hidden and address is None


def _invalid_status(symbols: Symbols) -> tuple[int | None, str]:
    """The status of a request that does not validate, by the handler of it where there is one."""
    for module in symbols.modules.values():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or not ast.unparse(node.func).endswith("exception_handler"):
                continue
            if not node.args or not ast.unparse(node.args[0]).endswith("RequestValidationError"):
                continue
            where = f"{module.path}:{node.lineno}"
            handlers = [
                each
                for each in ast.walk(module.tree)
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and node in each.decorator_list
            ]
            if len(node.args) > 1 and (found := symbols.find(module, ast.unparse(node.args[1]))) is not None:
                handlers = [found.node] if isinstance(found.node, ast.FunctionDef | ast.AsyncFunctionDef) else []
            statuses = {status for handler in handlers for status in statuses_in(handler)}
            if len(statuses) == 1:
                return statuses.pop(), ""
            return None, f"with which status does the handler at {where} refuse what does not validate?"
    return 422, ""


def _notes(tests: Tests) -> tuple[str, ...]:
    where = f"fixture {tests.client.name} ({tests.client.place})" if tests.client.place else "a client of its own"
    read = f"read {tests.operation.route.place}; uses {where}"
    return (read, *(f"left out: {question}" for question in tests.questions))
