"""What a Flask project is, read from its syntax trees; the project itself is never imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError
from backwright.scaffold.mount import Site
from backwright.scaffold.project import MAX_SOURCE_BYTES, Application, Evidence, Symbol, sources
from backwright.scaffold.statements import is_mount, last_name, made_by

_SIGNS = re.compile(
    rb"Flask|OpenAPI|Blueprint|blueprint|SQLAlchemy|Alchemical|sessionmaker|scoped_session|errorhandler|_required|create_all|flask_|apif"
)
_GUARD = re.compile(r"(login|jwt|token|auth|auth_token)_required")
_HANDLERS = frozenset(["errorhandler", "app_errorhandler", "register_error_handler"])
_MAKERS = frozenset(["sessionmaker", "scoped_session"])
_APPLICATIONS = frozenset(["Flask", "OpenAPI", "APIFlask"])
# Libraries that document, or answer the errors of, what is made with them only.
_STYLES = frozenset(["apiflask", "apifairy", "flask_openapi3", "flask_restful", "flask_restx", "flask_smorest"])

_DATABASES = {"SQLAlchemy": "Flask-SQLAlchemy", "Alchemical": "Alchemical"}

Block = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(slots=True)
class FlaskFacts:
    """What reading found; lists, so that the caller sees whether a thing is there once.

    Args:
        applications: where blueprints are, or could be, registered.
        databases: objects of Flask-SQLAlchemy, and of Alchemical, each with which of the two it is.
        makers: `sessionmaker`s and `scoped_session`s at module level, each with which of the two it is.
        blueprints: the names of the blueprints, each with its place.
        prefixes: the `url_prefix` of each registration, empty where there is none.
        handlers: where errors of HTTP are answered by the application itself.
        guards: decorators that ask who calls, each with its place.
        csrf: where forms are guarded against forgery.
        styles: other ways of writing endpoints that the project has, each with its place.
        creates: where tables are made without a migration.
        removes: whether something gives scoped sessions back at the end of a request.
        scripts: modules that can be run, each with the line that says so.
    """

    applications: list[Application] = field(default_factory=list)
    databases: list[tuple[Symbol, str]] = field(default_factory=list)
    makers: list[tuple[Symbol, str]] = field(default_factory=list)
    blueprints: dict[str, str] = field(default_factory=dict)
    prefixes: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    guards: dict[str, str] = field(default_factory=dict)
    csrf: list[str] = field(default_factory=list)
    styles: dict[str, str] = field(default_factory=dict)
    creates: list[str] = field(default_factory=list)
    removes: bool = False
    scripts: dict[str, int] = field(default_factory=dict)

    def evidence(self) -> tuple[Evidence, ...]:
        """Each conclusion with its place."""
        found = [Evidence("application", a.site.receiver, f"{a.path}:{a.site.line}") for a in self.applications]
        found += [Evidence(kind, d.name, f"{d.path}:{d.line}") for d, kind in self.databases]
        found += [Evidence(kind, m.name, f"{m.path}:{m.line}") for m, kind in self.makers]
        found += [Evidence("blueprint", name, place) for name, place in self.blueprints.items()]
        found += [Evidence("error handler", "HTTPException", place) for place in self.handlers]
        found += [Evidence("guard", name, place) for name, place in self.guards.items()]
        return tuple(found)


def read_flask(root: Path) -> FlaskFacts:
    """What the files under `root` say; a file that cannot be read says nothing.

    Raises:
        UnsupportedProjectError: there are more files than can be read.
    """
    facts = FlaskFacts()
    for path in sources(root):
        try:
            data = read_bounded(path, MAX_SOURCE_BYTES)
            if _SIGNS.search(data):
                _read_module(facts, path.relative_to(root).as_posix(), data.decode("utf-8"))
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            continue
    return facts


def flask_sites(text: str) -> list[Site]:
    """Every block of a module that makes a `Flask()` or registers blueprints on a parameter, in the order of the text.

    Raises:
        SyntaxError: the module does not parse.
    """
    tree = ast.parse(text)
    blocks: list[Block] = [tree, *(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))]
    lines = text.split("\n")
    return [site for block in blocks for site in _sites(block, lines)]


def _sites(block: Block, lines: Sequence[str]) -> Iterator[Site]:
    parameters = [] if isinstance(block, ast.Module) else [each.arg for each in block.args.args]
    made = [name for statement in block.body if (name := made_by(statement, _APPLICATIONS))]
    for receiver in dict.fromkeys([*made, *parameters]):
        mounts = [statement for statement in block.body if is_mount(statement, receiver, "register_blueprint")]
        if mounts:
            yield _beside(block, receiver, mounts, lines)
        elif receiver in made:
            yield _alone(block, receiver, lines)


def _beside(block: Block, receiver: str, mounts: Sequence[ast.stmt], lines: Sequence[str]) -> Site:
    """After the siblings, imported where they are."""
    last = mounts[-1]
    line = last.end_lineno or last.lineno
    inner = [n for n in block.body if isinstance(n, ast.Import | ast.ImportFrom) and n.lineno < last.lineno]
    imports = None
    # A module that makes the application at its top imports its blueprints below it, because they import it.
    below = [n for n in inner if n.lineno > _made_at(block, receiver)] if isinstance(block, ast.Module) else inner
    if below:
        between = any(node.lineno > mounts[0].lineno for node in below)
        imports = line if between else max(node.end_lineno or node.lineno for node in below)
    name = None if isinstance(block, ast.Module) else block.name
    return Site(receiver, name, line, _indent(last, lines), len(mounts), imports)


def _made_at(block: Block, receiver: str) -> int:
    return next((each.lineno for each in block.body if made_by(each, _APPLICATIONS) == receiver), 0)


def _alone(block: Block, receiver: str, lines: Sequence[str]) -> Site:
    """At the end, where all that the blueprints may need is there; imported there, because they may import this."""
    body = list(block.body)
    while len(body) > 1 and (isinstance(body[-1], ast.Return) or _is_main(body[-1])):
        body.pop()
    # What is imported after `create_all()` gets no table.
    made = next((number for number, each in enumerate(body) if _creates(each)), 0)
    body = body[:made] or body
    line = body[-1].end_lineno or body[-1].lineno
    name = None if isinstance(block, ast.Module) else block.name
    return Site(receiver, name, line, _indent(body[-1], lines), 0, line)


def _creates(statement: ast.stmt) -> bool:
    inner = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)] if not inner else []
    return any(last_name(call.func) == "create_all" for call in calls)


def _is_main(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test)


def _indent(statement: ast.stmt, lines: Sequence[str]) -> str:
    line = lines[statement.lineno - 1]
    return line[: len(line) - len(line.lstrip())]


def _read_module(facts: FlaskFacts, path: str, text: str) -> None:
    tree = ast.parse(text)
    facts.applications += [Application(path, site) for site in flask_sites(text)]
    for statement in tree.body:
        _read_statement(facts, statement, path)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
            if module.partition(".")[0] in _STYLES:
                facts.styles.setdefault(module.partition(".")[0], f"{path}:{node.lineno}")
        elif isinstance(node, ast.Call):
            _read_call(facts, node, path)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for each in node.decorator_list:
                guard = last_name(each.func if isinstance(each, ast.Call) else each) or ""
                if _GUARD.fullmatch(guard):
                    facts.guards.setdefault(guard, f"{path}:{each.lineno}")


def _read_statement(facts: FlaskFacts, statement: ast.stmt, path: str) -> None:
    for maker_of, database in _DATABASES.items():
        name = made_by(statement, {maker_of})
        if name is not None:
            facts.databases.append((Symbol(path, statement.lineno, name), database))
    maker = made_by(statement, _MAKERS)
    if maker is not None and isinstance(statement, ast.Assign | ast.AnnAssign):
        kind = last_name(statement.value.func) if isinstance(statement.value, ast.Call) else None
        facts.makers.append((Symbol(path, statement.lineno, maker), kind or ""))
    if _is_main(statement):
        facts.scripts[path] = statement.lineno


def _read_call(facts: FlaskFacts, node: ast.Call, path: str) -> None:
    name, place = last_name(node.func), f"{path}:{node.lineno}"
    first = node.args[0] if node.args else None
    if name == "Blueprint" and isinstance(first, ast.Constant) and isinstance(first.value, str):
        facts.blueprints.setdefault(first.value, place)
    elif name == "register_blueprint":
        given = next((each.value for each in node.keywords if each.arg == "url_prefix"), None)
        facts.prefixes.append(given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else "")
    elif name == "create_all":
        facts.creates.append(place)
    elif name == "remove" and not node.args:
        facts.removes = True
    elif name == "CSRFProtect":
        facts.csrf.append(place)
    elif name in _HANDLERS and first is not None and last_name(first) == "HTTPException":
        facts.handlers.append(place)
