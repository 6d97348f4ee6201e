"""The rules of Agent Skills, and the schemas of `triggers.yaml` and `checklist.yaml`."""

from __future__ import annotations

from pathlib import Path

import pytest
from skills_ref.validator import validate  # type: ignore[import-untyped]  # skills-ref ships no types

from backwright.catalog.frontmatter import load_yaml
from backwright.catalog.pack import find_pack
from backwright.catalog.problem import Code, Problem, ProblemError
from backwright.catalog.skill import Triggers
from backwright.catalog.validate import Frontmatter, check_frontmatter, load_checklist, load_triggers
from tests.catalog._packs import front, skill_md, write_skill

PATH = "skills/one/SKILL.md"
SKILLS = sorted(path.parent for path in (find_pack() / "skills").glob("*/SKILL.md"))


def check(text: str, folder: str = "one") -> Frontmatter:
    return check_frontmatter(load_yaml(text, PATH, first_line=2), PATH, folder)


def problem(text: str, folder: str = "one") -> Problem:
    with pytest.raises(ProblemError) as refused:
        check(text, folder)
    return refused.value.problem


@pytest.mark.parametrize("folder", SKILLS, ids=lambda folder: folder.name)
def test_the_official_validator_accepts_each_skill_of_the_pack(folder: Path) -> None:
    assert validate(folder) == []


@pytest.mark.parametrize("folder", SKILLS, ids=lambda folder: folder.name)
def test_the_instructions_of_each_skill_of_the_pack_have_at_most_500_lines(folder: Path) -> None:
    assert (folder / "SKILL.md").read_text(encoding="utf-8").count("\n") <= 500


def test_a_frontmatter_with_every_field_is_served_verbatim() -> None:
    text = (
        front()
        + "  author: someone\nlicense: Apache-2.0\ncompatibility: Python 3.11\nallowed-tools: Read Bash(git:*)\n"
    )
    read = check(text)
    assert (read.name, read.version, read.keywords) == ("one", "1.0.0", ("first word", "second word"))
    assert list(read.fields) == ["name", "description", "metadata", "license", "compatibility", "allowed-tools"]
    assert read.fields["metadata"] == {"version": "1.0.0", "triggers": "first word, second word", "author": "someone"}


def test_keywords_are_optional_and_trimmed() -> None:
    assert check('name: one\ndescription: d\nmetadata:\n  version: "1.0.0"\n').keywords == ()
    assert check(front().replace("first word, second word", "'a  b ,c,\td'")).keywords == ("a b", "c", "d")


META = 'metadata:\n  version: "1.0.0"\n'
BROKEN = {
    "no mapping": ("- a\n", Code.FIELD_MISSING, 2),
    "empty": ("", Code.FIELD_MISSING, 2),
    "no name": (f"description: d\n{META}", Code.FIELD_MISSING, 2),
    "no description": (f"name: one\n{META}", Code.FIELD_MISSING, 2),
    "name of blanks": (f"name: '  '\ndescription: d\n{META}", Code.FIELD_INVALID, 2),
    "name a number": (f"name: 1\ndescription: d\n{META}", Code.FIELD_INVALID, 2),
    "null description": (f"name: one\ndescription:\n{META}", Code.FIELD_INVALID, 3),
    "empty description": (f"name: one\ndescription: ''\n{META}", Code.FIELD_INVALID, 3),
    "long description": (f"name: one\ndescription: {'d' * 1025}\n{META}", Code.FIELD_INVALID, 3),
    "long compatibility": (f"name: one\ndescription: d\n{META}compatibility: {'c' * 501}\n", Code.FIELD_INVALID, 6),
    "tools as a list": (f"name: one\ndescription: d\n{META}allowed-tools: [Read]\n", Code.FIELD_INVALID, 6),
    "unknown field": (f"name: one\ndescription: d\ntriggers: [a]\n{META}", Code.FIELD_UNKNOWN, 4),
    "field in capitals": (f"Name: one\ndescription: d\n{META}", Code.FIELD_UNKNOWN, 2),
    "homoglyph field": (f"n\u0430me: one\ndescription: d\n{META}", Code.FIELD_UNKNOWN, 2),
    "metadata a text": ("name: one\ndescription: d\nmetadata: x\n", Code.FIELD_INVALID, 4),
    "metadata a number": (f"name: one\ndescription: d\n{META}  level: 3\n", Code.FIELD_INVALID, 6),
    "metadata a list": (f"name: one\ndescription: d\n{META}  tags: [a]\n", Code.FIELD_INVALID, 6),
    "no metadata": ("name: one\ndescription: d\n", Code.VERSION_INVALID, 2),
    "no version": ("name: one\ndescription: d\nmetadata:\n  a: b\n", Code.VERSION_INVALID, 4),
    "version of two numbers": ("name: one\ndescription: d\nmetadata:\n  version: '1.0'\n", Code.VERSION_INVALID, 5),
    "version a float": ("name: one\ndescription: d\nmetadata:\n  version: 1.0\n", Code.FIELD_INVALID, 5),
    "empty keyword": (f"name: one\ndescription: d\n{META}  triggers: a,,b\n", Code.FIELD_INVALID, 6),
    "keyword twice": (f"name: one\ndescription: d\n{META}  triggers: a, b, A\n", Code.FIELD_INVALID, 6),
}


@pytest.mark.parametrize(("text", "code", "line"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_rule_is_named_with_its_line_and_fix(text: str, code: Code, line: int) -> None:
    found = problem(text)
    assert (found.code, found.path, found.line) == (code, PATH, line)
    assert found.fix


NAMES = {
    "capitals": "One",
    "underscore": "one_two",
    "leading hyphen": "-one",
    "trailing hyphen": "one-",
    "two hyphens": "one--two",
    "blank": "one two",
    "trailing newline": "one\n",
    "cyrillic o": "\u043ene",
    "fullwidth": "\uff4fne",
    "ligature": "\ufb01le",
    "digits of another script": "one\u0661",
    "dot": "one.two",
    "climbing": "../one",
    "65 characters": "a" * 65,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_name_that_could_be_taken_for_another_is_refused(name: str) -> None:
    quoted = name.replace("\n", "\\n")
    found = problem(f'name: "{quoted}"\ndescription: d\n{META}', folder=name)
    assert (found.code, found.line) == (Code.NAME_INVALID, 2)


@pytest.mark.parametrize("name", ["a", "0", "a-b", "3d-models", "a" * 64])
def test_a_plain_name_is_accepted(name: str) -> None:
    assert check(front().replace("one", f'"{name}"', 1), folder=name).name == name


def test_a_name_must_equal_its_folder() -> None:
    assert problem(front("two")).code is Code.NAME_FOLDER


def test_limits_are_accepted_to_the_character() -> None:
    text = f"name: one\ndescription: {'d' * 1024}\n{META}compatibility: {'c' * 500}\n"
    assert len(check(text).description) == 1024


@pytest.mark.parametrize(
    "text",
    [
        "name: one\ndescription: d\ntags: x\n",
        "name: One\ndescription: d\n",
        "name: one--two\ndescription: d\n",
        "name: two\ndescription: d\n",
        "description: d\n",
        "name: one\n",
        f"name: one\ndescription: {'d' * 1025}\n",
        f"name: one\ndescription: d\ncompatibility: {'c' * 501}\n",
        "name: one\ndescription: Use it: always\n",
        "name: one\nname: one\ndescription: d\n",
        "name: &a one\ndescription: *a\n",
        "name: !!str one\ndescription: d\n",
    ],
)
def test_what_the_official_validator_refuses_is_refused_here(text: str, tmp_path: Path) -> None:
    assert validate(write_skill(tmp_path, frontmatter=text)) != []
    with pytest.raises(ProblemError):
        check(text)


def test_what_is_accepted_here_the_official_validator_accepts(tmp_path: Path) -> None:
    text = front() + "license: Apache-2.0\ncompatibility: Python 3.11\nallowed-tools: Read\n"
    check(text)
    assert validate(write_skill(tmp_path, files={"SKILL.md": skill_md(text)})) == []


def test_triggers_are_read_with_their_languages() -> None:
    text = "strong: [fastapi endpoint]\nweak: [api, 'no']\naliases: {zh: [接口], pt-BR: [rota]}\nnot: [rust]\n"
    text += "all_of:\n  - [a, b]\nmatch: [do it]\nno_match: [do not]\numbrella: true\n"
    triggers = load_triggers(text, "t.yaml")
    assert (triggers.strong, triggers.weak, triggers.not_) == (("fastapi endpoint",), ("api", "no"), ("rust",))
    assert triggers.aliases == {"zh": ("接口",), "pt-BR": ("rota",)}
    assert (triggers.all_of, triggers.umbrella) == ((("a", "b"),), True)
    assert (triggers.match, triggers.no_match) == (("do it",), ("do not",))


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert load_triggers("# nothing yet\n", "t.yaml") == Triggers()
    assert load_checklist("", "c.yaml") == ()


def test_what_was_read_is_not_parsed_again_and_a_refusal_names_each_file() -> None:
    assert load_triggers("strong: [a b]\n", "t.yaml") is load_triggers("strong: [a b]\n", "t.yaml")
    assert load_triggers("strong: [a c]\n", "t.yaml").strong == ("a c",)
    for path in ("one/t.yaml", "other/t.yaml"):
        with pytest.raises(ProblemError) as refused:
            load_triggers("wrong: 1\n", path)
        assert refused.value.problem.path == path


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("strong: [a]\nstrnog: [b]\n", Code.FIELD_UNKNOWN, 2),
        ("strong: [a]\nnot_: [b]\n", Code.FIELD_UNKNOWN, 2),
        ("strong: a\n", Code.FIELD_INVALID, 1),
        ("strong:\n  - a\n  - 1.5\n", Code.FIELD_INVALID, 3),
        ("strong:\n  - a\n  - ' b'\n", Code.FIELD_INVALID, 3),
        ("strong:\n  - ''\n", Code.FIELD_INVALID, 2),
        ("weak:\n  - yes\n", Code.YAML_AMBIGUOUS, 2),
        ("aliases:\n  zh: [a]\n  ZH_cn: [b]\n", Code.FIELD_INVALID, 3),
        ("aliases:\n  no: [a]\n", Code.YAML_AMBIGUOUS, 2),
        ("all_of:\n  - [a]\n", Code.FIELD_INVALID, 2),
        ("umbrella: 1\n", Code.FIELD_INVALID, 1),
        ("umbrella: 'true'\n", Code.FIELD_INVALID, 1),
        ("- a\n", Code.FIELD_INVALID, 1),
        (f"match:\n  - {'x' * 501}\n", Code.FIELD_INVALID, 2),
    ],
)
def test_a_broken_triggers_file_is_refused_at_its_line(text: str, code: Code, line: int) -> None:
    with pytest.raises(ProblemError) as refused:
        load_triggers(text, "skills/one/triggers.yaml")
    found = refused.value.problem
    assert (found.code, found.path, found.line) == (code, "skills/one/triggers.yaml", line)


ITEM = "items:\n  - id: first\n    text: Do it.\n"
QUESTION = "    question: {ask: a, evidence: e, success: s, failure: f}\n"


def test_each_kind_of_checklist_item_is_read() -> None:
    text = f"{ITEM}    rules: [BW102, B904]\n  - id: second\n    text: t\n    evidence: tests_changed\n"
    items = load_checklist(f"{text}  - id: third\n    text: t\n{QUESTION}", "c.yaml")
    assert items[0].rules == ("BW102", "B904")
    assert items[1].evidence == "tests_changed"
    assert items[2].question is not None
    assert items[2].question.failure == "f"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ITEM, 2),
        (f"{ITEM}    rules: []\n", 2),
        (f"{ITEM}    rules: [B904]\n    evidence: tests_changed\n", 2),
        (f"{ITEM}    rules: [B904]\n{QUESTION}", 2),
        (f"{ITEM}    rules: [b904]\n", 4),
        (f"{ITEM}    evidence: luck\n", 4),
        (f"{ITEM}    question: {{ask: a}}\n", 4),
        ("items:\n  - id: Not Kebab\n    text: t\n    rules: [B904]\n", 2),
        (f"{ITEM}    rules: [B904]\n  - id: first\n    text: t\n    rules: [B905]\n", 5),
    ],
)
def test_a_broken_checklist_is_refused_at_its_line(text: str, line: int) -> None:
    with pytest.raises(ProblemError) as refused:
        load_checklist(text, "c.yaml")
    assert refused.value.problem.line == line
