"""What happened, as it goes through the queue."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """A customer has ordered."""

    order: int
    customer_id: str


def write(event: OrderPlaced) -> bytes:
    """An event as the queue has it.

    Both names go out: workers of the last release read `customer`. It goes when all of them, and what a way back would
    start, read `customer_id`.
    """
    body = {"order": event.order, "customer_id": event.customer_id, "customer": event.customer_id}
    return json.dumps(body).encode()


def read(body: bytes) -> OrderPlaced:
    """An event of the queue; those of the last release have `customer` only.

    Raises:
        ValueError: it is none.
    """
    known = json.loads(body)
    try:
        customer_id = known["customer_id"] if "customer_id" in known else known["customer"]
        return OrderPlaced(order=known["order"], customer_id=customer_id)
    except (KeyError, TypeError) as error:
        raise ValueError("the message is no OrderPlaced") from error
