from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backwright.catalog.dialects._draft import Draft
from backwright.catalog.dialects.double_encoded import REPAIR as DOUBLE_ENCODED
from backwright.catalog.dialects.name import slug
from backwright.catalog.foreign import Foreign, read_foreign
from backwright.catalog.importing import Imported, import_foreign
from backwright.catalog.problem import Problem, ProblemError
from backwright.catalog.skill import MAX_NAME, NAME, SkillFile

HEAD = "---\nname: some-skill\ndescription: Say what. Use when asked.\n{more}---\n"


def imported(text: str | bytes, name: str = "note.md", taken: tuple[str, ...] = ()) -> Imported:
    data = text.encode() if isinstance(text, str) else text
    return import_foreign(
        Foreign(name, name.partition(".")[0], name, (SkillFile.of(name, data),), folder=False), taken=taken
    )


def outcome(text: str | bytes) -> Imported | Problem:
    try:
        return imported(text)
    except ProblemError as error:
        return error.problem


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text))


def code_of(text: str | bytes) -> tuple[str, int | None]:
    with pytest.raises(ProblemError) as caught:
        imported(text)
    return caught.value.problem.code, caught.value.problem.line


# Nothing is lost

LINES = st.one_of(
    st.sampled_from(
        [
            "# A title",
            "## Constraints",
            "## Anti-patterns",
            "Installation",
            "SKILL.md",
            "Related skills",
            "Keywords: one, two",
            "**Purpose:** to test",
            "- [ ] a box",
            "- [x] ticked",
            "❌ not this",
            "  • a bullet",
            "    indented code",
            "```python",
            "```",
            "---",
            "key: value",
            "Two Words",
            "| a | b |",
            "<!-- hidden -->",
            "",
            "",
        ]
    ),
    # Letters that are no bytes of a code page: what was encoded twice is looked at below.
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs"), min_codepoint=32), max_size=40).filter(
        lambda text: all(ord(each) < 0x80 or ord(each) > 0x2122 for each in text)
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=30), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_no_line_of_the_body_loses_its_words(lines: list[str], with_head: bool, end: str) -> None:  # noqa: FBT001  hypothesis hands it over by position
    body = "\n".join(lines)
    # Only a body is looked at: what starts with a rule may be frontmatter, which is kept as fields.
    text = HEAD.format(more="") + body if with_head else f"Some prose first.\n{body}"
    done = imported(text.replace("\n", end))
    kept = [words(line) for line in done.skill.body.splitlines()]
    assert [line for line in body.splitlines() if words(line) and not any(words(line) in each for each in kept)] == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.sampled_from(["", "---\n", "\ufeff", "---\nname: x\n---\n"]))
def test_any_text_becomes_a_valid_skill_or_one_problem(text: str, start: str) -> None:
    done = outcome(start + text.encode("utf-8", "ignore").decode())
    if isinstance(done, Problem):
        assert done.severity == "error"
    else:
        assert NAME.fullmatch(done.skill.name)
        assert done.skill.description.strip()
        assert all(problem.severity == "warning" for problem in done.repairs)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_become_a_valid_skill_or_one_problem(data: bytes) -> None:
    done = outcome(data)
    assert done.fix if isinstance(done, Problem) else done.skill.file("SKILL.md")


# What was encoded twice


def mended(text: str) -> str:
    return DOUBLE_ENCODED.mend(Draft("x", "x", text=text)).text


@pytest.mark.parametrize("page", ["cp1252", "cp1254", "latin-1"])
@settings(max_examples=100)
@given(text=st.text(st.characters(codec="utf-8", min_codepoint=0x800), max_size=20))
def test_what_was_encoded_twice_becomes_what_it_was(page: str, text: str) -> None:
    assert mended(f"a{twice(text, page)}z") == f"a{text}z"


def twice(text: str, page: str) -> str:
    """A text as a program writes it that took its UTF-8 for a code page; what it has not is taken as it is."""
    return "".join(bytes([byte]).decode(page, "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "Prüfung - “Träger” … 3 € für Ärger",
        "São João disse: «não»",
        "l'été, Noël, cœur, ÉCOLE, À côté",
        "İstanbul'da ğ ve Ÿ harfleri",
        "Україна 後端 の خدمة में 🔧 👩🏽‍💻",
        "Ã alone, Â alone, â alone",
        "“AMANHÃ”",
    ],
)
def test_ordinary_text_of_many_languages_is_not_taken_for_broken(text: str) -> None:
    assert mended(text) == text


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("donâ€\u2122t", "don\u2019t"),
        ("ğŸ”§ tools", "🔧 tools"),
        (twice("привет", "cp1252"), "привет"),
        ("cafÃ©", "café"),
        (twice(twice("\u2013", "cp1252"), "cp1252"), "\u2013"),
    ],
)
def test_what_was_encoded_twice_or_three_times_is_mended(broken: str, whole: str) -> None:
    assert mended(broken) == whole


# What is refused, and where


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("---\nname: &a x\ndescription: *a\n---\n", ("YAML_ALIAS", 2)),
        ("---\nname: x\nname: y\n---\n", ("YAML_DUPLICATE_KEY", 3)),
        ("---\nname: !!python/object x\n---\n", ("YAML_TAG", 2)),
        ("---\nname: x\n<<: {a: b}\n---\n", ("YAML_MERGE_KEY", 3)),
        ("---\nname: x\ndescription: a\u200bb\n---\n", ("HIDDEN_TEXT", 3)),
        ("---\nname: x\ndescription: [a\n---\n", ("YAML_SYNTAX", 4)),
        ("text\n\0\n", ("ENCODING", 2)),
        ("x\n" * 20_001, ("TOO_LARGE", None)),
        ("text\n\xff".encode("latin-1"), ("ENCODING", 2)),
        ("x\n".encode("utf-16"), ("ENCODING", 1)),
    ],
)
def test_what_cannot_be_a_slip_of_the_pen_is_refused_with_its_line(
    text: str | bytes, problem: tuple[str, int | None]
) -> None:
    assert code_of(text) == problem


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "- " * 200_000,
        "#" * 200_000,
        "\u200b" * 200_000,
        "`" * 200_000,
        "**a " * 100_000,
        "- [ ] x\n" * 60_000,
        "Title Alone\n\n" * 40_000,
        "  • x\n" * 60_000,
        "---\n" + "a: b: c\n" * 5_000 + "---\n",
        "Keywords: " + '"a", ' * 100_000,
    ],
    ids=range(11),
)
def test_a_hostile_document_is_mended_or_refused(text: str) -> None:
    # A pattern that backtracks would take minutes.
    done = outcome(text)
    assert done.message if isinstance(done, Problem) else done.skill.description


# Names


def test_a_name_that_others_have_gets_a_number_and_says_so_at_its_line() -> None:
    done = imported(HEAD.format(more=""), taken=("some-skill", "some-skill-2"))
    assert done.skill.name == "some-skill-3"
    assert [(p.code, p.line) for p in done.repairs if p.code == "NAME_TAKEN"] == [("NAME_TAKEN", 2)]


def test_a_strict_skill_whose_name_is_taken_keeps_its_bytes_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "some-skill"
    folder.mkdir()
    text = HEAD.format(more='metadata:\n  version: "1.0.0"\n') + "\n# Body\n"
    (folder / "SKILL.md").write_text(text, encoding="utf-8")
    done = import_foreign(read_foreign(folder, "some-skill"), taken=("some-skill",))
    assert (done.skill.name, done.skill.version) == ("some-skill-2", "1.0.0")
    assert done.skill.file("original/SKILL.md").data == text.encode()


@given(st.text(max_size=200))
def test_a_slug_is_a_name_or_empty(text: str) -> None:
    name = slug(text)
    assert name == "" or (NAME.fullmatch(name) is not None and len(name) <= MAX_NAME)


def test_the_same_sentence_has_the_same_id_whatever_stands_around_it() -> None:
    one = imported(HEAD.format(more="") + "- [ ] Types are checked\n")
    two = imported(HEAD.format(more="") + "- [ ] Another one\n- [ ] Types are checked\n- [ ] Last\n")
    assert {item.id for item in one.skill.checklist} == {"types-are-checked"}
    assert {item.id for item in two.skill.checklist} == {"another-one", "types-are-checked", "last"}


def test_a_checklist_of_its_own_is_kept_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "some-skill"
    folder.mkdir()
    own = "items:\n  - id: own\n    text: Own it.\n    rules: [BW101]\n"
    (folder / "SKILL.md").write_text(HEAD.format(more="") + "- [ ] another\n", encoding="utf-8")
    (folder / "checklist.yaml").write_text(own, encoding="utf-8")
    done = import_foreign(read_foreign(folder, "some-skill"))
    assert done.skill.file("checklist.yaml").data.decode() == own
    assert [item.id for item in done.skill.checklist] == ["own"]


def test_more_items_than_a_checklist_has_room_for_are_left_to_the_text_and_said() -> None:
    boxes = "".join(f"- [ ] Item number {number}\n" for number in range(100))
    done = imported(HEAD.format(more="") + boxes)
    assert len(done.skill.checklist) == 60
    assert "40 more are left to the text" in next(p.message for p in done.repairs if p.code == "TASK_LIST")
    assert "Item number 99" in done.skill.body


@pytest.mark.parametrize(
    ("sentence", "look_for"),
    [
        ("Calling `print` where a log belongs", "`print` on the added lines."),
        ("Notebooks that call `eval`", "`eval` on the added lines."),
        ("Not using `__all__` leaks names", "The added lines that the sentence is about."),
        ("Missing `await` on a coroutine", "The added lines that the sentence is about."),
        ("Without `timeout` a call may hang", "The added lines that the sentence is about."),
    ],
)
def test_what_must_not_be_is_looked_for_by_its_word_and_what_must_not_be_missing_is_not(
    sentence: str, look_for: str
) -> None:
    text = HEAD.format(more="") + f"\n# Anti-patterns\n\n- {sentence}\n"
    (question,) = [item.question for item in imported(text).skill.checklist if item.question is not None]
    assert question.evidence == look_for
