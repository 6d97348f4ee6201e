"""Claude Code: `.mcp.json` of a project, which it asks about once, and `~/.claude.json`."""

from __future__ import annotations

from pathlib import Path

from backwright.connecting.assistant import Assistant, Machine, plain

_ENTRY, _READS = plain(kind="stdio", remote="http")


def _user(machine: Machine) -> Path:
    named = machine.environment.get("CLAUDE_CONFIG_DIR", "")
    return (Path(named) if named else machine.home) / ".claude.json"


ASSISTANT = Assistant(
    name="claude-code",
    title="Claude Code",
    project=(".mcp.json",),
    user=_user,
    traces=lambda machine: (_user(machine), machine.home / ".claude", machine.root / ".claude"),
    programs=("claude",),
    keys=("mcpServers",),
    entry=_ENTRY,
    reads=_READS,
    instructions="CLAUDE.md",
    skills=".claude/skills",
    note="it asks once whether to trust a server of the project",
    source="https://code.claude.com/docs/en/mcp",
)
