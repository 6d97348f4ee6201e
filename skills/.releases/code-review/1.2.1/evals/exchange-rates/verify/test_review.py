"""The review, read as the colleague would: is it at the right lines, does it miss nothing, and is it never wrong."""

import json
import re
from pathlib import Path

import pytest

DEFAULT = ("shop/rates.py", [36, 37, 38])
TIMEOUT = ("shop/rates.py", [54])
SECRET = ("shop/rates.py", [30])
RETRY = ("shop/rates.py", [52, 53, 57, 58])
STALE = ("shop/rates.py", [48, 49, 62])
RIGHT = (
    ("shop/rates.py", [46]),
    ("shop/rates.py", [55]),
    ("shop/rates.py", [42]),
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


def test_a_rate_of_one_for_every_failure_is_an_error() -> None:
    assert says(DEFAULT, "error"), "a bank that is down turns 100 EUR into 100 JPY"


def test_a_wait_without_end_is_an_error() -> None:
    assert says(TIMEOUT, "error"), "urlopen without a timeout waits for ever"


def test_a_key_in_the_log_is_told() -> None:
    assert says(SECRET, "error", "warning"), "the key of the bank is written to the log"


def test_retries_of_every_answer_without_a_pause_are_told() -> None:
    assert says(RETRY, "error", "warning"), "a 401 or 404 is asked for five times without a pause"


def test_a_rate_that_is_kept_for_ever_is_told() -> None:
    assert says(STALE, "error", "warning"), "a rate of today is used for ever"


def test_only_what_the_change_adds_is_blamed() -> None:
    beside = [(path, line) for path, line, _ in comments("error", "warning") if (path, line) not in added()]
    assert not beside, f"no lines of this change: {beside}"


def test_what_is_right_is_not_called_wrong() -> None:
    wrong = [place for place in RIGHT if says(place, "error")]
    assert not wrong, f"these are right: {wrong}"


def test_the_comments_are_few_enough_to_be_read() -> None:
    assert 1 <= len(comments()) <= MOST, f"{len(comments())} comments"
