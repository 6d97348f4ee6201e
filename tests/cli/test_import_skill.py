"""`backwright import`: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from skills_ref.validator import validate  # type: ignore[import-untyped]  # it ships no types

from backwright.catalog.loader import load_skill
from backwright.catalog.skill import Skill
from backwright.cli.main import main

TEXT = "---\nname: Some Skill\ndescription: Say what. Use when asked.\ntriggers: [one thing]\n---\n\n- [ ] Do it\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "some.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main(["import", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_file_becomes_a_folder_that_every_host_takes_and_each_repair_is_listed_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, source: Path
) -> None:
    code, out, _ = run(capsys, source, "--into", tmp_path / "skills")
    folder = tmp_path / "skills/some-skill"
    assert code == 0
    assert f"some-skill 0.1.0 is in {folder}" in out
    assert f"{source}:2: warning: 'Some Skill' cannot be a name; it is called some-skill [NAME]" in out
    assert f"{source}:4: warning: triggers is no field" in out
    assert validate(folder) == []
    skill = load_skill(folder)
    assert isinstance(skill, Skill)
    assert skill.keywords == ("one thing",)
    assert [item.id for item in skill.checklist] == ["do-it"]
    assert (folder / "original/some.md").read_text(encoding="utf-8") == TEXT
    assert [path.name for path in (tmp_path / "skills").iterdir()] == ["some-skill"]


def test_a_dry_run_says_the_same_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, source: Path
) -> None:
    code, out, _ = run(capsys, source, "--into", tmp_path / "skills", "--dry-run")
    assert code == 0
    assert "some-skill 0.1.0 would be in" in out
    assert not (tmp_path / "skills").exists()


def test_what_is_there_is_never_overwritten(capsys: pytest.CaptureFixture[str], tmp_path: Path, source: Path) -> None:
    (tmp_path / "some-skill").mkdir()
    code, _, err = run(capsys, source, "--into", tmp_path)
    assert code == 1
    assert "PLAN_CONFLICT" in err
    assert list((tmp_path / "some-skill").iterdir()) == []


def test_of_several_skills_none_is_written_if_one_is_there_already(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / "from").mkdir(exist_ok=True)
        (tmp_path / f"from/{name}.md").write_text(TEXT.replace("Some Skill", name), encoding="utf-8")
    (tmp_path / "to/two").mkdir(parents=True)
    code, _, _ = run(capsys, tmp_path / "from", "--into", tmp_path / "to")
    assert code == 1
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == ["two"]


def test_a_folder_of_skills_is_imported_whole_and_what_cannot_be_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from/good.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "from/bad.md").write_text("---\nname: *x\n---\n", encoding="utf-8")
    code, out, _ = run(capsys, tmp_path / "from", "--into", tmp_path / "to", "--json")
    answer = json.loads(out)
    assert code == 1
    assert [skill["name"] for skill in answer["skills"]] == ["some-skill"]
    assert [(problem["code"], problem["line"]) for problem in answer["problems"]] == [("YAML_ALIAS", 2)]
    assert answer["written"] is True
    assert (tmp_path / "to/some-skill/SKILL.md").is_file()


def test_json_lists_the_repairs_of_each_skill(capsys: pytest.CaptureFixture[str], tmp_path: Path, source: Path) -> None:
    code, out, _ = run(capsys, source, "--into", tmp_path, "--dry-run", "--json")
    (skill,) = json.loads(out)["skills"]
    assert code == 0
    assert [(repair["code"], repair["line"]) for repair in skill["repairs"]] == [
        ("VERSION", 1),
        ("NAME", 2),
        ("TOP_LEVEL_TRIGGERS", 4),
        ("TASK_LIST", 7),
    ]
    assert skill["files"] == ["SKILL.md", "checklist.yaml", "original/some.md"]


def test_a_path_that_is_not_there_and_a_folder_without_a_skill_are_errors(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(capsys, tmp_path / "nothing")[0] == 2
    (tmp_path / "empty").mkdir()
    code, out, _ = run(capsys, tmp_path / "empty")
    assert code == 1
    assert "[NO_SKILL_MD]" in out


def test_a_disk_that_refuses_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, source: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, err = run(capsys, source, "--into", tmp_path / "file")
    assert code == 1
    assert "WRITE_FAILED" in err
