"""What `connect` does with one assistant: changes shown and written, then the connection tried as it would make it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from backwright._hidden import printable, show_hidden
from backwright.cli._width import folded
from backwright.connecting.assistant import Assistant, Machine, Scope, Server
from backwright.connecting.change import Change, connected, entry_of, instructed, removed, uninstructed, write
from backwright.connecting.found import as_started, server_for, tried
from backwright.errors import BackwrightError

if TYPE_CHECKING:
    from backwright.mcp_api.client import Reached


@dataclass(slots=True)
class Outcome:
    """What became of one assistant.

    Args:
        assistant: it.
        scope: whose configuration.
        changes: of its configuration, then of its instructions.
        written: whether they were written; they were only shown otherwise.
        copies: where what was there before went.
        reached: the server as it started; None where it was not tried or did not answer.
        failure: why it did not answer, or why its files were left as they are.
        broken: whether it is the latter.
    """

    assistant: Assistant
    scope: Scope
    changes: list[Change]
    written: bool = False
    copies: list[Path] = field(default_factory=list)
    reached: Reached | None = None
    failure: str | None = None
    broken: bool = False

    def lines(self, machine: Machine) -> Iterator[str]:
        """What a person is shown."""
        yield f"{self.assistant.title} ({self.scope})"
        for change in self.changes:
            diff = change.diff(machine.root)
            # What a repository's own files say may move the cursor, and so hide a line.
            yield show_hidden(diff.rstrip("\n")) if diff else f"  {_shown(change.path, machine.root)}: as it should be"
        yield from map(folded, self._ends())

    def _ends(self) -> Iterator[str]:
        """What came of it, below the changes."""
        for copy in self.copies:
            yield f"  what was there: {copy}"
        if self.reached is not None:
            it = self.reached
            name = printable(f"{it.name} {it.version}")
            yield f"  connected: {name}, {len(it.tools)} tools, {it.seconds:.1f} s"
        if self.failure is not None:
            yield f"  {'failed' if self.broken else 'not connected'}: {show_hidden(self.failure)}"
        tried = self.reached is not None or self.failure is not None
        if self.assistant.note and self.written and tried:
            yield f"  note: {self.assistant.note}"

    def as_json(self, machine: Machine) -> dict[str, object]:
        """The same for a program."""
        it = self.reached
        return {
            "assistant": self.assistant.name,
            "scope": self.scope.value,
            "files": [
                {
                    "path": _shown(change.path, machine.root),
                    "changed": change.changed,
                    "diff": change.diff(machine.root),
                }
                for change in self.changes
            ],
            "written": self.written,
            "backups": [str(copy) for copy in self.copies],
            "connected": it is not None and {"name": it.name, "version": it.version, "tools": list(it.tools)},
            "failure": self.failure,
        }


def plan(
    assistant: Assistant, machine: Machine, scope: Scope, url: str | None, *, remove: bool, instructions: bool
) -> list[Change]:
    """The changes that connect an assistant, or undo that; nothing is written.

    Raises:
        ConfigurationUnreadableError: a file of its has a form that cannot be changed.
        PathOutsideRootError: the project has a link in the place of one.
    """
    scope = assistant.scope(scope)
    if remove:
        changes = [removed(assistant, machine, scope)]
    else:
        changes = [connected(assistant, machine, scope, server_for(assistant, machine, url))]
    if instructions and scope is Scope.PROJECT:
        changes.append(uninstructed(assistant, machine) if remove else instructed(assistant, machine))
    return [change for change in changes if change.before or change.after]


def carry_out(outcome: Outcome, backups: Path | None) -> None:
    """Write what was planned.

    Raises:
        WriteFailedError: the disk refused it.
    """
    for change in outcome.changes:
        copy = write(change, backups)
        if copy is not None:
            outcome.copies.append(copy)
    outcome.written = True


def try_out(outcome: Outcome, machine: Machine, url: str | None = None) -> None:
    """Start the server as the assistant's configuration says, and ask for its tools.

    A repository can bring such a file along, so what `tried` does not take for ours is said and left alone.

    Args:
        outcome: what is added to.
        machine: the user's.
        url: the address that the user named, which may be asked wherever it is.
    """
    try:
        server = entry_of(outcome.assistant, machine, outcome.scope)
    except BackwrightError as error:
        outcome.failure, outcome.broken = str(error), True
        return
    if server is None:
        outcome.failure = "its configuration has no entry called backwright"
        return
    if not tried(outcome.assistant, machine, outcome.scope, server, url):
        outcome.failure = _untried(server)
        return
    try:
        outcome.reached = reached(as_started(outcome.assistant, machine, server), machine)
    except Exception as error:  # noqa: BLE001  whatever keeps it from answering is what the user asked for
        outcome.failure = str(error)


def reached(server: Server, machine: Machine) -> Reached:
    """Connect to a server in the folder of the project.

    Raises:
        ToolUnavailableError: it does not answer; with the last line that it said.
    """
    from functools import partial

    import anyio

    from backwright.errors import ToolUnavailableError
    from backwright.mcp_api.client import reach

    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        call = partial(reach, [] if server.url else server.line, machine.root, log, url=server.url)
        try:
            return anyio.run(call)
        except ToolUnavailableError as error:
            log.seek(0)
            said = [line.strip() for line in log.read(10_000).splitlines() if line.strip()]
            last = f" ({said[-1][:200]})" if said else ""
            raise ToolUnavailableError(error.message + last, hint=error.hint) from None


def machine_of(root: Path) -> Machine:
    """This machine, for a project."""
    return Machine(root=root.resolve(), home=Path.home(), environment=os.environ)


def problems(outcomes: Sequence[Outcome]) -> bool:
    """Whether any assistant could not be connected."""
    return any(outcome.failure is not None for outcome in outcomes)


def _untried(server: Server) -> str:
    if server.url:
        why = "its entry names an address, which is asked only if you name it with --http"
    else:
        why = "its entry names something else than `connect` writes, which is not started"
    return f"{why}: {printable(server.url or ' '.join(server.line), 200)}"


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
