"""`backwright pack check`: blocks that do not hold are named by line, and nobody's code runs unasked."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.catalog._packs import front, skill_md, write_pack, write_skill

STATED = "Checked with pytest 9.2.\n\n"
TEST = "def test_it() -> None:\n    with pytest.raises(ZeroDivisionError):\n        divmod(1, 0)\n"
GOOD = f"```python test\nimport pytest\n\n\n{TEST}```\n"
BROKEN = "```python\nimport pytest\n\nGONE = pytest.there_is_no_such_name\n```\n"
MARKER = "ran.txt"
# No registry answers there, and no configuration of this machine names another.
CLOSED = {
    "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple",
    "UV_NO_CONFIG": "1",
    "UV_NO_CACHE": "1",
    "UV_HTTP_RETRIES": "0",
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "PIP_CONFIG_FILE": os.devnull,
}


def pack_of(root: Path, text: str) -> str:
    write_skill(root / "skills", "one", frontmatter=front("one"), files={"SKILL.md": skill_md(front("one"), text)})
    write_pack(root)
    return str(root)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["pack", "check", *arguments])
    return code, *capsys.readouterr()


def test_a_pack_that_holds_is_clean_and_says_with_which_versions(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, "--trust", "--pack", pack_of(tmp_path, STATED + GOOD))
    assert code == 0
    assert "with what is installed: pytest 9." in out
    assert out.endswith("pages: 2, modules of blocks: 1, shown as wrong: 0, faults: 0\n")


def test_a_block_that_breaks_is_named_by_its_line_and_exits_with_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pack = pack_of(tmp_path, STATED + BROKEN)
    code, out, _ = run(capsys, "--trust", "--pack", pack)
    assert code == 1
    assert 'one/SKILL.md:13: types: Module has no attribute "there_is_no_such_name"' in out
    assert "one/SKILL.md:13: run: AttributeError: module 'pytest' has no attribute 'there_is_no_such_name'" in out
    code, out, _ = run(capsys, "--trust", "--json", "--pack", pack)
    assert code == 1
    assert {(fault["page"], fault["step"]) for fault in json.loads(out)["faults"]} >= {
        ("one/SKILL.md", "types"),
        ("one/SKILL.md", "run"),
    }


@pytest.mark.parametrize(
    ("stated", "faults"),
    [("pytest 9.2, no-such-package-cffi 1.2", 0), ("pytest 9.2", 1)],
    ids=["what is stated and not there may provide it", "all that is stated is there"],
)
def test_an_import_that_is_not_there_is_at_fault_only_where_nothing_that_is_stated_can_provide_it(
    stated: str, faults: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    block = "```python\nimport no_such_package\n\nFOUND = no_such_package\n```\n"
    code, out, _ = run(capsys, "--trust", "--pack", pack_of(tmp_path, f"Checked with {stated}.\n\n{block}"))
    assert (code, out.count("no version of it is stated")) == (faults, faults)
    assert "no_such_package is not installed" in out


@pytest.mark.parametrize("option", [(), ("--latest",)])
def test_the_code_of_another_pack_is_not_run_unless_it_is_trusted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, option: tuple[str, ...]
) -> None:
    marker = tmp_path / MARKER
    block = f"```python\nfrom pathlib import Path\n\nPath({str(marker)!r}).touch()\n```\n"
    pack = pack_of(tmp_path, block)
    code, out, err = run(capsys, "--pack", pack, *option)
    assert (code, out) == (2, "")
    assert "checking it executes its code blocks" in err
    assert "--trust" in err
    assert not marker.exists()
    run(capsys, "--pack", pack, "--trust")
    assert marker.exists()


def test_a_skill_that_is_not_there_is_a_mistake_of_the_call(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "no-such-skill")
    assert code == 2
    assert "SKILL_NOT_FOUND" in err


def test_without_a_registry_the_newest_releases_are_refused_by_name_and_the_question_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in CLOSED.items():
        monkeypatch.setenv(name, value)
    code, out, err = run(capsys, "--latest", "--trust", "--pack", pack_of(tmp_path, STATED + GOOD))
    assert (code, out) == (1, "")
    assert "asking the registry for the newest of 1 packages" in err
    assert "REGISTRY_FAILED: the newest releases cannot be had" in err


def test_with_the_newest_releases_what_breaks_is_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = pack_of(tmp_path, STATED.replace("9.2", "7.4") + GOOD + "\n" + BROKEN)
    code, out, err = run(capsys, "--latest", "--trust", "--pack", pack)
    if "REGISTRY_FAILED" in err:
        if os.environ.get("BACKWRIGHT_REQUIRE_REGISTRY"):
            pytest.fail(err)
        pytest.skip(f"no registry of packages: {err}")
    assert code == 1
    assert "there_is_no_such_name" in out
    assert "beyond what is stated: one/SKILL.md states pytest 7.4, and " in out
    assert "with the newest releases: pytest " in out
