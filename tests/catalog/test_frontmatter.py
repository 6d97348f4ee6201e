"""The YAML of a pack's files: each refusal names its file, and SKILL.md is split at its fences."""

from __future__ import annotations

import pytest

from backwright._strict_yaml import Fault
from backwright.catalog.frontmatter import decode, load_yaml, split
from backwright.catalog.problem import Code, ProblemError

PATH = "skills/one/SKILL.md"
SIZE = 64 * 1024


def test_plain_yaml_is_loaded_and_knows_the_line_of_the_file() -> None:
    document = load_yaml(decode("a: 1\nb: 用\n".encode(), PATH), PATH, first_line=2)
    assert document.value == {"a": 1, "b": "用"}
    assert document.line("b") == 3


def test_what_the_loader_refuses_is_a_problem_of_the_file() -> None:
    with pytest.raises(ProblemError) as refused:
        load_yaml("a: 1\nb: *x\n", PATH, first_line=2)
    found = refused.value.problem
    assert (found.code, found.severity, found.path, found.line) == (Code.YAML_ALIAS, "error", PATH, 3)
    assert (found.message, found.fix) == ("there is an anchor or an alias", "write the value out")


def test_bytes_that_are_no_utf_8_are_a_problem_of_the_file() -> None:
    with pytest.raises(ProblemError) as refused:
        decode(b"a: 1\nb: \xff\n", PATH)
    assert (refused.value.problem.code, refused.value.problem.path) == (Code.ENCODING, PATH)
    assert refused.value.problem.line == 2


def test_yaml_over_the_limit_is_told_where_a_skill_keeps_its_text() -> None:
    with pytest.raises(ProblemError) as refused:
        load_yaml("a: " + "x" * SIZE, PATH)
    assert refused.value.problem.code is Code.TOO_LARGE
    assert refused.value.problem.fix == "move text into the body or into references/"


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_the_loader_is_a_code_of_the_catalog(fault: Fault) -> None:
    assert Code(fault.value).value == fault.value


def test_split_gives_the_frontmatter_and_the_body() -> None:
    assert split("---\nname: a\n---\n# Body\n---\nmore\n", PATH) == ("name: a\n", "# Body\n---\nmore\n")
    assert split("---\r\nname: a\r\n---\r\nBody", PATH) == ("name: a\r\n", "Body")
    assert split("---\nname: a\n--- ", PATH) == ("name: a\n", "")
    assert split("---\ndescription: a --- b\n---\n", PATH) == ("description: a --- b\n", "")


@pytest.mark.parametrize(
    "text", ["", "# Title\n", " ---\nname: a\n---\n", "----\nname: a\n---\n", "\n---\nname: a\n---\n"]
)
def test_a_text_that_does_not_start_with_a_fence_has_no_frontmatter(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        split(text, PATH)
    assert (refused.value.problem.code, refused.value.problem.line) == (Code.NO_FRONTMATTER, 1)


@pytest.mark.parametrize("text", ["---\nname: a\n", "---", "---\nname: a\n ---\n", "---\nname: a\n----\n"])
def test_a_frontmatter_that_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        split(text, PATH)
    assert refused.value.problem.code is Code.NO_FRONTMATTER


def test_a_fence_beyond_the_limit_is_not_looked_for() -> None:
    with pytest.raises(ProblemError) as refused:
        split("---\n" + "#\n" * SIZE + "---\n", PATH)
    assert refused.value.problem.code is Code.TOO_LARGE
