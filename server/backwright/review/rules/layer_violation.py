"""BW802: business code imports the web framework."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._paths import directories, is_test, stem
from backwright.review.source import Source

_LAYERS = frozenset({"services", "domain", "repositories", "usecases", "use_cases"})
_WEB = frozenset(
    "api app apps web http rest routes router routers endpoints endpoint controllers controller views handlers"  # noqa: SIM905  # a list of words
    " dependencies deps main server middleware middlewares".split()
)
_FRAMEWORKS = frozenset({"fastapi", "starlette"})
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
            if (framework := _framework(alias.name)) is not None:
                yield plain, framework
    for statement in source.nodes(ast.ImportFrom):
        framework = _framework(statement.module or "") if not statement.level else None
        if framework is not None and any(f"{statement.module}.{name.name}" not in _NOT_WEB for name in statement.names):
            yield statement, framework


def _for_types_only(source: Source, node: ast.AST) -> bool:
    return any(isinstance(outer, ast.If) and "TYPE_CHECKING" in ast.dump(outer.test) for outer in source.parents(node))


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    layer = _layer(source.path)
    if layer is None or is_test(source.path):
        return
    for statement, framework in _imports(source):
        if not _for_types_only(source, statement):
            yield Finding(
                tuple(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)),
                f"`{layer}` imports {framework}, so this code cannot be used or tested without a request; "
                "raise an error of your own here and translate it in the route",
            )


RULE = Rule(
    code="BW802",
    name="layer-violation",
    severity=Severity.WARNING,
    summary="Business code imports the web framework: it cannot be used or tested without a request.",
    check_source=_check,
    confidence=Confidence.MEDIUM,
)
