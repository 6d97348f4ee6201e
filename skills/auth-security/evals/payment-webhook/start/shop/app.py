"""The service."""

from collections.abc import Callable, Sequence

from fastapi import FastAPI, status
from pydantic import BaseModel, ConfigDict


class Payment(BaseModel):
    """What the provider tells of a payment; it adds fields as it likes."""

    model_config = ConfigDict(extra="ignore")

    order_id: int


def create_app(secrets: Sequence[str], paid: Callable[[int], None], clock: Callable[[], float]) -> FastAPI:
    """The service."""
    app = FastAPI()

    @app.post("/v1/webhooks/payments", status_code=status.HTTP_204_NO_CONTENT)
    def payment_received(payment: Payment) -> None:
        """The provider received a payment."""
        paid(payment.order_id)

    return app
