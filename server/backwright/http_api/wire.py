"""The HTTP/1.1 parser of uvicorn, with patience for headers: its own waits for the rest of a line for ever."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS: Final = 10.0
"""How long a request's headers may take to arrive, from its first byte or, of a connection, from its beginning."""


class PatientH11(H11Protocol):
    """One connection, which is closed when its headers do not arrive in time."""

    header_seconds: ClassVar[float] = HEADER_SECONDS
    _impatient: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn narrows it, and so does asyncio
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what arrived; what is still missing has to come in the time that is left."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._impatient is None:
            self._impatient = self.loop.call_later(self.header_seconds, self._close)

    def _forget(self) -> None:
        if self._impatient is not None:
            self._impatient.cancel()
            self._impatient = None

    def _close(self) -> None:
        self._impatient = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()
