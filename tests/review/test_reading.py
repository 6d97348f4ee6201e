"""Changes that are larger than one review reads: whole files first, then hunks, and the rest is named."""

from __future__ import annotations

from backwright.review.diff import parse_diff
from backwright.review.engine import Options, review
from backwright.review.reading import MAX_TOTAL_BYTES, MAX_WHOLE_BYTES, read_diff
from tests.review._make import diff_text

LINE = f"a = '{'long' * 250}'\n"
LONG = LINE * (MAX_WHOLE_BYTES // len(LINE) // 2)


def _touched(count: int) -> tuple[bytes, dict[str, bytes]]:
    """A diff that adds a line to each of so many files, each half as long as what is read whole."""
    text = f"{LONG}b = 1\n"
    diff = "".join(diff_text(f"app/m{number}.py", text, LONG) for number in range(count))
    return diff.encode(), {f"app/m{number}.py": text.encode() for number in range(count)}


def test_files_behind_the_limit_of_whole_ones_are_read_hunk_by_hunk_and_that_is_said() -> None:
    data, texts = _touched(5)
    reading = read_diff(parse_diff(data), read_new=texts.get, read_old=lambda _: None)
    whole = {path: any(piece.is_full for piece in pieces) for path, pieces in reading.pieces.items()}
    assert whole == {"app/m0.py": True, "app/m1.py": True, "app/m2.py": True, "app/m3.py": False, "app/m4.py": False}
    said = f"after {MAX_WHOLE_BYTES // 1024} KiB of whole files, this one and those behind it, 2 in all"
    assert [(part.path, part.reason) for part in reading.unchecked] == [
        ("app/m3.py", f"{said}, were read hunk by hunk")
    ]


def test_a_change_below_the_limits_says_nothing_of_them() -> None:
    data, texts = _touched(2)
    assert read_diff(parse_diff(data), read_new=texts.get, read_old=lambda _: None).unchecked == []


def test_files_behind_the_limit_of_all_are_named_with_their_lines() -> None:
    added = "".join(diff_text(f"app/n{number}.py", LONG) for number in range(7))
    report = review(parse_diff(added.encode()), options=Options(rules=(), ruff=False))
    reason = f"over the limit of {MAX_TOTAL_BYTES // 1024} KiB of Python a review; review a part with `paths`"
    unread = [(part.path, len(part.lines)) for part in report.unchecked if part.reason == reason]
    assert unread == [("app/n5.py", LONG.count("\n")), ("app/n6.py", LONG.count("\n"))]
    assert report.stats.reviewed == 5 * LONG.count("\n")
