"""Whether a server starts and lists its tools, and what the configurations of assistants say of it.

A configuration may come with a repository that somebody else wrote, so no command of one is run: it is compared with
this installation's, and this installation's is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from backwright.cli._doctor.finding import Finding, ok, problem, warning
from backwright.cli._doctor.here import Here
from backwright.connecting.assistant import Assistant, Machine, Server
from backwright.connecting.change import reader_of, text_of
from backwright.connecting.found import known, named
from backwright.errors import BackwrightError, ConfigurationUnreadableError

_SECONDS: Final = 30.0
_META: Final = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
LIST: Final = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": _META}}
_RUNNERS: Final = frozenset({"uvx", "uv", "pipx", "docker", "npx"})


def server(here: Here) -> Iterator[Finding]:
    """Start the server as an assistant does, and ask for its tools."""
    # -P: no module of the project's is taken for one of ours.
    command = [sys.executable, "-P", "-m", "backwright", "serve", "--root", str(here.root), "--no-reload"]
    try:
        run = subprocess.run(  # noqa: S603  this interpreter, and an absolute folder
            command,
            input=json.dumps(LIST).encode() + b"\n",
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env=dict(here.environment),
        )
    except subprocess.TimeoutExpired:
        yield problem("server", f"no answer within {_SECONDS:g} s", "run `backwright serve` and see what it says")
        return
    names = tools_of(run.stdout)
    if names:
        yield ok("server", f"starts over stdio and lists {len(names)} tools")
    else:
        said = run.stderr.decode("utf-8", "replace").strip().splitlines() or ["it says nothing"]
        yield problem("server", f"does not list its tools: {said[-1]}", "run `backwright serve` and see what it says")


def tools_of(answer: bytes) -> tuple[str, ...]:
    """The names that an answer to `tools/list` lists; none where it is no such answer."""
    try:
        return tuple(str(tool["name"]) for tool in json.loads(answer)["result"]["tools"])
    except (ValueError, KeyError, TypeError):
        return ()


def configurations(here: Here) -> Iterator[Finding]:
    """The entries of this server in the assistants' files, of the project and of the user."""
    machine = Machine(root=here.root, home=_home(here), environment=here.environment)
    found = False
    for assistant, file, keys in _files(machine):
        try:
            entries = _entries(assistant, file, keys)
        except BackwrightError as error:
            why = error.why if isinstance(error, ConfigurationUnreadableError) else error.message
            yield warning("assistant", f"{_shown(file, here)} cannot be read: {why}", "see whether its assistant does")
            continue
        for name, entry in entries.items():
            if not isinstance(entry, Mapping) or not _ours(name, entry):
                continue
            found = True
            yield _entry(f"{_shown(file, here)}: {name}", assistant.reads(entry))
    if not found:
        yield ok("assistant", "no configuration names this server; `backwright connect` writes one")


def _home(here: Here) -> Path:
    return Path(here.environment.get("HOME") or here.environment.get("USERPROFILE") or Path.home())


def _files(machine: Machine) -> Iterator[tuple[Assistant, Path, tuple[str, ...]]]:
    """Each file that an assistant reads, and the members under which it lists servers."""
    for assistant in known():
        for file in (*(machine.root / name for name in assistant.project), assistant.user(machine)):
            yield assistant, file, assistant.keys
    claude = named("claude-code")
    # What it keeps of one project in the user's file.
    yield claude, claude.user(machine), ("projects", str(machine.root), *claude.keys)


def _entries(assistant: Assistant, file: Path, keys: tuple[str, ...]) -> Mapping[str, object]:
    """The servers that a file lists; none where it is not there."""
    text = text_of(file)
    value: object = {} if text is None else reader_of(assistant)(text)
    for key in keys:
        value = value.get(key, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, dict) else {}


def _ours(name: str, entry: Mapping[str, object]) -> bool:
    words = [name, *_words(entry.get("command")), *_words(entry.get("args"))]
    return any("backwright" in word.lower() for word in words)


def _words(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value or "")]


def _shown(file: Path, here: Here) -> str:
    for folder, shown in ((here.root, "."), (_home(here), "~")):
        if file.is_relative_to(folder):
            return f"{shown}/{file.relative_to(folder).as_posix()}"
    return str(file)


def _entry(where: str, entry: Server | None) -> Finding:
    """How one entry stands, without running it."""
    if entry is not None and entry.url:
        return ok("assistant", f"{where} names a URL; look at it with --http")
    if entry is None or not entry.command:
        return problem("assistant", f"{where} names no command", 'write "command": "backwright"')
    program = Path(entry.command).name
    if shutil.which(entry.command) is None:
        fix = "name a program that is there; `uv tool install .` puts `backwright` on the PATH"
        return problem("assistant", f"{where} starts {program}, which is not found", fix)
    if program in _RUNNERS:
        return ok("assistant", f"{where} starts it by {program}, which is found; it was not run")
    return _started(where, program, list(entry.arguments))


def _started(where: str, program: str, arguments: list[str]) -> Finding:
    """How an entry stands that starts something itself."""
    if program.partition(".")[0] not in {"backwright", "python", "python3"}:
        return warning("assistant", f"{where} starts {program}, which is not this program", "see what it does")
    at = arguments.index("backwright") + 1 if "backwright" in arguments else 0
    if "serve" not in arguments[at : at + 1]:
        return problem("assistant", f"{where} does not say `serve`", 'write "args": ["serve"]')
    return ok("assistant", f"{where} starts {program}, which is found")
