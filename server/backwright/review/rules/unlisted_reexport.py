"""BW804: a package hands names on without saying that they are its own to hand on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright.review.change import Change
from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.source import Source, last_name


def _lists(source: Source) -> bool:
    """Whether the module says which names are public."""
    targets = [target for node in source.nodes(ast.Assign) for target in node.targets]
    targets += [node.target for node in source.nodes(ast.AnnAssign)]
    targets += [node.target for node in source.nodes(ast.AugAssign)]
    return any(last_name(target) == "__all__" for target in targets)


def _check(change: Change, _facts: Facts) -> Iterator[Finding]:
    for source in (source for sources in change.sources.values() for source in sources):
        yield from _handed_on(source)


def _handed_on(source: Source) -> Iterator[Finding]:
    named = PurePosixPath(source.path).name == "__init__.py" and not is_test(source.path)
    # A hunk does not show what else the file says.
    if not named or source.basis is not Basis.FULL or _lists(source):
        return
    used = {node.id for node in source.nodes(ast.Name)}
    for statement in source.tree.body:
        if not isinstance(statement, ast.ImportFrom) or not statement.level:
            continue
        handed = [alias for alias in statement.names if alias.asname != alias.name and alias.name not in used | {"*"}]
        if handed:
            yield Finding(
                (handed[0].lineno, statement.lineno),
                f"`{handed[0].asname or handed[0].name}` is handed on without `__all__`, so type checkers and linters"
                " take it for an unused import; list what is public",
                path=source.path,
            )


RULE = Rule(
    code="BW804",
    name="unlisted-reexport",
    kind="init-no-all",
    aggregate="always",
    severity=Severity.INFO,
    summary="A package hands names on without `__all__`: tools take them for unused, and readers for private.",
    check_change=_check,
    confidence=Confidence.LOW,
)
