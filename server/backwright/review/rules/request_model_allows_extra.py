"""BW303: a request model that takes unknown fields where its neighbours refuse them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._pydantic import is_model
from backwright.review.source import Source, keyword, last_name

_REQUEST = re.compile(r"\w+(Create|In|Input|Patch|Request|Update)")
_DIRECT = frozenset({"BaseModel"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    del facts
    if is_test(source.path):
        return
    models = [node for node in source.nodes(ast.ClassDef) if _REQUEST.fullmatch(node.name) and is_model(source, node)]
    strict = [node for node in models if _extra(node) == "forbid"]
    if not strict:
        return
    for node in models:
        direct = any(last_name(base) in _DIRECT for base in node.bases)
        if direct and _extra(node) is None and not _may_go_on(source, node):
            yield Finding(
                (node.lineno,),
                f"`{node.name}` ignores unknown fields, which `{strict[0].name}` in the same file refuses; give it"
                ' `extra="forbid"` too, or say `extra="ignore"`',
            )


def _may_go_on(source: Source, node: ast.ClassDef) -> bool:
    """Whether the hunk may end before the class does."""
    return source.basis is Basis.FRAGMENT and source.tree.body[-1] is node


def _extra(node: ast.ClassDef) -> str | None:
    """What the class itself says of extra fields; `unknown` where its configuration is not a literal."""
    for statement in node.body:
        if isinstance(statement, ast.ClassDef) and statement.name == "Config":
            return "unknown"
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if any(last_name(target) == "model_config" for target in targets) and isinstance(statement, ast.Assign):
            return _said(statement.value)
    value = next((argument.value for argument in node.keywords if argument.arg == "extra"), None)
    return str(value.value) if isinstance(value, ast.Constant) else None


def _said(config: ast.expr) -> str | None:
    """The value of `extra` in `ConfigDict(...)` or a dictionary; None where it says nothing of it."""
    if isinstance(config, ast.Call) and all(argument.arg for argument in config.keywords):
        value = keyword(config, "extra")
    elif isinstance(config, ast.Dict) and all(isinstance(key, ast.Constant) for key in config.keys):
        pairs = zip(config.keys, config.values, strict=True)
        value = next((item for key, item in pairs if isinstance(key, ast.Constant) and key.value == "extra"), None)
    else:
        return "unknown"
    if value is None:
        return None
    return str(value.value) if isinstance(value, ast.Constant) else "unknown"


RULE = Rule(
    code="BW303",
    name="request-model-allows-extra",
    kind="request-extra-not-forbidden",
    severity=Severity.INFO,
    summary="A request model silently drops unknown fields while the others of its file refuse them.",
    check_source=_check,
    confidence=Confidence.LOW,
)
