"""How a project speaks to its database: the kind of its session and of its models, what routes call the session."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from backwright.scaffold.statements import made_by

Models = Literal["mapped", "column", "sqlmodel"]

# What unannotated dependencies are called, and what they call to get a session.
_NAMES = re.compile(r"(get_|provide_|yield_|with_)?(db|database|session)(_session|_conn(ection)?)?")
_MAKERS = re.compile(r"(?i:(?!async).*session(local|s|_?maker|_?factory)?)")
_COMMITS = frozenset({"commit", "begin", "transaction"})


@dataclass(frozen=True, slots=True)
class Database:
    """What the templates know under the name `p.database`.

    Args:
        sync: whether the session blocks; then all that uses it is plain `def`.
        module: where the class of the session comes from.
        models: how the classes of tables are written: `Mapped[...]`, plain `Column(...)`, or SQLModel's.
        untyped: whether type checkers take the base for a variable, as they do with `declarative_base()`.
        alias: what routes annotate the session with, such as `SessionDep`, and its module.
    """

    sync: bool = False
    module: str = "sqlalchemy.ext.asyncio"
    models: Models = "mapped"
    untyped: bool = False
    alias: tuple[str, str] | None = None

    @property
    def session(self) -> str:
        """The name of the class of the session."""
        return "Session" if self.sync else "AsyncSession"

    @property
    def sqlmodel(self) -> bool:
        """Whether the classes of tables are SQLModel's."""
        return self.models == "sqlmodel"

    @property
    def run(self) -> str:
        """The method of the session that runs a statement; SQLModel asks for another one than SQLAlchemy."""
        return "exec" if self.sqlmodel and self.module.startswith("sqlmodel") else "execute"

    def table_of(self, cls: str, table: str) -> str:
        """The table of a class as an expression; to type checkers, `__table__` is no table for certain."""
        return f'{cls}.metadata.tables["{table}"]'

    def expression(self, attribute: str) -> str:
        """An attribute of a class of a table as an expression of SQL: to type checkers, SQLModel's is its value."""
        return f"col({attribute})" if self.sqlmodel else attribute


@dataclass(frozen=True, slots=True)
class SessionSource:
    """A dependency that yields a session.

    Args:
        path: where it is.
        line: where in it.
        name: what it is called.
        commits: whether it commits.
        sync: whether its session blocks.
        module: where the class of the session comes from.
    """

    path: str
    line: int
    name: str
    commits: bool
    sync: bool
    module: str


def session_makers(tree: ast.Module) -> dict[str, bool]:
    """The names of what makes sessions in a module, and whether those block."""
    found: dict[str, bool] = {}
    for statement in tree.body:
        name = made_by(statement, {"async_sessionmaker", "sessionmaker"})
        if name is not None:
            said = ast.unparse(statement)
            found[name] = "async_sessionmaker" not in said and "AsyncSession" not in said
    return found


def session_of(
    statement: ast.stmt, path: str, imports: Mapping[str, str], makers: Mapping[str, bool]
) -> SessionSource | None:
    """What a statement is, where it is a dependency that yields a session.

    Args:
        statement: of the module's top level, or of a class.
        path: the module's.
        imports: the modules that its names come from.
        makers: what makes sessions in the module, and whether those block.
    """
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) or statement.decorator_list:
        return None
    yielded = {ast.unparse(node.value) for node in _own(statement) if isinstance(node, ast.Yield) and node.value}
    sync = isinstance(statement, ast.FunctionDef)
    name = "Session" if sync else "AsyncSession"
    said = ast.unparse(statement.returns) if statement.returns is not None else ""
    if not yielded or not (re.search(rf"\b{name}\b", said) or yielded & _opened(statement, makers, sync=sync)):
        return None
    commits = {node.attr for node in ast.walk(statement) if isinstance(node, ast.Attribute)} & _COMMITS
    usual = "sqlalchemy.orm" if sync else "sqlalchemy.ext.asyncio"
    module = imports.get(name, usual)
    known = module if module.startswith(("sqlalchemy", "sqlmodel")) else usual
    return SessionSource(path, statement.lineno, statement.name, bool(commits), sync, known)


def session_named(node: ast.stmt, path: str, name: str) -> SessionSource:
    """A dependency that someone says yields a session. Where it cannot be seen that it commits, the operation does."""
    sync = isinstance(node, ast.FunctionDef)
    usual = "sqlalchemy.orm" if sync else "sqlalchemy.ext.asyncio"
    return SessionSource(path, node.lineno, name, commits=False, sync=sync, module=usual)


def _own(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _opened(function: ast.FunctionDef | ast.AsyncFunctionDef, makers: Mapping[str, bool], *, sync: bool) -> set[str]:
    """The names that a function gives to sessions: `session` of `with SessionLocal() as session`."""
    found: set[str] = set()
    for node in _own(function):
        pairs: list[tuple[ast.expr, ast.expr | None]] = []
        if isinstance(node, ast.withitem):
            pairs.append((node.context_expr, node.optional_vars))
        if isinstance(node, ast.Assign):
            pairs.append((node.value, node.targets[0]))
        for made, name in pairs:
            called = ast.unparse(made.func) if isinstance(made, ast.Call) else ""
            fits = makers.get(called.partition(".")[0]) == sync or (sync and _makes(called, function.name))
            if fits and isinstance(name, ast.Name):
                found.add(name.id)
    return found


def _makes(called: str, dependency: str) -> bool:
    """Whether this makes sessions by its name, in a dependency that is called as such a one."""
    return bool(_MAKERS.fullmatch(called.rpartition(".")[2]) and _NAMES.fullmatch(dependency))


def alias_of(statement: ast.stmt) -> tuple[str, str] | None:
    """`SessionDep = Annotated[Session, Depends(get_db)]`: its name, and that of the dependency."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    value = getattr(statement, "value", None)
    if not isinstance(target, ast.Name) or not isinstance(value, ast.Subscript):
        return None
    if ast.unparse(value.value).rpartition(".")[2] != "Annotated" or not isinstance(value.slice, ast.Tuple):
        return None
    kind, *more = value.slice.elts
    depends = more[0] if len(more) == 1 else None
    plain = isinstance(depends, ast.Call) and len(depends.args) == 1 and not depends.keywords
    session = ast.unparse(kind).rpartition(".")[2] in {"Session", "AsyncSession"}
    if not session or not plain or not isinstance(depends, ast.Call):
        return None
    if ast.unparse(depends.func).rpartition(".")[2] != "Depends":
        return None
    return target.id, ast.unparse(depends.args[0]).rpartition(".")[2]


def table_style(statement: ast.stmt) -> Models | None:
    """How a class of a table is written; None where the statement is none."""
    if not isinstance(statement, ast.ClassDef):
        return None
    if any(each.arg == "table" and ast.unparse(each.value) == "True" for each in statement.keywords):
        return "sqlmodel"
    styles: set[Models] = set()
    for node in statement.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).partition("[")[0].endswith("Mapped"):
            styles.add("mapped")
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            called = ast.unparse(node.value.func).partition("[")[0].rpartition(".")[2]
            styles |= {"mapped"} if called == "mapped_column" else {"column"} if called == "Column" else set()
    return "mapped" if "mapped" in styles else "column" if styles else None
