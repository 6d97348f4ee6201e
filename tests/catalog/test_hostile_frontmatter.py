"""Each hostile frontmatter that the strict loader knows, in a pack and in a user's own folder: it is left out with one
problem that has file, line, reason and fix, and its neighbour is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright._strict_yaml import Fault
from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.loader import load_skill
from backwright.catalog.problem import Code, Problem
from backwright.catalog.roots import Roots
from backwright.catalog.skill import Skill
from tests.catalog._packs import write_pack
from tests.test_strict_yaml import BOMBS, REFUSED

# A line of --- ends the frontmatter, so what comes after it is the skill's text.
WHOLE = {name: case for name, case in REFUSED.items() if "\n---" not in case[0]}
ENDED = {name: case for name, case in REFUSED.items() if "\n---" in case[0]}
# A slip of the pen is mended where foreign dialects are read; what could mean two things never is.
MENDED = {Fault.SYNTAX, Fault.AMBIGUOUS}


def skill_md(front: str) -> bytes:
    end = "" if front.endswith("\n") else "\n"
    return f"---\n{front}{end}---\n# Instructions\n".encode("utf-8", "surrogatepass")


def in_pack(root: Path, data: bytes) -> Catalog:
    pack = write_pack(root / "pack", "good")
    (pack / "skills/bad").mkdir()
    (pack / "skills/bad/SKILL.md").write_bytes(data)
    return load_catalog(pack)


def in_folder(root: Path, data: bytes) -> Catalog:
    for name, text in (
        ("bad", data),
        ("good", b"---\nname: good\ndescription: Say it. Use when asked.\n---\n# Good\n"),
    ):
        (root / f"notes/{name}").mkdir(parents=True)
        (root / f"notes/{name}/SKILL.md").write_bytes(text)
    return Roots((root / "notes",)).added(Catalog(()))


def only(catalog: Catalog) -> Problem:
    """The one problem of what is left out; the neighbour is served."""
    assert [skill.name for skill in catalog.skills] == ["good"]
    (problem,) = (each for each in catalog.problems if "bad" in each.path)
    assert (problem.severity, Path(problem.path).name) == ("error", "SKILL.md")
    assert problem.message
    assert problem.fix
    assert str(problem).isprintable()
    return problem


@pytest.mark.parametrize(("front", "fault", "line"), WHOLE.values(), ids=WHOLE.keys())
def test_in_a_pack_it_is_left_out_at_its_line(front: str, fault: Fault, line: int | None, tmp_path: Path) -> None:
    problem = only(in_pack(tmp_path, skill_md(front)))
    # The fence is a line as well.
    assert (problem.code, problem.path) == (fault.value, "skills/bad/SKILL.md")
    assert problem.line == (None if line is None else line + 1)


@pytest.mark.parametrize(("front", "fault", "line"), WHOLE.values(), ids=WHOLE.keys())
def test_in_a_folder_it_is_left_out_unless_it_is_a_slip_of_the_pen(
    front: str, fault: Fault, line: int | None, tmp_path: Path
) -> None:
    catalog = in_folder(tmp_path, skill_md(front))
    if len(catalog.skills) == 2:
        assert fault in MENDED or front == REFUSED["lone carriage return"][0]
        assert all(each.severity == "warning" and each.fix for each in catalog.problems)
    else:
        problem = only(catalog)
        assert problem.code in {fault.value, Code.ENCODING}
        assert problem.line == (None if line is None else line + 1)


@pytest.mark.parametrize("front", [case[0] for case in ENDED.values()], ids=ENDED.keys())
def test_what_stands_after_the_second_fence_is_text_and_no_frontmatter(front: str, tmp_path: Path) -> None:
    problem = only(in_pack(tmp_path, skill_md(front)))
    assert problem.code in {Code.FIELD_UNKNOWN, Code.FIELD_MISSING, Code.YAML_DIRECTIVE, Code.YAML_SYNTAX}
    folder = in_folder(tmp_path, skill_md(front))
    assert "good" in {skill.name for skill in folder.skills}


@pytest.mark.parametrize("front", [case[0] for case in BOMBS.values()], ids=BOMBS.keys())
def test_a_bomb_leaves_out_its_own_skill_alone(front: str, tmp_path: Path) -> None:
    only(in_pack(tmp_path, skill_md(front)))
    assert "good" in {skill.name for skill in in_folder(tmp_path, skill_md(front)).skills}


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\xef\xbb\xbf" + skill_md("name: bad"), 1),
        ("---\nname: bad\n---\n".encode("utf-16"), 1),
        (b"---\nname: bad\ndescription: caf\xe9\n---\n", 3),
        (b"---\nname: bad\ndescription: \xed\xa0\x80\n---\n", 3),
    ],
    ids=["byte order mark", "utf-16", "latin-1", "surrogate"],
)
def test_another_encoding_is_named_at_its_line(data: bytes, line: int, tmp_path: Path) -> None:
    problem = only(in_pack(tmp_path, data))
    assert (problem.code, problem.line) == (Code.ENCODING, line)


def test_all_of_them_at_once_leave_the_neighbour_alone(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", "good")
    fronts = [*(case[0] for case in REFUSED.values()), *(case[0] for case in BOMBS.values())]
    for number, front in enumerate(fronts):
        (pack / f"skills/bad-{number}").mkdir()
        (pack / f"skills/bad-{number}/SKILL.md").write_bytes(skill_md(front))
    catalog = load_catalog(pack)
    assert [skill.name for skill in catalog.skills] == ["good"]
    assert sorted(each.path for each in catalog.problems) == sorted(
        f"skills/bad-{number}/SKILL.md" for number in range(len(fronts))
    )
    assert isinstance(load_skill(pack / "skills/good"), Skill)
