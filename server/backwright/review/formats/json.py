"""The report for a program: the fields of `Report`; `report_schema` describes them."""

from __future__ import annotations

from backwright.review.diff import Diff
from backwright.review.format import Format
from backwright.review.formats._json import dumped
from backwright.review.report import Report


def _render(report: Report, _diff: Diff) -> str:
    return dumped(report.model_dump(mode="json"))


def report_schema() -> str:
    """The JSON Schema (draft 2020-12) of what this format writes."""
    schema = Report.model_json_schema(mode="serialization")
    return dumped({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


FORMAT = Format(name="json", media_type="application/json", render=_render)
