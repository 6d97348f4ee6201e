"""Codex: `config.toml` in `.codex` of a project that is trusted, or of the user."""

from __future__ import annotations

from backwright.connecting.assistant import Assistant, Syntax, plain

_ENTRY, _READS = plain()

ASSISTANT = Assistant(
    name="codex",
    title="Codex",
    project=(".codex/config.toml",),
    user=lambda machine: machine.told("CODEX_HOME", ".codex") / "config.toml",
    traces=lambda machine: (machine.told("CODEX_HOME", ".codex"), machine.root / ".codex"),
    programs=("codex",),
    keys=("mcp_servers",),
    entry=_ENTRY,
    reads=_READS,
    syntax=Syntax.TOML,
    note="it reads a project's file once the project is trusted",
    source="https://developers.openai.com/codex/mcp",
)
