"""Findings that the code itself silences: `# backwright: ignore[BW101, S113] reason`.

The comment stands on the line of the finding, or on a line of its own right above it. It names each rule and says why;
without a reason it silences nothing. Only comments of Python count: the text of a string is none, and what cannot be
read as Python silences nothing. Where the change itself adds the comment, the report says so, because the one who
wrote the code is the one who silences the review.

Ruff's `# noqa` silences nothing here: it has no reason, and on an added line it is the reviewed change's own.
"""

from __future__ import annotations

import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backwright.review.debt import Sighting
from backwright.review.diagnostic import Diagnostic
from backwright.review.diff import FileDiff, LineKind
from backwright.review.fragment import Piece
from backwright.review.hostile import masked

MAX_REASON: Final = 300
MAX_CODES: Final = 20
_MARK: Final = "backwright:"
_DIRECTIVE: Final = re.compile(r"#\s*backwright:\s*ignore(?![\w-])\s*(?:\[(?P<codes>[^\[\]]*)\])?(?P<reason>.*)")
_NEXT: Final = re.compile(r"\s#\s|\s#(?=noqa|type:)")
_FORM: Final = "# backwright: ignore[CODE] reason"

Said = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment that silences rules on one line.

    Args:
        path: the file.
        line: where the comment stands.
        target: the line that it is about.
        codes: the rules that it names, as written.
        reason: why; empty where it does not say.
        added: whether the change adds it.
        full: whether the whole file was read.
    """

    path: str
    line: int
    target: int
    codes: tuple[str, ...]
    reason: str
    added: bool = False
    full: bool = False

    def covers(self, finding: Diagnostic) -> bool:
        """Whether it silences this finding."""
        place = finding.location
        return bool(self.reason) and finding.code in self.codes and (place.path, place.line) == (self.path, self.target)


def read_ignores(pieces: Mapping[str, Sequence[Piece]], files: Iterable[FileDiff]) -> list[Ignore]:
    """Every such comment of what was parsed, by file and line.

    Args:
        pieces: the parses, by path.
        files: the files of the diff: they say which comments the change adds.
    """
    told = {path: parts for path, parts in pieces.items() if any(_MARK in piece.text for piece in parts)}
    added = {path: frozenset[int]() for path in told}
    removed: dict[str, Counter[Said]] = {path: Counter() for path in told}
    for file in files:
        if file.path in told:
            added[file.path] |= file.added
            removed[file.path].update(_removed(file))
    found: list[Ignore] = []
    for path, parts in sorted(told.items()):
        seen: set[tuple[int, Said]] = set()
        for piece in parts:
            for line, target, said in _of_piece(piece):
                if (line, said) in seen:
                    continue
                seen.add((line, said))
                is_added = line in added[path] and removed[path][said] == 0
                removed[path][said] -= line in added[path] and not is_added
                found.append(Ignore(path, line, target, *said, added=is_added, full=piece.is_full))
    return sorted(found, key=lambda one: (one.path, one.line))


def problems(
    ignores: Iterable[Ignore],
    *,
    known: frozenset[str],
    ran: frozenset[str],
    findings: Iterable[Diagnostic],
    seen: Iterable[Sighting],
) -> Iterator[str]:
    """What is wrong with the comments that the change adds, and with others on lines of its findings.

    Args:
        ignores: the comments.
        known: every code that there is.
        ran: the codes whose detectors ran to their end.
        findings: what is reported.
        seen: everything that the detectors saw, on whatever lines.
    """
    open_lines = {(finding.location.path, finding.location.line) for finding in findings}
    sighted = {(one.path, one.code, line) for one in seen for line in one.lines}
    for one in ignores:
        if not one.added and (one.path, one.target) not in open_lines:
            continue
        place = f"{one.path}:{one.line}"
        if not one.codes:
            yield f"{place}: the comment names no rule, so it silences nothing; write `{_FORM}`"
            continue
        if not one.reason:
            yield f"{place}: the comment gives no reason, so it silences nothing; write `{_FORM}`"
        unknown = [code for code in one.codes if code not in known]
        if unknown:
            yield f"{place}: the comment names {', '.join(unknown)}, which no rule is called"
        idle = [code for code in one.codes if code in ran and (one.path, code, one.target) not in sighted]
        # In a fragment a rule may only have seen too little to speak.
        if one.added and one.full and one.reason and idle:
            yield f"{place}: the comment silences {', '.join(idle)} where it finds nothing; take it out"


def _removed(file: FileDiff) -> Iterator[Said]:
    """What the comments said that the change takes away: one that comes back was not added by it."""
    for hunk in file.hunks:
        for line in hunk.lines:
            if line.kind is LineKind.REMOVED and _MARK in line.text:
                yield from _directives(line.text)


def _of_piece(piece: Piece) -> Iterator[tuple[int, int, Said]]:
    """The line of each directive, the line that it is about, and what it says."""
    if _MARK not in piece.text:
        return
    # To the tokenizer a lone carriage return may end a line, which it does not in a diff.
    rows = piece.text.replace("\r", " ").split("\n")
    numbers = range(1, len(rows) + 1) if piece.is_full else piece.numbers
    alone: set[int] = set()
    comments: list[tuple[int, str]] = []
    for token in _comments(rows):
        row = token.start[0]
        comments.append((row, token.string))
        if not rows[row - 1][: token.start[1]].strip():
            alone.add(row)
    for row, text in comments:
        for said in _directives(text):
            if numbers[row - 1]:
                yield numbers[row - 1], numbers[_target(row, alone, numbers) - 1], said


def _target(row: int, alone: set[int], numbers: Sequence[int]) -> int:
    """The row that a comment is about: its own, or the first below a block of comments that is no comment."""
    if row not in alone:
        return row
    below = row
    while below < len(numbers) and (below in alone or not numbers[below - 1]):
        below += 1
    return below


def _comments(rows: Sequence[str]) -> list[tokenize.TokenInfo]:
    found: list[tokenize.TokenInfo] = []
    lines = io.StringIO("".join(f"{row}\n" for row in rows))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tokens = tokenize.generate_tokens(lines.readline)
            # What was read before it stops is kept.
            found.extend(token for token in tokens if token.type == tokenize.COMMENT)
    except (tokenize.TokenError, SyntaxError):
        # What stands behind the place where it stops silences nothing.
        pass
    return found


def _directives(text: str) -> Iterator[Said]:
    """What a comment says; one may follow another on its line."""
    for part in re.split(r"(?=#\s*backwright:)", text):
        found = _DIRECTIVE.match(part)
        if found is not None:
            codes = [code.strip() for code in (found["codes"] or "").split(",")]
            shown = tuple(dict.fromkeys(code[:30] for code in codes if code))[:MAX_CODES]
            yield shown, _reason(_NEXT.split(found["reason"])[0])


def _reason(text: str) -> str:
    """The reason without what parts it from the codes; a mark alone is none."""
    reason = text.strip().lstrip("-:,\u2013\u2014 \t")
    return masked(reason)[:MAX_REASON] if re.search(r"\w", reason) else ""
