"""BW401: a secret in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_example, is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import text_of
from backwright.review.secret_text import (
    find_format,
    find_password,
    is_placeholder,
    looks_random,
    looks_typed,
    mask,
    names_secret,
)
from backwright.review.source import Source, last_name, lines_of

_ADVICE = "whoever reads the repository has it; revoke it and read it from the settings"


def _is_docstring(source: Source, node: ast.Constant) -> bool:
    return isinstance(source.parent(node), ast.Expr)


def _lines(source: Source, node: ast.Constant, value: str) -> tuple[int, ...]:
    """The lines of a literal, the one that shows the value first."""
    start = value.partition("\n")[0]
    return tuple(sorted(lines_of(node), key=lambda line: start not in source.lines.get(line, "")))


def _published(source: Source) -> Iterator[Finding]:
    """Strings that have the format of a provider's secret, or are a connection string with a password."""
    lenient = is_test(source.path) or is_example(source.path)
    for node in source.nodes(ast.Constant):
        text = text_of(node)
        if text is None or len(text) < 10:  # noqa: PLR2004  # no format is shorter
            continue
        found = find_format(text)
        if found is not None:
            secret, value = found
            if secret.exact or not (lenient or _is_docstring(source, node)):
                yield Finding(
                    _lines(source, node, value),
                    f"`{mask(value)}` in the source is a secret ({secret.name}): {_ADVICE}",
                    severity=Severity.WARNING if lenient else None,
                    confidence=Confidence.LOW if lenient else None,
                )
        elif not lenient and not _is_docstring(source, node) and (password := find_password(text)):
            yield Finding(
                _lines(source, node, password),
                f"`{mask(password)}` in the source is the password of a connection string: {_ADVICE}",
            )


def _named(source: Source) -> Iterator[tuple[str, ast.expr | None]]:
    """Every pair of a name and the value that the source gives to it."""
    for assign in source.nodes(ast.Assign):
        yield from ((_name(target), assign.value) for target in assign.targets)
    for annotated in source.nodes(ast.AnnAssign):
        yield _name(annotated.target), annotated.value
    for argument in source.nodes(ast.keyword):
        yield argument.arg or "", argument.value
    for table in source.nodes(ast.Dict):
        yield from ((text_of(key) or "", value) for key, value in zip(table.keys, table.values, strict=True))
    for function in source.functions():
        positional = [*function.args.posonlyargs, *function.args.args]
        defaults = function.args.defaults
        pairs = zip(positional[len(positional) - len(defaults) :], defaults, strict=True)
        yield from ((parameter.arg, default) for parameter, default in pairs)
        yield from (
            (p.arg, default) for p, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        )


def _name(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        return text_of(target.slice) or ""
    return last_name(target) or ""


def _unwrapped(value: ast.expr | None) -> ast.expr | None:
    """The literal inside `SecretStr("...")` and `Field("...")`, and the default of an environment look-up."""
    if not isinstance(value, ast.Call):
        return value
    place = 1 if last_name(value.func) in {"getenv", "get", "environ"} else 0
    wraps = last_name(value.func) in {"SecretStr", "SecretBytes", "Field", "getenv", "get"}
    return value.args[place] if wraps and len(value.args) > place else None


def _by_name(source: Source) -> Iterator[Finding]:
    for name, value in _named(source):
        text = text_of(_unwrapped(value)) if names_secret(name) else None
        if value is None or text is None or is_placeholder(text) or not (looks_random(text) or looks_typed(name, text)):
            continue
        if find_format(text) is None and find_password(text) is None:
            yield Finding(
                (value.lineno,),
                f"`{name}` is given the text `{mask(text)}`, which looks like a secret: {_ADVICE}",
                confidence=Confidence.MEDIUM,
            )


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    yield from _published(source)
    if not is_test(source.path) and not is_example(source.path):
        yield from _by_name(source)


RULE = Rule(
    code="BW401",
    name="hardcoded-secret",
    kind="secret-hardcoded",
    severity=Severity.ERROR,
    summary="A secret in the source: whoever can read the repository, now or later, can use it.",
    check_source=_check,
    literal=True,
)
