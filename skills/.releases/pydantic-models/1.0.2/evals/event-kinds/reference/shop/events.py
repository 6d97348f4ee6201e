"""The events that partners send."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


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


Event = Annotated[Payment | Refund | Shipment, Field(discriminator="kind")]
EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])


def read_events(body: bytes) -> list[Event]:
    """The events of a body such as `[{"kind": "payment", ...}]`.

    Raises:
        ValidationError: it is no list of events; each error has the event's place first.
    """
    return EVENTS.validate_json(body)
