"""Diffs for tests, made from two texts, and the review of them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from backwright.review.diff import Diff, Hunk, parse_diff
from backwright.review.engine import Options, review
from backwright.review.report import Report


def diff_text(path: str, new: str, old: str | None = None, context: int = 3) -> str:
    """The unified diff that makes `new` of `old`; of nothing where `old` is left out."""
    lines = difflib.unified_diff(
        (old or "").splitlines(),
        new.splitlines(),
        "/dev/null" if old is None else f"a/{path}",
        f"b/{path}",
        lineterm="",
        n=context,
    )
    return "".join(f"{line}\n" for line in lines)


def diff_of(new: Mapping[str, str], old: Mapping[str, str] | None = None) -> Diff:
    """The diff between two sets of files."""
    return parse_diff("".join(diff_text(path, text, (old or {}).get(path)) for path, text in new.items()).encode())


def hunk_of(body: str, *, start: int = 10, section: str = "") -> Hunk:
    """A hunk from lines with their markers, with true counts."""
    lines = [line for line in body.split("\n") if line]
    old = sum(line[0] in " -" for line in lines)
    new = sum(line[0] in " +" for line in lines)
    text = f"--- a/x.py\n+++ b/x.py\n@@ -{start},{old} +{start},{new} @@ {section}\n" + "\n".join(lines) + "\n"
    return parse_diff(text.encode()).files[0].hunks[0]


def report_of(new: Mapping[str, str], old: Mapping[str, str] | None = None, options: Options | None = None) -> Report:
    """The review of some files with the files at hand."""
    texts = {path: text.encode() for path, text in new.items()}
    before = {path: text.encode() for path, text in (old or {}).items()}
    return review(diff_of(new, old), read_new=texts.get, read_old=before.get, options=options)


def places(report: Report) -> list[tuple[str, str, int]]:
    """Code, path and line of each finding."""
    return [(finding.code, finding.location.path, finding.location.line) for finding in report.findings]
