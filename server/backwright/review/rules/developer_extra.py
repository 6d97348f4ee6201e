"""BW805: what developers need stands among what users may install."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright.review.change import Change
from backwright.review.diagnostic import Confidence, Severity
from backwright.review.diff import FileDiff
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule

_TABLE = re.compile(r"\s*\[+(?P<name>[^\]]+)\]+\s*(?:#.*)?")
_EXTRA = re.compile(r"\s*[\"']?(?P<name>dev|develop|development|lint|test|testing|tests)[\"']?\s*=\s*\[")


def _extras(file: FileDiff) -> Iterator[tuple[int, str]]:
    """The lines added to the table of extras that open one for developers."""
    for hunk in file.hunks:
        table = ""
        for line in hunk.lines:
            if line.new is None:
                continue
            opened, extra = _TABLE.fullmatch(line.text), _EXTRA.match(line.text)
            table = opened["name"].strip() if opened else table
            if extra and table == "project.optional-dependencies" and line.new in file.added:
                yield line.new, extra["name"]


def _check(change: Change, _facts: Facts) -> Iterator[Finding]:
    for file in change.files:
        if PurePosixPath(file.path).name == "pyproject.toml":
            for line, name in _extras(file):
                yield Finding(
                    (line,),
                    f"the extra `{name}` is published with the package, and anyone who installs it gets the tools;"
                    " put it under `[dependency-groups]`",
                    path=file.path,
                )


RULE = Rule(
    code="BW805",
    name="developer-extra",
    kind="dev-extras",
    severity=Severity.INFO,
    summary="Tools of developers as an extra of the package: they are published, and installed by whoever asks for it.",
    check_change=_check,
    confidence=Confidence.LOW,
)
