"""The service."""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import Body, FastAPI, Header, HTTPException, status


def create_app(secrets: Sequence[str], paid: Callable[[int], None], clock: Callable[[], float]) -> FastAPI:
    """The service."""
    app = FastAPI()

    @app.post("/v1/webhooks/payments", status_code=status.HTTP_204_NO_CONTENT)
    def payment_received(
        payment: Annotated[dict[str, Any], Body()], x_signature: Annotated[str, Header()] = ""
    ) -> None:
        """The provider received a payment."""
        if not x_signature:
            raise HTTPException(401, "the signature is missing")
        parts = dict(part.split("=") for part in x_signature.split(","))
        signed = f"{parts['t']}.{json.dumps(payment)}".encode()
        made = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
        if not any(hmac.compare_digest(digest, parts["v1"]) for digest in made):
            raise HTTPException(401, "the signature does not fit")
        paid(payment["order_id"])

    return app
