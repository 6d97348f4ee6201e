"""`backwright manifest`: written by command, checked by command, each mismatch by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.catalog._packs import write_pack, write_skill


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["manifest", *arguments])
    return code, capsys.readouterr().out


def test_write_then_check_is_clean_and_a_second_write_changes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write_skill(tmp_path / "skills", "one")
    assert run(capsys, "write", "--pack", str(tmp_path)) == (0, "manifest.yaml written (skills: 1, files: 2)\n")
    before = (tmp_path / "manifest.yaml").stat().st_mtime_ns
    assert run(capsys, "check", "--pack", str(tmp_path)) == (0, "the manifest and the skills agree\n")
    assert run(capsys, "write", "--pack", str(tmp_path)) == (0, "manifest.yaml unchanged (skills: 1, files: 2)\n")
    assert (tmp_path / "manifest.yaml").stat().st_mtime_ns == before


def test_check_exits_with_1_and_lists_each_mismatch_by_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one", "two")
    (pack / "skills/one/references/more.md").write_bytes(b"tampered")
    (pack / "skills/two/extra.md").write_bytes(b"")
    code, out = run(capsys, "check", "--pack", str(pack))
    assert code == 1
    assert "skills/one/references/more.md: error: it is not what the manifest pins" in out
    assert "skills/two/extra.md: error: the manifest does not pin it" in out
    assert out.endswith("problems: 2\n")


def test_check_as_json_names_code_and_path(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    write_skill(pack / "skills", "two")
    code, out = run(capsys, "check", "--json", "--pack", str(pack))
    assert code == 1
    assert [(problem["code"], problem["path"]) for problem in json.loads(out)["problems"]] == [
        ("UNLOCKED_SKILL", "skills/two")
    ]


def test_write_exits_with_1_and_writes_nothing_while_a_skill_is_unsound(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write_skill(tmp_path / "skills", "one", frontmatter="name: two\ndescription: d\n")
    code, out = run(capsys, "write", "--json", "--pack", str(tmp_path))
    answer = json.loads(out)
    assert (code, answer["written"], answer["problems"][0]["path"]) == (1, False, "skills/one/SKILL.md")
    assert not (tmp_path / "manifest.yaml").exists()


@pytest.mark.parametrize("arguments", [(), ("delete",)])
def test_an_action_is_needed(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["manifest", *arguments])
    assert stopped.value.code == 2
    assert "write" in capsys.readouterr().err


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["manifest", "--help"])
    assert stopped.value.code == 0
    assert "backwright manifest check" in capsys.readouterr().out
