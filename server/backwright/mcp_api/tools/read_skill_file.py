"""`read_skill_file`: a reference, checklist or template of a skill, for clients whose models do not see resources."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations
from pydantic import Field

from backwright.mcp_api._mime import mime_type, text_of
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App

PAGE = 12_000
"""Characters in one answer: about 3,000 tokens of prose."""


class ReadSkillFileInput(Closed):
    """Which file of which skill."""

    skill: str = Field(min_length=1, max_length=200, description="Name, or name@range as use_skill gave it.")
    path: str = Field(min_length=1, max_length=1_000, description="As listed by use_skill: references/errors.md")
    offset: int = Field(default=0, ge=0, description="next_offset of the answer before, for a long file.")


class SkillFileText(Closed):
    """A file, or the part of it that fits."""

    skill: str
    version: str
    path: str
    mime_type: str
    digest: str
    text: str | None = None
    base64: str | None = None
    next_offset: int | None = None


def _call(app: App, given: ReadSkillFileInput) -> SkillFileText:
    data = app.read_skill_file(given.skill, given.path)
    skill = app.catalog.get(given.skill)
    text = text_of(data)
    whole = base64.b64encode(data).decode("ascii") if text is None else text
    part = whole[given.offset : given.offset + PAGE]
    end = given.offset + len(part)
    return SkillFileText(
        skill=skill.name,
        version=skill.version,
        path=given.path,
        mime_type=mime_type(given.path, data),
        digest=skill.file(given.path).digest,
        text=None if text is None else part,
        base64=part if text is None else None,
        next_offset=end if end < len(whole) else None,
    )


def _render(file: SkillFileText) -> str:
    """The text and nothing around it, so that a file reads as it was written; binary files say what they are."""
    text = file.text if file.text is not None else f"{file.mime_type} in base64:\n{file.base64}"
    more = "" if file.next_offset is None else f"\n\n[cut here; call again with offset={file.next_offset}]"
    return text + more


TOOL = Tool(
    name="read_skill_file",
    title="Read a skill's file",
    description="Call this when a skill points to one of its files (a reference, a checklist, a template).",
    input=lambda: ReadSkillFileInput,
    output=lambda: SkillFileText,
    call=_call,
    render=_render,
    annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    blocking=False,
)
