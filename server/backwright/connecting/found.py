"""Which assistants a user has, and the command that starts our server on this machine."""

from __future__ import annotations

import shutil
import sys
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from backwright._discover import discover
from backwright.connecting import assistants
from backwright.connecting.assistant import Assistant, Machine, Server
from backwright.errors import InvalidInputError

COMMAND: Final = "backwright"

_MODULE: Final = ("-P", "-m", COMMAND)
"""Without the first, Python would import what lies in the folder that it is started in: a project's own `json.py`."""

_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@cache
def known() -> tuple[Assistant, ...]:
    """Every assistant that can be connected, by name."""
    return discover(assistants, "ASSISTANT", Assistant, key=lambda assistant: assistant.name)


def named(name: str) -> Assistant:
    """The assistant of that name.

    Raises:
        InvalidInputError: none is called so; the hint lists them.
    """
    for assistant in known():
        if assistant.name == name:
            return assistant
    names = ", ".join(assistant.name for assistant in known())
    raise InvalidInputError(f"no assistant is called {name[:40]!r}", hint=f"one of {names}")


def present(machine: Machine) -> tuple[Assistant, ...]:
    """The assistants that left a trace on the machine or in the project."""
    path = machine.environment.get("PATH")
    return tuple(
        assistant
        for assistant in known()
        if any(trace.exists() for trace in assistant.traces(machine))
        or any(shutil.which(program, path=path) for program in assistant.programs)
    )


def server_for(assistant: Assistant, machine: Machine, url: str | None) -> Server:
    """What an entry names: an address, or the shortest command that starts this very program.

    A project's file is shared, so it names the command by its name where that is on the path. Otherwise it names this
    interpreter, which only this machine has.
    """
    if url is not None:
        return Server(url=url)
    on_path = shutil.which(COMMAND, path=machine.environment.get("PATH")) is not None
    command, own = (COMMAND, ()) if on_path else (sys.executable, _MODULE)
    root = ("--root", assistant.workspace) if assistant.workspace else ()
    return Server(command=command, arguments=(*own, "serve", *root))


def as_started(assistant: Assistant, machine: Machine, server: Server) -> Server:
    """The server as the assistant starts it in this project: its own variable filled in."""
    if not assistant.workspace:
        return server
    filled = tuple(each.replace(assistant.workspace, str(machine.root)) for each in server.arguments)
    return Server(command=server.command, arguments=filled, url=server.url)


def is_ours(server: Server, machine: Machine) -> bool:
    """Whether a server is this very program, or listens on this machine."""
    if server.url:
        try:
            parts = urlsplit(server.url)
        except ValueError:
            return False
        return parts.scheme in {"http", "https"} and parts.hostname in _LOCAL
    if server.command == sys.executable:
        return server.arguments[: len(_MODULE) + 1] == (*_MODULE, "serve")
    own = {COMMAND, shutil.which(COMMAND, path=machine.environment.get("PATH"))}
    return server.command in own and server.arguments[:1] == ("serve",)
