"""The review, read as the colleague would: is it at the right lines, does it miss nothing, and is it never wrong."""

import json
import re
from pathlib import Path

import pytest

EDITED = ("migrations/versions/0001_orders.py", [16])
NOT_NULL = ("migrations/versions/0002_currency.py", [12])
INDEX = ("migrations/versions/0002_currency.py", [14])
RENAMED = ("shop/schemas.py", [8, 9, 10, 11, 12])
RIGHT = (
    ("migrations/versions/0002_currency.py", [13]),
    ("migrations/versions/0002_currency.py", [20, 21]),
    ("migrations/versions/0003_coupons.py", [15, 17]),
    ("migrations/versions/0003_coupons.py", [22]),
    ("shop/schemas.py", [14]),
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


def test_the_edit_of_a_migration_that_ran_is_an_error() -> None:
    assert says(EDITED, "error"), "0001 ran in January; nobody gets the new type"


def test_a_required_column_without_a_default_is_an_error() -> None:
    assert says(NOT_NULL, "error"), "the 40 million rows have no value for it"


def test_an_index_that_blocks_writers_is_told() -> None:
    assert says(INDEX, "error", "warning"), "nobody can write an order while it is built"


def test_a_renamed_field_of_the_api_is_told() -> None:
    assert says(RENAMED, "error", "warning"), "callers that read `total` break"


def test_only_what_the_change_adds_is_blamed() -> None:
    beside = [(path, line) for path, line, _ in comments("error", "warning") if (path, line) not in added()]
    assert not beside, f"no lines of this change: {beside}"


def test_what_is_right_is_not_called_wrong() -> None:
    wrong = [place for place in RIGHT if says(place, "error")]
    assert not wrong, f"these are right: {wrong}"


def test_the_comments_are_few_enough_to_be_read() -> None:
    assert 1 <= len(comments()) <= MOST, f"{len(comments())} comments"
