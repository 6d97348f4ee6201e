"""Standard input and output as the server's two streams, without a thread for each line.

The SDK's own transport hands every read, write and flush to a worker thread, which costs a warm answer a third of its
time. Where both ends are pipes or sockets, as a host starts a server, the event loop can wait for them itself.
Elsewhere (a terminal, a file, Windows) the SDK's transport serves.
"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, TypeAlias

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
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

Incoming: TypeAlias = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing: TypeAlias = MemoryObjectSendStream[SessionMessage]

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
    to_server, from_client = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    to_client, from_server = anyio.create_memory_object_stream[SessionMessage](0)
    async with anyio.create_task_group() as group:
        owed = _Owed()
        group.start_soon(_read, reader, to_server, owed)
        group.start_soon(_write, from_server, writer, owed)
        yield from_client, to_client
        group.cancel_scope.cancel()


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


async def _read(
    reader: asyncio.StreamReader, to_server: MemoryObjectSendStream[SessionMessage | Exception], owed: _Owed
) -> None:
    async with to_server:
        while line := await _line(reader):
            try:
                message = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValidationError as error:
                await to_server.send(error)
            else:
                owed.asked(message)
                await to_server.send(SessionMessage(message))
        await owed.settled()


async def _line(reader: asyncio.StreamReader) -> bytes:
    """The next line, or nothing at the end. A line over the limit is an end as well: nobody knows where it stops."""
    try:
        return await reader.readline()
    except ValueError:
        return b""


async def _write(
    from_server: MemoryObjectReceiveStream[SessionMessage], writer: asyncio.StreamWriter, owed: _Owed
) -> None:
    async with from_server:
        async for message in from_server:
            writer.write(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
            await writer.drain()
            owed.answered(message.message)
