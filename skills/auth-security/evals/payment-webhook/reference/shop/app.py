"""The service."""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Final

from fastapi import FastAPI, Header, HTTPException, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, ValidationError

SIGNATURE: Final = re.compile(r"t=(?P<time>[0-9]{1,12}),v1=(?P<digest>[0-9a-f]{64})")
SECONDS: Final = 300


class Payment(BaseModel):
    """What the provider tells of a payment; it adds fields as it likes."""

    model_config = ConfigDict(extra="ignore")

    order_id: int


def is_genuine(header: str, body: bytes, secrets: Sequence[str], now: float) -> bool:
    """Whether one of the secrets signed these very bytes, not long ago."""
    said = SIGNATURE.fullmatch(header)
    if said is None or abs(now - int(said["time"])) > SECONDS:
        return False
    signed = f"{said['time']}.".encode() + body
    made = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return any([hmac.compare_digest(digest, said["digest"]) for digest in made])


def create_app(secrets: Sequence[str], paid: Callable[[int], None], clock: Callable[[], float]) -> FastAPI:
    """The service."""
    app = FastAPI()

    @app.post("/v1/webhooks/payments", status_code=status.HTTP_204_NO_CONTENT)
    async def payment_received(request: Request, x_signature: Annotated[str, Header()] = "") -> None:
        """The provider received a payment."""
        body = await request.body()
        if not is_genuine(x_signature, body, secrets, clock()):
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "the signature does not fit")
        try:
            payment = Payment.model_validate_json(body)
        except ValidationError as error:
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, "this is no payment") from error
        await run_in_threadpool(paid, payment.order_id)

    return app
