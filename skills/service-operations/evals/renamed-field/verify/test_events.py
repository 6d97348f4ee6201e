"""The code of today beside that of yesterday, which is written out here."""

import json

from shop.events import OrderPlaced, read, write

YESTERDAY = b'{"order": 1, "customer": "c-7"}'


def read_yesterday(body: bytes) -> tuple[int, str]:
    """What the worker does that is not yet replaced, or again in place."""
    known = json.loads(body)
    return known["order"], known["customer"]


def test_the_field_has_its_new_name() -> None:
    assert OrderPlaced(order=1, customer_id="c-7").customer_id == "c-7"


def test_what_is_written_is_read() -> None:
    event = OrderPlaced(order=1, customer_id="c-7")
    assert read(write(event)) == event


def test_an_event_of_yesterday_can_be_read() -> None:
    try:
        event = read(YESTERDAY)
    except Exception as error:
        raise AssertionError(f"what lies in the queue cannot be read: {type(error).__name__}") from error
    assert event == OrderPlaced(order=1, customer_id="c-7")


def test_the_worker_of_yesterday_reads_what_is_written_today() -> None:
    body = write(OrderPlaced(order=1, customer_id="c-7"))
    try:
        known = read_yesterday(body)
    except KeyError as error:
        raise AssertionError(f"an old worker finds no {error} in {body!r}") from error
    assert known == (1, "c-7")


def test_what_is_no_event_is_still_refused() -> None:
    for body in (b"{}", b"[]", b"7", b'{"order": 1}', b"{"):
        try:
            event = read(body)
        except ValueError:
            continue
        raise AssertionError(f"{body!r} is read as {event}")
