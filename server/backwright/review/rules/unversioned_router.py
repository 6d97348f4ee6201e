"""BW212: routes without a version beside routes that have one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import text_of
from backwright.review.source import Source, keyword, last_name, lines_of

_VERSION = re.compile(r"/v[0-9]+(?:/|$)")
_UNVERSIONED = re.compile(
    r"/(?:internal|admin|auth|health\w*|ready|live|metrics|ping|static|docs|webhooks?|\.well-known)\b"
)
_MIN_SIBLINGS = 2


def _prefixes(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Every literal prefix that a router is made or included with."""
    for call in source.calls():
        if last_name(call.func) in {"APIRouter", "include_router"}:
            prefix = text_of(keyword(call, "prefix"))
            if prefix:
                yield call, prefix


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if is_test(source.path):
        return
    prefixes = list(_prefixes(source))
    versioned = [prefix for _, prefix in prefixes if _VERSION.search(prefix)]
    for call, prefix in prefixes if len(versioned) >= _MIN_SIBLINGS else ():
        if not (_VERSION.search(prefix) or _UNVERSIONED.match(prefix)):
            yield Finding(
                lines_of(call),
                f"`{prefix}` has no version where `{versioned[0]}` has one: its contract can never change beside the"
                " old one; put it under a version",
            )


RULE = Rule(
    code="BW212",
    name="unversioned-router",
    kind="route-unversioned",
    severity=Severity.INFO,
    summary="A router without a version beside versioned ones: a breaking change of it has no place to go.",
    check_source=_check,
    confidence=Confidence.LOW,
)
