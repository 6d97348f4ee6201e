"""The models of a project, read from its syntax trees: their tables, their primary keys, and what they refer to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError
from backwright.scaffold.database import table_style
from backwright.scaffold.parsing import parse
from backwright.scaffold.project import MAX_SOURCE_BYTES, sources
from backwright.scaffold.statements import unaliased

_SIGNS = re.compile(
    rb"__tablename__|primary_key|PrimaryKeyConstraint|DeclarativeBase|declarative_base|table=True|foreign_key"
)
_KINDS = {
    **dict.fromkeys(("uuid", "UUID", "Uuid", "GUID", "UUID1", "UUID4", "UUID7"), "uuid"),
    **dict.fromkeys(("int", "Integer", "SmallInteger", "INTEGER"), "int"),
    **dict.fromkeys(("BigInteger", "BIGINT"), "bigint"),
    **dict.fromkeys(("str", "String", "Text", "VARCHAR", "Unicode"), "str"),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A primary key.

    Args:
        attribute: its name in the class.
        column: its name in the table.
        kind: `uuid`, `int`, `bigint`, `str`, or empty where the source does not say.
        longest: the length of a str, where the source says it.
    """

    attribute: str
    column: str
    kind: str
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A class with a table.

    Args:
        path: where it is.
        line: where in it.
        cls: what it is called.
        table: its table.
        keys: its primary key.
        refers: what its foreign keys are to, a table or a class, each with what `ondelete` says or an empty text.
    """

    path: str
    line: int
    cls: str
    table: str
    keys: tuple[Key, ...]
    refers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Class:
    path: str
    line: int
    bases: tuple[str, ...]
    table: str | None = None
    schema: str | None = None
    keys: dict[str, Key] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    refers: tuple[tuple[str, str], ...] = ()
    abstract: bool = False


def read_models(root: Path) -> list[Model]:
    """Every class of the project that has a table, in the order of the files; what does not parse is passed over.

    Raises:
        UnsupportedProjectError: there are more files than can be read.
    """
    classes: dict[str, list[_Class]] = {}
    for path in sources(root):
        try:
            data = read_bounded(path, MAX_SOURCE_BYTES)
            if _SIGNS.search(data):
                for name, found in _classes(unaliased(parse(data.decode("utf-8"))), path.relative_to(root).as_posix()):
                    classes.setdefault(name, []).append(found)
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            continue
    return [
        Model(each.path, each.line, name, table, _keys(each, classes), each.refers)
        for name, found in classes.items()
        for each in found
        if (table := _table(name, each, classes))
    ]


def _classes(tree: ast.Module, path: str) -> Iterator[tuple[str, _Class]]:
    aliases = dict(_aliases(tree))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = tuple(ast.unparse(base).rpartition(".")[2] for base in node.bases)
            found = _Class(path, node.lineno, bases, refers=tuple(_references(node)))
            if table_style(node) == "sqlmodel":
                found.table = node.name.lower()
            for statement in node.body:
                _read_statement(found, statement, aliases)
            yield node.name, found


def _references(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """`ForeignKey("users.id", ondelete="CASCADE")`, and the other ways to say it."""
    for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
        given = {each.arg: each.value for each in call.keywords}
        called = _last(call.func)
        to = call.args[0] if called == "ForeignKey" and call.args else given.get("foreign_key")
        if called == "ForeignKeyConstraint" and len(call.args) > 1 and isinstance(call.args[1], ast.List):
            to = next(iter(call.args[1].elts), None)
        if to is not None:
            text = to.value if isinstance(to, ast.Constant) else ast.unparse(to)
            action = given.get("ondelete")
            said = action.value if isinstance(action, ast.Constant) else ""
            yield str(text).rpartition(".")[0], str(said or "").upper()


def _aliases(tree: ast.Module) -> Iterator[tuple[str, ast.Subscript]]:
    """`intpk = Annotated[int, mapped_column(primary_key=True)]`."""
    for node in tree.body:
        value, target = getattr(node, "value", None), target_of(node)
        if target and isinstance(value, ast.Subscript) and _last(value.value) == "Annotated":
            yield target, value


def _read_statement(found: _Class, statement: ast.stmt, aliases: Mapping[str, ast.Subscript]) -> None:
    if isinstance(statement, ast.FunctionDef) and statement.name == "__tablename__":
        found.table = _computed(statement)
        return
    name, value = target_of(statement), getattr(statement, "value", None)
    if name == "__tablename__" and isinstance(value, ast.Constant) and isinstance(value.value, str):
        found.table = value.value
    elif name == "__abstract__":
        found.abstract = True
    elif name == "__table_args__" and value is not None:
        _read_arguments(found, value)
    elif name is not None:
        _read_column(found, name, statement, aliases)


def _computed(function: ast.FunctionDef) -> str | None:
    """What a `declared_attr` returns where it is the name of the class in lower case."""
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    text = ast.unparse(returned[0]) if len(returned) == 1 else ""
    return "{lower}" if text == "cls.__name__.lower()" else "{lower}s" if text == "cls.__name__.lower() + 's'" else None


def _read_arguments(found: _Class, value: ast.expr) -> None:
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and _last(node.func) == "PrimaryKeyConstraint":
            found.named = tuple(a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
        if isinstance(node, ast.Dict):
            for key, item in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "schema" and isinstance(item, ast.Constant):
                    found.schema = str(item.value)


def _read_column(found: _Class, name: str, statement: ast.stmt, aliases: Mapping[str, ast.Subscript]) -> None:
    annotation = statement.annotation if isinstance(statement, ast.AnnAssign) else None
    inner = annotation.slice if isinstance(annotation, ast.Subscript) else annotation
    alias = aliases.get(inner.id) if isinstance(inner, ast.Name) else None
    calls = [node for part in (getattr(statement, "value", None), alias) if part is not None for node in ast.walk(part)]
    columns = [n for n in calls if isinstance(n, ast.Call) and _last(n.func) in {"mapped_column", "Column", "Field"}]
    kind, longest = _kind(columns, alias if alias is not None else inner)
    if kind:
        found.kinds[name] = kind
    if any(k.arg == "primary_key" and ast.unparse(k.value) == "True" for c in columns for k in c.keywords):
        texts = [c.args[0].value for c in columns if c.args and isinstance(c.args[0], ast.Constant)]
        column = next((text for text in texts if isinstance(text, str)), name)
        found.keys[name] = Key(name, column, kind, longest)


def _kind(columns: list[ast.Call], annotation: ast.expr | None) -> tuple[str, int | None]:
    types = [node for column in columns for node in column.args]
    types += [k.value for column in columns for k in column.keywords if k.arg in {"type_", "sa_type"}]
    words = [(_last(t.func if isinstance(t, ast.Call) else t), t) for t in types if not isinstance(t, ast.Constant)]
    for word, node in words:
        if word in _KINDS:
            return _KINDS[word], _length(node)
    names = [node for node in ast.walk(annotation) if isinstance(node, ast.Name | ast.Attribute)] if annotation else []
    return next((_KINDS[word] for node in names if (word := _last(node)) in _KINDS), ""), None


def _length(node: ast.expr) -> int | None:
    arguments = (
        [*node.args, *(k.value for k in node.keywords if k.arg == "length")] if isinstance(node, ast.Call) else []
    )
    return next((a.value for a in arguments if isinstance(a, ast.Constant) and type(a.value) is int), None)


def _lineage(found: _Class, classes: Mapping[str, list[_Class]], seen: frozenset[str] = frozenset()) -> list[_Class]:
    """The class and those that it inherits from, as far as their names say."""
    above = [base for base in found.bases if base not in seen and len(classes.get(base, ())) == 1]
    return [found, *(c for base in above for c in _lineage(classes[base][0], classes, seen | {base}))]


def _table(name: str, found: _Class, classes: Mapping[str, list[_Class]]) -> str | None:
    line = _lineage(found, classes)
    # A base or mixin itself has no table: its own name is computed for those that inherit from it.
    table = found.table or next((each.table for each in line[1:] if each.table and "{lower}" in each.table), None)
    if table is None and not found.abstract and _is_named_for(line, classes):
        table = _snake(name)
    if table is None or (found.table and "{lower}" in found.table):
        return None
    schema = next((each.schema for each in line if each.schema), None)
    plain = table.replace("{lower}", name.lower())
    return f"{schema}.{plain}" if schema else plain


def _is_named_for(line: list[_Class], classes: Mapping[str, list[_Class]]) -> bool:
    """Whether Flask-SQLAlchemy or Alchemical name the table: a `Model` of theirs with a key of its own."""
    above = [base for each in line for base in each.bases]
    return "Model" in above and "Model" not in classes and bool(_keys(line[0], classes))


def _snake(name: str) -> str:
    """`blog_post` of `BlogPost`, as both libraries write it."""
    return re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name).lower().lstrip("_")


def _keys(found: _Class, classes: Mapping[str, list[_Class]]) -> tuple[Key, ...]:
    line = _lineage(found, classes)
    keys = {name: key for each in reversed(line) for name, key in each.keys.items()}
    kinds = {name: kind for each in reversed(line) for name, kind in each.kinds.items()}
    named = {name: Key(name, name, kinds.get(name, "")) for each in line for name in each.named}
    return tuple((keys or named).values())


def target_of(node: ast.stmt) -> str | None:
    """The name that a statement assigns or annotates."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else None


def _last(node: ast.expr) -> str | None:
    if isinstance(node, ast.Subscript):
        return _last(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None
