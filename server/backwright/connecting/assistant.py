"""What is known of an assistant: where its configuration lies, and what an entry for a server looks like in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

NAME: Final = "backwright"
"""What our entry is called, wherever it stands."""


class Scope(StrEnum):
    """Whose configuration: that of a project, which its team shares, or that of the user in all projects."""

    PROJECT = "project"
    USER = "user"


class Syntax(StrEnum):
    """How a configuration file is written."""

    JSON = "json"
    TOML = "toml"


@dataclass(frozen=True, slots=True)
class Machine:
    """The user's machine, as far as configuration goes.

    Args:
        root: the project.
        home: the user's home folder.
        environment: its variables; some assistants are told another folder by one.
        platform: as `sys.platform` has it.
    """

    root: Path
    home: Path
    environment: Mapping[str, str]
    platform: str = sys.platform

    @property
    def config(self) -> Path:
        """Where programs keep the user's configuration, after the XDG Base Directory Specification."""
        return self._named("XDG_CONFIG_HOME", self.home / ".config")

    @property
    def support(self) -> Path:
        """Where desktop programs keep it: as `config`, but in the platform's own place on macOS and Windows."""
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        if self.platform == "win32":
            return self._named("APPDATA", self.home / "AppData" / "Roaming")
        return self.config

    def told(self, variable: str, default: str) -> Path:
        """The folder that a variable names, or `default` under the home folder."""
        return self._named(variable, self.home / default)

    def _named(self, variable: str, default: Path) -> Path:
        named = self.environment.get(variable, "")
        return Path(named) if Path(named).is_absolute() else default


@dataclass(frozen=True, slots=True)
class Server:
    """How our server is reached: a command that is started, or an address.

    Args:
        command: the program; empty for an address.
        arguments: of the program.
        url: of `/mcp`; empty for a command.
    """

    command: str = ""
    arguments: tuple[str, ...] = ()
    url: str = ""

    @property
    def line(self) -> list[str]:
        """The command with its arguments."""
        return [self.command, *self.arguments]


Place = Callable[[Machine], Path]
Entry = Callable[[Server], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Assistant:
    """One assistant, declared as `ASSISTANT` by the module that is named for it.

    Args:
        name: what the user types.
        title: what its makers call it.
        project: the paths of its configuration in a project, the usual one first; none where it reads none.
        user: where its configuration for all projects lies.
        traces: what shows that the user has it: any of these is there.
        programs: commands of its; any on the path shows it as well.
        keys: the members under which servers are listed.
        entry: our entry in that list.
        reads: from such an entry, the server that it would start or ask; None where it is no such entry.
        syntax: how the file is written.
        workspace: what it replaces by the folder of the project in arguments; "" where it starts servers there.
        instructions: the file in a project that it reads on each turn.
        skills: the folder of a project that it takes skills from; the one that most share, by default.
        note: what the user should know or do after it was connected.
        source: the makers' page that says so.
    """

    name: str
    title: str
    project: tuple[str, ...]
    user: Place
    traces: Callable[[Machine], tuple[Path, ...]]
    programs: tuple[str, ...]
    keys: tuple[str, ...]
    entry: Entry
    reads: Callable[[Mapping[str, object]], Server | None]
    source: str
    syntax: Syntax = Syntax.JSON
    workspace: str = ""
    instructions: str = "AGENTS.md"
    skills: str = ".agents/skills"
    note: str = ""

    def scope(self, wanted: Scope) -> Scope:
        """The scope that can be had: the user's, where it reads nothing of a project."""
        return wanted if self.project else Scope.USER


def plain(
    url_key: str = "url", *, kind: str = "", remote: str = ""
) -> tuple[Entry, Callable[[Mapping[str, object]], Server | None]]:
    """The entry that most assistants share: `command` and `args`, or an address.

    Args:
        url_key: the member that holds the address.
        kind: the value of `type` for a command; "" where there is no such member.
        remote: the same for an address.
    """

    def entry(server: Server) -> dict[str, object]:
        if server.url:
            return {**({"type": remote} if remote else {}), url_key: server.url}
        named = {"type": kind} if kind else {}
        return {**named, "command": server.command, "args": list(server.arguments)}

    def reads(found: Mapping[str, object]) -> Server | None:
        url, command, arguments = found.get(url_key), found.get("command"), found.get("args", [])
        if isinstance(url, str):
            return Server(url=url)
        if isinstance(command, str) and isinstance(arguments, list):
            return Server(command=command, arguments=tuple(str(each) for each in arguments))
        return None

    return entry, reads
