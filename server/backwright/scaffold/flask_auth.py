"""How a Flask application says who calls: the decorator of its views, read from its syntax trees."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError, UnsupportedProjectError
from backwright.scaffold.features import Auth
from backwright.scaffold.field import json_literal
from backwright.scaffold.flask_decorators import Decorator, read_decorator
from backwright.scaffold.names import counted
from backwright.scaffold.project import MAX_SOURCE_BYTES, Facts, sources
from backwright.scaffold.relations import module_of
from backwright.scaffold.statements import last_name, made_by

_SIGNS = re.compile(rb"_required|require|authenticat|protected|HTTP\w*Auth|MultiAuth|decorators")
_GUARD = re.compile(
    r"(login|jwt|token|auth|auth_token|access_token|api_key|apikey|user|signed_in|authentication)_required|"
    r"requires?_(login|token|auth|user|api_key|jwt|authentication)|authenticated|protected|logged_in|signed_in"
)
_SCOPED = re.compile(r"(scopes?|permissions?|roles?)_required|(requires?|has)_(scopes?|permissions?|roles?)")
_HTTP = {"HTTPTokenAuth": "token", "HTTPBasicAuth": "basic", "MultiAuth": "home"}
_LIBRARIES = {"flask_login": "login", "flask_jwt_extended": "jwt"}
_LISTS = {"decorators", "method_decorators"}


@dataclass(frozen=True, slots=True)
class FlaskGuard:
    """The decorator that views of a resource with authorization have.

    Args:
        kind: what it is made with: `own` of the template, `login` of Flask-Login, `jwt` of Flask-JWT-Extended, `token`
            or `basic` of Flask-HTTPAuth, or `home`, any other.
        expression: the decorator, without its `@`.
        imports: what it needs.
        scoped: the decorator that asks for a scope, with `{scope}` in it; None where there is none.
        scope_imports: what that needs.
        stacked: whether that one asks for the scope only, so that it stands below the other.
        caller: an expression for what tells one caller from another, a string; empty where nothing does.
        caller_imports: what that needs.
        object: the object of Flask-HTTPAuth, or the attribute of `g` that is the caller.
        module: where the object of Flask-HTTPAuth is.
        passes: whether the view is given the caller as its first argument.
        notes: what it was chosen by, and what is doubtful.
    """

    kind: str
    expression: str
    imports: tuple[str, ...]
    scoped: str | None = None
    scope_imports: tuple[str, ...] = ()
    stacked: bool = False
    caller: str = ""
    caller_imports: tuple[str, ...] = ()
    object: str = ""
    module: str = ""
    passes: bool = False
    notes: tuple[str, ...] = ()

    def lines(self, scope: str | None) -> list[str]:
        """The decorators of a view that asks for this scope, the outer first."""
        if scope is None or self.scoped is None:
            return [self.expression]
        asked = self.scoped.replace("{scope}", json_literal(scope))
        return [self.expression, asked] if self.stacked else [asked]

    def lines_of_imports(self, auth: Auth) -> list[str]:
        """What the decorators of all views need."""
        scoped = self.scope_imports if auth.scopes else ()
        return list(dict.fromkeys([*self.imports, *scoped]))


def own_guard(module: str) -> FlaskGuard:
    """That of a project that the template made."""
    return FlaskGuard(
        kind="own",
        expression="signed_in()",
        imports=(f"from {module} import signed_in",),
        scoped="signed_in({scope})",
        caller="current_principal().subject",
        caller_imports=(f"from {module} import current_principal",),
    )


@dataclass(slots=True)
class _Found:
    """What reading found; places are `path:line`."""

    objects: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    """Objects of Flask-HTTPAuth: kind, path, line."""
    roles: set[str] = field(default_factory=set)
    made: dict[str, tuple[str, Decorator]] = field(default_factory=dict)
    """Decorators of the application's own, with the path."""
    foreign: dict[str, str] = field(default_factory=dict)
    """Decorators of libraries, with the module."""
    forms: dict[str, Counter[str]] = field(default_factory=dict)
    """How each is written, and how often."""
    scoped: dict[str, list[ast.Call]] = field(default_factory=dict)

    def use(self, name: str, form: str) -> None:
        self.forms.setdefault(name, Counter())[form] += 1

    def uses(self, name: str) -> int:
        return sum(self.forms.get(name, Counter()).values())


def find_guard(root: Path, wanted: Auth, facts: Facts) -> FlaskGuard:
    """The decorator that the views of a resource with this authorization hang on.

    Raises:
        UnsupportedProjectError: there is none, it cannot be told which, or it does not know the scopes.
    """
    found = _read(root)
    candidates = [*(_of_object(found, name, facts) for name in found.objects), *_of_functions(found, facts)]
    if not candidates:
        raise UnsupportedProjectError(
            "the project has no decorator that says who calls, such as login_required or token_auth.login_required",
            hint="write it first, or leave auth out; one is never invented in a project that is there",
        )
    # Sessions of browsers are for pages; where there is something for an API, it is meant for this.
    ranked = sorted(candidates, key=lambda each: (each[1].kind == "login", -each[0], each[1].expression))
    uses, best = ranked[0]
    rivals = [guard for n, guard in ranked[1:] if n == uses and (guard.kind == "login") == (best.kind == "login")]
    if rivals:
        raise UnsupportedProjectError(
            f"which of these says who calls cannot be told: {', '.join(each.expression for each in (best, *rivals))}",
            hint="use one of them on more views than the other, or leave auth out and add it by hand",
        )
    notes = [f"auth hangs on @{best.expression} ({best.notes[0]}), which {counted(uses, 'view has', 'views have')}"]
    if len(ranked) > 1:
        others = ", ".join(f"@{guard.expression} ({guard.notes[0]})" for _, guard in ranked[1:])
        notes.append(f"is that right? There are {others} as well")
    if best.kind == "login":
        notes.append("Flask-Login sends who is not signed in to `login_view` where that is set; an API answers 401")
    return _with_scopes(replace(best, notes=tuple(notes)), wanted, found, facts)


def _with_scopes(guard: FlaskGuard, wanted: Auth, found: _Found, facts: Facts) -> FlaskGuard:
    if not wanted.scopes or guard.scoped is not None:
        return guard
    named = [name for name in found.scoped if name in found.made]
    if len(named) != 1:
        raise UnsupportedProjectError(
            f"@{guard.expression} takes no scopes, so {', '.join(wanted.scopes)} would not be enforced",
            hint="give the application one decorator such as scope_required(name), or `get_user_roles` in "
            "Flask-HTTPAuth; or leave read and write out of auth: then signing in is enough",
        )
    name = named[0]
    path, decorator = found.made[name]
    odd = next((call for call in found.scoped[name] if not _is_text(call)), None)
    if odd is not None or not decorator.factory or not decorator.wraps:
        said = f"@{ast.unparse(odd)}" if odd is not None else f"{name} ({path}:{decorator.line})"
        raise UnsupportedProjectError(
            f"{said} takes no scope as a text, so {', '.join(wanted.scopes)} cannot be given to it",
            hint="leave read and write out of auth and add the permission by hand",
        )
    home = guard.kind == "home"
    # Its insides are the application's, so that the tests stand in for it, and for what gave the caller with it.
    return replace(
        guard,
        kind="home",
        scoped=f"{name}({{scope}})",
        scope_imports=(f"from {module_of(path, facts)} import {name}",),
        stacked=True,
        object=guard.object if home else "",
        caller=guard.caller if home else "",
        caller_imports=guard.caller_imports if home else (),
    )


def _is_text(call: ast.Call) -> bool:
    given = call.args
    return bool(given) and all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in given)


def _of_object(found: _Found, name: str, facts: Facts) -> tuple[int, FlaskGuard]:
    kind, path, line = found.objects[name]
    module = module_of(path, facts)
    imported = (f"from {module} import {name}",)
    known = kind != "home"
    guard = FlaskGuard(
        kind=kind,
        expression=f"{name}.login_required",
        imports=imported,
        scoped=f"{name}.login_required(role={{scope}})" if name in found.roles and known else None,
        caller=f"caller_id({name}.current_user())" if known else "",
        object=name if known else "",
        module=module if known else "",
        notes=(f"{path}:{line}",),
    )
    return found.uses(name), guard


def _of_functions(found: _Found, facts: Facts) -> Iterator[tuple[int, FlaskGuard]]:
    for name, (path, made) in found.made.items():
        if _GUARD.fullmatch(name):
            yield found.uses(name), _home(name, path, made, found, facts)
    for name, module in found.foreign.items():
        kind = _LIBRARIES.get(module.partition(".")[0], "home")
        form = found.forms[name].most_common(1)[0][0]
        caller, needs = {
            "login": ("str(current_user.get_id())", "from flask_login import current_user"),
            "jwt": ("str(get_jwt_identity())", "from flask_jwt_extended import get_jwt_identity"),
        }.get(kind, ("", ""))
        imports = (needs,) if needs else ()
        yield (
            found.uses(name),
            FlaskGuard(
                kind=kind,
                expression=form,
                imports=(f"from {module} import {name}",),
                caller=caller,
                caller_imports=imports,
                notes=(module,),
            ),
        )


def _home(name: str, path: str, made: Decorator, found: _Found, facts: Facts) -> FlaskGuard:
    place = f"{path}:{made.line}"
    if not made.wraps:
        raise UnsupportedProjectError(
            f"the decorator {name} ({place}) does not use functools.wraps, so that all views would have one name",
            hint="put @wraps(view) on the function inside it, or leave auth out and add it by hand",
        )
    if made.passes > 1:
        raise UnsupportedProjectError(
            f"the decorator {name} ({place}) gives its view {made.passes} arguments of its own",
            hint="leave auth out and add it by hand",
        )
    form = found.forms.get(name, Counter({f"{name}()" if made.factory else name: 1})).most_common(1)[0][0]
    caller = "caller_id(caller)" if made.passes else f"caller_id(g.{made.attribute})" if made.attribute else ""
    return FlaskGuard(
        kind="home",
        expression=form,
        imports=(f"from {module_of(path, facts)} import {name}",),
        caller=caller,
        caller_imports=("from flask import g",) if caller and not made.passes else (),
        object="" if made.passes else made.attribute,
        passes=made.passes == 1,
        notes=(place,),
    )


def _read(root: Path) -> _Found:
    found = _Found()
    for path in sources(root):
        try:
            data = read_bounded(path, MAX_SOURCE_BYTES)
            if _SIGNS.search(data):
                _read_module(found, ast.parse(data.decode("utf-8")), path.relative_to(root).as_posix())
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            continue
    # A name of the application's own is that, wherever it is imported from.
    found.foreign = {name: module for name, module in found.foreign.items() if name not in found.made}
    return found


def _read_module(found: _Found, tree: ast.Module, path: str) -> None:
    foreign = {
        alias.asname or alias.name: node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 0
        for alias in node.names
    }
    for statement in tree.body:
        name = made_by(statement, _HTTP)
        if name is not None and isinstance(statement, ast.Assign | ast.AnnAssign):
            kind = last_name(statement.value.func) if isinstance(statement.value, ast.Call) else None
            found.objects[name] = (_HTTP[kind or ""], path, statement.lineno)
        if isinstance(statement, ast.FunctionDef) and (_GUARD.fullmatch(statement.name) or _is_scoped(statement)):
            decorator = read_decorator(statement)
            if decorator is not None:
                found.made[statement.name] = (path, decorator)
    for each in _decorators(tree):
        _read_use(found, each, foreign)


def _is_scoped(statement: ast.FunctionDef) -> bool:
    return _SCOPED.fullmatch(statement.name) is not None


def _decorators(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from node.decorator_list
        elif isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in _LISTS for t in node.targets):
            yield from node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else ()


def _read_use(found: _Found, node: ast.expr, foreign: dict[str, str]) -> None:
    call = node if isinstance(node, ast.Call) else None
    called = call.func if call is not None else node
    name = last_name(called) or ""
    if isinstance(called, ast.Attribute):
        if isinstance(called.value, ast.Name) and name == "login_required":
            found.use(called.value.id, "")
        elif isinstance(called.value, ast.Name) and name == "get_user_roles":
            found.roles.add(called.value.id)
        return
    if name == "authenticate" and call is not None and call.args and isinstance(call.args[0], ast.Name):
        # The decorator of APIFairy stands for that of the object that it is given.
        found.use(call.args[0].id, "")
    elif _SCOPED.fullmatch(name) and call is not None:
        found.scoped.setdefault(name, []).append(call)
    elif _GUARD.fullmatch(name) and _is_plain(call):
        found.use(name, ast.unparse(node))
        if name in foreign:
            found.foreign.setdefault(name, foreign[name])


def _is_plain(call: ast.Call | None) -> bool:
    """Whether a decorator is written so that it means the same elsewhere: without what makes it optional."""
    return call is None or (not call.keywords and all(isinstance(each, ast.Constant) for each in call.args))
