"""BW501: a migration that may have run elsewhere is changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.change import Change
from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.diff import FileDiff, FileStatus
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.source import lines_of

_REVISION = re.compile(r"^down_revision\b|^class Migration\(", re.MULTILINE)
_BODY = re.compile(
    r"^def (?:up|down)grade\(|^\s*op\.(?:add|alter|create|drop|rename|batch|bulk|execute)|^\s*migrations\."
)


def _steps(text: str) -> str | None:
    """What a revision runs, as a dump without line numbers, docstrings, annotations and imports; None if not parsed."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
            node.body = [statement for statement in map(_stripped, node.body) if statement is not None]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.dump(tree)


def _stripped(statement: ast.stmt) -> ast.stmt | None:
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return ast.Assign([statement.target], statement.value)
    documents = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return None if documents or isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)) else statement


def _runs_the_same(change: Change, file: FileDiff) -> bool:
    """Whether the whole file is at hand on both sides and what it runs has not changed."""
    old = change.old_texts.get(file.old_path)
    whole = next((source for source in change.sources.get(file.path, ()) if source.basis is Basis.FULL), None)
    if old is None or whole is None:
        return False
    steps = _steps(old)
    return steps is not None and steps == _steps("\n".join(whole.lines[number] for number in sorted(whole.lines)))


def _certainty(change: Change, file: FileDiff) -> Confidence | None:
    """How sure it is that the file was a migration before; None where nothing says so.

    Directories called `migrations` hold other things as well, so only the content counts.
    """
    old = change.old_texts.get(file.old_path)
    if old is not None:
        return Confidence.HIGH if _REVISION.search(old) else None
    before = [line.text for hunk in file.hunks for line in hunk.lines if line.old is not None]
    if _REVISION.search("\n".join(before)):
        return Confidence.HIGH
    shown = (*before, *(hunk.section for hunk in file.hunks))
    return Confidence.MEDIUM if any(map(_BODY.search, shown)) else None


def _lines_of_functions(change: Change, file: FileDiff) -> frozenset[int]:
    """The lines inside functions, which say more than a changed import above them."""
    functions = (function for source in change.sources.get(file.path, ()) for function in source.functions())
    return frozenset(line for function in functions for line in lines_of(function))


def _check(change: Change, _facts: Facts) -> Iterator[Finding]:
    for file in change.files:
        if file.status not in {FileStatus.MODIFIED, FileStatus.RENAMED} or not file.path.endswith(".py"):
            continue
        certainty = _certainty(change, file) if file.added else None
        if certainty is not None and not _runs_the_same(change, file):
            running = _lines_of_functions(change, file)
            yield Finding(
                tuple(sorted(file.added, key=lambda line: (line not in running, line))),
                "this migration was there before and may have run: databases that have it will not run it again; "
                "leave it as it was and write a new one",
                path=file.path,
                confidence=certainty,
            )


RULE = Rule(
    code="BW501",
    name="edited-migration",
    severity=Severity.ERROR,
    summary="A migration that is already in the repository is changed: databases that ran it never see the change.",
    check_change=_check,
)
