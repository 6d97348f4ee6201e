"""BW501: a migration that may have run elsewhere is changed."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

from backwright.review.change import Change
from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.diff import FileDiff, FileStatus, LineKind
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import dotted
from backwright.review.source import lines_of

_REVISION = re.compile(r"^down_revision\b|^class Migration\(", re.MULTILINE)
_OPERATION = re.compile(r"(?:op|batch\w*|migrations)\.(?!get_|f$)\w+")
_BODY = re.compile(
    r"^def (?:up|down)grade\(|^\s*op\.(?:add|alter|create|drop|rename|batch|bulk|execute)|^\s*migrations\."
)


def _steps(text: str) -> str | None:
    """What a revision runs, as a dump without line numbers, docstrings, annotations and imports; None if not parsed."""
    try:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
                node.body = [statement for statement in map(_stripped, node.body) if statement is not None]
            if isinstance(node, ast.FunctionDef):
                node.returns = None
        return ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _calls(text: str) -> list[str]:
    """The operations on the schema in a revision and its place in the order, as dumps."""
    tree = ast.parse(text)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    assigns = (node for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign)))
    places = (node.value for node in assigns if node.value is not None and _REVISION.match(ast.unparse(node)))
    operations = (call for call in calls if _OPERATION.fullmatch(dotted(call.func) or ""))
    return [ast.dump(node) for node in (*places, *operations)]


def _stripped(statement: ast.stmt) -> ast.stmt | None:
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return ast.Assign([statement.target], statement.value)
    documents = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return None if documents or isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)) else statement


def _lines_run_the_same(file: FileDiff) -> bool:
    """Whether the lines taken out and those put in are statements that run the same, as far as the diff alone shows."""
    lines = [line for hunk in file.hunks for line in hunk.lines]
    out, put = (
        _steps(textwrap.dedent("\n".join(line.text for line in lines if line.kind is kind)))
        for kind in (LineKind.REMOVED, LineKind.ADDED)
    )
    return out is not None and out == put


def _severity(change: Change, file: FileDiff) -> Severity | None:
    """How bad the edit is; None where both sides are at hand and run the same.

    An edit that leaves the operations as they were mends how the revision gets there: a likely defect, no certain one.
    """
    old = change.old_texts.get(file.old_path)
    whole = next((source for source in change.sources.get(file.path, ()) if source.basis is Basis.FULL), None)
    if old is None or whole is None:
        return None if _lines_run_the_same(file) else Severity.ERROR
    new = "\n".join(whole.lines[number] for number in sorted(whole.lines))
    steps, new_steps = _steps(old), _steps(new)
    if steps is None or new_steps is None:
        return Severity.ERROR
    if steps == new_steps:
        return None
    return Severity.WARNING if _calls(old) == _calls(new) else Severity.ERROR


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
    """The lines of statements inside functions, which say more than a changed import or docstring."""
    functions = [function for source in change.sources.get(file.path, ()) for function in source.functions()]
    statements = (statement for function in functions for statement in function.body)
    return frozenset(line for statement in statements if _stripped(statement) for line in lines_of(statement))


def _check(change: Change, _facts: Facts) -> Iterator[Finding]:
    for file in change.files:
        if file.status not in {FileStatus.MODIFIED, FileStatus.RENAMED} or not file.path.endswith(".py"):
            continue
        certainty = _certainty(change, file) if file.added else None
        severity = _severity(change, file)
        if certainty is not None and severity is not None:
            running = _lines_of_functions(change, file)
            yield Finding(
                tuple(sorted(file.added, key=lambda line: (line not in running, line))),
                "this migration was there before and may have run: databases that have it will not run it again; "
                "leave it as it was and write a new one",
                path=file.path,
                confidence=certainty,
                severity=severity,
            )


RULE = Rule(
    code="BW501",
    name="edited-migration",
    kind="migration-edited",
    severity=Severity.ERROR,
    summary="A migration that is already in the repository is changed: databases that ran it never see the change.",
    check_change=_check,
)
