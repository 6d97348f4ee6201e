"""Each rule's page is its test: what a block marks is found, and nothing else is."""

from __future__ import annotations

import ast
import re

import pytest

from backwright.review.diff import FileStatus
from backwright.review.engine import all_rules
from backwright.review.ruff_codes import CODES
from backwright.review.rule import Rule
from tests.review._pages import FOLDER, Block, blocks, page_of, reviewed

RULES = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
KINDS = frozenset((FOLDER.parent / "kinds.txt").read_text(encoding="utf-8").split())
MAX_PROSE_TOKENS = 500


def _cases() -> list[object]:
    """Each block in the modes that it can be reviewed in: a file that is created is also there as a whole."""
    cases: list[object] = []
    for block in blocks():
        cases.append(pytest.param(block, False, id=f"{block.id}-fragment"))
        if any(file.status is FileStatus.ADDED for file in block.diff.files):
            cases.append(pytest.param(block, True, id=f"{block.id}-full"))
    return cases


@pytest.mark.parametrize(("block", "full"), _cases())
def test_exactly_the_marked_lines_are_found(block: Block, full: bool) -> None:  # noqa: FBT001  a parameter of the case
    report = reviewed(block, full=full)
    found = {
        (finding.location.path, line)
        for finding in report.findings
        for line in (finding.location.line, *finding.others)
    }
    assert (found, report.unchecked) == (block.expected, ())


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.id)
def test_marks_name_the_rule_of_their_page_and_clean_blocks_have_none(block: Block) -> None:
    assert set(re.findall(r"# expect: (\w+)", block.text)) == (
        {block.rule.code} if block.section == "violating" else set()
    )


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.id)
def test_every_line_of_a_block_is_read(block: Block) -> None:
    added = [line for line in block.text.split("\n") if line.startswith("+") and not line.startswith("+++ ")]
    assert block.diff.unread == ()
    assert sum(len(file.added) for file in block.diff.files) == len(added)


@RULES
def test_rule_has_its_page_beside_the_module_of_its_name(rule: Rule) -> None:
    assert page_of(rule).is_file()
    assert page_of(rule).with_suffix(".py").is_file()


@RULES
def test_page_has_violating_and_clean_blocks(rule: Rule) -> None:
    sections = [block.section for block in blocks() if block.rule.code == rule.code]
    assert set(sections) == {"violating", "clean"}


@RULES
def test_rule_names_a_known_kind_of_defect(rule: Rule) -> None:
    assert rule.kind in KINDS


def test_every_rule_of_ruff_names_a_known_kind_of_defect() -> None:
    assert {code: rule.kind for code, rule in CODES.items() if rule.kind not in KINDS} == {}


@RULES
def test_heading_is_code_and_name(rule: Rule) -> None:
    assert page_of(rule).read_text(encoding="utf-8").partition("\n")[0] == f"# {rule.code} {rule.name}"


@RULES
def test_page_is_short_enough_for_a_model_to_read(rule: Rule) -> None:
    prose = re.sub(r"^```diff\n.*?^```$", "", page_of(rule).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert len(prose.encode()) / 4 < MAX_PROSE_TOKENS


@RULES
def test_page_shows_a_correct_version_that_parses(rule: Rule) -> None:
    instead = page_of(rule).read_text(encoding="utf-8").partition("\n## Instead\n")[2]
    code = re.search(r"^```python\n(.*?)^```$", instead, flags=re.MULTILINE | re.DOTALL)
    assert code is not None
    assert ast.parse(code.group(1)).body
