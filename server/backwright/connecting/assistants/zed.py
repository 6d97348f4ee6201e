"""Zed: a member of its settings, of a project or of the user."""

from __future__ import annotations

from pathlib import Path

from backwright.connecting.assistant import Assistant, Machine, plain

_ENTRY, _READS = plain()


def _folder(machine: Machine) -> Path:
    """On macOS it keeps to the place that it has on Linux."""
    return machine.support / "Zed" if machine.platform == "win32" else machine.config / "zed"


ASSISTANT = Assistant(
    name="zed",
    title="Zed",
    project=(".zed/settings.json",),
    user=lambda machine: _folder(machine) / "settings.json",
    traces=lambda machine: (_folder(machine), machine.root / ".zed"),
    programs=("zed", "zeditor"),
    keys=("context_servers",),
    entry=_ENTRY,
    reads=_READS,
    source="https://zed.dev/docs/ai/mcp",
)
