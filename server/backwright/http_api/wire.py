"""The HTTP/1.1 protocol of uvicorn, with patience that ends, and with an answer's head and body in one write.

Uvicorn's own waits for the rest of a line for ever, and for whoever does not take an answer. It hands the system a head
and a body apart, which sends two packets and wakes the client twice. To this process both ways cost about the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar, Final, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS: Final = 10.0
"""How long a request's headers may take to arrive, from its first byte or, of a connection, from its beginning."""

READ_SECONDS: Final = 60.0
"""How long whoever is sent an answer may take until the system takes another `READ_BYTES` of it."""

READ_BYTES: Final = 16 * 1024
"""See `READ_SECONDS`."""

MOST_HELD: Final = 64 * 1024
"""Bytes that are held back for what follows."""


class Gathering(asyncio.Transport):
    """A connection that sends what is written in one turn of the event loop together.

    Args:
        transport: the connection.
        loop: what it belongs to.
        closed: called when it is about to end, and may still have something to send.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        closed: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._closed = closed
        self._transport = transport
        self._loop = loop
        self._held: list[bytes | bytearray | memoryview] = []
        self._size = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send some bytes with those that are held, in this turn of the loop or at the end of it."""
        if not data:
            return
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._size += len(data)
        if self._size > MOST_HELD:
            self.flush()

    def flush(self) -> None:
        """Send what is held."""
        if self._held:
            held, self._held, self._size = self._held, [], 0
            self._transport.writelines(held)

    def close(self) -> None:
        """End the connection once all is sent."""
        self.flush()
        self._transport.close()
        self._closed()

    def abort(self) -> None:
        """End the connection at once."""
        self._held.clear()
        self._transport.abort()

    def pause_reading(self) -> None:
        """Take nothing for now."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Take what arrives: uvicorn asks for it where a body comes after the answer to its request."""
        self._transport.resume_reading()

    def is_closing(self) -> bool:
        """Whether the connection is about to end."""
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: object = None) -> object:
        """What is known of the connection."""
        return self._transport.get_extra_info(name, default)


class PatientH11(H11Protocol):
    """One connection, which is closed when its headers do not arrive in time, or nobody takes what it is sent."""

    header_seconds: ClassVar[float] = HEADER_SECONDS
    read_seconds: ClassVar[float] = READ_SECONDS
    _impatient: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None
    _waited: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        given = cast("asyncio.Transport", transport)
        super().connection_made(given)
        self._given = given
        self._gathering = Gathering(given, self.loop, self._end_in_time)
        self.transport = self._gathering
        self._watch()

    def on_response_complete(self) -> None:
        """Send the answer, now that it is whole."""
        self._gathering.flush()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Take what arrived; what is still missing has to come in the time that is left."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._forget()
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Much is waiting to be sent: see whether anybody takes it."""
        super().pause_writing()
        self._end_in_time()

    def resume_writing(self) -> None:
        """It was taken."""
        # What is about to end has to be taken whole.
        if not self._given.is_closing():
            self._taken()
        super().resume_writing()

    def _end_in_time(self) -> None:
        """End the connection when nobody takes what is waiting to be sent."""
        if self._stuck is None and (waiting := self._given.get_write_buffer_size()):
            self._stuck = self.loop.call_later(self.read_seconds, self._look_again, waiting)

    def _look_again(self, before: int) -> None:
        self._stuck = None
        if self._given.get_write_buffer_size() > before - min(before, READ_BYTES):
            self._given.abort()
        else:
            self._end_in_time()

    def _taken(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _watch(self) -> None:
        waits = self._waits()
        if waits != self._waited:
            self._forget()
            self._waited = waits
        if waits is not None and self._impatient is None:
            self._impatient = self.loop.call_later(self.header_seconds, self._close)

    def _waits(self) -> str | None:
        """What has to come in time: headers, or the rest of a body whose request is answered already."""
        if self.conn.their_state is h11.IDLE:
            return "headers"
        return "rest" if self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY else None

    def _forget(self) -> None:
        if self._impatient is not None:
            self._impatient.cancel()
            self._impatient = None

    def _close(self) -> None:
        self._impatient = None
        if self._waits() is not None and not self.transport.is_closing():
            self.transport.close()
