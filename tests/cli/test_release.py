"""`backwright release`: says what it did or would do, and refuses with what to do instead."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.catalog._packs import write_pack


def run(capsys: pytest.CaptureFixture[str], pack: Path, *arguments: str) -> tuple[int, str, str]:
    code = main(["release", *arguments, "--pack", str(pack)])
    output = capsys.readouterr()
    return code, output.out, output.err


def edit(pack: Path) -> None:
    (pack / "skills/one/references/more.md").write_text("Better.\n", encoding="utf-8")


def test_a_release_says_where_it_is_what_changed_and_its_entry(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pack = write_pack(tmp_path, "one")
    code, out, _ = run(capsys, pack, "one", "--message", "First.")
    assert code == 0
    assert out == (
        "one 1.0.0 released (the first release)\n"
        "  skills/.releases/one/1.0.0/  skill://v1.0.0/one/SKILL.md\n"
        "  files: 3, changed: 3\n"
        "  changelog:\n"
        "    First.\n"
    )
    edit(pack)
    code, out, _ = run(capsys, pack, "one", "minor", "--message", "Say more.")
    assert "one 1.1.0 released (after 1.0.0)\n" in out
    assert "    references/more.md\n" in out
    assert main(["manifest", "check", "--pack", str(pack)]) == 0


def test_a_dry_run_says_the_same_and_writes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    code, out, _ = run(capsys, pack, "one", "major", "--message", "New.", "--dry-run")
    assert code == 0
    assert out.startswith("one 2.0.0 would be released (the first release)\n")
    assert out.endswith("nothing was written (--dry-run)\n")
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before


def test_as_json_it_names_version_address_digest_and_entry(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "one")
    run(capsys, pack, "one", "--message", "First.")
    edit(pack)
    _, out, _ = run(capsys, pack, "one", "patch", "--message", "Say more.", "--json")
    answer = json.loads(out)
    assert (answer["version"], answer["previous"], answer["written"]) == ("1.0.1", "1.0.0", True)
    assert answer["uri"] == "skill://v1.0.1/one/SKILL.md"
    assert answer["changed"] == ["CHANGELOG.md", "SKILL.md", "references/more.md"]
    assert answer["digest"].startswith("sha256:")
    assert answer["entry"] == "Say more."


def test_a_fix_of_an_older_line_is_released_from_an_edited_copy(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pack = write_pack(tmp_path / "pack", "one")
    run(capsys, pack, "one", "--message", "First.")
    shutil.copytree(pack / "skills/.releases/one/1.0.0", tmp_path / "work")
    edit(pack)
    run(capsys, pack, "one", "major", "--message", "Second.")
    (tmp_path / "work/references/more.md").write_text("Mended.\n", encoding="utf-8")
    options = ("one", "patch", "--from", str(tmp_path / "work"), "--message", "Mend it.")
    code, out, _ = run(capsys, pack, *options, "--dry-run")
    assert (code, out.splitlines()[0]) == (0, "one 1.0.1 would be released (after 1.0.0)")
    code, out, _ = run(capsys, pack, *options)
    assert (code, out.splitlines()[0]) == (0, "one 1.0.1 released (after 1.0.0)")
    assert main(["manifest", "check", "--pack", str(pack)]) == 0
    assert main(["verify", "--pack", str(pack)]) == 0
    code, _, err = run(capsys, pack, "one", "patch", "--from", str(pack / "skills/.releases/one/1.0.1"))
    assert (code, "outside of skills/, and edit the copy" in err) == (2, True)
    code, _, err = run(capsys, pack, "one", "patch", "--from", str(tmp_path / "nothing"), "--message", "x")
    assert (code, "nothing" in err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code", "said"),
    [
        (("two",), 2, "SKILL_NOT_FOUND", "the skills are one"),
        (("one@1.0.0",), 2, "SKILL_NOT_FOUND", "the skills are one"),
        (("one",), 2, "INVALID_INPUT", "say major, minor or patch"),
        (("one", "minor", "--message", "x"), 1, "RELEASE_REFUSED", "one has not changed since 1.0.0"),
    ],
)
def test_a_refusal_says_what_to_do(
    arguments: tuple[str, ...],
    exit_code: int,
    code: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    pack = write_pack(tmp_path, "one")
    run(capsys, pack, "one", "--message", "First.")
    answer, _, err = run(capsys, pack, *arguments)
    assert answer == exit_code
    assert code in err
    assert said in err


def test_an_entry_is_needed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, write_pack(tmp_path, "one"), "one")
    assert (code, "give --message TEXT" in err) == (2, True)


def test_another_level_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(capsys, tmp_path, "one", "huge")
    assert stopped.value.code == 2
    assert "major" in capsys.readouterr().err


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["release", "--help"])
    assert stopped.value.code == 0
    assert "backwright release code-review minor" in capsys.readouterr().out
