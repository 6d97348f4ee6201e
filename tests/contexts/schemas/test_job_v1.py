from __future__ import annotations

import pytest

from backwright.contexts.schemas.job_v1 import JobContextV1
from tests.contexts._errors import refusals

ONE = {"name": "order_id", "type": "int"}
NOTE = {"name": "note", "type": "str", "required": False}
SMALL: dict[str, object] = {"name": "send-invoice", "arguments": [ONE]}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"arguments": [ONE, NOTE], "key": ["order_id"]},
        {"retry_on": ["ConnectionError", "httpx.TransportError"], "drop_on": ["LookupError", "shop.errors.Refused"]},
        {"arguments": [NOTE], "schedule": "*/15 0-6,12 1 1-12/2 1-5"},
        {"arguments": [], "schedule": "0 3 * * 7"},
        {"queue": "pay-ments_2", "retries": 0, "backoff": 600, "record": "none", "library": "arq"},
        {"app": "shop.core.celery_app:celery_app"},
    ],
)
def test_a_sound_document_validates(more: dict[str, object]) -> None:
    assert refusals(JobContextV1, SMALL | more) == {}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *[("name", bad) for bad in ("", "Send", "send_invoice", "1st", "a--b", "a-", "é", "x" * 51, 'a"b', "a\n")],
        *[("queue", bad) for bad in ("", "A", "a b", "a\n", 'a"', "x" * 61)],
        *[("retries", bad) for bad in (-1, 21, "5", 1.0, True)],
        *[("backoff", 0), ("backoff_max", 100_000), ("time_limit", 0), ("time_limit", 100_000)],
        *[("record", "database"), ("library", "huey"), ("colour", "red"), ("retry_on", [])],
        *[("app", bad) for bad in ("shop", "shop:", ":app", "shop.app", "shop:app()", "a b:c")],
    ],
)
def test_a_value_that_there_is_not_is_refused_by_its_member(member: str, value: object) -> None:
    assert member in refusals(JobContextV1, SMALL | {member: value})


@pytest.mark.parametrize(
    "bad",
    [
        *["Exception", "ValueError", "RuntimeError", "TypeError", "BaseException", "KeyboardInterrupt", "print"],
        *["NoSuchError", "httpx.", ".x", "httpx.class", "a b", "httpx.Error)", "x" * 201, "import os"],
    ],
)
def test_only_what_may_pass_is_tried_again(bad: str) -> None:
    assert any(place.startswith("retry_on") for place in refusals(JobContextV1, SMALL | {"retry_on": [bad]}))


@pytest.mark.parametrize(
    "bad", ["class", "id", "self", "key", "period", "correlation_id", "Order", "a__b", "_a", "é", ""]
)
def test_an_argument_has_a_name_that_means_nothing_else(bad: str) -> None:
    refused = refusals(JobContextV1, SMALL | {"arguments": [{"name": bad, "type": "int"}]})
    assert any(place.startswith("arguments") for place in refused)


@pytest.mark.parametrize(
    "bad", ["* * * *", "60 * * * *", "a * * * *", "5-1 * * * *", "* * 0 * *", "*  * * * *", "@daily"]
)
def test_a_schedule_is_a_line_of_cron(bad: str) -> None:
    assert "schedule" in refusals(JobContextV1, {"name": "close-day", "schedule": bad})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"arguments": [ONE, ONE]}, "arguments names one twice"),
        ({"key": ["order_id", "order_id"]}, "key names one twice"),
        ({"key": ["customer_id"]}, "'customer_id', which is no argument"),
        ({"retry_on": ["LookupError"], "drop_on": ["LookupError"]}, "tried again and dropped"),
        ({"backoff": 60, "backoff_max": 30}, "backoff 60 is greater"),
        ({"arguments": [NOTE, ONE]}, "put the required ones first"),
        ({"schedule": "0 3 * * *"}, "nobody gives order_id"),
        ({"arguments": []}, "would act once and never again"),
    ],
)
def test_members_that_do_not_fit_each_other_are_refused(more: dict[str, object], said: str) -> None:
    assert said in " ".join(refusals(JobContextV1, SMALL | more).values())
