"""Bodies as callers send them: whole ones, the smallest, and each wrong one."""

import json

import pytest
from pydantic import ValidationError
from rooms.booking import BookingRequest

WHOLE = {
    "room": 4,
    "title": "Standup",
    "start": "2026-03-02T09:00:00Z",
    "end": "2026-03-02T09:15:00Z",
    "repeat": "weekly",
    "until": "2026-06-01T00:00:00Z",
}


def without(*names: str, **changed: object) -> str:
    return json.dumps({**{key: value for key, value in WHOLE.items() if key not in names}, **changed})


def refused(body: str) -> list[dict[str, object]]:
    try:
        BookingRequest.model_validate_json(body)
    except ValidationError as error:
        return [{"loc": each["loc"], "type": each["type"]} for each in error.errors()]
    except Exception as error:
        pytest.fail(f"reading {body} raised {error!r}, not a ValidationError")
    pytest.fail(f"accepted: {body}")


def test_whole_and_smallest_bookings_are_read() -> None:
    assert BookingRequest.model_validate_json(json.dumps(WHOLE)).repeat == "weekly"
    assert BookingRequest.model_validate_json(without("repeat", "until")).until is None
    assert BookingRequest.model_validate_json(without(repeat=None, until=None)).until is None


def test_an_end_before_the_start_is_refused() -> None:
    assert refused(without("repeat", "until", end="2026-03-02T08:00:00Z"))
    assert refused(without("repeat", "until", end=WHOLE["start"]))


def test_a_repeated_booking_without_an_end_is_refused() -> None:
    assert refused(without("until"))


def test_a_repeated_booking_with_a_null_end_is_refused() -> None:
    assert refused(without(until=None))


def test_an_end_of_repeats_before_the_booking_is_refused() -> None:
    assert refused(without(until="2026-03-02T09:10:00Z"))


def test_a_single_booking_with_an_end_of_repeats_is_refused() -> None:
    assert refused(without("repeat"))


def test_a_missing_start_is_told_as_such() -> None:
    assert {"loc": ("start",), "type": "missing"} in refused(without("start"))


def test_a_mistyped_key_is_refused_by_its_name() -> None:
    found = refused(without("repeat", "until", untill="2026-06-01T00:00:00Z"))
    assert {"loc": ("untill",), "type": "extra_forbidden"} in found, f"told: {found}"


def test_a_title_has_a_bound() -> None:
    assert refused(without(title="x" * 1_000_000))
