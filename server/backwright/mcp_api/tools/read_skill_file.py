"""`read_skill_file`: a reference, checklist or template of a skill, for clients whose models do not see resources.

With `since` it reads the difference to an earlier version instead: the same skill, the same paths, one argument more.
A tool of its own would cost every conversation its schema and description for a question that few ask.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations
from pydantic import Field

from backwright.mcp_api._mime import MARKDOWN, mime_type, text_of
from backwright.mcp_api.tool import Closed, Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.catalog.skill import Skill

SKILL_MD = "SKILL.md"
PAGE = 12_000
"""Characters in one answer: about 3,000 tokens of prose."""


class ReadSkillFileInput(Closed):
    """Which file of which skill."""

    skill: str = Field(min_length=1, max_length=200, description="Name, or name@range as use_skill gave it.")
    path: str | None = Field(
        default=None, min_length=1, max_length=1_000, description="As listed: references/errors.md"
    )
    offset: int = Field(default=0, ge=0, description="next_offset of the answer before.")
    since: str | None = Field(default=None, min_length=1, max_length=100, description="A version: what changed since.")


class SkillFileText(Closed):
    """A file, or the part of it that fits."""

    skill: str
    version: str
    since: str | None = None
    path: str | None = None
    mime_type: str
    digest: str
    text: str | None = None
    base64: str | None = None
    next_offset: int | None = None


def _call(app: App, given: ReadSkillFileInput) -> SkillFileText:
    skill = app.choose(given.skill).skill
    if given.since is not None:
        return _difference(app, skill, given, given.since)
    path = given.path or SKILL_MD
    data = skill.file(path).verified()
    text = text_of(data)
    whole = base64.b64encode(data).decode("ascii") if text is None else text
    part = whole[given.offset : given.offset + PAGE]
    end = given.offset + len(part)
    return SkillFileText(
        skill=skill.name,
        version=skill.version,
        path=path,
        mime_type=mime_type(path, data),
        digest=skill.file(path).digest,
        text=None if text is None else part,
        base64=part if text is None else None,
        next_offset=end if end < len(whole) else None,
    )


def _difference(app: App, skill: Skill, given: ReadSkillFileInput, since: str) -> SkillFileText:
    """What changed from one version to another, as Markdown, in pages like a file."""
    from backwright.catalog.difference import compare_skills

    old = app.catalog.get(f"{skill.name}@{since}")
    whole = compare_skills(old, skill, path=given.path).text()
    end = given.offset + PAGE
    return SkillFileText(
        skill=skill.name,
        version=skill.version,
        since=old.version,
        path=given.path,
        mime_type=MARKDOWN,
        digest=skill.served_digest,
        text=whole[given.offset : end],
        next_offset=end if end < len(whole) else None,
    )


def _render(file: SkillFileText) -> str:
    """The text and nothing around it, so that a file reads as it was written; binary files say what they are."""
    text = file.text if file.text is not None else f"{file.mime_type} in base64:\n{file.base64}"
    more = "" if file.next_offset is None else f"\n\n[cut here; call again with offset={file.next_offset}]"
    return text + more


TOOL = Tool(
    name="read_skill_file",
    scope="skills:read",
    title="Read a skill's file",
    description="Call this when a skill points to one of its files.",
    input=lambda: ReadSkillFileInput,
    output=lambda: SkillFileText,
    call=_call,
    render=_render,
    lists_output=False,
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    prose={"offset": "", "skill": "name@range, as use_skill gave it."},
    blocking=False,
)
