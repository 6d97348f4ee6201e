"""The rules of refunds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shop.refunds import Payment, RefundError, refund

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def test_refund_success() -> None:
    payment = Payment(Decimal(100), NOW - timedelta(days=5))
    assert refund(payment, Decimal(40), now=NOW) == Decimal(60)


def test_refund_after_window() -> None:
    payment = Payment(Decimal(100), NOW - timedelta(days=60))
    with pytest.raises(RefundError):
        refund(payment, Decimal(40), now=NOW)


def test_refund_too_much() -> None:
    payment = Payment(Decimal(100), NOW)
    with pytest.raises(RefundError):
        refund(payment, Decimal(150), now=NOW)


def test_refund_negative() -> None:
    payment = Payment(Decimal(100), NOW)
    with pytest.raises(RefundError):
        refund(payment, Decimal(-5), now=NOW)
