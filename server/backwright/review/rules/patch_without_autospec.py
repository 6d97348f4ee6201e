"""BW706: a patch that takes any call, whether the real thing would or not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.source import Source, keyword, lines_of, spread

# How many positional arguments come before the one that stands in.
_PATCHES = {"unittest.mock.patch": 1, "unittest.mock.patch.object": 2}
_SPECIFIED = ("autospec", "new", "new_callable", "spec", "spec_set", "wraps")


def _is_loose(source: Source, call: ast.Call) -> bool:
    place = _PATCHES.get(source.qualified(call.func) or "")
    given = any(keyword(call, word) is not None for word in _SPECIFIED)
    return place is not None and len(call.args) <= place and not given and not spread(call)


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if not is_test(source.path):
        return
    for call in source.calls():
        if _is_loose(source, call):
            yield Finding(
                lines_of(call),
                "this patch accepts any arguments, so the test passes when the real signature has changed; give it"
                " `autospec=True`",
            )


RULE = Rule(
    code="BW706",
    name="patch-without-autospec",
    kind="test-no-autospec",
    aggregate="always",
    severity=Severity.INFO,
    summary="A patch without a specification: it accepts calls that the real thing refuses, and the test stays green.",
    check_source=_check,
    confidence=Confidence.LOW,
)
