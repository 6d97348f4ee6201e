"""Which questions a change raises, on which lines, in which order."""

from __future__ import annotations

from backwright.review.checklist import ChecklistEntry, JudgementQuestion
from backwright.review.questions import questions_for
from tests.review._make import diff_of


def _entry(name: str, evidence: str, ask: str = "Is it so?") -> ChecklistEntry:
    question = JudgementQuestion(ask=ask, evidence=evidence, success="yes", failure="no")
    return ChecklistEntry(skill="s", version="1.0.0", id=name, text="Do it.", question=question)


GATHER = diff_of({"app/x.py": "async def f() -> None:\n    await asyncio.gather(*map(send, orders))\n"})


def test_question_applies_where_a_word_of_its_evidence_stands_and_names_the_line() -> None:
    (question,) = questions_for([_entry("a", "`gather` over inputs"), _entry("b", "`TaskGroup`")], GATHER.files)
    assert (question.item, [(line.path, line.line, line.text) for line in question.lines]) == (
        "a",
        [("app/x.py", 2, "await asyncio.gather(*map(send, orders))")],
    )


def test_part_of_a_longer_name_is_not_the_word() -> None:
    diff = diff_of({"app/x.py": "gathering = forgather()\n"})
    assert questions_for([_entry("a", "`gather`")], diff.files) == ()


def test_word_around_an_added_line_raises_the_question_there() -> None:
    diff = diff_of({"app/x.py": "async def f():\n    a()\n    b()\n"}, {"app/x.py": "async def f():\n    a()\n"})
    (question,) = questions_for([_entry("a", "`async def`")], diff.files)
    assert [line.line for line in question.lines] == [3]


def test_question_without_a_gate_applies_to_any_python_and_to_nothing_else() -> None:
    assert [question.item for question in questions_for([_entry("a", "all")], GATHER.files)] == ["a"]
    assert questions_for([_entry("a", "all")], diff_of({"README.md": "a\n"}).files) == ()


def test_question_whose_words_occur_in_the_code_comes_first() -> None:
    entries = [_entry("a", "pools and limits"), _entry("b", "orders that are sent", ask="Are orders awaited?")]
    assert [question.item for question in questions_for(entries, GATHER.files)] == ["b", "a"]


def test_evidence_is_masked_and_three_lines_at_most() -> None:
    secret = "AKIA" + "Q7ZP" * 4
    diff = diff_of({"app/x.py": "".join(f"gather('{secret}')\n" for _ in range(5))})
    (question,) = questions_for([_entry("a", "`gather`")], diff.files)
    assert [line.line for line in question.lines] == [1, 2, 3]
    assert all(secret not in line.text for line in question.lines)


def test_a_test_beside_the_source_gives_no_evidence() -> None:
    code = "async def f():\n    await gather(1)\n"
    diff = diff_of({"tests/test_x.py": code, "app/x.py": code})
    (question,) = questions_for([_entry("a", "`gather`")], diff.files)
    assert [(line.path, line.line) for line in question.lines] == [("app/x.py", 2)]


def test_a_change_of_tests_alone_is_asked_about() -> None:
    diff = diff_of({"tests/test_x.py": "async def f():\n    await gather(1)\n"})
    (question,) = questions_for([_entry("a", "`gather`")], diff.files)
    assert [line.path for line in question.lines] == ["tests/test_x.py"]
