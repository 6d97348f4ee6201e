"""Gemini CLI: `.gemini/settings.json` of a project or of the user."""

from __future__ import annotations

from backwright.connecting.assistant import Assistant, plain

_ENTRY, _READS = plain("httpUrl")

ASSISTANT = Assistant(
    name="gemini",
    title="Gemini CLI",
    project=(".gemini/settings.json",),
    user=lambda machine: machine.home / ".gemini" / "settings.json",
    traces=lambda machine: (machine.home / ".gemini", machine.root / ".gemini"),
    programs=("gemini",),
    keys=("mcpServers",),
    entry=_ENTRY,
    reads=_READS,
    instructions="GEMINI.md",
    note="it starts servers of folders that it was told to trust",
    source="https://geminicli.com/docs/tools/mcp-server",
)
