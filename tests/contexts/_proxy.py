"""A place between two others where their connection goes wrong in a way that is chosen."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: to close is to reset."""


@dataclass
class Fault:
    """What happens to what passes, from now on.

    Args:
        latency: seconds that each piece is held back, both ways.
        silent: what is sent is taken and goes nowhere, and nothing is ever closed: a half-open connection.
        refused: connections that are there are reset, and so is each new one.
        truncated: bytes of answers that still pass on a connection before it is cut; None for all.
        slow: answers come byte by byte, with so many seconds between.
    """

    latency: float = 0.0
    silent: bool = False
    refused: bool = False
    truncated: int | None = None
    slow: float = 0.0


class FaultProxy:
    """A TCP proxy in a thread of its own; every method may be called from any thread.

    Args:
        host: of the server behind it.
        port: of the server behind it.
    """

    def __init__(self, host: str, port: int) -> None:
        self._behind = (host, port)
        self._fault = Fault()
        self._writers: set[asyncio.StreamWriter] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fault-proxy", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def open(self) -> int:
        """Connections that clients have open."""
        return len(self._writers) // 2

    def be(self, fault: Fault | None = None) -> None:
        """Go wrong like this, or, with nothing, no longer; what is open is reset where it is refused or was silent."""

        def change() -> None:
            was, self._fault = self._fault, fault or Fault()
            if self._fault.refused or was.silent:
                self._cut()

        self._loop.call_soon_threadsafe(change)

    def cut(self) -> None:
        """Reset every connection, once."""
        self._loop.call_soon_threadsafe(self._cut)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, sock=self._listener))
        self._loop.run_forever()
        server.close()
        self._cut()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        # A transport that is aborted lets go of its socket in the loop's next turn.
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    def _cut(self) -> None:
        for writer in tuple(self._writers):
            found = writer.get_extra_info("socket")
            with suppress(OSError):
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault.refused:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
            return
        try:
            behind_reader, behind_writer = await asyncio.open_connection(*self._behind)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, behind_writer}
        self._writers |= pair
        try:
            asked = asyncio.create_task(self._pass(reader, behind_writer, answers=False))
            told = asyncio.create_task(self._pass(behind_reader, writer, answers=True))
            with suppress(asyncio.CancelledError):
                await asyncio.wait((asked, told), return_when=asyncio.FIRST_COMPLETED)
            for task in (asked, told):
                task.cancel()
            await asyncio.gather(asked, told, return_exceptions=True)
        finally:
            self._writers -= pair
            for each in pair:
                each.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        passed = 0
        with suppress(OSError):
            while data := await reader.read(65_536):
                fault = self._fault
                if fault.silent:
                    continue
                await asyncio.sleep(fault.latency)
                if answers and fault.truncated is not None:
                    rest = fault.truncated - passed
                    writer.write(data[: max(0, rest)])
                    await writer.drain()
                    if len(data) >= rest:
                        return
                elif answers and fault.slow:
                    for byte in data:
                        writer.write(bytes((byte,)))
                        await asyncio.sleep(fault.slow)
                else:
                    writer.write(data)
                passed += len(data)
                await writer.drain()


@contextmanager
def faulty(host: str, port: int) -> Iterator[FaultProxy]:
    """A proxy that is gone at the end."""
    proxy = FaultProxy(host, port)
    try:
        yield proxy
    finally:
        proxy.close()
