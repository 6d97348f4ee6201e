"""What the checklist says of entries that rules decide: never that something passed which did not run."""

from __future__ import annotations

import pytest

from backwright.review.checklist import ChecklistEntry, Status
from backwright.review.engine import Options, Suppression, review
from tests.review._make import diff_of

BARE = {"app/x.py": "try:\n    a()\nexcept:\n    b()\n"}
FINE = {"app/x.py": "a = 1\n"}


def _status(files: dict[str, str], *rules: str, options: Options | None = None) -> tuple[Status, str]:
    entry = ChecklistEntry(skill="s", version="1.0.0", id="i", text="Do it.", rules=rules)
    (item,) = review(diff_of(files), checklist=(entry,), options=options).checklist
    return item.status, item.detail


@pytest.mark.parametrize(
    ("files", "rules", "status", "detail"),
    [
        (BARE, ("E722",), Status.VIOLATED, "E722 app/x.py:3"),
        (FINE, ("E722",), Status.NO_VIOLATION, "E722 found nothing, 1 added lines read"),
        (FINE, ("E722", "FAST001"), Status.NO_VIOLATION, "E722 found nothing, 1 added lines read, FAST001 not run"),
        (FINE, ("FAST001",), Status.NOT_EVALUATED, "no detector ran for FAST001"),
        ({"README.md": "a\n"}, ("E722",), Status.NOT_APPLICABLE, "no Python is added"),
    ],
)
def test_status_says_what_was_found_on_what_was_read(
    files: dict[str, str], rules: tuple[str, ...], status: Status, detail: str
) -> None:
    assert _status(files, *rules) == (status, detail)


def test_rule_of_ruff_is_not_evaluated_where_ruff_did_not_run() -> None:
    assert _status(FINE, "E722", options=Options(ruff=False)) == (Status.NOT_EVALUATED, "no detector ran for E722")


def test_suppressed_violation_is_no_clean_bill() -> None:
    options = Options(suppressions=(Suppression("E722", "legacy"),))
    assert _status(BARE, "E722", options=options) == (Status.NOT_EVALUATED, "E722 is suppressed: legacy")


def test_rule_that_needs_whole_files_is_not_evaluated_from_the_diff_alone() -> None:
    entry = ChecklistEntry(skill="s", version="1.0.0", id="i", text="Do it.", rules=("RUF012",))
    diff = diff_of({"x.py": "a = 1\nb = 2\n"}, {"x.py": "a = 1\n"})
    assert review(diff, checklist=(entry,)).checklist[0].status is Status.NOT_EVALUATED
    assert review(diff, checklist=(entry,), read_new={"x.py": b"a = 1\nb = 2\n"}.get).checklist[0].status is (
        Status.NO_VIOLATION
    )
