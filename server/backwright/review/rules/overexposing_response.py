"""BW210: a response whose model carries a password, or is the model of what is stored."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import annotated_type
from backwright.review.rules._calls import is_literal
from backwright.review.rules._fastapi import Route, routes
from backwright.review.rules._resolve import only_if_added, resolve
from backwright.review.source import Source, keyword, last_name

_SECRET = re.compile(
    r"(?:\w+_)?(?:password|passwd)(?:_(?:hash|digest|salt))?|(?:hashed|encrypted)_\w*password|(?:totp|otp|mfa)_secret"
)
_STORED = re.compile(r"\w+In(?:DB|Database)")
_LISTS = frozenset({"List", "Page", "Sequence", "list"})
_MAX_BASES = 6


def _model_of(route: Route) -> ast.expr | None:
    """The class of what a route answers: `X` of `X`, `list[X]` and `X | None`; `response_model` is the stronger."""
    given = keyword(route.decorator, "response_model")
    node = route.function.returns if given is None else given
    while node is not None:
        node = annotated_type(node)
        if not isinstance(node, ast.Subscript) or last_name(node.value) not in _LISTS:
            return node
        node = node.slice
    return None


def _is_excluded(node: ast.AnnAssign) -> bool:
    return isinstance(node.value, ast.Call) and is_literal(keyword(node.value, "exclude"), value=True)


def _secret_field(source: Source, cls: ast.ClassDef, facts: Facts, steps: int = 0) -> tuple[str, int | None] | None:
    """The field of a model or of its bases that holds a password, and its line where that is in the same file."""
    for node in cls.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            harmless = last_name(annotated_type(node.annotation)) in {"bool", "SecretStr", "datetime"}
            if _SECRET.fullmatch(node.target.id) and not harmless and not _is_excluded(node):
                return node.target.id, node.lineno
    if steps >= _MAX_BASES:
        return None
    for base in cls.bases:
        there = resolve(source, base, facts)
        if there is not None and isinstance(there[1], ast.ClassDef):
            found = _secret_field(there[0], there[1], facts, steps + 1)
            if found is not None:
                return found[0], found[1] if there[0] is source else None
    return None


def _is_table(cls: ast.ClassDef) -> bool:
    """Whether the class is mapped to a table: it names one, or says so to SQLModel."""
    assigns = (node for node in cls.body if isinstance(node, (ast.Assign, ast.AnnAssign)))
    targets = (t for node in assigns for t in (node.targets if isinstance(node, ast.Assign) else [node.target]))
    said = any(word.arg == "table" and is_literal(word.value, value=True) for word in cls.keywords)
    return said or any(last_name(target) == "__tablename__" for target in targets)


def _excludes(route: Route) -> bool:
    """Whether the route itself says which fields go out."""
    return any(keyword(route.decorator, f"response_model_{what}") is not None for what in ("exclude", "include"))


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    for route in routes(source, facts):
        model = None if _excludes(route) else _model_of(route)
        name = None if model is None else last_name(model)
        if model is None or name is None:
            continue
        given = keyword(route.decorator, "response_model")
        lines = route.lines if given is None else (given.lineno, *route.lines)
        known = only_if_added(source, lines, facts)
        there = resolve(source, model, known)
        found = None
        if there is not None and isinstance(there[1], ast.ClassDef):
            found = _secret_field(there[0], there[1], known)
        if found is not None:
            own = found[1] if there is not None and there[0] is source else None
            yield Finding(
                lines if own is None else (*lines, own),
                f"the response `{name}` carries `{found[0]}` to every caller; answer with a model that leaves it out",
            )
        elif there is not None and isinstance(there[1], ast.ClassDef) and _is_table(there[1]):
            yield Finding(
                lines,
                f"`{name}` is the table itself: every column, also one that is added later, goes out to callers;"
                " answer with a model of its own",
                confidence=Confidence.MEDIUM,
                kind="route-returns-orm",
            )
        elif _STORED.fullmatch(name):
            yield Finding(
                lines,
                f"`{name}` is named as the model of what is stored: each field that is added to it later goes out to"
                " callers; answer with a model of its own",
                confidence=Confidence.MEDIUM,
            )


RULE = Rule(
    code="BW210",
    name="overexposing-response",
    kind="response-overexposes",
    severity=Severity.WARNING,
    summary="A response model holds a password or is the storage model: secrets and internals reach every caller.",
    check_source=_check,
)
