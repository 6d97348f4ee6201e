"""`complete_review`: the caller's verdicts and comments, verified against the diff, to one report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import ToolAnnotations

from backwright.mcp_api._caller import holder
from backwright.mcp_api._judge_answer import JudgeAnswer, answer, render
from backwright.mcp_api.tool import Tool

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.mcp_api._judge_input import CompleteReviewInput


def _input() -> type[CompleteReviewInput]:
    from backwright.mcp_api._judge_input import CompleteReviewInput

    return CompleteReviewInput


def _call(app: App, given: CompleteReviewInput) -> JudgeAnswer:
    done = app.judging.complete(given.review, given.verdicts, given.comments, holder())
    return answer(done.handle, done.report, done.outcomes, done.asked)


TOOL = Tool(
    name="complete_review",
    scope="review:run",
    title="Complete a review",
    description="Call this after review_diff with its `review`, verdicts on its questions and your own comments. "
    "Quotes are checked against the diff. Calls add up; a new verdict replaces one.",
    input=_input,
    output=lambda: JudgeAnswer,
    call=_call,
    render=render,
    lists_output=False,
    prose={
        "verdicts": "broken needs a quote: code copied from path:line.",
        "comments": "What no finding says. suggestion replaces the quoted lines.",
    },
    # It writes to the record of the review, and to nothing of the user's.
    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
)
