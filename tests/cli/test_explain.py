"""`backwright explain`."""

from __future__ import annotations

import json

import pytest

from backwright.cli.main import main
from backwright.review.engine import all_rules


def test_page_of_a_rule_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    rule = all_rules()[0]
    assert main(["explain", rule.code]) == 0
    assert capsys.readouterr().out.startswith(f"# {rule.code} {rule.name}\n")


def test_json_holds_code_and_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "b008", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["code"], "(B008)" in answer["page"]) == ("b008", True)


def test_unknown_code_exits_with_two_and_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "BW000"]) == 2
    assert "RULE_NOT_FOUND" in capsys.readouterr().err
