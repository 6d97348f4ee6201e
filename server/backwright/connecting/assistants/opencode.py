"""opencode: `opencode.json` of a project, or in the user's configuration."""

from __future__ import annotations

from collections.abc import Mapping

from backwright.connecting.assistant import Assistant, Server


def _entry(server: Server) -> dict[str, object]:
    if server.url:
        return {"type": "remote", "url": server.url, "enabled": True}
    return {"type": "local", "command": server.line, "enabled": True}


def _reads(found: Mapping[str, object]) -> Server | None:
    url, command = found.get("url"), found.get("command")
    if isinstance(url, str):
        return Server(url=url)
    if isinstance(command, list) and command:
        program, *arguments = (str(part) for part in command)
        return Server(command=program, arguments=tuple(arguments))
    return None


ASSISTANT = Assistant(
    name="opencode",
    title="opencode",
    project=("opencode.json", "opencode.jsonc"),
    user=lambda machine: machine.config / "opencode" / "opencode.json",
    traces=lambda machine: (machine.config / "opencode", machine.root / "opencode.json", machine.root / ".opencode"),
    programs=("opencode",),
    keys=("mcp",),
    entry=_entry,
    reads=_reads,
    source="https://opencode.ai/docs/mcp-servers",
)
