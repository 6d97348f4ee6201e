from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.routing.briefing import (
    BUDGET,
    Briefing,
    Candidate,
    FileEntry,
    SkillText,
    approx_tokens,
    brief,
    listed,
    one_line,
)
from backwright.routing.decision import Match, Routing

AUTO = Routing(decision="auto", matches=(Match(skill="a-b", version="1.2.0", score=0.9),), reason="a-b fits.")
NONE = Routing(decision="none", reason="Nothing fits.")
CATALOGUE = tuple(
    Candidate(skill=name, version="1.0.0", summary=f"Does {name} work. Use for more.") for name in ("a-b", "c-d", "e-f")
)
SECTION = "## Part {n}\n\nSome words of advice that take a little room.\n\n```python\n# not a heading\nx = {n}\n```\n"
LONG = "# Title\n\nIntroduction.\n\n" + "\n".join(SECTION.format(n=n) for n in range(300))


def skill(body: str, files: int = 2, items: int = 3) -> SkillText:
    entries = [FileEntry(path="SKILL.md", size=5_000)]
    entries.extend(FileEntry(path=f"references/file-{n}.md", size=900 + n) for n in range(files))
    return SkillText("a-b", "1.2.0", body, listed(entries), items)


def cost(briefing: Briefing) -> int:
    return max(approx_tokens(briefing.text()), approx_tokens(briefing.model_dump_json(exclude_defaults=True)))


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abcd", 1), ("abcde", 2), ("接口", 2), ("\ud800", 1)])
def test_tokens_are_bytes_by_four_rounded_up(text: str, tokens: int) -> None:
    assert approx_tokens(text) == tokens


def test_a_short_skill_is_given_whole() -> None:
    briefing = brief(AUTO, skill("# A\n\nDo it.\n"), CATALOGUE)
    assert (briefing.skill, briefing.version, briefing.body, briefing.cut) == ("a-b", "1.2.0", "# A\n\nDo it.", None)


def test_the_text_holds_decision_body_files_and_checklist() -> None:
    assert brief(AUTO, skill("Do it."), CATALOGUE).text().split("\n") == [
        "# a-b 1.2.0",
        "auto: a-b fits.",
        "",
        "Do it.",
        "",
        "Files, read with read_skill_file when needed: references/file-0.md (900 B), references/file-1.md (901 B).",
        "Checklist: 3 items; review_diff gives their status for your change.",
    ]


def test_a_skill_without_files_or_checklist_does_not_mention_them() -> None:
    assert brief(AUTO, skill("Do it.", files=0, items=0), CATALOGUE).text().rstrip().endswith("Do it.")


def test_skill_md_is_not_listed_among_the_further_files() -> None:
    assert [file.path for file in brief(AUTO, skill("x", files=1), ()).files] == ["references/file-0.md"]


def test_a_folder_of_assets_is_one_entry() -> None:
    paths = ("assets/api/template.yaml", "assets/api/files/main.py.j2", "assets/logo.svg", "references/a.md")
    briefing = brief(AUTO, SkillText("a-b", "1.2.0", "x", listed(FileEntry(path=path, size=5) for path in paths)), ())
    assert [(file.path, file.size) for file in briefing.files] == [
        ("assets/api/", 10),
        ("assets/logo.svg", 5),
        ("references/a.md", 5),
    ]


def test_a_long_skill_is_cut_before_a_heading_and_says_where_it_goes_on() -> None:
    briefing = brief(AUTO, skill(LONG), CATALOGUE)
    assert briefing.body is not None
    assert briefing.cut is not None
    shown = briefing.body.count("## Part")
    assert LONG.startswith(briefing.body)
    assert briefing.body.endswith(f"x = {shown - 1}\n```")
    assert f"from the heading 'Part {shown}' on" in briefing.cut
    assert 'read_skill_file(skill="a-b@1.2.0", path="SKILL.md")' in briefing.cut
    assert "**Cut here.**" in briefing.text()


def test_a_long_skill_uses_the_budget_and_stays_within_it() -> None:
    assert BUDGET - 60 <= cost(brief(AUTO, skill(LONG), CATALOGUE)) <= BUDGET


def test_a_comment_inside_of_code_is_no_heading() -> None:
    body = "Start.\n\n````md\n```\n# a\n" + "# b\n" * 5_000 + "````\n"
    assert brief(AUTO, skill(body), ()).body == "Start."


def test_a_body_without_headings_is_cut_at_a_paragraph() -> None:
    body = "\n\n".join(f"Paragraph {n} of the text." for n in range(2_000))
    cut = brief(AUTO, skill(body), ())
    assert cut.body is not None
    assert cut.body.endswith("of the text.")
    assert "heading" not in (cut.cut or "")


def test_one_endless_line_is_left_out_rather_than_torn() -> None:
    briefing = brief(AUTO, skill("x" * 100_000), ())
    assert briefing.body == ""
    assert "1 of 1 lines are not shown" in (briefing.cut or "")


def test_files_beyond_forty_are_counted() -> None:
    briefing = brief(AUTO, skill("x", files=300), ())
    assert (len(briefing.files), briefing.more_files) == (40, 260)
    assert "and 260 more" in briefing.text()


def test_suggestions_are_the_matches_in_their_order_in_one_line_each() -> None:
    matches = tuple(Match(skill=name, version="1.0.0", score=0.5) for name in ("e-f", "a-b"))
    briefing = brief(Routing(decision="suggest", matches=matches, reason="Both fit."), None, CATALOGUE)
    assert briefing.text().split("\n") == [
        "No skill was loaded (suggest). Both fit.",
        "",
        "Candidates; to load one, call use_skill with its name:",
        "- **e-f** 1.0.0: Does e-f work",
        "- **a-b** 1.0.0: Does a-b work",
    ]


def test_when_nothing_fits_the_catalogue_is_given() -> None:
    briefing = brief(NONE, None, CATALOGUE)
    assert [candidate.skill for candidate in briefing.candidates] == ["a-b", "c-d", "e-f"]
    assert briefing.body is None


def test_a_large_catalogue_is_counted_and_not_listed() -> None:
    large = tuple(Candidate(skill=f"skill-{n}", version="1.0.0", summary="word " * 200) for n in range(1_000))
    briefing = brief(NONE, None, large)
    assert (len(briefing.candidates), briefing.more_candidates) == (15, 985)
    assert "and 985 more" in briefing.text()
    assert cost(briefing) <= BUDGET


def test_an_empty_catalogue_leaves_the_reason() -> None:
    assert brief(NONE, None, ()).text() == "No skill was loaded (none). Nothing fits."


@pytest.mark.parametrize(
    ("description", "line"),
    [
        ("Review a diff. Use for PRs.", "Review a diff"),
        ("Works with Python 3.12 code", "Works with Python 3.12 code"),
        ("审查代码。用于合并请求。", "审查代码。"),
        ("a  b\n c", "a b c"),
        ("", ""),
    ],
)
def test_one_line_is_the_first_sentence(description: str, line: str) -> None:
    assert one_line(description) == line


def test_a_long_sentence_is_cut_at_a_word() -> None:
    assert one_line("one two, three four", limit=12) == "one two…"


@given(
    st.lists(
        st.sampled_from(["# H\n", 'text "quoted" \\\n', "\n", "```\n", "接口" * 30 + "\n", "\x01" * 50]), max_size=300
    ),
    st.integers(0, 60),
)
def test_any_body_stays_within_the_budget(pieces: list[str], files: int) -> None:
    assert cost(brief(AUTO, skill("".join(pieces), files=files), CATALOGUE)) <= BUDGET
