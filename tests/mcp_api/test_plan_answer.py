from __future__ import annotations

import pytest

from backwright.errors import InvalidInputError
from backwright.mcp_api._plan_answer import answer, render
from backwright.routing.briefing import approx_tokens
from backwright.scaffold.plan import FileAction, Plan

PLAN = Plan(
    resource="order",
    template="fastapi-sqlalchemy@1.0.0",
    actions=(
        FileAction("create", "app/orders/router.py", None, "router = 1\n", "new"),
        FileAction("create", "app/orders/big.py", None, "line = 1\n" * 2_000, "new"),
        FileAction("edit", "app/main.py", "a = 1\n", "a = 1\nb = 2\n", "mounts the router"),
        FileAction("keep", "app/orders/service.py", "mine\n", None, "it was edited"),
        FileAction("create", ".scaffold/order.json", None, "{}\n", "record"),
    ),
    notes=("add aiosqlite to the dev dependencies",),
)


def test_edits_of_the_users_files_come_first_and_records_are_left_out() -> None:
    page = answer(PLAN, applied=False, show=None)
    assert [(file.kind, file.path) for file in page.files] == [
        ("edit", "app/main.py"),
        ("create", "app/orders/router.py"),
        ("create", "app/orders/big.py"),
        ("keep", "app/orders/service.py"),
    ]
    assert page.diff is not None
    assert page.diff.startswith("--- a/app/main.py\n+++ b/app/main.py\n")


def test_a_file_that_does_not_fit_is_named_and_can_be_asked_for() -> None:
    page = answer(PLAN, applied=False, show=None)
    assert page.not_shown == ("app/orders/big.py",)
    assert "Not shown (ask with show=PATH): app/orders/big.py" in render(page)
    whole = answer(PLAN, applied=False, show="app/orders/big.py")
    assert whole.diff is not None
    assert whole.diff.endswith("[cut]\n")
    assert approx_tokens(render(whole)) < 4_000


def test_the_text_says_how_to_apply_and_what_to_do_by_hand() -> None:
    text = render(answer(PLAN, applied=False, show=None))
    assert text.startswith(
        f"Plan: 3 files would be written, nothing is yet. To write: apply=true, expect={PLAN.digest}"
    )
    assert "- keep app/orders/service.py: it was edited" in text
    assert "Note: add aiosqlite to the dev dependencies" in text


def test_what_was_applied_is_said_without_a_diff() -> None:
    page = answer(PLAN, applied=True, show=None)
    assert page.diff is None
    assert render(page).startswith("Applied: 3 files written.\n- edit app/main.py: mounts the router")


def test_a_plan_with_a_conflict_says_that_it_cannot_be_applied() -> None:
    conflict = FileAction("conflict", "app/orders/model.py", "mine\n", None, "it is not ours")
    page = answer(Plan("order", "t@1.0.0", (conflict,)), applied=False, show=None)
    assert render(page).startswith("Plan with 1 conflicts: it cannot be applied")


def test_showing_a_file_that_the_plan_does_not_write_is_refused() -> None:
    for path in ("app/orders/service.py", "../secret", ".scaffold/order.json"):
        with pytest.raises(InvalidInputError):
            answer(PLAN, applied=False, show=path)
