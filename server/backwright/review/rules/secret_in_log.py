"""BW404: a log call writes a password, a token or a key."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_script, is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import method, receiver, text_of
from backwright.review.secret_text import names_secret
from backwright.review.source import Source, last_name, lines_of

_LEVELS = frozenset(
    {"debug", "info", "warning", "warn", "error", "critical", "exception", "log", "trace", "success", "notice", "fatal"}
)
_LOGGERS = frozenset({"log", "logger", "logging", "_log", "_logger", "audit_log"})
_SHOWS = frozenset({"str", "repr", "format", "dumps", "join"})
_AMBIGUOUS = frozenset({"token", "credential", "credentials"})  # a word of a text, or an object that masks itself
_SAYS_TOKEN = re.compile(
    r"(verif\w*|reset|auth\w*|access|bearer|refresh|api|session|login|invit\w*|jwt|csrf|secret)[\s_-]+token",
    re.IGNORECASE,
)


def _is_log_call(call: ast.Call) -> bool:
    owner = receiver(call)
    if isinstance(owner, ast.Call):
        return method(call) in _LEVELS and last_name(owner.func) in {"getLogger", "get_logger", "bind"}
    return method(call) in _LEVELS and owner is not None and (last_name(owner) or "").lower() in _LOGGERS


def _is_print(source: Source, call: ast.Call) -> bool:
    """Whether the call prints in a service, whose output is its log."""
    return isinstance(call.func, ast.Name) and call.func.id == "print" and not is_script(source.path)


def _parts(node: ast.expr) -> list[ast.expr] | None:
    """The expressions that a formatting one shows; None for one that is shown itself.

    Any call but a formatting one may mask its argument.
    """
    if isinstance(node, ast.JoinedStr):
        return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    if isinstance(node, (ast.Tuple, ast.List)):
        return node.elts
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Call) and last_name(node.func) in _SHOWS:
        return [*node.args, *(keyword.value for keyword in node.keywords)]
    return None


def _shown(values: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """The expressions whose text ends up in the log line, in the order of the text."""
    stack = list(values)[::-1]
    while stack:
        node = stack.pop()
        parts = _parts(node)
        if parts is None:
            yield node
        else:
            stack.extend(reversed(parts))


def _named(node: ast.expr) -> str | None:
    """The name under which the shown value is held: a variable, an attribute, a key, or what `get` asks for."""
    if isinstance(node, ast.Subscript):
        return text_of(node.slice)
    if isinstance(node, ast.Call) and node.args and method(node) == "get":
        return text_of(node.args[0])
    return last_name(node)


def _says_token(call: ast.Call) -> bool:
    """Whether the text of the log line calls what it shows the token of something."""
    texts = (node.value for node in ast.walk(call) if isinstance(node, ast.Constant))
    return any(_SAYS_TOKEN.search(text) for text in texts if isinstance(text, str))


def _secret(node: ast.expr, *, token: bool) -> str | None:
    """How the secret is called that the expression shows, or None; `token` tells whether a bare `token` is one."""
    if isinstance(node, ast.Call) and method(node) == "get_secret_value":
        return "get_secret_value()"
    name = _named(node)
    if name is None or name.lower() in _AMBIGUOUS:
        return name if token and name == "token" else None
    return name if names_secret(name) or name.lower() in {"authorization", "proxy-authorization"} else None


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if is_test(source.path):
        return
    for call in source.calls():
        printed = _is_print(source, call)
        if not printed and not _is_log_call(call):
            continue
        values = (*call.args, *(argument.value for argument in call.keywords))
        token = _says_token(call)
        found = next(
            ((node, name) for node in _shown(values) if (name := _secret(node, token=token)) is not None), None
        )
        if found is not None:
            node, name = found
            yield Finding(
                (node.lineno, *lines_of(call)),
                f"`{name}` is written to the log, where everyone who reads logs can use it; "
                "leave it out, or log that it is there",
                confidence=Confidence.MEDIUM if printed or isinstance(node, ast.Attribute) else None,
            )


RULE = Rule(
    code="BW404",
    name="secret-in-log",
    kind="secret-in-log",
    severity=Severity.WARNING,
    summary="A password, token or key written to the log: logs are copied, kept and read more widely than secrets.",
    check_source=_check,
)
