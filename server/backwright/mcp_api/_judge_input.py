"""The arguments of `complete_review`: a review, answers to its questions, and remarks of the caller's own."""

from __future__ import annotations

from pydantic import Field

from backwright.mcp_api.tool import Closed
from backwright.review.verdict import MAX_COMMENTS, MAX_VERDICTS, Comment, Verdict


class CompleteReviewInput(Closed):
    """What the caller says of a review."""

    review: str = Field(min_length=1, max_length=100)
    verdicts: tuple[Verdict, ...] = Field(default=(), max_length=MAX_VERDICTS)
    comments: tuple[Comment, ...] = Field(default=(), max_length=MAX_COMMENTS)
