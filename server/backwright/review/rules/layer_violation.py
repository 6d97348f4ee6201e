"""BW802: business code imports the web framework."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright.review.change import Change
from backwright.review.diagnostic import Confidence, Severity
from backwright.review.diff import FileDiff
from backwright.review.facts import Facts
from backwright.review.paths import directories, is_test, stem
from backwright.review.rule import Finding, Rule
from backwright.review.source import Source, last_name, lines_of

_LAYERS = frozenset({"services", "domain", "repositories", "usecases", "use_cases"})
_WEB = frozenset(
    "api app apps web http rest routes router routers endpoints endpoint controllers controller views handlers"  # noqa: SIM905  # a list of words
    " dependencies deps main server middleware middlewares".split()
)
_FRAMEWORKS = frozenset({"fastapi", "starlette"})
_OLD_IMPORT = re.compile(r"\s*(?:from|import)\s+(?:fastapi|starlette)\b(?!\.(?:concurrency|encoders))")
_NOT_WEB = frozenset({"fastapi.concurrency", "starlette.concurrency", "fastapi.encoders"})


def _layer(path: str) -> str | None:
    """The layer of business code that the file is in, or None.

    A `services` directory at the root of a repository, or one above another application, holds deployable services.
    """
    folders = directories(path)
    place = max((index for index, folder in enumerate(folders) if folder in _LAYERS), default=None)
    if place is None or stem(path) in _WEB or not _WEB.isdisjoint(folders[place + 1 :]):
        return None
    at_root = place == 0 and len(PurePosixPath(path).parts) > 2  # noqa: PLR2004  # services/<name>/<file>
    return None if at_root else folders[place]


def _framework(module: str) -> str | None:
    name = module.partition(".")[0]
    return name if name in _FRAMEWORKS and module not in _NOT_WEB else None


def _imports(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    for plain in source.nodes(ast.Import):
        for alias in plain.names:
            if (framework := _framework(alias.name)) is not None and not _for_types_only(source, plain):
                yield plain, framework
    for statement in source.nodes(ast.ImportFrom):
        framework = _framework(statement.module or "") if not statement.level else None
        web = any(f"{statement.module}.{name.name}" not in _NOT_WEB for name in statement.names)
        if framework is not None and web and not _for_types_only(source, statement):
            yield statement, framework


def _for_types_only(source: Source, node: ast.AST) -> bool:
    tests = (inner for outer in source.parents(node) if isinstance(outer, ast.If) for inner in ast.walk(outer.test))
    return any(last_name(inner) == "TYPE_CHECKING" for inner in tests)


def _imported_before(file: FileDiff, source: Source) -> bool:
    """Whether the file imported the framework before the change, so that this one brings nothing new into the layer."""
    old = (line.text for hunk in file.hunks for line in hunk.lines if line.old is not None)
    kept = any(statement.lineno not in source.added for statement, _ in _imports(source))
    return kept or any(map(_OLD_IMPORT.match, old))


def _check(change: Change, _facts: Facts) -> Iterator[Finding]:
    for file in change.files:
        layer = None if is_test(file.path) else _layer(file.path)
        for source in change.sources.get(file.path, ()) if layer is not None else ():
            if _imported_before(file, source):
                break
            for statement, framework in _imports(source):
                yield Finding(
                    lines_of(statement),
                    f"`{layer}` imports {framework}, so this code cannot be used or tested without a request; "
                    "raise an error of your own here and translate it in the route",
                    path=file.path,
                )


RULE = Rule(
    code="BW802",
    name="layer-violation",
    kind="layer-violation",
    severity=Severity.WARNING,
    summary="Business code imports the web framework: it cannot be used or tested without a request.",
    check_change=_check,
    confidence=Confidence.MEDIUM,
    # One decision of one file, however many imports it takes.
    aggregate="always",
)
