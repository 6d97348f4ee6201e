"""What happened, as it goes through the queue."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """A customer has ordered."""

    order: int
    customer_id: str


def write(event: OrderPlaced) -> bytes:
    """An event as the queue has it."""
    return json.dumps(asdict(event)).encode()


def read(body: bytes) -> OrderPlaced:
    """An event of the queue.

    Raises:
        ValueError: it is none.
    """
    known = json.loads(body)
    try:
        return OrderPlaced(order=known["order"], customer_id=known["customer_id"])
    except (KeyError, TypeError) as error:
        raise ValueError("the message is no OrderPlaced") from error
