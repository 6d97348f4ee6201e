from __future__ import annotations

import pytest

from backwright.mcp_api._plan_answer import (
    BUDGET,
    answer,
    applied_answer,
    render,
    render_applied,
    undone_answer,
    whole_diff,
)
from backwright.routing.briefing import approx_tokens
from backwright.scaffold.apply import Applied
from backwright.scaffold.plan import FileAction, Plan
from backwright.scaffold.undo import Undone

CLASH = "<<<<<<< yours\nb = 2\n||||||| as it was generated\nb = 1\n=======\nb = 3\n>>>>>>> now\n"
EDIT = FileAction("edit", "app/main.py", "a = 1\n", "a = 1\nb = 2\n", "mounts the router")
PLAN = Plan(
    resource="order",
    template="fastapi-sqlalchemy@1.0.0",
    actions=(
        FileAction("create", "app/orders/router.py", None, "router = 1\n", "new"),
        FileAction("create", "app/orders/model.py", None, "line = 1\n" * 2_000, "new"),
        FileAction("create", "alembic.ini", None, "[alembic]\n", "new"),
        EDIT,
        FileAction("keep", "app/orders/service.py", "mine\n", None, "you edited it"),
        FileAction("unchanged", "app/db.py", "x\n", "x\n", "it is as the template writes it"),
        FileAction("create", ".scaffold/order.json", None, "{}\n", "record"),
    ),
    notes=("add aiosqlite to the dev dependencies",),
)


def test_new_files_take_a_line_a_folder_and_the_users_own_are_explained() -> None:
    page = answer(PLAN)
    assert page.create == ("app/orders/: router.py, model.py", "alembic.ini")
    assert [(file.kind, file.path, file.reason) for file in page.files] == [
        ("edit", "app/main.py", "mounts the router"),
        ("keep", "app/orders/service.py", "you edited it"),
    ]
    assert page.unchanged == 1
    assert page.diff == EDIT.diff()


def test_the_text_says_how_to_apply_what_to_do_by_hand_and_where_the_rest_is() -> None:
    lines = render(answer(PLAN)).split("\n")
    assert lines[0] == f"Plan; nothing is written yet. When the user agrees: apply_scaffold digest={PLAN.digest}"
    assert "Note: add aiosqlite to the dev dependencies" in lines
    assert lines[-1] == f"The whole diff: plan://{PLAN.digest.removeprefix('sha256:')}"


@pytest.mark.parametrize("count", [1, 40, 400])
def test_however_much_is_planned_the_answer_stays_in_its_budget(count: int) -> None:
    edits = tuple(
        FileAction("edit", f"app/part_{number}.py", "a = 1\n", "a = 1\n" + "b = 2\n" * 30, "mounts the router")
        for number in range(count)
    )
    page = answer(Plan("order", "t@1.0.0", edits))
    assert approx_tokens(render(page)) <= BUDGET
    assert approx_tokens(page.model_dump_json(exclude_none=True)) <= BUDGET
    assert len(page.files) == min(count, 40)
    assert any("more files" in note for note in page.notes) == (count > 40)


def test_the_whole_diff_leaves_the_records_out() -> None:
    text = whole_diff(PLAN)
    assert "+++ b/app/orders/model.py" in text
    assert ".scaffold" not in text


def test_a_conflict_is_shown_with_both_sides_and_cannot_be_applied() -> None:
    conflict = FileAction("conflict", "app/orders/model.py", "mine\n", None, "you edited it", f"a = 1\n{CLASH}c = 1\n")
    page = answer(Plan("order", "t@1.0.0", (conflict,)))
    assert render(page).startswith("Plan that cannot be applied before its conflicts (1) are settled.")
    assert page.diff == f"--- app/orders/model.py, not merged\n{CLASH}"


def test_what_was_applied_is_said_by_folder() -> None:
    applied = Applied(written=("app/main.py", "app/db.py", "x.ini"), unchanged=(), kept=("app/mine.py",))
    page = applied_answer(PLAN, applied)
    assert (page.written, page.kept) == (("app/: main.py, db.py", "x.ini"), ("app/: mine.py",))
    assert render_applied(page).startswith("Done.\n- written app/: main.py, db.py\n- written x.ini\n- kept ")


def test_what_was_taken_back_is_said_with_what_stays() -> None:
    page = undone_answer(Undone(("app/a.py",), ("app/main.py",), ("app/b.py",), ("downgrade first",)))
    assert render_applied(page) == (
        "Done.\n- deleted app/: a.py\n- restored app/: main.py\n- kept app/: b.py\nNote: downgrade first"
    )


def test_nothing_to_do_is_said() -> None:
    page = applied_answer(Plan("order", "t@1.0.0", ()), Applied((), ("app/a.py",)))
    assert render_applied(page) == "Nothing to do: everything was as it should be."
