"""`backwright lint`: each problem with file, line and fix, in three formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main

BAD = (
    "---\nname: some-skill\ndescription: Say what it is for. Use when asked.\n---\n\nzero\u200bwidth\n[gone](more.md)\n"
)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.md"
    path.write_text(BAD, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = main(["lint", *map(str, arguments)])
    return code, capsys.readouterr().out


def test_text_names_each_problem_with_its_line_and_what_to_do(capsys: pytest.CaptureFixture[str], note: Path) -> None:
    code, out = run(capsys, note)
    assert code == 1
    assert f"{note}:6: warning: there is text that no reader sees: U+200B ZERO WIDTH SPACE [HIDDEN_UNICODE]" in out
    assert f"{note}:7: warning: there is no file 'more.md' in the skill [BROKEN_LINK]" in out
    assert "    fix: delete the characters; a reader must see what a model reads" in out
    assert "problems: 4" in out


def test_json_and_its_short_form_are_the_same(capsys: pytest.CaptureFixture[str], note: Path) -> None:
    code, out = run(capsys, note, "--json")
    assert (code, out) == run(capsys, note, "--format", "json")
    rows = [(each["code"], each["line"]) for each in json.loads(out)["problems"]]
    assert rows == [("OWN_KEYWORDS", None), ("VERSION", 1), ("HIDDEN_UNICODE", 6), ("BROKEN_LINK", 7)]


def test_sarif_points_at_the_lines(capsys: pytest.CaptureFixture[str], note: Path) -> None:
    code, out = run(capsys, note, "--format", "sarif")
    (sarif,) = json.loads(out)["runs"]
    assert code == 1
    places = {
        result["ruleId"]: result["locations"][0]["physicalLocation"].get("region", {}).get("startLine")
        for result in sarif["results"]
    }
    assert places == {"OWN_KEYWORDS": None, "VERSION": 1, "HIDDEN_UNICODE": 6, "BROKEN_LINK": 7}
    rules = sarif["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in sarif["results"]] == list(places)
    assert {"id": "HIDDEN_UNICODE", "shortDescription": {"text": "A character that a reader cannot see."}} in rules


def test_a_folder_of_skills_is_linted_whole_and_what_cannot_be_read_is_an_error(
    capsys: pytest.CaptureFixture[str], note: Path
) -> None:
    note.with_name("bad.md").write_text("---\nname: *x\n---\n", encoding="utf-8")
    code, out = run(capsys, note.parent)
    assert code == 1
    assert "bad.md:2: error:" in out
    assert "note.md:6: warning:" in out


def test_a_clean_skill_is_clean(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "clean-skill"
    folder.mkdir()
    head = "---\nname: clean-skill\ndescription: Say what it is for, in words. Use when asked.\n"
    text = head + 'metadata:\n  version: "1.0.0"\n---\n\n# Clean\n'
    (folder / "SKILL.md").write_text(text, encoding="utf-8")
    assert run(capsys, folder) == (0, "problems: 0\n")


def test_without_a_path_what_is_served_is_linted(
    capsys: pytest.CaptureFixture[str], note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys) == (0, "problems: 0\n")
    monkeypatch.setenv("BACKWRIGHT_SKILLS", str(note.parent))
    code, out = run(capsys)
    assert code == 1
    assert "[UNLOCKED_SKILL]" in out
    assert "skills/some-skill/original/note.md:6: warning:" in out


def test_a_path_that_is_not_there_is_a_mistake_of_the_call(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, tmp_path / "nothing")[0] == 2


def test_the_pack_s_own_folder_of_skills_with_its_releases_is_linted(capsys: pytest.CaptureFixture[str]) -> None:
    skills = Path(__file__).parents[2] / "skills"
    assert (skills / ".releases").is_dir()
    code, out = run(capsys, skills, "--json")
    assert (code, [each for each in json.loads(out)["problems"] if each["severity"] != "note"]) == (0, [])


def test_a_folder_of_more_files_than_a_skill_may_have_is_linted_skill_by_skill(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "SKILL.md").write_text(BAD, encoding="utf-8")
        for number in range(300):
            (tmp_path / name / f"{number}.txt").write_text("", encoding="utf-8")
    code, out = run(capsys, tmp_path, "--json")
    hidden = [each["path"] for each in json.loads(out)["problems"] if each["code"] == "HIDDEN_UNICODE"]
    assert (code, hidden) == (1, [(tmp_path / name / "SKILL.md").as_posix() for name in ("one", "two")])
