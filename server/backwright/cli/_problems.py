"""Problems of skills as text, JSON or SARIF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from backwright.catalog.problem import Problem

FORMATS: Final = ("text", "json", "sarif")
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(problems: Sequence[Problem], form: str, summaries: Mapping[str, str]) -> str:
    """The problems in one of the `FORMATS`.

    Args:
        problems: in the order in which they are shown.
        form: which format.
        summaries: one sentence for each code that has one.
    """
    forms: dict[str, Callable[[], str]] = {
        "text": lambda: _text(problems),
        "json": lambda: _json(problems),
        "sarif": lambda: _sarif(problems, summaries),
    }
    return forms[form]()


def _text(problems: Sequence[Problem]) -> str:
    lines = [f"{problem}\n    fix: {problem.fix}" for problem in problems]
    notes = sum(problem.severity == "note" for problem in problems)
    return "\n".join([*lines, f"problems: {len(problems) - notes}{f', notes: {notes}' if notes else ''}"])


def _json(problems: Sequence[Problem]) -> str:
    import json
    from dataclasses import asdict

    return json.dumps({"problems": [asdict(problem) for problem in problems]}, ensure_ascii=False, indent=2)


def _sarif(problems: Sequence[Problem], summaries: Mapping[str, str]) -> str:
    """SARIF 2.1.0 (OASIS), for code scanning."""
    import json

    import backwright

    codes = sorted({str(problem.code) for problem in problems})
    rules = [
        {"id": code, "shortDescription": {"text": summaries.get(code, code.replace("_", " ").capitalize() + ".")}}
        for code in codes
    ]
    driver = {"name": "backwright lint", "semanticVersion": backwright.__version__, "rules": rules}
    results = [_result(problem, codes) for problem in problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(problem: Problem, codes: Sequence[str]) -> dict[str, object]:
    from urllib.parse import quote

    place: dict[str, object] = {"artifactLocation": {"uri": quote(problem.path, safe="/-._~")}}
    if problem.line is not None:
        place["region"] = {"startLine": problem.line}
    return {
        "ruleId": str(problem.code),
        "ruleIndex": codes.index(problem.code),
        "level": problem.severity,
        "message": {"text": f"{problem.message}. Fix: {problem.fix}."},
        "locations": [{"physicalLocation": place}],
    }
