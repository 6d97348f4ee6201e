"""BW205: the text of an exception sent to the client."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._paths import is_test
from backwright.review.source import Source, keyword, last_name, lines_of

# Where an answer's text stands: the keyword and the place among the positional arguments.
_ANSWERS = {
    "HTTPException": ("detail", 1),
    "JSONResponse": ("content", 0),
    "ORJSONResponse": ("content", 0),
    "PlainTextResponse": ("content", 0),
    "Response": ("content", 0),
}
_BROAD = frozenset({"BaseException", "Exception"})
_TEXTS = frozenset({"repr", "str"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    if is_test(source.path):
        return
    own = _own_exceptions(source)
    for handler in source.nodes(ast.ExceptHandler):
        caught = _caught(handler)
        if handler.name is None or caught & own:
            continue
        for call in (node for statement in handler.body for node in ast.walk(statement)):
            leak = _leak(call, handler.name) if isinstance(call, ast.Call) else None
            if isinstance(call, ast.Call) and leak is not None:
                yield _finding(leak, serious=bool(caught & _BROAD) or not caught or _is_server_error(call))


def _finding(leak: ast.expr, *, serious: bool) -> Finding:
    return Finding(
        lines_of(leak),
        f"`{ast.unparse(leak)}` sends the exception's own text to the client, with whatever it says of tables, paths or"
        " hosts; log it and send a sentence of your own",
        severity=Severity.WARNING if serious else None,
        confidence=None if serious else Confidence.LOW,
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


def _leak(call: ast.Call, name: str) -> ast.expr | None:
    """The part of an answer that is the text of the exception `name`, or None."""
    answer = _ANSWERS.get(last_name(call.func) or "")
    if answer is None:
        return None
    word, place = answer
    value = keyword(call, word) or (call.args[place] if len(call.args) > place else None)
    parts = () if value is None else ast.walk(value)
    return next((part for part in parts if isinstance(part, ast.expr) and _is_text_of(part, name)), None)


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
