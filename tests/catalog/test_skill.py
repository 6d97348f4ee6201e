"""The values of the catalog: one address a file, one digest a tree, and nothing that can be changed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backwright.catalog.skill import ChecklistItem, Evidence, Skill, SkillFile, Triggers, tree_digest
from backwright.errors import IntegrityError, SkillFileNotFoundError
from backwright.review.evidence import EVIDENCE

FILES = (SkillFile.of("SKILL.md", b"one"), SkillFile.of("assets/a.txt", b"two"))
SKILL = Skill("one", "1.0.0", "d", {}, FILES, Triggers(), (), (), tree_digest(FILES))

contents = st.dictionaries(st.text("abc/.", min_size=1, max_size=4), st.binary(max_size=4), max_size=4)


def test_a_file_is_found_by_its_exact_path() -> None:
    assert SKILL.file("assets/a.txt").data == b"two"
    with pytest.raises(SkillFileNotFoundError) as refused:
        SKILL.file("a.txt")
    assert refused.value.hint == "its files: SKILL.md, assets/a.txt"


def test_the_hint_of_a_skill_with_many_files_stays_short() -> None:
    many = replace(SKILL, files=tuple(SkillFile.of(f"{number:03}.md", b"") for number in range(100)))
    with pytest.raises(SkillFileNotFoundError) as refused:
        many.file("nope")
    assert "011.md, ..." in refused.value.hint
    assert "012.md" not in refused.value.hint


def test_verified_bytes_are_those_that_were_pinned() -> None:
    assert FILES[0].verified() == b"one"
    with pytest.raises(IntegrityError):
        replace(FILES[0], held=b"other").verified()


def test_the_address_of_a_head_has_no_version_and_that_of_a_release_has() -> None:
    assert SKILL.uri() == "skill://one/SKILL.md"
    assert SKILL.uri("a b/用.md") == "skill://one/a%20b/%E7%94%A8.md"
    assert replace(SKILL, released=True).uri() == "skill://v1.0.0/one/SKILL.md"


@given(contents, contents)
def test_trees_have_the_same_digest_only_when_they_are_the_same(one: dict[str, bytes], two: dict[str, bytes]) -> None:
    digests = [tree_digest(tuple(SkillFile.of(path, data) for path, data in files.items())) for files in (one, two)]
    assert (digests[0] == digests[1]) == (one == two)


def test_the_digest_of_a_tree_does_not_depend_on_the_order_of_its_files() -> None:
    assert tree_digest(FILES) == tree_digest(FILES[::-1])


def test_a_skill_and_its_parts_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        SKILL.name = "two"  # type: ignore[misc]  # that it is an error is the case
    with pytest.raises(ValidationError):
        SKILL.triggers.umbrella = True


@pytest.mark.parametrize("more", [{}, {"rules": ("B904",), "evidence": "tests_changed"}])
def test_a_checklist_item_is_decided_by_exactly_one_thing(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="exactly one of rules, evidence and question"):
        ChecklistItem.model_validate({"id": "a", "text": "t", **more})


def test_a_checklist_may_name_each_fact_that_the_review_knows_and_no_other() -> None:
    assert set(get_args(Evidence)) == set(EVIDENCE)
