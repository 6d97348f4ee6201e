"""Junie in JetBrains IDEs: `.junie/mcp/mcp.json` of a project or of the user."""

from __future__ import annotations

from backwright.connecting.assistant import Assistant, plain

_ENTRY, _READS = plain()

ASSISTANT = Assistant(
    name="jetbrains",
    title="JetBrains (Junie)",
    project=(".junie/mcp/mcp.json",),
    user=lambda machine: machine.home / ".junie" / "mcp" / "mcp.json",
    traces=lambda machine: (machine.home / ".junie", machine.support / "JetBrains", machine.root / ".junie"),
    programs=("junie", "pycharm"),
    keys=("mcpServers",),
    entry=_ENTRY,
    reads=_READS,
    instructions=".junie/AGENTS.md",
    skills=".junie/skills",
    note="for AI Assistant, choose Import from Junie under Settings, Tools, AI Assistant, MCP",
    source="https://junie.jetbrains.com/docs/junie-ides.html",
)
