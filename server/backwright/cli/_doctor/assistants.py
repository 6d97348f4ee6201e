"""Whether a server starts and lists its tools, and what the configurations of assistants say of it.

A configuration may come with a repository that somebody else wrote, so no command of one is run: it is compared with
this installation's, and this installation's is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from backwright.cli._doctor.finding import Finding, ok, problem, warning
from backwright.cli._doctor.here import Here

_SECONDS: Final = 30.0
_MOST: Final = 1 << 22
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
    found = False
    for file, keys in _files(here.root, _home(here)):
        entries = _entries(file, keys)
        if isinstance(entries, Finding):
            yield entries
            continue
        for name, entry in entries.items():
            if not isinstance(entry, Mapping) or not _ours(name, entry):
                continue
            found = True
            yield _entry(f"{_shown(file, here)}: {name}", entry)
    if not found:
        yield ok("assistant", "no configuration names this server; `backwright connect` writes one")


def _home(here: Here) -> Path:
    return Path(here.environment.get("HOME") or here.environment.get("USERPROFILE") or Path.home())


def _files(root: Path, home: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    yield root / ".mcp.json", ("mcpServers",)
    yield root / ".cursor" / "mcp.json", ("mcpServers",)
    yield root / ".vscode" / "mcp.json", ("servers",)
    yield root / ".gemini" / "settings.json", ("mcpServers",)
    yield home / ".claude.json", ("mcpServers",)
    yield home / ".claude.json", ("projects", str(root), "mcpServers")
    yield home / ".cursor" / "mcp.json", ("mcpServers",)
    yield home / ".gemini" / "settings.json", ("mcpServers",)
    yield home / ".codex" / "config.toml", ("mcp_servers",)


def _entries(file: Path, keys: tuple[str, ...]) -> Mapping[str, object] | Finding:
    try:
        if not file.is_file() or file.stat().st_size > _MOST:
            return {}
        text = file.read_text(encoding="utf-8")
        value: object = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError):
        return warning("assistant", f"{file} cannot be read", "see whether its assistant reads it; comments are none")
    for key in keys:
        value = value.get(key, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, dict) else {}


def _ours(name: str, entry: Mapping[str, object]) -> bool:
    words = [name, str(entry.get("command", "")), *_words(entry.get("args"))]
    return any("backwright" in word.lower() for word in words)


def _words(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _shown(file: Path, here: Here) -> str:
    for folder, shown in ((here.root, "."), (_home(here), "~")):
        if file.is_relative_to(folder):
            return f"{shown}/{file.relative_to(folder).as_posix()}"
    return str(file)


def _entry(where: str, entry: Mapping[str, object]) -> Finding:
    """How one entry stands, without running it."""
    url, command = entry.get("url"), entry.get("command")
    if isinstance(url, str):
        return ok("assistant", f"{where} names a URL; look at it with --http")
    if not isinstance(command, str) or not command:
        return problem("assistant", f"{where} names no command", 'write "command": "backwright"')
    program = Path(command).name
    if shutil.which(command) is None:
        fix = "name a program that is there; `uv tool install .` puts `backwright` on the PATH"
        return problem("assistant", f"{where} starts {program}, which is not found", fix)
    if program in _RUNNERS:
        return ok("assistant", f"{where} starts it by {program}, which is found; it was not run")
    return _started(where, program, _words(entry.get("args")))


def _started(where: str, program: str, arguments: list[str]) -> Finding:
    """How an entry stands that starts something itself."""
    if program.partition(".")[0] not in {"backwright", "python", "python3"}:
        return warning("assistant", f"{where} starts {program}, which is not this program", "see what it does")
    at = arguments.index("backwright") + 1 if "backwright" in arguments else 0
    if "serve" not in arguments[at : at + 1]:
        return problem("assistant", f"{where} does not say `serve`", 'write "args": ["serve"]')
    return ok("assistant", f"{where} starts {program}, which is found")
