"""`backwright outdated`: what each pin misses, and the exit code that says whether any does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.catalog.release import plan_release, write_release
from backwright.cli.main import main
from tests.catalog._packs import write_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Skill one with the releases 1.0.0, 1.1.0 and 2.0.0."""
    root = write_pack(tmp_path / "pack", "one")
    for level, message in ((None, "First."), ("minor", "- Two.\n- More."), ("major", "Three.")):
        (root / "skills/one/references/more.md").write_text(f"{message}\n", encoding="utf-8")
        write_release(plan_release(root, "one", level, message))  # type: ignore[arg-type]  # mypy widens the literals
    return root


def run(capsys: pytest.CaptureFixture[str], pack: Path, root: Path, pins: str, *options: str) -> tuple[int, str, str]:
    root.mkdir(exist_ok=True)
    (root / "backwright.yaml").write_text(pins, encoding="utf-8")
    code = main(["outdated", "--root", str(root), "--pack", str(pack), *options])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_a_pin_that_misses_versions_is_told_their_entries(
    capsys: pytest.CaptureFixture[str], pack: Path, tmp_path: Path
) -> None:
    code, out, _ = run(capsys, pack, tmp_path / "root", "skills: {one: '~1.0'}\n")
    assert code == 1
    assert out == "one ~1.0: 1.0.0, 2.0.0 is out\n  2.0.0\n    Three.\n  1.1.0\n    - Two.\n    - More.\n"


@pytest.mark.parametrize("pin", ["^2", "latest", "*", ">=1"])
def test_a_pin_that_gives_the_newest_is_current(
    pin: str, capsys: pytest.CaptureFixture[str], pack: Path, tmp_path: Path
) -> None:
    code, out, _ = run(capsys, pack, tmp_path / "root", f"skills: {{one: '{pin}'}}\n")
    assert (code, out) == (0, f"one {pin}: 2.0.0, current\n")


@pytest.mark.parametrize(("pins", "said"), [("one: '3'", "its versions: 2.0.0, 1.1.0, 1.0.0"), ("two: '1'", "'two'")])
def test_a_pin_that_gives_nothing_is_named(
    pins: str, said: str, capsys: pytest.CaptureFixture[str], pack: Path, tmp_path: Path
) -> None:
    code, out, _ = run(capsys, pack, tmp_path / "root", f"skills:\n  {pins}\n")
    assert code == 1
    assert said in out


def test_as_json_each_pin_has_its_state(capsys: pytest.CaptureFixture[str], pack: Path, tmp_path: Path) -> None:
    code, out, _ = run(capsys, pack, tmp_path / "root", "skills: {one: ^1}\n", "--json")
    (pin,) = json.loads(out)["pins"]
    assert code == 1
    assert (pin["state"], pin["serves"], pin["newest"]) == ("outdated", "1.1.0", "2.0.0")
    assert pin["misses"] == [{"version": "2.0.0", "text": "Three."}]


def test_a_project_without_pins_has_nothing_outdated(
    capsys: pytest.CaptureFixture[str], pack: Path, tmp_path: Path
) -> None:
    code, out, _ = run(capsys, pack, tmp_path / "root", "")
    assert (code, out) == (0, "the project pins no skill (skills: in backwright.yaml)\n")


def test_a_pin_that_is_no_range_is_a_wrong_file(capsys: pytest.CaptureFixture[str], pack: Path, tmp_path: Path) -> None:
    code, _, err = run(capsys, pack, tmp_path / "root", "skills: {one: soon}\n")
    assert code == 2
    assert "INVALID_CONTEXT" in err
    assert "skills.one" in err


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["outdated", "--help"])
    assert stopped.value.code == 0
    assert "backwright outdated --root ." in capsys.readouterr().out
