"""Bodies of partners, right and wrong."""

import json

import pytest
from pydantic import ValidationError
from shop.events import Payment, Refund, Shipment, read_events

PAYMENT = {"kind": "payment", "order": 1, "amount": "10.00"}
REFUND = {"kind": "refund", "order": 1, "amount": "10.00", "reason": "broken"}
SHIPMENT = {"kind": "shipment", "order": 1, "carrier": "DHL"}


def errors(*events: dict[str, object]) -> list[tuple[str, tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        read_events(json.dumps(events).encode())
    return [(each["type"], each["loc"], each["msg"]) for each in caught.value.errors()]


def test_each_kind_is_read_as_its_own_model() -> None:
    found = read_events(json.dumps([PAYMENT, REFUND, SHIPMENT]).encode())
    assert [type(event) for event in found] == [Payment, Refund, Shipment]


def test_a_mistake_is_told_for_the_kind_that_was_sent() -> None:
    found = errors(PAYMENT, {"kind": "refund", "order": 1, "amount": "10.00"})
    assert len(found) == 1, f"{len(found)} errors for one missing field"
    kind, place, _ = found[0]
    assert (kind, place[-1]) == ("missing", "reason")
    assert 1 in place, f"the place {place} does not say which event"


def test_two_mistakes_are_two_errors() -> None:
    assert sorted(place[-1] for _, place, _ in errors({**PAYMENT, "order": "x", "amount": "y"}))[-2:] == [
        "amount",
        "order",
    ]


def test_an_unknown_kind_is_one_error_that_names_the_known() -> None:
    found = errors({"kind": "gift", "order": 1})
    assert len(found) == 1, f"{len(found)} errors for one unknown kind"
    assert all(kind in found[0][2] for kind in ("payment", "refund", "shipment")), found[0][2]


def test_an_unknown_key_is_refused_still() -> None:
    assert ("extra_forbidden", "tip") in [(kind, place[-1]) for kind, place, _ in errors({**PAYMENT, "tip": 1})]
