"""BW803: an environment variable is read past the settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import directories, is_example, is_migration, is_script, is_test, stem
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import text_of
from backwright.review.source import Source, last_name

_SETTINGS_WORDS = ("config", "setting", "conf", "env", "constants", "manage", "wsgi", "asgi", "cli", "__main__")
_COMMANDS = frozenset({"cli", "commands", "management"})
# What the operating system or the platform sets, and no deployment configures.
_OF_THE_SYSTEM = re.compile(
    r"HOME|HOSTNAME|PATH|PWD|PYTHONPATH|SHELL|TERM|TMPDIR|TZ|USER|CI|DYNO|K_SERVICE|RENDER"
    r"|(?:AWS_LAMBDA|FLY|GITHUB|KUBERNETES|PYTEST|RAILWAY|RENDER|VERCEL|WEBSITE)_\w+"
)


def _may_read(source: Source) -> bool:
    """Whether the file is where settings are made, or no part of the service."""
    if any(belongs(source.path) for belongs in (is_test, is_example, is_script, is_migration)):
        return True
    names = (stem(source.path), *directories(source.path))
    if any(word in part for part in names[:1] for word in _SETTINGS_WORDS):
        return True
    if any(part.startswith(("config", "setting", "conf")) or part in _COMMANDS for part in names[1:]):
        return True
    bases = (last_name(base) for owner in source.nodes(ast.ClassDef) for base in owner.bases)
    return any((base or "").endswith("Settings") for base in bases)


def _reads(source: Source) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Every read of one variable: where, and the expression for its name."""
    for call in source.calls("os.getenv", "os.environ.get"):
        yield call, call.args[0] if call.args else None
    for subscript in source.nodes(ast.Subscript):
        if isinstance(subscript.ctx, ast.Load) and source.qualified(subscript.value) == "os.environ":
            yield subscript, subscript.slice


def _is_of_the_system(variable: ast.expr | None) -> bool:
    return bool(_OF_THE_SYSTEM.fullmatch(text_of(variable) or ""))


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    if (facts.has_root and "pydantic-settings" not in facts.dependencies) or _may_read(source):
        return
    # Where the file did so before, one more read is the habit of the file and no news.
    habit = source.basis is Basis.FULL and any(node.lineno not in source.added for node, _ in _reads(source))
    reads = {node.lineno: variable for node, variable in _reads(source) if not _is_of_the_system(variable)}
    for line, variable in reads.items():
        name = text_of(variable)
        yield Finding(
            (line,),
            f"{f'`{name}`' if name else 'an environment variable'} is read here and not in the settings, so a missing "
            "or mistyped value shows only when this line runs; make it a field of the settings class",
            confidence=None if facts.has_root else Confidence.LOW,
            severity=Severity.INFO if habit else None,
        )


RULE = Rule(
    code="BW803",
    name="env-outside-settings",
    kind="env-outside-settings",
    aggregate="always",
    severity=Severity.WARNING,
    summary="An environment variable read outside the settings: nobody validates it at start-up or knows of it.",
    check_source=_check,
)
