"""Every Python block of the pack compiles, runs, type-checks, is formatted, and passes the review that it teaches."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from backwright.catalog.blocks import Block, Module, Page, read_page
from backwright.review.ruff import find_ruff
from backwright.verifying.blocks import Checked, Fault, check_blocks, parts_of, reviewed, wrong_faults
from backwright.verifying.environment import inherited
from tests.pack._pages import modules, pages

MODULES = {module.id: module for module in modules()}
WRONG = {f"{page.id}:{block.line}": (page, block) for page in pages() for block in page.wrong()}
SECONDS = 300


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=folder, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)


def checked(*given: Page) -> Checked:
    return check_blocks(given, Path(sys.executable), inherited(None), complete=False)


def test_every_block_runs_without_a_warning_is_typed_and_holds_for_a_version_that_is_stated_and_installed() -> None:
    found = checked(*pages())
    assert found.faults == ()
    assert found.outside == ()
    # These run in test_postgres_blocks.py.
    needing = [f"{key}: its tests need a PostgreSQL server" for key, module in MODULES.items() if module.needs_postgres]
    assert list(found.unchecked) == needing
    assert (found.modules, found.wrong) == (len(MODULES), len(WRONG))


def page(code: str, info: str = "python test", stated: str = "Checked with pytest 9.2.") -> Page:
    return read_page("probe", "SKILL.md", f"{stated}\n\n```{info}\n{code}```\n")


WARNS = "import urllib.request\nimport warnings\n\n\ndef test_warn() -> None:\n    warnings.warn('old')\n\n\n"
CALLS = "def test_call() -> None:\n    urllib.request.urlopen('http://127.0.0.1:9', timeout=1)\n"
STOPS = "import tenacity\n\nSTOP = tenacity.stop_after_attempt(3)\n"
OLD = "Checked with tenacity 8.1 to 8.5."


@pytest.fixture(scope="module")
def probes() -> Checked:
    """What is found in pages of which each has one mistake; all at once, so that the libraries are read once."""
    untyped = page("COUNT: int = 'one'\n", "python")
    bare, old = page(STOPS, "python"), page(STOPS, "python", OLD)
    given = {"warns": page(WARNS + CALLS), "untyped": untyped, "bare": bare, "old": old}
    return checked(*(replace(each, skill=name) for name, each in given.items()))


def faults(found: Checked, skill: str) -> list[Fault]:
    return [fault for fault in found.faults if fault.page == f"{skill}/SKILL.md"]


def test_a_block_that_warns_or_calls_out_would_be_seen(probes: Checked) -> None:
    found = {(fault.line, fault.message) for fault in faults(probes, "warns") if fault.step == "run"}
    assert (9, "UserWarning: old") in found
    assert any("a block of the pack calls" in message for _, message in found)


def test_a_block_that_is_not_typed_or_no_python_would_be_seen(probes: Checked) -> None:
    assert {(fault.step, fault.line) for fault in faults(probes, "untyped")} == {("types", 4)}
    assert ("text", 4) in {(fault.step, fault.line) for fault in checked(page("def\n", "python")).faults}


def test_data_that_does_not_parse_would_be_seen_and_what_is_for_the_eye_is_left_alone() -> None:
    assert [fault.line for fault in checked(page("a =\n", "toml")).faults] == [4]
    assert [fault.line for fault in checked(page('{"a": }\n', "json")).faults] == [4]
    assert checked(page("a =\n", "text")).faults == ()
    assert checked(page("a = 1\n", "toml")).faults == ()


def test_a_library_without_a_stated_version_would_be_seen_and_so_would_one_outside_of_it(probes: Checked) -> None:
    bare = faults(probes, "bare")
    assert [(fault.step, "tenacity" in fault.message) for fault in bare] == [("versions", True)]
    assert faults(probes, "old") == []
    assert len(probes.outside) == 1
    assert probes.outside[0].startswith("old/SKILL.md states tenacity 8.1 to 8.5, and ")


@pytest.mark.parametrize(("page", "block"), WRONG.values(), ids=WRONG)
def test_a_block_that_shows_what_not_to_do_is_found_by_the_rules_that_it_names_and_by_no_other(
    page: Page, block: Block
) -> None:
    assert list(wrong_faults(page, block)) == []


def test_a_wrong_block_that_no_rule_finds_or_another_finds_too_would_be_seen() -> None:
    right = page("RATE = 1  # BW101: this blocks nothing\n", "python wrong", "")
    assert [fault.message for fault in checked(right).faults] == ["BW101 does not find what is marked as wrong here"]
    code = "import requests\n\n\nasync def get():  # ANN201: it says nothing of what it answers\n"
    both = page(
        code + '    """Get."""\n    return requests.get("https://example.org", timeout=1)\n', "python wrong", ""
    )
    assert [fault.message for fault in checked(both).faults] == ["BW101 is found here and not marked"]


def _python_blocks() -> list[tuple[str, Block]]:
    return [(page.id, block) for page in pages() for block in page.blocks if block.language == "python"]


def test_every_block_is_formatted(tmp_path: Path) -> None:
    where: dict[str, str] = {}
    for number, (page, block) in enumerate(_python_blocks()):
        (tmp_path / f"block_{number}.py").write_text(block.text, encoding="utf-8")
        where[f"block_{number}.py"] = f"{page}:{block.line}"
    ruff = find_ruff()
    assert ruff is not None
    done = _run(tmp_path, ruff, "format", "--isolated", "--check", "--line-length=120", "--target-version=py311", ".")
    wrong = [line.removeprefix("Would reformat: ") for line in done.stdout.splitlines() if "Would reformat" in line]
    assert [where[name] for name in wrong] == []
    assert done.returncode == 0


REVIEWED = {
    f"{key} in {folder}": (folder, part) for key, module in MODULES.items() for folder, part in parts_of(module)
}


@pytest.mark.parametrize(("folder", "module"), REVIEWED.values(), ids=REVIEWED)
def test_a_block_passes_the_review_that_it_teaches(folder: str, module: Module) -> None:
    report = reviewed(f"{folder}/{module.file_name}", module.text)
    assert [(found.code, found.location.line, found.message) for found in report.findings] == []
    assert report.unchecked == ()
    assert report.basis == "full"


def test_a_block_that_breaks_a_rule_would_be_seen() -> None:
    code = "import jwt\n\n\ndef claims(token):\n    return jwt.decode(token, options={'verify_signature': False})\n"
    found = {(found.code, found.location.line) for found in reviewed("src/shop/probe.py", code).findings}
    assert found >= {("BW402", 5), ("ANN001", 4), ("ANN201", 4)}
