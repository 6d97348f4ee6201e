"""The events that partners send."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict


class PartnerModel(BaseModel):
    """The base of what partners send."""

    model_config = ConfigDict(extra="forbid")


class Payment(PartnerModel):
    """Money came."""

    kind: Literal["payment"]
    order: int
    amount: Decimal


class Refund(PartnerModel):
    """Money went back."""

    kind: Literal["refund"]
    order: int
    amount: Decimal
    reason: str


class Shipment(PartnerModel):
    """Goods left."""

    kind: Literal["shipment"]
    order: int
    carrier: str


Event = Payment | Refund | Shipment


class EventList(BaseModel):
    """What a partner's body holds."""

    events: list[Event]


def read_events(body: bytes) -> list[Event]:
    """The events of a body such as `[{"kind": "payment", ...}]`.

    Raises:
        ValidationError: it is no list of events; each error has the event's place first.
    """
    return EventList.model_validate_json(b'{"events": %s}' % body).events
