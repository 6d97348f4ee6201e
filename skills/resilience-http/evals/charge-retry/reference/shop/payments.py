"""The payment provider."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import httpx2
from pydantic import BaseModel, ValidationError
from tenacity import retry, retry_if_exception, stop_after_attempt, wait_random_exponential

TRANSIENT: Final = frozenset({429, 502, 503, 504})
SECONDS: Final = 10.0


class PaymentError(Exception):
    """The provider did not take the charge, or gave no usable answer."""


class Charge(BaseModel):
    """What we use of the provider's answer."""

    id: str


def is_transient(error: BaseException) -> bool:
    """Whether the same charge may succeed a moment later."""
    if isinstance(error, httpx2.HTTPStatusError):
        return error.response.status_code in TRANSIENT
    return isinstance(error, httpx2.TransportError) and not isinstance(error, httpx2.PoolTimeout)


class PaymentClient:
    """Charges customers.

    Args:
        http: has the base URL, the key, timeouts and limits; the lifespan makes and closes it.
        sleep: waits for some seconds.
    """

    def __init__(self, http: httpx2.AsyncClient, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._http = http
        self._post = retry(
            sleep=sleep,
            retry=retry_if_exception(is_transient),
            stop=stop_after_attempt(3),
            wait=wait_random_exponential(multiplier=0.2, max=2),
            reraise=True,
        )(self._post_once)

    async def charge(self, order_id: int, cents: int) -> str:
        """Charge for an order, and the id of the charge.

        Raises:
            PaymentError: it was refused, or there was no usable answer.
        """
        try:
            async with asyncio.timeout(SECONDS):
                response = await self._post({"order": order_id, "cents": cents}, f"charge:{order_id}:{cents}")
            return Charge.model_validate_json(response.content).id
        except (httpx2.HTTPError, TimeoutError, ValidationError) as error:
            raise PaymentError("the charge failed") from error

    async def _post_once(self, body: dict[str, int], key: str) -> httpx2.Response:
        response = await self._http.post("/v1/charges", json=body, headers={"Idempotency-Key": key})
        return response.raise_for_status()
