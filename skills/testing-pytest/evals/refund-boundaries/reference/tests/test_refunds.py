"""The rules of refunds, at their edges."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shop.refunds import WINDOW, Payment, RefundError, refund

PAID_AT = datetime(2026, 1, 1, tzinfo=UTC)
PAYMENT = Payment(Decimal("10.00"), PAID_AT)


@pytest.mark.parametrize(
    ("amount", "left"),
    [
        pytest.param("0.01", "9.99", id="smallest"),
        pytest.param("10.00", "0.00", id="everything"),
    ],
)
def test_a_refund_leaves_the_rest(amount: str, left: str) -> None:
    assert refund(PAYMENT, Decimal(amount), now=PAID_AT) == Decimal(left)


def test_the_window_includes_its_last_moment() -> None:
    assert refund(PAYMENT, Decimal(1), now=PAID_AT + WINDOW) == Decimal("9.00")


def test_a_closed_window_is_refused() -> None:
    with pytest.raises(RefundError, match="window is closed"):
        refund(PAYMENT, Decimal(1), now=PAID_AT + WINDOW + timedelta(microseconds=1))


@pytest.mark.parametrize("amount", ["-1", "0", "10.01"], ids=["negative", "nothing", "more than paid"])
def test_an_impossible_amount_is_refused(amount: str) -> None:
    with pytest.raises(RefundError, match="not refundable"):
        refund(PAYMENT, Decimal(amount), now=PAID_AT)
