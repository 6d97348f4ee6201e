"""The carrier."""

import asyncio

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError


class CarrierDownError(Exception):
    """The carrier gave no usable answer."""


class Quote(BaseModel):
    """What we use of the carrier's answer."""

    service: str
    cents: int


QUOTES = TypeAdapter(list[Quote])


class CarrierClient:
    """Quotes of a carrier.

    Args:
        http: has the base URL, timeouts and limits; the lifespan makes and closes it.
        seconds: the deadline over all of a call.
    """

    def __init__(self, http: httpx2.AsyncClient, seconds: float) -> None:
        self._http = http
        self._seconds = seconds

    async def quotes(self, parcel_id: int) -> list[Quote]:
        """What the carrier would take for a parcel; none where it does not go.

        Raises:
            CarrierDownError: there is no usable answer.
        """
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._http.get(f"/parcels/{parcel_id}/quotes")
            return QUOTES.validate_json(response.raise_for_status().content)
        except (httpx2.HTTPError, TimeoutError, ValidationError) as error:
            raise CarrierDownError("the carrier is not available") from error
