"""BW205: the text of an exception sent to the client."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Container, Iterator, Sequence
from typing import TypeGuard

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._fastapi import routes
from backwright.review.source import FunctionNode, Source, keyword, last_name, lines_of

# Where an answer's text stands: the keyword and the place among the positional arguments.
_ANSWERS = {
    "HTTPException": ("detail", 1),
    "JSONResponse": ("content", 0),
    "ORJSONResponse": ("content", 0),
    "PlainTextResponse": ("content", 0),
    "Response": ("content", 0),
}
_BROAD = frozenset({"BaseException", "Exception"})
# What a project's own functions raise, often with a sentence that is meant for the caller.
_OFTEN_OWN = frozenset(
    {"AssertionError", "KeyError", "LookupError", "NotImplementedError", "PermissionError", "RuntimeError"}
    | {"TypeError", "ValueError"}
)
# The errors of libraries that services use: SQL, hosts, paths and tokens stand in their texts.
_OF_LIBRARIES = frozenset(
    {"BotoCoreError", "ClientError", "ConnectError", "DBAPIError", "DatabaseError", "DecodeError"}
    | {"ExpiredSignatureError", "HTTPError", "HTTPStatusError", "IntegrityError", "InterfaceError"}
    | {"InvalidTokenError", "JOSEError", "JSONDecodeError", "JWKError", "JWTError", "NoResultFound", "OpenAIError"}
    | {"OperationalError", "ProgrammingError", "PyJWTError", "PyMongoError", "RedisError", "RequestError"}
    | {"RequestException", "SMTPException", "SQLAlchemyError", "StripeError", "TransportError"}
)
_TEXTS = frozenset({"repr", "str"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    if is_test(source.path):
        return
    own = _own_exceptions(source)
    handlers = frozenset(route.function for route in routes(source, facts))
    for handler in source.nodes(ast.ExceptHandler):
        caught = _caught(handler)
        if handler.name is None or caught & own:
            continue
        # A hunk seldom shows whether an exception is the project's own; of Python's and those of libraries it is known.
        unknown = source.basis is Basis.FRAGMENT and not any(
            hasattr(builtins, name) or name in _OF_LIBRARIES or source.qualified(ast.Name(name, ast.Load()))
            for name in caught
        )
        leaks = [*_leaks(source, handler.body, handler.name), *_returned(source, handler, handlers)]
        for leak, call in leaks:
            serious = bool(caught & _BROAD) or not caught or (call is not None and _is_server_error(call))
            if serious or not unknown:
                yield _finding(leak, serious=serious, likely=not caught & _OFTEN_OWN)
    for function in source.functions():
        name = _told_of_all(source, function)
        for leak, _ in _leaks(source, function.body, name) if name is not None else ():
            yield _finding(leak, serious=True, likely=True)


def _leaks(source: Source, body: Sequence[ast.stmt], name: str) -> Iterator[tuple[ast.expr, ast.Call]]:
    """Each part of an answer that is the text of the exception `name`, with the answer."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    # `message = f"...: {error}"` is the exception's text under another name.
    texts = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and _is_text_of(node.value, name)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes:
        leak = _leak(source, node, name, texts) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and leak is not None:
            yield leak, node


def _returned(
    source: Source, handler: ast.ExceptHandler, routes_here: Container[ast.AST]
) -> Iterator[tuple[ast.expr, None]]:
    """The exception's text in a dict that a route returns, which is its answer."""
    for node in (node for statement in handler.body for node in ast.walk(statement)):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
            function = source.function_of(node)
            if function is not None and function in routes_here:
                yield from ((part, None) for part in ast.walk(node.value) if _is_leak(part, handler.name or ""))


def _is_leak(part: ast.AST, name: str) -> TypeGuard[ast.expr]:
    return isinstance(part, ast.expr) and _is_text_of(part, name)


def _told_of_all(source: Source, function: FunctionNode) -> str | None:
    """The parameter of an exception handler that is given every exception, as FastAPI calls it; else None."""
    arguments = function.args.args
    if len(arguments) != 2 or source.class_of(function) is not None:  # noqa: PLR2004  the request and the exception
        return None
    request, error = arguments
    is_request = request.annotation is not None and last_name(request.annotation) == "Request"
    broad = error.annotation is not None and last_name(error.annotation) in _BROAD
    return error.arg if is_request and broad else None


def _finding(leak: ast.expr, *, serious: bool, likely: bool) -> Finding:
    return Finding(
        lines_of(leak),
        f"`{ast.unparse(leak)}` sends the exception's own text to the client, with whatever it says of tables, paths or"
        " hosts; log it and send a sentence of your own",
        severity=Severity.WARNING if serious else None,
        confidence=None if serious else Confidence.MEDIUM if likely else Confidence.LOW,
    )


def _caught(handler: ast.ExceptHandler) -> frozenset[str]:
    """The last names of what the handler catches; empty for a bare one."""
    if handler.type is None:
        return frozenset()
    parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return frozenset(filter(None, map(last_name, parts)))


def _own_exceptions(source: Source) -> frozenset[str]:
    """Exceptions that the project itself defines, as far as the source shows: their text is written to be read."""
    package = source.path.partition("/")[0]
    own = {node.name for node in source.nodes(ast.ClassDef)}
    for statement in source.nodes(ast.ImportFrom):
        top = (statement.module or "").partition(".")[0]
        if statement.level or top in {package, "app", "src"} or f"/{top}/" in source.path:
            own.update(alias.asname or alias.name for alias in statement.names)
    return frozenset(own)


def _leak(source: Source, call: ast.Call, name: str, texts: Container[str]) -> ast.expr | None:
    """The part of an answer that is the text of the exception `name`, or None."""
    answer = _ANSWERS.get(source.last(call.func) or "")
    if answer is None:
        return None
    word, place = answer
    value = keyword(call, word) or (call.args[place] if len(call.args) > place else None)
    parts = () if value is None else ast.walk(value)
    return next(
        (part for part in parts if _is_leak(part, name) or (isinstance(part, ast.Name) and part.id in texts)),
        None,
    )


def _is_text_of(part: ast.expr, name: str) -> bool:
    """`str(name)`, `repr(name)`, `{name}` in an f-string, `name.args` and the traceback."""
    if isinstance(part, ast.Call):
        if last_name(part.func) == "format_exc":
            return True
        return last_name(part.func) in _TEXTS and len(part.args) == 1 and _is_name(part.args[0], name)
    if isinstance(part, ast.Attribute):
        return part.attr == "args" and _is_name(part.value, name)
    return isinstance(part, ast.JoinedStr) and any(
        isinstance(value, ast.FormattedValue) and _is_name(value.value, name) for value in part.values
    )


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_server_error(call: ast.Call) -> bool:
    """Whether the answer's status is 5xx, by its number or by its name."""
    status = keyword(call, "status_code")
    if status is None and call.args and last_name(call.func) == "HTTPException":
        status = call.args[0]
    if status is None:
        return False
    text = str(status.value) if isinstance(status, ast.Constant) else last_name(status) or ""
    return text.startswith(("5", "HTTP_5", "INTERNAL_SERVER_ERROR", "BAD_GATEWAY", "SERVICE_UNAVAILABLE"))


RULE = Rule(
    code="BW205",
    name="error-detail-leak",
    kind="error-detail-leak",
    severity=Severity.INFO,
    summary="An exception's own text is sent to the client, which tells strangers about tables, paths and hosts.",
    check_source=_check,
)
