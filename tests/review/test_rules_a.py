"""What the pages of the async, HTTP and Pydantic rules cannot show: facts, fragments without a function, fixes."""

from __future__ import annotations

import pytest

from backwright.review.diagnostic import Confidence, Diagnostic, Severity
from backwright.review.diff import parse_diff
from backwright.review.engine import Options, all_rules, nothing, review
from backwright.review.facts import Facts

RULES = {rule.code: rule for rule in all_rules()}


def reviewed(code: str, *lines: str, facts: Facts | None = None) -> tuple[Diagnostic, ...]:
    """What one rule finds in a hunk in the middle of a file; a line with a leading `+` is added."""
    body = [line if line.startswith(("+", "-")) else f" {line}" for line in lines]
    new = sum(not line.startswith("-") for line in body)
    old = sum(not line.startswith("+") for line in body)
    text = "\n".join(["--- a/app/api.py", "+++ b/app/api.py", f"@@ -50,{old} +50,{new} @@", *body, ""])
    options = Options(rules=(RULES[code],), ruff=False)
    return review(parse_diff(text.encode()), read_new=nothing, facts=facts or Facts(), options=options).findings


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("BW101", "+    answer = requests.get(url, timeout=5)"),
        ("BW102", "+    connection = psycopg2.connect(DSN)"),
        ("BW103", "+    asyncio.run(job())"),
    ],
)
def test_hunk_that_does_not_show_its_function_is_not_accused_of_being_async(code: str, line: str) -> None:
    assert reviewed(code, "    first = 1", line, "    last = 2") == ()


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("BW101", "+    answer = requests.get(url, timeout=5)"),
        ("BW102", "+    connection = psycopg2.connect(DSN)"),
        ("BW103", "+    asyncio.run(job())"),
    ],
)
def test_await_beside_the_line_shows_that_it_is_on_the_loop(code: str, line: str) -> None:
    found = reviewed(code, "    first = await load()", line, "    last = 2")
    assert [(one.code, one.location.line) for one in found] == [(code, 51)]


def test_shadowed_module_name_is_not_the_module() -> None:
    found = reviewed("BW101", "async def read(requests: Queue) -> Item:", "+    return requests.get(timeout=5)")
    assert found == ()


def test_session_whose_import_is_out_of_view_is_less_sure() -> None:
    found = reviewed("BW102", "+async def read(db: Session) -> list[Row]:", "    return db.query(Row).all()")
    assert [(one.location.line, one.confidence) for one in found] == [(50, Confidence.MEDIUM)]


def test_handler_that_the_hunk_cuts_off_may_still_raise() -> None:
    found = reviewed(
        "BW104",
        "    try:",
        "        await job.run()",
        "+    except asyncio.CancelledError:",
        "+        await job.release()",
    )
    assert found == ()


@pytest.mark.parametrize(("dependencies", "lines"), [({"flask"}, []), ({"fastapi", "flask"}, [51]), (set(), [51])])
def test_routes_of_a_project_without_fastapi_are_not_fastapi_routes(dependencies: set[str], lines: list[int]) -> None:
    found = reviewed(
        "BW202",
        "",
        '+@router.get("/orders")',
        "+def orders():",
        "+    return load_all()",
        "",
        facts=Facts(dependencies=frozenset(dependencies), has_root=bool(dependencies)),
    )
    assert [one.location.line for one in found] == lines


@pytest.mark.parametrize(
    ("majors", "expected"),
    [
        ({"pydantic": 1}, []),
        ({"pydantic": 2}, [Confidence.HIGH]),
        ({}, [Confidence.MEDIUM]),
    ],
)
def test_old_pydantic_is_judged_by_the_major_that_the_project_uses(
    majors: dict[str, int], expected: list[Confidence]
) -> None:
    found = reviewed(
        "BW301", '+@validator("email")', "def lower(cls, value):", "    return value", facts=Facts(majors=majors)
    )
    assert [one.confidence for one in found] == expected


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        ("    values = body.dict(exclude_unset=True)", "    values = body.model_dump(exclude_unset=True)"),
        ("    é = OrderIn.parse_obj({'é': 'dict()'})", "    é = OrderIn.model_validate({'é': 'dict()'})"),
        ("    body.copy(update={})  # .copy(", "    body.model_copy(update={})  # .copy("),
    ],
)
def test_renamed_method_is_rewritten_in_place(line: str, fixed: str) -> None:
    (found,) = reviewed("BW301", "def save(body: OrderIn) -> None:", f"+{line}")
    assert found.suggestion is not None
    assert (found.suggestion.line, found.suggestion.replacement) == (51, fixed)


def test_from_orm_needs_more_than_a_new_name_and_is_not_rewritten() -> None:
    (found,) = reviewed("BW301", "def read(row: Row) -> OrderOut:", "+    return OrderOut.from_orm(row)")
    assert found.suggestion is None


@pytest.mark.parametrize(
    ("answer", "severity", "confidence"),
    [
        ("HTTPException(400, detail=str(e))", Severity.INFO, Confidence.LOW),
        ("HTTPException(503, detail=str(e))", Severity.WARNING, Confidence.HIGH),
        ("HTTPException(status.HTTP_500_INTERNAL_SERVER_ERROR, f'{e}')", Severity.WARNING, Confidence.HIGH),
    ],
)
def test_leak_weighs_more_in_an_answer_that_no_one_foresaw(
    answer: str, severity: Severity, confidence: Confidence
) -> None:
    found = reviewed("BW205", "try:", "    save()", "except ValueError as e:", f"+    raise {answer}", "done()")
    assert [(one.location.line, one.severity, one.confidence) for one in found] == [(53, severity, confidence)]
