"""What the rules on FastAPI routes share: which functions are routes, and what their parameters are bound to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.review.diagnostic import Basis
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rules._async import Origins, annotated_type, walk_own
from backwright.review.source import FunctionNode, Source, keyword, last_name

METHODS = frozenset({"delete", "get", "head", "options", "patch", "post", "put"})
_MARKERS = frozenset({"Body", "Cookie", "Depends", "File", "Form", "Header", "Path", "Query", "Security"})
# Frameworks whose decorators look like FastAPI's.
_OTHERS = frozenset(
    {"aiohttp", "bottle", "falcon", "flask", "litestar", "ninja", "quart", "robyn", "sanic", "slack_bolt", "starlite"}
)
# Helpers whose result is a Response, as far as their names go.
_RESPONSE_MAKER = re.compile(r"response|redirect|render|template|stream|download|proxy|forward|file", re.IGNORECASE)
_MAPS = frozenset({"Dict", "Mapping", "MutableMapping", "dict"})
_LISTS = frozenset({"Iterable", "List", "Sequence", "list"})
_BARE = _MAPS | {"Any", "object"}
_ROUTER_NAME = re.compile(r"(.*_)?(router|app|api)", re.IGNORECASE)
_FOREIGN = re.compile(r"hook|callback|discord|github|gitlab|slack|stripe|telegram|twilio", re.IGNORECASE)
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_PROBE = re.compile(
    r"(.*/)?(_?health(z|_?check)?|healthcheck|ready|readyz|readiness|live|livez|liveness|ping|metrics)/?|(.*/)?\.well-known/.*"
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a route: `marker` is what it is bound to (`Depends`, `Query`, ...), where that is written."""

    argument: ast.arg
    default: ast.expr | None
    type: ast.expr | None
    marker: str | None


@dataclass(frozen=True, slots=True)
class Route:
    """A function with a route decorator; `path` is None where it is not a literal."""

    function: FunctionNode
    decorator: ast.Call
    method: str
    path: str | None

    @property
    def lines(self) -> tuple[int, ...]:
        """The decorator, and the first and the last line of the signature: where it is said what the route returns."""
        return (self.decorator.lineno, self.function.lineno, self.function.body[0].lineno - 1)

    @property
    def path_parameters(self) -> frozenset[str]:
        """The names in the braces of the path."""
        return frozenset(_PARAMETER.findall(self.path or ""))

    @property
    def is_probe(self) -> bool:
        """Whether the route is a health check, metrics, a `.well-known` document or the greeting at an app's root."""
        if self.method != "get" or self.path is None:
            return False
        receiver = self.decorator.func.value if isinstance(self.decorator.func, ast.Attribute) else None
        greeting = self.path == "/" and receiver is not None and last_name(receiver) == "app"
        return greeting or _PROBE.fullmatch(self.path) is not None

    @property
    def is_foreign(self) -> bool:
        """Whether another party sends the body, in its own shape and often with a signature over the raw bytes."""
        return _FOREIGN.search(f"{self.path or ''} {self.function.name}") is not None

    @property
    def is_hidden(self) -> bool:
        """Whether the route says that it is no part of the schema."""
        value = keyword(self.decorator, "include_in_schema")
        return isinstance(value, ast.Constant) and value.value is False

    def parameters(self) -> Iterator[Parameter]:
        """The parameters that FastAPI fills, in the order of the text."""
        arguments = self.function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        missing = len(positional) - len(arguments.defaults)
        defaults: list[ast.expr | None] = [*([None] * missing), *arguments.defaults, *arguments.kw_defaults]
        for argument, default in zip([*positional, *arguments.kwonlyargs], defaults, strict=True):
            if argument.arg not in {"self", "cls"}:
                kind = None if argument.annotation is None else annotated_type(argument.annotation)
                yield Parameter(argument, default, kind, _marker(argument.annotation, default))

    def returned(self) -> Iterator[ast.expr]:
        """What the function's own `return` statements give, None left out."""
        for node in walk_own(self.function.body):
            value = node.value if isinstance(node, ast.Return) else None
            if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
                yield value


def routes(source: Source, facts: Facts) -> Iterator[Route]:
    """The FastAPI routes of a source; none in tests, and none where another framework's decorators are in view."""
    if is_test(source.path):
        return
    modules = source.derived(_modules)
    if "fastapi" not in modules and (_OTHERS & modules or (facts.dependencies and "fastapi" not in facts.dependencies)):
        return
    yield from source.derived(_all_routes)


def _all_routes(source: Source) -> tuple[Route, ...]:
    return tuple(_find_routes(source))


def _find_routes(source: Source) -> Iterator[Route]:
    origins = source.derived(Origins)
    for function in source.functions():
        for decorator in function.decorator_list:
            if not isinstance(decorator, ast.Call) or _is_other(function, decorator):
                continue
            if _is_route(source, origins, decorator.func):
                yield _route(function, decorator)


def _modules(source: Source) -> frozenset[str]:
    """The top-level modules that the source imports."""
    plain = {alias.name.partition(".")[0] for node in source.nodes(ast.Import) for alias in node.names}
    return frozenset(plain | {(node.module or "").partition(".")[0] for node in source.nodes(ast.ImportFrom)})


def _is_route(source: Source, origins: Origins, func: ast.expr) -> bool:
    """Whether the decorator is a method of a router, as far as the source shows what it is a method of."""
    if not isinstance(func, ast.Attribute) or func.attr not in METHODS | {"api_route"}:
        return False
    receiver = func.value
    made_by = (origins.of(receiver) or "").rpartition(".")[2]
    if made_by in {"APIRouter", "FastAPI"}:
        return True
    known = source.basis is Basis.FRAGMENT or "fastapi" in source.derived(_modules)
    return known and _ROUTER_NAME.fullmatch(last_name(receiver) or "") is not None


def _is_other(function: FunctionNode, decorator: ast.Call) -> bool:
    """Whether the route is django-ninja's or Flask's by its form: `response=`, or a bare `request` first."""
    first = next(iter(function.args.args), None)
    bare_request = first is not None and first.arg == "request" and first.annotation is None
    return bare_request or keyword(decorator, "response") is not None


def _route(function: FunctionNode, decorator: ast.Call) -> Route:
    value = decorator.args[0] if decorator.args else keyword(decorator, "path")
    path = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
    return Route(function, decorator, last_name(decorator.func) or "", path)


def _marker(annotation: ast.expr | None, default: ast.expr | None) -> str | None:
    """`Depends` of `= Depends(...)` and of `Annotated[..., Depends(...)]`."""
    candidates = [default]
    if isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Annotated":
        candidates += annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
    names = (last_name(one.func) for one in candidates if isinstance(one, ast.Call))
    return next((name for name in names if name in _MARKERS), None)


def returns_data(source: Source, route: Route) -> bool:
    """Whether the route gives something in at least one `return`, and a Response in none, as far as names tell."""
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in walk_own(route.function.body)):
        return False
    values = list(route.returned())
    origins = source.derived(Origins)
    return bool(values) and not any(_is_response(origins, value) for value in values)


def _is_response(origins: Origins, value: ast.expr) -> bool:
    value = value.value if isinstance(value, ast.Await) else value
    if isinstance(value, ast.Call):
        return _RESPONSE_MAKER.search(last_name(value.func) or "") is not None
    if isinstance(value, ast.Name):
        return _RESPONSE_MAKER.search(f"{value.id} {(origins.of(value) or '').rpartition('.')[2]}") is not None
    return False


def shapeless(annotation: ast.expr | None) -> str | None:
    """The text of a type that says nothing of its fields, such as `dict[str, Any]`; None for any other.

    `dict[str, int]` and the like are maps and say enough.
    """
    if annotation is None:
        return None
    kind = annotated_type(annotation)
    return ast.unparse(kind) if _is_shapeless(kind) else None


def _is_shapeless(kind: ast.expr) -> bool:
    name = last_name(kind)
    if name is not None:
        return name in _BARE
    if not isinstance(kind, ast.Subscript):
        return False
    inner = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
    if last_name(kind.value) in _MAPS:
        return last_name(inner[-1]) in {"Any", "object"}
    return last_name(kind.value) in _LISTS and _is_shapeless(inner[0])
