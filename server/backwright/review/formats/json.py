"""The report for a program: the fields of `Report`, in ASCII, so that no reader has to trust a character."""

from __future__ import annotations

import json

from backwright.review.diff import Diff
from backwright.review.format import Format
from backwright.review.report import Report


def _render(report: Report, _diff: Diff) -> str:
    text = json.dumps(report.model_dump(mode="json"), indent=2)
    # The one command of a build log that may stand inside a line; to a parser of JSON both spellings are the same.
    return text.replace("##[", "#\\u0023[") + "\n"


FORMAT = Format(name="json", media_type="application/json", render=_render)
