from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backwright.scaffold.plan import FileAction, Kind, Plan

GIT = shutil.which("git") or "git"
BASE = Plan("x", "t@1", (FileAction("edit", "a", "1\n", "2\n", "r"),))
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\u2028d\n", "e\x0cf\n", "g\r\n", "\n"]), max_size=6).map("".join)


def test_the_diff_of_a_new_file_starts_from_nothing() -> None:
    action = FileAction("create", "src/a.py", None, "x = 1\n", "")
    assert action.diff() == "--- /dev/null\n+++ b/src/a.py\n@@ -0,0 +1 @@\n+x = 1\n"


@pytest.mark.parametrize("kind", ["unchanged", "keep", "conflict"])
def test_what_is_not_written_has_no_diff(kind: Kind) -> None:
    action = FileAction(kind, "a", "1\n", None, "")
    assert (action.diff(), action.writes) == ("", False)


def test_the_bookkeeping_is_written_but_not_shown() -> None:
    plan = Plan("x", "t@1", (FileAction("create", ".scaffold/x.json", None, "{}\n", ""),))
    assert (plan.diff(), len(plan.writes)) == ("", 1)


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, template="t@2"),
        replace(BASE, resource="y"),
        replace(BASE, actions=()),
        replace(BASE, actions=(FileAction("create", "a", "1\n", "2\n", "r"),)),
        replace(BASE, actions=(FileAction("edit", "b", "1\n", "2\n", "r"),)),
        replace(BASE, actions=(FileAction("edit", "a", "0\n", "2\n", "r"),)),
        replace(BASE, actions=(FileAction("edit", "a", "1\n", "3\n", "r"),)),
    ],
    ids=["template", "resource", "actions", "kind", "path", "before", "after"],
)
def test_the_digest_moves_with_everything_that_would_be_done(other: Plan) -> None:
    assert other.digest != BASE.digest


def test_the_digest_of_the_same_plan_is_the_same() -> None:
    assert replace(BASE).digest == BASE.digest


@settings(max_examples=25, deadline=None)
@given(before=LINES, after=LINES)
def test_git_applies_the_diff(tmp_path_factory: pytest.TempPathFactory, before: str, after: str) -> None:
    if before == after or not before or not after:
        return
    root = tmp_path_factory.mktemp("diff")
    (root / "a").write_bytes(before.encode())
    text = FileAction("edit", "a", before, after, "").diff()
    subprocess.run([GIT, "apply", "--unidiff-zero", "-"], cwd=root, input=text.encode(), check=True)
    assert (root / "a").read_bytes() == after.encode()
