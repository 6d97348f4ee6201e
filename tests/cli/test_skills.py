"""`backwright skills`: what is served, what is left out and why, and the exit code that says which."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main
from backwright.record.usage import Usage
from tests.catalog._packs import write_pack, write_release, write_skill


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without an environment, whose packages may bring skills."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["skills", *arguments])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_the_skills_that_ship_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "list", "--allow-unlocked")
    assert code == 0
    assert "python-backend  1." in out


def test_a_pack_is_listed_by_default_with_version_and_description(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, err = run(capsys, "--pack", str(write_pack(tmp_path, "two", "one")))
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == [
        "one  1.0.0  files: 2  checklist: 0",
        "    Say what it is for, and when to use it.",
    ]


def test_the_pack_of_the_environment_is_listed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKWRIGHT_PACK", str(write_pack(tmp_path, "mine")))
    assert run(capsys)[1].startswith("mine  1.0.0")


def test_a_skill_that_is_left_out_is_named_with_its_fix_and_the_exit_code_is_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pack = write_pack(tmp_path, "one", "two")
    (pack / "skills/two/references/more.md").write_bytes(b"tampered")
    code, out, _ = run(capsys, "--pack", str(pack))
    assert code == 1
    assert "one  1.0.0" in out
    assert "skills/two/references/more.md: error: " in out
    assert "[DIGEST_MISMATCH]" in out
    assert "    fix: " in out


def test_warnings_of_development_are_shown_and_are_no_failure(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pack = write_pack(tmp_path, "one")
    write_skill(pack / "skills", "two")
    code, out, _ = run(capsys, "--pack", str(pack), "--allow-unlocked")
    assert code == 0
    assert "skills/two: warning: " in out


def test_the_list_as_json_has_skills_and_problems(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    write_skill(pack / "skills", "bad", frontmatter="name: bad\n")
    code, out, _ = run(capsys, "--json", "--pack", str(pack), "--allow-unlocked")
    answer = json.loads(out)
    assert code == 1
    assert [(skill["name"], skill["version"], skill["uri"]) for skill in answer["skills"]] == [
        ("one", "1.0.0", "skill://one/SKILL.md")
    ]
    assert [(problem["code"], problem["path"], problem["line"]) for problem in answer["problems"]] == [
        ("FIELD_MISSING", "skills/bad/SKILL.md", 2)
    ]


def test_show_prints_files_triggers_and_versions(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_release(tmp_path, "one", "0.9.0")
    code, out, _ = run(capsys, "show", "one", "--pack", str(write_pack(tmp_path, "one")))
    assert code == 0
    assert "triggers: first word, second word" in out
    assert "versions: 1.0.0, 0.9.0" in out
    assert "references/more.md" in out


def test_show_takes_a_range_and_answers_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_release(tmp_path, "one", "0.9.0")
    code, out, _ = run(capsys, "show", "one@<1", "--json", "--pack", str(write_pack(tmp_path, "one")))
    answer = json.loads(out)
    assert code == 0
    assert answer["version"] == "0.9.0"
    assert answer["frontmatter"]["metadata"]["version"] == "0.9.0"
    assert [resource["uri"] for resource in answer["resources"]] == [
        "skill://v0.9.0/one/SKILL.md",
        "skill://v0.9.0/one/references/more.md",
    ]


def test_diff_prints_what_changed_between_two_versions(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_release(tmp_path, "one", "0.9.0", body="# Old\n")
    pack = str(write_pack(tmp_path, "one"))
    code, out, _ = run(capsys, "diff", "one@0.9", "one", "--pack", pack)
    assert code == 0
    assert out.startswith("# one 0.9.0 -> 1.0.0\n")
    assert "- ~ SKILL.md (+2 -2)\n" in out
    assert "-# Old\n+# Instructions\n" in out
    code, out, _ = run(capsys, "diff", "one@0.9", "one@latest", "--budget", "10", "--json", "--pack", pack)
    answer = json.loads(out)
    assert (answer["old"], answer["new"]) == ("0.9.0", "1.0.0")
    assert len(answer["diff"]) <= 40
    assert "are not shown" in answer["cut"]


def test_diff_does_not_let_a_skill_drive_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    write_release(tmp_path, "one", "0.9.0", body="\x1b[2Jgone\n")
    _, out, _ = run(capsys, "diff", "one@0.9", "one", "--pack", str(write_pack(tmp_path, "one")))
    assert "\x1b" not in out
    assert "-\\x1b[2Jgone" in out


def test_show_follows_the_pin_of_the_project_and_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_release(tmp_path, "one", "0.9.0")
    pack = str(write_pack(tmp_path, "one"))
    (tmp_path / "backwright.yaml").write_text("skills: {one: <1}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _, out, _ = run(capsys, "show", "one", "--pack", pack)
    assert out.startswith("one  0.9.0  skill://v0.9.0/one/SKILL.md")
    assert out.endswith("The project pins it to <1: this is 0.9.0; 1.0.0 exists, see `backwright outdated`.\n")
    _, out, _ = run(capsys, "show", "one@1", "--json", "--pack", pack)
    assert (json.loads(out)["version"], json.loads(out)["pin"]) == ("1.0.0", "<1")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show",), "INVALID_INPUT", "backwright skills show NAME"),
        (("list", "one"), "INVALID_INPUT", "backwright skills show NAME"),
        (("show", "one", "one"), "INVALID_INPUT", "backwright skills diff NAME@1.0 NAME@1.1"),
        (("diff", "one"), "INVALID_INPUT", "backwright skills diff NAME@1.0 NAME@1.1"),
        (("diff", "one@1", "one@2"), "VERSION_NOT_FOUND", "its versions: 1.0.0"),
        (("show", "on"), "SKILL_NOT_FOUND", "did you mean one?"),
        (("show", "one@2"), "VERSION_NOT_FOUND", "its versions: 1.0.0"),
        (("show", "one@new"), "INVALID_VERSION", "latest"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_to_do(
    arguments: tuple[str, ...], code: str, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    exit_code, _, err = run(capsys, *arguments, "--pack", str(write_pack(tmp_path, "one")))
    assert exit_code == 2
    assert code in err
    assert said in err


def test_a_folder_without_skills_is_no_pack(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "--pack", str(tmp_path))
    assert (code, "skills/" in err) == (2, True)


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["skills", "--help"])
    assert stopped.value.code == 0
    assert "backwright skills show python-backend" in capsys.readouterr().out


def test_uses_are_listed_the_most_used_first_and_a_damaged_count_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKWRIGHT_STATE", str(tmp_path / "state"))
    code, out, _ = run(capsys, "--usage")
    assert (code, out.partition(";")[0]) == (0, "nothing is counted")
    usage = Usage(tmp_path / "state" / "usage.json")
    for name in ("one", "two", "two"):
        usage.add(name, "1.0.0")
    _, out, _ = run(capsys, "--usage")
    assert [line.split()[:2] for line in out.splitlines()] == [["2", "two"], ["1", "one"]]
    _, out, _ = run(capsys, "--usage", "--json")
    assert json.loads(out)["skills"]["two"]["uses"] == 2
    (tmp_path / "state" / "usage.json").write_text("{", encoding="utf-8")
    code, _, err = run(capsys, "--usage")
    assert code == 1
    assert "usage.json cannot be used" in err
