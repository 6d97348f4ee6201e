"""BW302: a secret in the settings that prints itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import annotated_type
from backwright.review.rules._pydantic import is_model
from backwright.review.source import Source, last_name

_SETTINGS = frozenset({"BaseSettings"})
_SECRET = re.compile(
    r"(.*_)?(password|passwd|passphrase|secret|token)"
    r"|(.*_)?(api|access|auth|encryption|hmac|jwt|private|secret|service|shared|signing)_?key",
    re.IGNORECASE,
)
# Identifiers and names of secrets, and what is public by nature.
_PUBLIC = re.compile(r"(.*_)?(public|publishable|anon|site)_.*|(.*_)?(aws_)?access_key_id", re.IGNORECASE)


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    if is_test(source.path):
        return
    for node in source.nodes(ast.ClassDef):
        if is_model(source, node, bases=_SETTINGS):
            for statement in node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    yield from _field(statement, statement.target.id)


def _field(statement: ast.AnnAssign, name: str) -> Iterator[Finding]:
    # Pydantic makes a private attribute, not a field, of a name with an underscore in front.
    if name.startswith("_") or _SECRET.fullmatch(name) is None or _PUBLIC.fullmatch(name) is not None:
        return
    if last_name(annotated_type(statement.annotation)) == "str":
        yield Finding(
            (statement.lineno,),
            f"`{name}` is a plain `str`, so it stands in every repr, log line and traceback of the settings; make it"
            " `SecretStr`",
        )


RULE = Rule(
    code="BW302",
    name="secret-not-secretstr",
    kind="secret-not-secretstr",
    severity=Severity.WARNING,
    summary="A password, key or token in the settings is a plain str, so that printing the settings prints it.",
    check_source=_check,
)
