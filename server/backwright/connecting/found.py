"""Which assistants a user has, and the command that starts our server on this machine."""

from __future__ import annotations

import sys
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from backwright._discover import discover
from backwright._programs import on_path
from backwright.connecting import assistants
from backwright.connecting.assistant import Assistant, Machine, Scope, Server
from backwright.errors import InvalidInputError, ToolUnavailableError

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
        or any(on_path(program, path) for program in assistant.programs)
    )


def server_for(assistant: Assistant, machine: Machine, url: str | None) -> Server:
    """What an entry names: an address, or the shortest command that starts this very program.

    A project's file is shared, so it names the command by its name where that is on the path. Otherwise it names this
    interpreter, which only this machine has.
    """
    if url is not None:
        return Server(url=url)
    found = on_path(COMMAND, machine.environment.get("PATH")) is not None
    command, own = (COMMAND, ()) if found else (sys.executable, _MODULE)
    root = ("--root", assistant.workspace) if assistant.workspace else ()
    return Server(command=command, arguments=(*own, "serve", *root))


def as_started(assistant: Assistant, machine: Machine, server: Server) -> Server:
    """The server as the assistant starts it in this project: its own variable filled in, the command by its path.

    Raises:
        ToolUnavailableError: the command is not on the path.
    """
    if server.url:
        return server
    command = server.command
    if command == COMMAND:
        found = on_path(COMMAND, machine.environment.get("PATH"))
        if found is None:
            raise ToolUnavailableError(f"{COMMAND} is not on the path", hint="run `uv tool install .` in a checkout")
        command = found
    root, workspace = str(machine.root), assistant.workspace
    filled = (each.replace(workspace, root) if workspace else each for each in server.arguments)
    return Server(command=command, arguments=tuple(filled))


def tried(assistant: Assistant, machine: Machine, scope: Scope, server: Server, url: str | None) -> bool:
    """Whether an entry may be tried: nothing that a repository brought along is started or asked.

    A project's file may be anybody's, so of one only what `server_for` writes is taken: this program with the project
    as its folder, and with no argument that could make it reach for a database or another pack. An address in it is
    taken where the user named the same. The user's own file may add arguments, and name an address on this machine.

    Args:
        assistant: whose entry it is.
        machine: the user's.
        scope: whose file it stands in.
        server: what the entry names.
        url: the address that the user named.
    """
    own = assistant.scope(scope) is Scope.USER
    if server.url:
        return server.url == url or (own and _is_local(server.url))
    after = _after_serve(server, machine)
    if after is None or own:
        return after is not None
    return after in ((), *(("--root", folder) for folder in (assistant.workspace, str(machine.root)) if folder))


def _is_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.hostname in _LOCAL


def _after_serve(server: Server, machine: Machine) -> tuple[str, ...] | None:
    """The arguments that follow `serve`, where the command is this very program; None otherwise."""
    by_name = {COMMAND, on_path(COMMAND, machine.environment.get("PATH"))}
    if server.command == sys.executable:
        start: tuple[str, ...] = (*_MODULE, "serve")
    elif server.command in by_name:
        start = ("serve",)
    else:
        return None
    return server.arguments[len(start) :] if server.arguments[: len(start)] == start else None
