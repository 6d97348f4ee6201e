"""The review, read as the colleague would: is it at the right lines, does it miss nothing, and is it never wrong."""

import json
import re
from pathlib import Path

import pytest

LOST_UPDATE = ("shop/stock.py", [53, 54, 55, 56])
INJECTION = ("shop/stock.py", [49])
LOOP = ("shop/stock.py", [42])
RIGHT = (
    ("shop/stock.py", [60]),
    ("shop/stock.py", [64, 65, 66]),
)

LEVELS = ("error", "warning", "info")
MOST = 10


def review() -> dict[str, object]:
    try:
        return json.loads(Path("review.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        pytest.fail("there is no review.json")
    except ValueError as error:
        pytest.fail(f"review.json is no JSON: {error}")


def comments(*levels: str) -> list[tuple[str, int, str]]:
    """Where comments of these levels stand, and what they say; of all levels without any."""
    found = review()["comments"]
    return [(each["path"], each["line"], each["text"]) for each in found if each["level"] in (levels or LEVELS)]


def added() -> set[tuple[str, int]]:
    """The lines that the change adds."""
    lines: set[tuple[str, int]] = set()
    path, number = "", 0
    for line in Path("change.diff").read_text(encoding="utf-8").splitlines():
        if line.startswith("+++ "):
            path = line.removeprefix("+++ b/")
        elif line.startswith("@@"):
            number = int(re.search(r"\+(\d+)", line)[1])
        elif line.startswith("+"):
            lines.add((path, number))
            number += 1
        elif line.startswith(" "):
            number += 1
    return lines


def says(place: tuple[str, list[int]], *levels: str) -> bool:
    path, lines = place
    return any(where == path and line in lines for where, line, _ in comments(*levels))


def test_the_review_has_the_form_that_was_asked_for() -> None:
    found = review()
    assert found["verdict"] in {"merge", "fix", "reject"}
    for each in found["comments"]:
        assert set(each) >= {"path", "line", "level", "text"}, each
        assert each["level"] in LEVELS, each
        assert isinstance(each["line"], int), each


def test_the_verdict_stops_the_merge() -> None:
    assert review()["verdict"] != "merge"


def test_the_lost_update_is_an_error() -> None:
    assert says(LOST_UPDATE, "error"), "two orders at once reserve the same pieces"


def test_the_injection_is_an_error() -> None:
    assert says(INJECTION, "error"), "the text of a caller is made a part of the statement"


def test_the_query_in_the_loop_is_told() -> None:
    assert says(LOOP, "error", "warning"), "a page of 500 items sends 500 queries"


def test_only_what_the_change_adds_is_blamed() -> None:
    beside = [(path, line) for path, line, _ in comments("error", "warning") if (path, line) not in added()]
    assert not beside, f"no lines of this change: {beside}"


def test_what_is_right_is_not_called_wrong() -> None:
    wrong = [place for place in RIGHT if says(place, "error")]
    assert not wrong, f"these are right: {wrong}"


def test_the_comments_are_few_enough_to_be_read() -> None:
    assert 1 <= len(comments()) <= MOST, f"{len(comments())} comments"
