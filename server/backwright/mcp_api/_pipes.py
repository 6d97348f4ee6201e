"""Standard input and output as the server's two streams, without a thread or a task for each line.

The SDK's own transport hands every read, write and flush to a worker thread and every message to another task, which
costs a warm answer a third of its time. Where both ends are pipes or sockets, as a host starts a server, the event loop
can wait for them itself, and whoever wants a message reads it. Elsewhere (a terminal, a file, Windows) the SDK's
transport serves.
"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Final, Self, TypeAlias

import anyio
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import (
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

if TYPE_CHECKING:
    from mcp.shared._stream_protocols import ReadStream, WriteStream

Incoming: TypeAlias = "ReadStream[SessionMessage | Exception]"
Outgoing: TypeAlias = "WriteStream[SessionMessage]"

MAX_LINE: Final = 16 * 1024 * 1024
"""Bytes of one message."""

GRACE: Final = 0.5
"""Seconds that an answer which is still owed at the end of stdin has to come; without one the end is at once."""

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def streams() -> AbstractAsyncContextManager[tuple[Incoming, Outgoing]]:
    """What `Server.run` reads from and writes to, while the context lasts."""
    if sys.platform != "win32" and _is_pipe(_STDIN) and _is_pipe(_STDOUT):
        return _pipes()
    return stdio_server()


def _is_pipe(descriptor: int) -> bool:
    """Only those: making a terminal non-blocking would make it so for the user's shell as well."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


@asynccontextmanager
async def _pipes() -> AsyncIterator[tuple[Incoming, Outgoing]]:
    reader, writer = await _connect(*_claim())
    owed = _Owed()
    yield _In(reader, owed), _Out(writer, owed)


def _claim() -> tuple[int, int]:
    """Private descriptors of the wire; nothing is put back, because the process ends with the conversation.

    A stray `print`, here or in a child process, then goes to stderr, and a stray read finds the end.
    """
    wire_in, wire_out = os.dup(_STDIN), os.dup(_STDOUT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    os.dup2(_STDERR, _STDOUT)
    return wire_in, wire_out


async def _connect(wire_in: int, wire_out: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=MAX_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(wire_in, "rb"))
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, os.fdopen(wire_out, "wb"))
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


class _Owed:
    """The requests that have no answer yet: `printf REQUEST | backwright serve` is to print one."""

    def __init__(self) -> None:
        self._ids: set[RequestId] = set()
        self._settled = anyio.Event()

    def asked(self, message: JSONRPCMessage) -> None:
        # A stream of notices is answered when it ends, and its end is this one.
        if isinstance(message, JSONRPCRequest) and message.method != "subscriptions/listen":
            self._ids.add(message.id)

    def answered(self, message: JSONRPCMessage) -> None:
        if isinstance(message, JSONRPCResponse | JSONRPCError) and message.id is not None:
            self._ids.discard(message.id)
            if not self._ids:
                self._settled.set()
                self._settled = anyio.Event()

    async def settled(self) -> None:
        with anyio.move_on_after(GRACE):
            while self._ids:
                await self._settled.wait()


class _Stream:
    """What both streams have in common: they are closed by their user, and the pipe ends with the process."""

    def __init__(self) -> None:
        self._closed = False

    async def aclose(self) -> None:
        self._closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class _In(_Stream):
    """The messages that a client sends; what is none is an exception among them."""

    def __init__(self, reader: asyncio.StreamReader, owed: _Owed) -> None:
        super().__init__()
        self._reader = reader
        self._owed = owed

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def receive(self) -> SessionMessage | Exception:
        if self._closed:
            raise anyio.ClosedResourceError
        line = await _line(self._reader)
        if not line:
            await self._owed.settled()
            raise anyio.EndOfStream
        try:
            message = jsonrpc_message_adapter.validate_json(line, by_name=False)
        except ValidationError as error:
            return error
        self._owed.asked(message)
        return SessionMessage(message)


class _Out(_Stream):
    """The messages that the server sends; each is handed to the pipe as a whole, whoever else is sending."""

    def __init__(self, writer: asyncio.StreamWriter, owed: _Owed) -> None:
        super().__init__()
        self._writer = writer
        self._owed = owed

    async def send(self, item: SessionMessage, /) -> None:
        if self._closed:
            raise anyio.ClosedResourceError
        message = item.message
        try:
            self._writer.write(message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
            await self._writer.drain()
        except OSError as error:
            raise anyio.BrokenResourceError from error
        finally:
            self._owed.answered(message)


async def _line(reader: asyncio.StreamReader) -> bytes:
    """The next line, or nothing at the end. A line over the limit is an end as well: nobody knows where it stops."""
    try:
        return await reader.readline()
    except ValueError:
        return b""
