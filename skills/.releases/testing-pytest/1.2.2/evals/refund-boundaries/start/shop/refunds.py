"""What may be refunded."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

WINDOW: Final = timedelta(days=30)


class RefundError(Exception):
    """The payment cannot be refunded."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment, and when it was made."""

    amount: Decimal
    paid_at: datetime


def refund(payment: Payment, amount: Decimal, *, now: datetime) -> Decimal:
    """What stays paid after a refund, which may be asked for until the window has passed.

    Raises:
        RefundError: the window is closed, or the amount is not a part of what was paid.
    """
    if now - payment.paid_at > WINDOW:
        raise RefundError("the refund window is closed")
    if not 0 < amount <= payment.amount:
        raise RefundError("the amount is not refundable")
    return payment.amount - amount
