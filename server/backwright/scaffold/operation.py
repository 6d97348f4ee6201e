"""What one operation asks for and answers, read from its signature, its decorator and the routers above it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright.scaffold.routes import Route, argument
from backwright.scaffold.samples import Body, Samples, UnknownError
from backwright.scaffold.symbols import Module, Symbols

_GUARD = re.compile(
    r"(^|_)(auth|authenticated?|authorized?|current|require[sd]?|verify|permissions?|principal|token|api_key|scopes?|"
    r"signed_in|logged_in|login)(_|$)",
    re.IGNORECASE,
)
_DEPENDS = frozenset({"Depends", "Security"})
_FRAMEWORK = frozenset({"Request", "Response", "BackgroundTasks", "WebSocket", "HTTPConnection", "SecurityScopes"})
_MARKERS = frozenset({"Query", "Header", "Cookie", "Form", "File", "Body", "Path"})
_ELSEWHERE = frozenset({"Form", "File", "Body", "Header", "Cookie"})
_DEPTH = 5
_OK = 200
_NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class Query:
    """A required parameter of the query, with a value that it accepts."""

    name: str
    value: object


@dataclass(frozen=True)
class Operation:
    """What the tests are made from.

    Args:
        route: the operation.
        status: of a success.
        raised: the statuses that its own body raises or its decorator declares.
        body: of the request.
        queries: the required parameters of the query.
        kinds: the type of each parameter of the path, by name.
        guards: the dependencies that say who may.
        unknown: what could not be told.
        declared: the statuses of `responses=` in the decorator.
        answers: the members of the answer; empty where it is no object that a model describes.
    """

    route: Route
    status: int
    raised: frozenset[int]
    body: Body | None
    queries: tuple[Query, ...]
    kinds: dict[str, str]
    guards: tuple[str, ...]
    unknown: tuple[str, ...]
    declared: tuple[int, ...]
    answers: tuple[str, ...]


@dataclass(slots=True)
class _Asked:
    """What the signature has asked for so far."""

    guards: list[str]
    bodies: list[Body] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


class Reader:
    """Reads operations of one project."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._samples = Samples(symbols)

    def read(self, route: Route) -> Operation:
        """What the operation asks for and answers."""
        asked = _Asked(guards=[*self._around(route), *self._listed(route.module, route.decorator)])
        for name, annotation, default in _arguments(route.function):
            self._parameter(asked, route, name, *self._unfold(route.module, annotation), default)
        if len(asked.bodies) > 1:
            asked.unknown.append(f"{route.place} takes {len(asked.bodies)} bodies")
        given = argument(route.decorator, "status_code")
        status = _OK if given is None else _status(given)
        if status is None:
            asked.unknown.append(f"{route.place} has a status_code that is no literal")
        declared = tuple(_declared(route.decorator))
        return Operation(
            route=route,
            status=status or _OK,
            raised=frozenset([*_raised(route), *declared]),
            body=asked.bodies[0] if len(asked.bodies) == 1 else None,
            queries=tuple(asked.queries),
            kinds=asked.kinds,
            guards=tuple(dict.fromkeys(asked.guards)),
            unknown=tuple(asked.unknown),
            declared=declared,
            answers=() if status == _NO_CONTENT else self._answers(route),
        )

    def _parameter(
        self,
        asked: _Asked,
        route: Route,
        name: str,
        annotation: ast.expr | None,
        extra: list[ast.expr],
        default: ast.expr | None,
    ) -> None:
        if (dependency := _dependency(extra, default)) is not None:
            asked.guards += self._guards(route.module, dependency, 0)
        elif name in route.parameters:
            asked.kinds[name] = ast.unparse(annotation).rpartition(".")[2] if annotation is not None else "str"
        elif annotation is None or ast.unparse(annotation).rpartition(".")[2] in _FRAMEWORK:
            return
        elif (marker := _marker(extra, default)) in _ELSEWHERE:
            asked.unknown.append(f"{name} ({route.place}) is a {marker}")
        else:
            needed = default is None or _needs(default)
            self._value(asked, route, name, annotation, [*extra, default] if needed else None)

    def _value(
        self, asked: _Asked, route: Route, name: str, annotation: ast.expr, said: list[ast.expr | None] | None
    ) -> None:
        """A model is the body, and what is needed a parameter of the query, of which `said` tells more."""
        model = self._samples.is_model(route.module, ast.unparse(annotation))
        try:
            if model is not None:
                asked.bodies.append(self._samples.body(model))
            elif said is not None:
                asked.queries.append(Query(name, self._samples.value(route.module, annotation, name, said)))
        except UnknownError as error:
            asked.unknown.append(str(error))

    def _answers(self, route: Route) -> tuple[str, ...]:
        given = argument(route.decorator, "response_model") or route.function.returns
        cut = any((each.arg or "").startswith("response_model_") for each in route.decorator.keywords)
        model = None if given is None or cut else self._samples.is_model(route.module, ast.unparse(given))
        try:
            return self._samples.names(model) if model is not None else ()
        except UnknownError:
            return ()

    def _unfold(self, module: Module, annotation: ast.expr | None) -> tuple[ast.expr | None, list[ast.expr]]:
        """An annotation without `Annotated`, and what that says beside it; an alias of the project is followed."""
        if isinstance(annotation, ast.Name | ast.Attribute):
            found = self._symbols.find(module, ast.unparse(annotation))
            value = getattr(found.node, "value", None) if found else None
            if isinstance(value, ast.Subscript) and ast.unparse(value.value).endswith("Annotated"):
                annotation = value
        if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).endswith("Annotated"):
            parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
            return parts[0], list(parts[1:])
        return annotation, []

    def _around(self, route: Route) -> Iterator[str]:
        for module, call in route.around:
            yield from self._listed(module, call)

    def _listed(self, module: Module, call: ast.Call) -> Iterator[str]:
        """The guards in `dependencies=[...]`."""
        given = argument(call, "dependencies")
        for each in given.elts if isinstance(given, ast.List | ast.Tuple) else ():
            if isinstance(each, ast.Call):
                yield from self._guards(module, each, 0)

    def _guards(self, module: Module, call: ast.Call, depth: int) -> Iterator[str]:
        """The guards that a dependency is or stands on."""
        target = call.args[0] if call.args else argument(call, "dependency")
        if target is None or depth > _DEPTH:
            return
        name = ast.unparse(target.func if isinstance(target, ast.Call) else target)
        if ast.unparse(call.func).endswith("Security") or _GUARD.search(_snake(name.rpartition(".")[2])):
            yield name
            return
        found = self._symbols.find(module, name)
        if found is None or not isinstance(found.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        for _, annotation, default in _arguments(found.node):
            _, extra = self._unfold(found.module, annotation)
            inner = _dependency(extra, default)
            if inner is not None:
                yield from self._guards(found.module, inner, depth + 1)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _arguments(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
) -> Iterator[tuple[str, ast.expr | None, ast.expr | None]]:
    """Each parameter with its annotation and its default."""
    plain = [*function.args.posonlyargs, *function.args.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(function.args.defaults))
    for each, default in zip(plain, [*defaults, *function.args.defaults], strict=True):
        if each.arg not in {"self", "cls"}:
            yield each.arg, each.annotation, default
    for each, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        yield each.arg, each.annotation, default


def _dependency(extra: list[ast.expr], default: ast.expr | None) -> ast.Call | None:
    calls = [each for each in (*extra, default) if isinstance(each, ast.Call)]
    return next((each for each in calls if ast.unparse(each.func).rpartition(".")[2] in _DEPENDS), None)


def _marker(extra: list[ast.expr], default: ast.expr | None) -> str | None:
    calls = [each for each in (*extra, default) if isinstance(each, ast.Call)]
    names = [ast.unparse(each.func).rpartition(".")[2] for each in calls]
    return next((name for name in names if name in _MARKERS), None)


def _needs(default: ast.expr) -> bool:
    """Whether a default is a marker without one: `Query()`, `Query(...)`."""
    if not isinstance(default, ast.Call) or ast.unparse(default.func).rpartition(".")[2] not in _MARKERS:
        return False
    given = default.args[0] if default.args else argument(default, "default")
    has_factory = argument(default, "default_factory") is not None
    return not has_factory and (given is None or (isinstance(given, ast.Constant) and given.value is ...))


def _status(node: ast.expr | None) -> int | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if node is None:
        return None
    text = ast.unparse(node)
    if digits := re.search(r"HTTP_(\d{3})", text):
        return int(digits[1])
    return _STATUSES.get(text.rpartition(".")[2]) if "HTTPStatus" in text else None


_STATUSES = {
    "OK": 200,
    "CREATED": 201,
    "ACCEPTED": 202,
    "NO_CONTENT": 204,
    "BAD_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
}


def _raised(route: Route) -> Iterator[int]:
    for node in ast.walk(route.function):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "HTTPException":
            given = node.args[0] if node.args else argument(node, "status_code")
            if (status := _status(given)) is not None:
                yield status


def _declared(decorator: ast.Call) -> Iterator[int]:
    given = argument(decorator, "responses")
    for key in given.keys if isinstance(given, ast.Dict) else ():
        if (status := _status(key)) is not None:
            yield status


def statuses_in(function: ast.AST) -> Iterator[int]:
    """The literal statuses that a function gives as `status_code`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and (status := _status(argument(node, "status_code"))) is not None:
            yield status
