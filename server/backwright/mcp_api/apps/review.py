"""A review for a person: findings beside their lines, questions to answer, the checklist, and what was not checked."""

from __future__ import annotations

from backwright.mcp_api.view import View

VIEW = View(
    name="review",
    title="Review",
    description="Findings beside their lines, the checklist, and the questions of a review to answer.",
    tools=("review_diff", "complete_review"),
)
