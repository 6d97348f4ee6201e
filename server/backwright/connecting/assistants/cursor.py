"""Cursor: `.cursor/mcp.json` of a project or of the user."""

from __future__ import annotations

from backwright.connecting.assistant import Assistant, plain

_ENTRY, _READS = plain()

ASSISTANT = Assistant(
    name="cursor",
    title="Cursor",
    project=(".cursor/mcp.json",),
    user=lambda machine: machine.home / ".cursor" / "mcp.json",
    traces=lambda machine: (machine.home / ".cursor", machine.root / ".cursor"),
    programs=("cursor", "cursor-agent"),
    keys=("mcpServers",),
    entry=_ENTRY,
    reads=_READS,
    workspace="${workspaceFolder}",
    note="turn the server on under Settings, MCP",
    source="https://cursor.com/docs/context/mcp",
)
