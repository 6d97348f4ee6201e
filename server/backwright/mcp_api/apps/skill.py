"""A skill for a person: what it says, its versions, its checklist with what decides each sentence, and its files."""

from __future__ import annotations

from backwright.mcp_api.view import View

VIEW = View(
    name="skill",
    title="Skill",
    description="What a skill says, with its versions, its checklist and its files.",
    tools=("use_skill",),
)
