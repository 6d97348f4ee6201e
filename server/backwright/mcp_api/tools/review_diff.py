"""`review_diff`: findings on the lines that a change adds, the checklist, and what to judge by eye."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations

from backwright.mcp_api._caller import holder
from backwright.mcp_api._review_answer import ReviewAnswer, answer, render
from backwright.mcp_api.tool import Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.contexts.schemas.review_v2 import ReviewContextV2

_ON_DISK = frozenset({"base", "range", "diff_file"})
_AS_TEXT = frozenset({"diff", "files"})
# What the command line takes and no model needs, or what costs each conversation more than it gives.
_UNLISTED = frozenset({"staged", "worktree", "timeout"})


def _describe(app: App) -> str:
    what = (
        "Call this after you changed Python code and before you hand it over. Without arguments: what the branch "
        "changed since its merge base, work tree included; never paste a diff."
        if app.settings.root is not None
        else "Call this with a unified diff of Python code before you hand it over."
    )
    return f"{what} Returns findings by rule on added lines only, and questions: answer them with complete_review."


def _hidden(app: App) -> frozenset[str]:
    """A diff is text only where no disk is: a model that copies one makes mistakes and pays for each line."""
    return _UNLISTED | (_AS_TEXT if app.settings.root is not None else _ON_DISK)


def _input() -> type[ReviewContextV2]:
    from backwright.contexts.schemas.review_v2 import ReviewContextV2

    return ReviewContextV2


def _call(app: App, given: ReviewContextV2) -> ReviewAnswer:
    done = app.judging.review(given, holder())
    return answer(done.report, given.cursor, handle=done.handle, word=done.word)


TOOL = Tool(
    name="review_diff",
    scope="review:run",
    title="Review a change",
    description=_describe,
    input=_input,
    output=lambda: ReviewAnswer,
    call=_call,
    render=render,
    # Findings are read as they are written; the text and the structured answer hold the same.
    lists_output=False,
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
    hidden=_hidden,
    prose={
        "base": "A revision.",
        "range": "A..B or A...B.",
        "diff_file": "A unified diff inside the project.",
        "diff": "A unified diff.",
        "files": "Whole files after the change, by path.",
        "paths": "Globs.",
        "min_severity": "",
        "skills": "Checklists: name or name@range.",
        "profile": "",
        "previous": "An earlier `review`: what is new, open, fixed.",
        "cursor": "",
    },
)
