"""What a Django project is, read from its files and syntax trees; the project itself is never imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError
from backwright.scaffold.django_settings import settings_of
from backwright.scaffold.elements import find_list
from backwright.scaffold.models import target_of
from backwright.scaffold.project import MAX_SOURCE_BYTES, Evidence, Symbol, sources

_LISTS = ("LOCAL_APPS", "PROJECT_APPS", "MY_APPS", "INSTALLED_APPS")
_SIGNS = re.compile(rb"Router\(|INSTALLED_APPS|ROOT_URLCONF|REST_FRAMEWORK|permission_classes|ForeignKey\(")


@dataclass(frozen=True, slots=True)
class RouterSite:
    """A router of Django REST framework and the last statement that registers a viewset on it.

    Args:
        symbol: the router, with the line of that statement.
        registrations: how many there are.
        namespace: `app_name` of its module.
    """

    symbol: Symbol
    registrations: int
    namespace: str | None


@dataclass(slots=True)
class DjangoFacts:
    """What reading found.

    Args:
        settings: the module of the settings, and `settings_from` the file that says so.
        apps: the list that the project's own apps stand in: the file's path, the line and the name.
        installed: its elements.
        installed_all: every string in a list or tuple of apps in the settings.
        urls: the file of the root of the paths.
        routers: the routers at module level that something is registered on, or could be.
        rest: the literals of `REST_FRAMEWORK`.
        literals: other settings whose values are literals.
        below_api: whether paths of the root stand below `api/`.
        mixins: the classes without a base that say who may call, for views to inherit from.
        protects: how many foreign keys of the project are PROTECT, and `restricts` how many are RESTRICT.
        bound: names that the file of the root's paths imports together with others, or from elsewhere.
    """

    settings: str | None = None
    settings_from: str = "manage.py"
    apps: Symbol | None = None
    installed: list[str] = field(default_factory=list)
    installed_all: set[str] = field(default_factory=set)
    urls: Symbol | None = None
    routers: list[RouterSite] = field(default_factory=list)
    rest: dict[str, object] = field(default_factory=dict)
    literals: dict[str, object] = field(default_factory=dict)
    below_api: bool = False
    mixins: list[Symbol] = field(default_factory=list)
    protects: int = 0
    restricts: int = 0
    bound: frozenset[str] = frozenset()

    def evidence(self) -> tuple[Evidence, ...]:
        """Each conclusion with its place."""
        found = [Evidence("settings", self.settings, self.settings_from)] if self.settings else []
        for fact, symbol in (("installed apps", self.apps), ("root of the paths", self.urls)):
            found += [Evidence(fact, symbol.name, f"{symbol.path}:{symbol.line}")] if symbol else []
        places = [(each.symbol.name, f"{each.symbol.path}:{each.symbol.line}") for each in self.routers]
        return (*found, *(Evidence("router", name, place) for name, place in places))

    @property
    def local(self) -> list[str]:
        """The packages of the project's own apps."""
        return [re.sub(r"\.apps\.\w+$", "", each) for each in self.installed]


def read_django(root: Path) -> DjangoFacts:
    """What the files under `root` say.

    Raises:
        UnsupportedProjectError: as `settings_of`, or there are more files than can be read.
    """
    facts = DjangoFacts()
    texts = dict(_texts(root))
    facts.settings, facts.settings_from = settings_of(root, texts)
    _read_settings(facts, texts)
    for path, text in texts.items():
        facts.routers += _routers(path, text)
        facts.mixins += _mixins(path, text)
        facts.protects += len(re.findall(r"on_delete=(?:models\.)?PROTECT\b", text))
        facts.restricts += len(re.findall(r"on_delete=(?:models\.)?RESTRICT\b", text))
    if facts.urls is not None:
        _read_urls(facts, texts[facts.urls.path])
    return facts


def module_file(texts: dict[str, str], module: str) -> str | None:
    """The path of a module, under the root or under `src`."""
    path = module.replace(".", "/")
    names = [f"{place}{path}{end}" for place in ("", "src/") for end in (".py", "/__init__.py")]
    return next((name for name in names if name in texts), None)


def router_site(text: str, name: str) -> tuple[int, int] | None:
    """The line to register after and the number of registrations; None where the router is not there.

    Raises:
        SyntaxError: the text does not parse.
    """
    found = [site for site in _routers("", text) if site.symbol.name == name]
    return (found[0].symbol.line, found[0].registrations) if found else None


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    for path in sources(root):
        try:
            data = read_bounded(path, MAX_SOURCE_BYTES)
            if _SIGNS.search(data) or path.name == "urls.py":
                text = data.decode("utf-8")
                ast.parse(text)
                yield path.relative_to(root).as_posix(), text
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            continue


def _read_settings(facts: DjangoFacts, texts: dict[str, str]) -> None:
    named = (facts.settings or "").rpartition(".")[0]
    start = module_file(texts, facts.settings or "") or ""
    # The settings of one environment begin with `from .base import *`: the others lie beside them.
    folders = {start.rpartition("/")[0], named.replace(".", "/"), f"src/{named.replace('.', '/')}"}
    near = [path for path in texts if path == start or path.rpartition("/")[0] in folders]
    near += [path for path in texts if path not in near and "settings" in path]
    for path in near:
        _read_setting_file(facts, path, texts)


def _read_setting_file(facts: DjangoFacts, path: str, texts: dict[str, str]) -> None:
    text = texts[path]
    facts.installed_all.update(_strings_of_lists(text))
    for name in _LISTS:
        found = find_list(text, name)
        if found is None:
            continue
        strings = [each.value for each in found.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        facts.installed_all.update(strings)
        if facts.apps is None:
            facts.apps = Symbol(path, found.lineno, name)
            facts.installed = strings
    for statement in ast.parse(text).body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if not isinstance(target, ast.Name) or value is None:
            continue
        if target.id == "ROOT_URLCONF" and facts.urls is None and isinstance(value, ast.Constant):
            file = module_file(texts, str(value.value))
            facts.urls = Symbol(file, 1, str(value.value)) if file is not None else None
        elif isinstance(value, ast.Constant):
            facts.literals.setdefault(target.id, value.value)
        elif target.id == "REST_FRAMEWORK" and not facts.rest and isinstance(value, ast.Dict):
            facts.rest = _plain(value)


def _strings_of_lists(text: str) -> Iterator[str]:
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign) and statement.value is not None:
            for node in ast.walk(statement.value):
                if isinstance(node, ast.List | ast.Tuple):
                    yield from (e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str))


def _read_urls(facts: DjangoFacts, text: str) -> None:
    bound = set[str]()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and (node.module != "django.urls" or len(node.names) > 1):
            bound.update(each.asname or each.name for each in node.names)
    facts.bound = frozenset(bound)
    found = find_list(text, "urlpatterns")
    calls = [each for each in found.elts if isinstance(each, ast.Call) and each.args] if found is not None else []
    firsts = [each.args[0].value for each in calls if isinstance(each.args[0], ast.Constant)]
    facts.below_api = any(str(each).startswith("api/") for each in firsts)


def _mixins(path: str, text: str) -> Iterator[Symbol]:
    for node in ast.parse(text).body if "permission_classes" in text else ():
        if isinstance(node, ast.ClassDef) and not node.bases:
            names = {target_of(each) for each in node.body}
            if "permission_classes" in names:
                yield Symbol(path, node.lineno, node.name)


def _plain(node: ast.Dict) -> dict[str, object]:
    """The members whose values are literals; of the others it is known that they are there."""
    found: dict[str, object] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            try:
                found[key.value] = ast.literal_eval(value)
            except ValueError:
                found[key.value] = ...
    return found


def _routers(path: str, text: str) -> list[RouterSite]:
    tree = ast.parse(text)
    values = {
        statement.targets[0].id: statement
        for statement in tree.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
    app_name = values["app_name"].value if "app_name" in values else None
    namespace = app_name.value if isinstance(app_name, ast.Constant) and isinstance(app_name.value, str) else None
    found = []
    for name, made in values.items():
        if not _makes_router(made.value):
            continue
        calls = [statement for statement in tree.body if _registers(statement, name)]
        last = calls[-1] if calls else made
        line = last.end_lineno or last.lineno
        found.append(RouterSite(Symbol(path, line, name), len(calls), namespace))
    return found


def _makes_router(value: ast.expr) -> bool:
    if isinstance(value, ast.IfExp):
        return _makes_router(value.body) and _makes_router(value.orelse)
    called = value.func if isinstance(value, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    # A nested router has a parent; what is registered there needs its id.
    return "Router" in name and isinstance(value, ast.Call) and not value.args


def _registers(statement: ast.stmt, name: str) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Attribute)
        and statement.value.func.attr == "register"
        and isinstance(statement.value.func.value, ast.Name)
        and statement.value.func.value.id == name
    )
