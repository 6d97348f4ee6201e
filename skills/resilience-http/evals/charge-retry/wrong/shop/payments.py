"""The payment provider."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable

import httpx2
from pydantic import BaseModel, ValidationError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential


class PaymentError(Exception):
    """The provider did not take the charge, or gave no usable answer."""


class Charge(BaseModel):
    """What we use of the provider's answer."""

    id: str


class PaymentClient:
    """Charges customers.

    Args:
        http: has the base URL, the key, timeouts and limits; the lifespan makes and closes it.
        sleep: waits for some seconds.
    """

    def __init__(self, http: httpx2.AsyncClient, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._http = http
        self._sleep = sleep

    async def charge(self, order_id: int, cents: int) -> str:
        """Charge for an order, and the id of the charge.

        Raises:
            PaymentError: it was refused, or there was no usable answer.
        """
        retrying = AsyncRetrying(
            sleep=self._sleep,
            retry=retry_if_exception_type(httpx2.HTTPError),
            stop=stop_after_attempt(3),
            wait=wait_random_exponential(multiplier=0.2, max=2),
            reraise=True,
        )
        try:
            return await retrying(self._charge_once, order_id, cents)
        except (httpx2.HTTPError, ValidationError) as error:
            raise PaymentError("the charge failed") from error

    async def _charge_once(self, order_id: int, cents: int) -> str:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        response = await self._http.post("/v1/charges", json={"order": order_id, "cents": cents}, headers=headers)
        return Charge.model_validate_json(response.raise_for_status().content).id
