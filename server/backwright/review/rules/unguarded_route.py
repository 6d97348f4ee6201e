"""BW211: a route that changes something has no guard, and every other one beside it has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import dotted
from backwright.review.rules._fastapi import Route, routes
from backwright.review.source import Source, keyword, last_name

_MUTATING = frozenset({"delete", "patch", "post", "put"})
_GUARD = re.compile(
    r"auth|current_?user|current_?active|logged_?in|login_?required|permission|principal|privilege|require|restrict|scope"
    r"|role|superuser|admin|api_?key|access_?token|verify|identity|owner|caller|check_access",
    re.IGNORECASE,
)
# What has to be reached before anyone is known, or is guarded by a signature over the body.
_OPEN = re.compile(
    r"login|logout|sign_?[io]n|sign_?up|regist|token|refresh|password|forgot|reset|verif|confirm|activat|callback|hook"
    r"|oauth|sso|saml|magic|public|anonymous|health|webhook|subscribe|contact|invite|accept",
    re.IGNORECASE,
)
_SIGN_UP = re.compile(r"(?:.*/)?(?:accounts?|customers?|members?|users?)/?")
_MIN_SIBLINGS = 2


def _names(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        name = last_name(inner)
        if name is not None:
            yield name


def _is_guarded(route: Route) -> bool:
    """Whether anything of the route speaks of who calls: a parameter, a dependency, a decorator or the body's calls."""
    arguments = route.function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parts: list[ast.AST] = [argument.annotation for argument in named if argument.annotation is not None]
    parts += [default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None]
    parts += [given for given in (keyword(route.decorator, "dependencies"),) if given is not None]
    parts += [other for other in route.function.decorator_list if other is not route.decorator]
    words = {argument.arg for argument in named} | {name for part in parts for name in _names(part)}
    words |= {last_name(call.func) or "" for call in ast.walk(route.function) if isinstance(call, ast.Call)}
    return any(map(_GUARD.search, words))


def _router(route: Route) -> str | None:
    return dotted(route.decorator.func.value) if isinstance(route.decorator.func, ast.Attribute) else None


def _may_have_own_guard(source: Source, router: str) -> bool:
    """Whether the router is made with dependencies, which guard all its routes, or made where nobody sees it."""
    for assign in source.nodes(ast.Assign):
        if any(dotted(target) == router for target in assign.targets) and isinstance(assign.value, ast.Call):
            return keyword(assign.value, "dependencies") is not None
    return True


def _is_open(route: Route) -> bool:
    sign_up = route.method == "post" and _SIGN_UP.fullmatch(route.path or "") is not None
    return sign_up or route.is_foreign or _OPEN.search(f"{route.path or ''} {route.function.name}") is not None


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    mutating = [route for route in routes(source, facts) if route.method in _MUTATING]
    for route in mutating:
        router = _router(route)
        if router is None or _is_guarded(route) or _is_open(route) or _may_have_own_guard(source, router):
            continue
        siblings = [other for other in mutating if other is not route and _router(other) == router]
        if len(siblings) >= _MIN_SIBLINGS and all(map(_is_guarded, siblings)):
            yield Finding(
                route.lines[:2],
                f"`{route.function.name}` changes something for any caller, while the {len(siblings)} other routes of"
                f" `{router}` that do so ask who calls; give it the same dependency, or call it public by its name",
            )


RULE = Rule(
    code="BW211",
    name="unguarded-route",
    kind="route-missing-auth",
    severity=Severity.WARNING,
    summary="A mutating route without a guard beside guarded ones: anyone who finds it can call it.",
    check_source=_check,
    confidence=Confidence.MEDIUM,
)
