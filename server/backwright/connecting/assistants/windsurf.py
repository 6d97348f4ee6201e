"""Windsurf: one file of the user's; it reads nothing of a project."""

from __future__ import annotations

from backwright.connecting.assistant import Assistant, plain

_ENTRY, _READS = plain("serverUrl")

ASSISTANT = Assistant(
    name="windsurf",
    title="Windsurf",
    project=(),
    user=lambda machine: machine.home / ".codeium" / "windsurf" / "mcp_config.json",
    traces=lambda machine: (machine.home / ".codeium" / "windsurf", machine.root / ".windsurf"),
    programs=("windsurf",),
    keys=("mcpServers",),
    entry=_ENTRY,
    reads=_READS,
    note="it does not tell a server which project is open: put `--root FOLDER` behind `serve` to work in one",
    source="https://docs.windsurf.com/windsurf/cascade/mcp",
)
