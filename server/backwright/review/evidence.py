"""Facts of a change as a whole that decide a checklist entry: each a small function with a name.

A fact is never a finding: half of all merged changes alter source without a test, and most of them rightly.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from backwright.review.change import Change
from backwright.review.checklist import Status
from backwright.review.diff import FileDiff, FileStatus
from backwright.review.paths import is_example, is_migration, is_script, is_test
from backwright.review.source import Source, keyword, last_name, spread

Answer = tuple[Status, str]

_LOCKS = frozenset({"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "requirements.lock"})
_MANIFESTS = frozenset({"pyproject.toml", "Pipfile", "requirements.in", "setup.py", "setup.cfg"})
_REQUIREMENT = re.compile(r"""\s*["']?[A-Za-z0-9][\w.-]*(\[[\w, -]*\])?\s*(===|[=<>~!]=|[<>@]|=\s*["'{\[])""")
_NOT_A_REQUIREMENT = re.compile(r"\s*(version|python|requires-python|name|description|build-backend|line-length)\s*=")
_COLUMN = re.compile(r"\b(mapped_column|Column|relationship)\s*\(|\bMapped\[|\bmodels\.\w+Field\(")
_REVISION = re.compile(r"^\s*down_revision\b|^class Migration\b")
_ENVIRONMENT = re.compile(r"\bos\.(getenv\s*\(|environ\b)")
_PROBE = re.compile(r"""["']/?(?:\w+/)*(?:health|ready|live)\w*["'/]|\b(?:health|probes?|status)\w*\.router\b""")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "api_route", "websocket"})


def tests_changed(change: Change) -> Answer:
    """Source changed: was a test changed with it."""
    sources = [file for file in _added(change) if _is_source(file)]
    if not sources:
        return Status.NOT_APPLICABLE, "no source file gains a line"
    return _answer([file.path for file in _added(change) if _is_test(file)], f"{_names(sources)} changed; no test did")


def tests_with_routes(change: Change) -> Answer:
    """A route was added: was a test changed with it."""
    routes = [f"{source.path}:{node.lineno}" for source, node in _new_routes(change)]
    if not routes:
        return Status.NOT_APPLICABLE, "no route is added"
    return _answer([file.path for file in _added(change) if _is_test(file)], f"route at {routes[0]}; no test changed")


def migration_with_model_change(change: Change) -> Answer:
    """A mapped column changed: was a migration added with it."""
    models = [file for file in change.files if _is_source(file) and _touches(file, _COLUMN) and not _is_migration(file)]
    if not models:
        return Status.NOT_APPLICABLE, "no mapped column changes"
    added = [file.path for file in change.files if file.status is FileStatus.ADDED and _is_migration(file)]
    return _answer(added, f"a column changes in {_names(models)}; no migration is added")


def docs_with_settings(change: Change) -> Answer:
    """A setting was added: were `.env.example` or the documents changed with it."""
    settings = sorted(set(_new_settings(change)))
    if not settings:
        return Status.NOT_APPLICABLE, "no setting is added"
    documents = [file.path for file in _added(change) if _is_document(file.path)]
    return _answer(documents, f"new setting at {settings[0]}; no document or .env example changed")


def lock_with_dependencies(change: Change) -> Answer:
    """Dependencies changed: was the lock file changed with them."""
    manifests = [file for file in change.files if _changes_requirements(file)]
    if not manifests:
        return Status.NOT_APPLICABLE, "no dependency changes"
    locks = [file.path for file in change.files if PurePosixPath(file.path).name in _LOCKS]
    return _answer(locks, f"dependencies change in {_names(manifests)}; no lock file does")


def probes_with_app(change: Change) -> Answer:
    """An application was added: does the change serve its health beside it."""
    apps = [f"{source.path}:{call.lineno}" for source, call in _new_apps(change)]
    if not apps:
        return Status.NOT_APPLICABLE, "no application is made"
    return _answer(_lines_with(change, _PROBE), f"application at {apps[0]}; no route for its health is added")


def lifespan_with_app(change: Change) -> Answer:
    """An application was added: does it say what happens when it starts and stops."""
    apps = list(_new_apps(change))
    if not apps:
        return Status.NOT_APPLICABLE, "no application is made"
    with_one = [f"{source.path}:{call.lineno}" for source, call in apps if keyword(call, "lifespan") or spread(call)]
    return _answer(with_one, f"application at {apps[0][0].path}:{apps[0][1].lineno} has no lifespan")


EVIDENCE: Mapping[str, Callable[[Change], Answer]] = {
    function.__name__: function
    for function in (
        tests_changed,
        tests_with_routes,
        migration_with_model_change,
        docs_with_settings,
        lock_with_dependencies,
        probes_with_app,
        lifespan_with_app,
    )
}


def _answer(shown: list[str], missing: str) -> Answer:
    return (Status.EVIDENCED, ", ".join(shown[:3])) if shown else (Status.NOT_EVIDENCED, missing)


def _names(files: list[FileDiff]) -> str:
    more = f" and {len(files) - 2} more" if len(files) > 2 else ""  # noqa: PLR2004  two names fit a line
    return ", ".join(file.path for file in files[:2]) + more


def _added(change: Change) -> Iterator[FileDiff]:
    return (file for file in change.files if file.added)


def _is_source(file: FileDiff) -> bool:
    path = file.path
    return path.endswith(".py") and not (is_test(path) or is_example(path) or is_script(path) or is_migration(path))


def _is_test(file: FileDiff) -> bool:
    return file.path.endswith(".py") and is_test(file.path)


def _is_migration(file: FileDiff) -> bool:
    """By content: half of the folders that are called `migrations` hold something else."""
    return file.path.endswith(".py") and any(_REVISION.search(line.text) for h in file.hunks for line in h.added)


def _is_document(path: str) -> bool:
    name = PurePosixPath(path).name.lower()
    return name.endswith((".md", ".rst", ".adoc")) or (".env" in name and name != ".env") or path.startswith("docs/")


def _touches(file: FileDiff, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(line.text) for hunk in file.hunks for line in hunk.lines if line.kind != " ")


def _changes_requirements(file: FileDiff) -> bool:
    name = PurePosixPath(file.path).name
    if name in _MANIFESTS:
        changed = (line.text for hunk in file.hunks for line in hunk.lines if line.kind != " ")
        return any(_REQUIREMENT.match(text) and not _NOT_A_REQUIREMENT.match(text) for text in changed)
    return False


def _new_routes(change: Change) -> Iterator[tuple[Source, ast.expr]]:
    for source in (source for sources in change.sources.values() for source in sources):
        for function in source.functions():
            for decorator in function.decorator_list:
                if decorator.lineno in source.added and _is_route(decorator) and not is_test(source.path):
                    yield source, decorator


def _new_apps(change: Change) -> Iterator[tuple[Source, ast.Call]]:
    for source in (source for sources in change.sources.values() for source in sources):
        for call in source.calls():
            if source.last(call.func) == "FastAPI" and call.lineno in source.added and not is_test(source.path):
                yield source, call


def _lines_with(change: Change, pattern: re.Pattern[str]) -> list[str]:
    """The places of added lines of Python that match."""
    lines = ((file.path, line) for file in _added(change) for hunk in file.hunks for line in hunk.added)
    return [f"{path}:{line.new}" for path, line in lines if path.endswith(".py") and pattern.search(line.text)]


def _is_route(decorator: ast.expr) -> bool:
    """`@router.get(...)` and its like."""
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return False
    return decorator.func.attr in _VERBS


def _new_settings(change: Change) -> Iterator[str]:
    for source in (source for sources in change.sources.values() for source in sources):
        if is_test(source.path):
            continue
        for number in source.added:
            if _ENVIRONMENT.search(source.lines.get(number, "")):
                yield f"{source.path}:{number}"
        for cls in source.nodes(ast.ClassDef):
            if any(last_name(base) == "BaseSettings" for base in cls.bases):
                fields = (node for node in cls.body if isinstance(node, ast.AnnAssign))
                yield from (f"{source.path}:{node.lineno}" for node in fields if node.lineno in source.added)
