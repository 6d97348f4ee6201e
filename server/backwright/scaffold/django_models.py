"""The models of a Django project, read from its syntax trees: their applications, and what their primary keys are."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError
from backwright.scaffold.django_project import DjangoFacts
from backwright.scaffold.models import target_of
from backwright.scaffold.project import MAX_SOURCE_BYTES, sources

_KEYS = {
    "UUIDField": "uuid",
    **dict.fromkeys(("AutoField", "SmallAutoField", "IntegerField", "PositiveIntegerField"), "int"),
    **dict.fromkeys(("BigAutoField", "BigIntegerField", "PositiveBigIntegerField"), "bigint"),
    **dict.fromkeys(("CharField", "SlugField"), "str"),
}
_FOREIGN = {"ForeignKey", "OneToOneField"}


@dataclass(frozen=True, slots=True)
class DjangoModel:
    """A model.

    Args:
        path: its file.
        line: where it begins.
        cls: its class.
        app: the label of its application.
        package: the package of its application.
        module: the dotted name of its module.
        kind: of its primary key: `uuid`, `int`, `bigint`, `str`, or empty where the source does not say.
        longest: the length of a key that is a str.
        on_delete: what the foreign keys to it do when it is deleted, with how many do so.
    """

    path: str
    line: int
    cls: str
    app: str
    package: str
    module: str
    kind: str
    longest: int | None
    on_delete: Mapping[str, int]


@dataclass(slots=True)
class _Class:
    path: str
    line: int
    bases: tuple[str, ...]
    abstract: bool = False
    key: tuple[str, int | None] | None = None


@dataclass(slots=True)
class _Read:
    classes: dict[str, list[_Class]] = field(default_factory=dict)
    on_delete: dict[str, Counter[str]] = field(default_factory=dict)
    configs: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)


def read_django_models(root: Path, facts: DjangoFacts) -> list[DjangoModel]:
    """Every model of the project's own applications, in the order of the files; what does not parse is passed over.

    Raises:
        UnsupportedProjectError: there are more files than can be read.
    """
    found = _Read()
    for path in sources(root):
        try:
            data = read_bounded(path, MAX_SOURCE_BYTES)
            if b"models" in data or path.name == "apps.py":
                _read_module(found, ast.parse(data.decode("utf-8")), path.relative_to(root).as_posix())
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            continue
    apps = {package.replace(".", "/"): package for package in facts.local}
    return [
        _model(found, name, each, package, facts)
        for name, classes in found.classes.items()
        for each in classes
        if not each.abstract and _is_model(each, found.classes) and (package := _package(each.path, apps))
    ]


def last_migrations(root: Path, folder: str) -> list[str]:
    """The names of the migrations in a folder that no other one there depends on."""
    names, followed = set[str](), set[str]()
    for path in sorted((root / folder / "migrations").glob("[0-9]*.py")):
        try:
            tree = ast.parse(read_bounded(path, MAX_SOURCE_BYTES).decode("utf-8"))
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            continue
        names.add(path.stem)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and target_of(node) in {"dependencies", "replaces"}:
                texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
                followed.update(text for text in texts if isinstance(text, str))
    return sorted(names - followed)


def _read_module(found: _Read, tree: ast.Module, path: str) -> None:
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = tuple(ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases)
        if any(base.endswith("AppConfig") for base in bases):
            given = {target_of(each): _text(getattr(each, "value", None)) for each in node.body}
            if (name := given.get("name")) is not None:
                found.configs[name] = (given.get("label"), given.get("default_auto_field"))
            continue
        made = _Class(path, node.lineno, bases)
        for statement in node.body:
            _read_statement(found, made, statement)
        found.classes.setdefault(node.name, []).append(made)


def _read_statement(found: _Read, made: _Class, statement: ast.stmt) -> None:
    if isinstance(statement, ast.ClassDef) and statement.name == "Meta":
        options = {target_of(each): ast.unparse(value) for each in statement.body if (value := _value(each))}
        made.abstract = options.get("abstract") == "True"
    value = _value(statement)
    if not isinstance(value, ast.Call):
        return
    called = ast.unparse(value.func).rpartition(".")[2]
    given = {each.arg: each.value for each in value.keywords}
    # Libraries have fields that are keys without being told so; then they are called id.
    if ast.unparse(given.get("primary_key", ast.Constant(value=False))) == "True" or target_of(statement) == "id":
        longest = getattr(given.get("max_length"), "value", None)
        made.key = (_KEYS.get(called, ""), longest if isinstance(longest, int) else None)
    if called in _FOREIGN and value.args:
        on_delete = given.get("on_delete") or (value.args[1] if len(value.args) > 1 else None)
        to = _text(value.args[0]) or ast.unparse(value.args[0])
        action = ast.unparse(on_delete).rpartition(".")[2] if on_delete is not None else ""
        found.on_delete.setdefault(to.rpartition(".")[2], Counter())[action] += 1


def _model(found: _Read, name: str, each: _Class, package: str, facts: DjangoFacts) -> DjangoModel:
    label, auto = found.configs.get(package, (None, None))
    auto = auto or str(facts.literals.get("DEFAULT_AUTO_FIELD", "AutoField"))
    keys = [above.key for above in _lineage(each, found.classes) if above.key is not None]
    kind, longest = keys[0] if keys else (_KEYS.get(auto.rpartition(".")[2], ""), None)
    app = label or package.rpartition(".")[2]
    uses = Counter(found.on_delete.get(name, ()))
    if facts.literals.get("AUTH_USER_MODEL") == f"{app}.{name}":
        uses += found.on_delete.get("AUTH_USER_MODEL", Counter())
    # Below `src` the package begins after it.
    shown = each.path.partition(package.replace(".", "/"))
    module = f"{shown[1]}{shown[2]}".removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return DjangoModel(each.path, each.line, name, app, package, module, kind, longest, uses)


def _lineage(each: _Class, classes: Mapping[str, list[_Class]], seen: frozenset[str] = frozenset()) -> Iterator[_Class]:
    yield each
    for base in each.bases:
        if base not in seen and len(classes.get(base, ())) == 1:
            yield from _lineage(classes[base][0], classes, seen | {base})


def _is_model(each: _Class, classes: Mapping[str, list[_Class]]) -> bool:
    known = list(_lineage(each, classes))
    outer = {base for above in known for base in above.bases if base not in classes}
    return any(base.endswith("Model") or base in {"AbstractUser", "AbstractBaseUser"} for base in outer)


def _package(path: str, apps: Mapping[str, str]) -> str | None:
    folder = f"/{path.rpartition('/')[0]}/"
    inside = [package for place, package in apps.items() if folder.startswith((f"/{place}/", f"/src/{place}/"))]
    return max(inside, key=len, default=None)


def _value(statement: ast.stmt) -> ast.expr | None:
    return statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
