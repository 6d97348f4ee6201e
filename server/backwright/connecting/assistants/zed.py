"""Zed: a member of its settings, of a project or of the user."""

from __future__ import annotations

from backwright.connecting.assistant import Assistant, plain

_ENTRY, _READS = plain()

ASSISTANT = Assistant(
    name="zed",
    title="Zed",
    project=(".zed/settings.json",),
    user=lambda machine: (machine.support if machine.platform == "win32" else machine.config) / "zed" / "settings.json",
    traces=lambda machine: (machine.config / "zed", machine.root / ".zed"),
    programs=("zed", "zeditor"),
    keys=("context_servers",),
    entry=_ENTRY,
    reads=_READS,
    source="https://zed.dev/docs/ai/mcp",
)
