"""BW405: a file of environment values comes into the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright.review.change import Change
from backwright.review.diagnostic import Confidence, Severity
from backwright.review.diff import FileDiff, FileStatus
from backwright.review.facts import Facts
from backwright.review.paths import is_example, is_test
from backwright.review.rule import Finding, Rule
from backwright.review.secret_text import find_format, find_password, is_placeholder, names_secret

_DOTENV = re.compile(r"\.env(\..+)?|.+\.env", re.IGNORECASE)
_TEMPLATE = re.compile(r"example|sample|template|tmpl|dist|default|schema|skel|stub", re.IGNORECASE)
_DEPLOYED = frozenset({".env", ".env.local", ".env.prod", ".env.production", ".env.staging", ".env.live"})
_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*?)\s*")
_SHORTEST = 6  # characters; a shorter value is a switch, a number or empty


def _is_dotenv(file: FileDiff) -> bool:
    """Whether the change brings a dotenv file in that is no template, no test's and no example's."""
    name = PurePosixPath(file.path).name
    came = file.status is FileStatus.ADDED or (
        file.status in {FileStatus.RENAMED, FileStatus.COPIED} and _TEMPLATE.search(file.old_path) is not None
    )
    templated = "{{" in file.path or is_test(file.path) or is_example(file.path)
    return came and not templated and bool(_DOTENV.fullmatch(name)) and not _TEMPLATE.search(name)


def _assignments(file: FileDiff) -> Iterator[tuple[int, str, str]]:
    """Line, name and unquoted value of what the file sets, comments left out."""
    for hunk in file.hunks:
        for line in hunk.added:
            match = _ASSIGNMENT.fullmatch(line.text)
            if match is not None and line.new is not None:
                value = re.split(r"\s+#", match["value"])[0].strip("\"'")
                yield line.new, match["name"], value


def _holds_secret(name: str, value: str) -> bool:
    if find_format(value) is not None or find_password(value) is not None:
        return True
    return names_secret(name) and len(value) >= _SHORTEST and not is_placeholder(value)


def _check(change: Change, _facts: Facts) -> Iterator[Finding]:
    for file in filter(_is_dotenv, change.files):
        values = list(_assignments(file))
        secret = next(((line, name) for line, name, value in values if _holds_secret(name, value)), None)
        if secret is not None:
            line, name = secret
            yield Finding(
                (line,),
                f"`{name}` comes into the repository with its value; take the file out, revoke the secret "
                "and commit a `.env.example` without values",
                path=file.path,
            )
        elif values and PurePosixPath(file.path).name.lower() in _DEPLOYED:
            yield Finding(
                (values[0][0],),
                "a dotenv file comes into the repository, where the next secret will be written into it; "
                "ignore it and commit a `.env.example`",
                path=file.path,
                severity=Severity.WARNING,
                confidence=Confidence.MEDIUM,
            )


RULE = Rule(
    code="BW405",
    name="committed-dotenv",
    kind="dotenv-committed",
    severity=Severity.ERROR,
    summary="A dotenv file in the repository: its secrets, or the next ones, stay in the history.",
    check_change=_check,
)
