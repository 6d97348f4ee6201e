"""`backwright verify`: each mismatch by name, exit 1; and what was not asked for is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.catalog._packs import write_pack, write_release


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["verify", *arguments])
    output = capsys.readouterr()
    return code, output.out, output.err


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    write_release(tmp_path, "one", "0.9.0")
    return write_pack(tmp_path, "one")


def test_a_sound_pack_is_counted_and_signatures_are_said_not_to_be_asked_for(
    capsys: pytest.CaptureFixture[str], pack: Path
) -> None:
    code, out, _ = run(capsys, "--pack", str(pack))
    assert code == 0
    assert out == (
        "every file is what the manifest pins (skills: 1, releases: 1, files read: 4)\n"
        "signatures were not asked for (--signature --public-key FILE)\n"
    )


def test_each_mismatch_is_named_and_the_exit_code_is_1(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    (pack / "skills/one/SKILL.md").write_bytes(b"x")
    (pack / "skills/.releases/one/0.9.0/extra.md").write_bytes(b"")
    code, out, _ = run(capsys, "--pack", str(pack))
    assert code == 1
    assert "skills/one/SKILL.md: error: it is not what the manifest pins" in out
    assert "skills/.releases/one/0.9.0/extra.md: error: the manifest does not pin it" in out
    assert "problems: 2 (as pinned: skills: 0, releases: 0, files read: 5)\n" in out


def test_as_json_it_has_problems_and_counts(capsys: pytest.CaptureFixture[str], pack: Path) -> None:
    (pack / "skills/one/references/more.md").unlink()
    code, out, _ = run(capsys, "--json", "--pack", str(pack))
    answer = json.loads(out)
    assert code == 1
    assert (answer["skills"], answer["releases"], answer["signatures"]) == (0, 1, None)
    assert [(problem["code"], problem["path"]) for problem in answer["problems"]] == [
        ("DIGEST_MISMATCH", "skills/one/references/more.md")
    ]


@pytest.mark.parametrize("options", [("--signature",), ("--public-key", "key.pub")])
def test_a_signature_needs_a_key_and_a_key_a_signature(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str], pack: Path
) -> None:
    code, _, err = run(capsys, *options, "--pack", str(pack))
    assert code == 2
    assert "--signature and --public-key go together" in err


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["verify", "--help"])
    assert stopped.value.code == 0
    assert "backwright verify" in capsys.readouterr().out
