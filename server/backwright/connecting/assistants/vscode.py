"""VS Code with Copilot: `.vscode/mcp.json` of a project, or `mcp.json` beside the user's settings."""

from __future__ import annotations

from backwright.connecting.assistant import Assistant, plain

_ENTRY, _READS = plain(kind="stdio", remote="http")

ASSISTANT = Assistant(
    name="vscode",
    title="VS Code",
    project=(".vscode/mcp.json",),
    user=lambda machine: machine.support / "Code" / "User" / "mcp.json",
    traces=lambda machine: (machine.support / "Code", machine.root / ".vscode"),
    programs=("code",),
    keys=("servers",),
    entry=_ENTRY,
    reads=_READS,
    workspace="${workspaceFolder}",
    note="start the server once from the list of `MCP: List Servers`",
    source="https://code.visualstudio.com/docs/copilot/reference/mcp-configuration",
)
