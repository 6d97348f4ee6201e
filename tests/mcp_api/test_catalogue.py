from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backwright.mcp_api._catalogue import LIMIT, catalogue

HEAD = "Call this first. Skills:"


def test_short_descriptions_stand_whole_on_their_lines() -> None:
    text = catalogue(HEAD, [("alpha", "Do alpha.\n  Twice."), ("beta", "Do beta.")])
    assert text == f"{HEAD}\n- alpha: Do alpha. Twice.\n- beta: Do beta."


def test_a_long_description_gives_way_at_a_word_and_a_short_one_stays() -> None:
    text = catalogue(HEAD, [("alpha", "word " * 200), ("beta", "Do beta.")], limit=200)
    alpha, beta = text.splitlines()[1:]
    assert alpha.endswith("word…")
    assert len(text.encode()) > 190
    assert beta == "- beta: Do beta."


@given(st.lists(st.tuples(st.from_regex(r"[a-z]{1,20}", fullmatch=True), st.text(max_size=400)), max_size=12))
def test_the_catalogue_stays_under_its_limit_and_names_every_skill(skills: list[tuple[str, str]]) -> None:
    text = catalogue(HEAD, skills)
    assert len(text.encode()) <= LIMIT
    assert all(f"- {name}" in text for name, _ in skills)


def test_where_not_all_names_fit_the_first_do_and_the_last_line_says_how_to_find_the_others() -> None:
    skills = [(f"skill-number-{number:03}", "Do it.") for number in range(500)]
    text = catalogue(HEAD, skills)
    lines = text.splitlines()
    assert len(text.encode()) <= LIMIT
    assert lines[1] == "- skill-number-000"
    assert lines[-1] == f"- and {500 - (len(lines) - 2)} more: give the task and keywords, all are searched."
    assert len(lines) > 50
