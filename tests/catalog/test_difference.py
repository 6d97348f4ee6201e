"""Differences of two versions: changelog, files, checklist and text, each where it changed and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.difference import FileChange, compare_skills
from backwright.catalog.loader import load_skill
from backwright.catalog.skill import Skill
from backwright.errors import InvalidInputError, SkillFileNotFoundError
from tests.catalog._packs import front, skill_md, write_skill

OLD: Mapping[str, str | bytes] = {
    "CHANGELOG.md": "# Changelog of one\n\n## 1.0.0\n\nFirst.\n",
    "checklist.yaml": "items:\n"
    "  - {id: kept, text: Keep., rules: [BW101]}\n"
    "  - {id: reworded, text: Do it., rules: [BW102]}\n"
    "  - {id: decided, text: Decide., rules: [BW103]}\n"
    "  - {id: gone, text: Go., evidence: tests_changed}\n",
    "assets/logo.png": b"\x89PNG\x00\xff",
    "references/old.md": "Old.\n",
}
NEW: Mapping[str, str | bytes] = {
    "CHANGELOG.md": "# Changelog of one\n\n## 1.2.0\n\nTwo.\n\n## 1.1.0\n\nOne.\n\n## 1.0.0\n\nFirst.\n",
    "checklist.yaml": "items:\n"
    "  - {id: kept, text: Keep., rules: [BW101]}\n"
    "  - {id: reworded, text: Do it now., rules: [BW102]}\n"
    "  - {id: decided, text: Decide., evidence: tests_changed}\n"
    "  - {id: new, text: Come., rules: [BW105, S113]}\n",
    "assets/logo.png": b"\x89PNG\x00\xfe",
    "references/new.md": "```python\nNew\n```\n",
}


def version(folder: Path, number: str, files: Mapping[str, str | bytes], body: str = "# One\n") -> Skill:
    content = {"SKILL.md": skill_md(front("one", number), body), **files}
    skill = load_skill(write_skill(folder / number, "one", files=content))
    assert isinstance(skill, Skill), skill
    return skill


@pytest.fixture
def old(tmp_path: Path) -> Skill:
    return version(tmp_path, "1.0.0", OLD)


@pytest.fixture
def new(tmp_path: Path) -> Skill:
    return version(tmp_path, "1.2.0", NEW)


def test_the_entries_above_the_old_version_are_shown_the_newest_first(old: Skill, new: Skill) -> None:
    found = compare_skills(old, new)
    assert [(entry.version, entry.text) for entry in found.changelog] == [("1.2.0", "Two."), ("1.1.0", "One.")]


def test_each_changed_file_is_named_with_its_lines_and_no_other(old: Skill, new: Skill) -> None:
    assert compare_skills(old, new).files == (
        FileChange(path="CHANGELOG.md", change="changed", added=8),
        FileChange(path="SKILL.md", change="changed", added=1, removed=1),
        FileChange(path="assets/logo.png", change="changed"),
        FileChange(path="checklist.yaml", change="changed", added=3, removed=3),
        FileChange(path="references/new.md", change="added", added=3),
        FileChange(path="references/old.md", change="removed", removed=1),
    )


def test_checklist_items_are_added_removed_or_changed_in_word_or_in_what_decides_them(old: Skill, new: Skill) -> None:
    found = {item.id: (item.change, item.before, item.after) for item in compare_skills(old, new).checklist}
    assert found == {
        "reworded": ("changed", "Do it. [BW102]", "Do it now. [BW102]"),
        "decided": ("changed", "Decide. [BW103]", "Decide. [tests_changed]"),
        "new": ("added", None, "Come. [BW105, S113]"),
        "gone": ("removed", "Go. [tests_changed]", None),
    }


def test_the_diff_holds_the_text_and_leaves_out_bytes_and_the_changelog(old: Skill, new: Skill) -> None:
    diff = compare_skills(old, new).diff
    assert "--- a/SKILL.md\n+++ b/SKILL.md\n" in diff
    assert '-  version: "1.0.0"\n+  version: "1.2.0"\n' in diff
    assert "--- /dev/null\n+++ b/references/new.md\n@@ -0,0 +1,3 @@\n+```python\n" in diff
    assert "--- a/references/old.md\n+++ /dev/null\n" in diff
    assert "CHANGELOG" not in diff
    assert "logo.png" not in diff


def test_one_file_is_compared_alone(old: Skill, new: Skill) -> None:
    found = compare_skills(old, new, path="CHANGELOG.md")
    assert [file.path for file in found.files] == ["CHANGELOG.md"]
    assert "+## 1.2.0\n" in found.diff
    assert (found.changelog, found.checklist) == ((), ())
    assert compare_skills(old, new, path="references/more.md").files == ()


def test_a_way_back_says_what_it_takes_back(old: Skill, new: Skill) -> None:
    found = compare_skills(new, old)
    assert [entry.version for entry in found.changelog] == ["1.2.0", "1.1.0"]
    assert "## 1.2.0 (taken back)" in found.text()
    assert ("references/new.md", "removed") in [(file.path, file.change) for file in found.files]


def test_equal_versions_do_not_differ(old: Skill) -> None:
    found = compare_skills(old, old)
    assert (found.files, found.checklist, found.changelog, found.diff) == ((), (), (), "")
    assert found.text() == "# one 1.0.0 -> 1.0.0\nNothing changed."


def test_two_skills_are_not_compared(old: Skill, tmp_path: Path) -> None:
    other = load_skill(write_skill(tmp_path, "other"))
    assert isinstance(other, Skill)
    with pytest.raises(InvalidInputError, match="one and other are two skills"):
        compare_skills(old, other)


def test_a_file_that_neither_has_is_not_found(old: Skill, new: Skill) -> None:
    with pytest.raises(SkillFileNotFoundError, match=r"'none\.md'") as refused:
        compare_skills(old, new, path="none.md")
    assert "references/new.md" in refused.value.hint


@pytest.mark.parametrize("limit", [0, 1, 100, 500])
def test_a_diff_over_its_limit_is_cut_at_a_line_and_says_how_much_is_missing(
    limit: int, old: Skill, new: Skill
) -> None:
    whole, cut = compare_skills(old, new), compare_skills(old, new, limit=limit)
    assert len(cut.diff.encode()) <= limit
    assert whole.diff.startswith(cut.diff)
    assert cut.diff == "" or cut.diff.endswith("\n")
    missing = whole.diff.count("\n") - cut.diff.count("\n")
    assert (
        cut.cut
        == f"{missing} of {whole.diff.count(chr(10))} lines of the diff are not shown; ask for one file at a time."
    )
    assert f"**Cut here.** {missing} of" in cut.text()
    assert cut.files == whole.files


def test_the_text_fences_the_diff_so_that_nothing_inside_ends_it(tmp_path: Path) -> None:
    old = version(tmp_path, "1.0.0", {"references/code.md": "````python\nold\n````\n"})
    new = version(tmp_path, "1.1.0", {"references/code.md": "````python\nnew\n````\n"})
    text = compare_skills(old, new).text()
    assert "\n`````diff\n" in text
    assert text.endswith("\n`````")


def test_a_last_line_without_an_end_is_marked_as_git_does(tmp_path: Path) -> None:
    old = version(tmp_path, "1.0.0", {"references/a.md": "one"})
    new = version(tmp_path, "1.1.0", {"references/a.md": "one\n"})
    assert "-one\n\\ No newline at end of file\n+one\n" in compare_skills(old, new, path="references/a.md").diff


texts = st.text(st.sampled_from("ab\n \t"), max_size=40)


@given(texts, texts)
def test_the_diff_of_a_file_is_one_that_patches_the_old_into_the_new(one: str, other: str) -> None:
    from backwright.catalog.difference import _unified
    from backwright.catalog.skill import SkillFile

    lines = list(_unified("f", SkillFile.of("f", one.encode()), SkillFile.of("f", other.encode())))
    assert patched(one, lines[2:]) == other if lines else one == other


def patched(text: str, lines: list[str]) -> str:
    """The text after a unified diff, the slow and plain way."""
    before, at, last = text.splitlines(keepends=True), 0, ""
    after: list[str] = []
    for line in "\n".join(lines).split("\n"):
        if line.startswith("@@"):
            start, _, count = line.split()[1].lstrip("-").partition(",")
            begin = int(start) - (count != "0")
            after.extend(before[at:begin])
            at = begin
        elif line.startswith("\\"):
            if last == "+":
                after[-1] = after[-1].removesuffix("\n")
        else:
            last = line[0]
            if last == "+":
                after.append(f"{line[1:]}\n")
            else:
                after.extend(before[at : at + 1] if last == " " else [])
                at += 1
    return "".join([*after, *before[at:]])
