"""A skill with one small task, whose files a test may spoil at one place."""

from __future__ import annotations

from collections.abc import Mapping

from backwright.catalog.evals import Task, tasks_of
from backwright.catalog.skill import ChecklistItem, Skill, SkillFile, Triggers, tree_digest

TASK = """\
title: Say twice as much
prompt: Make double() double.
measures: [doubled]
review: [RUF006]
present: [app.py]
absent: ["*.orig"]
unchanged: [data/*]
removes: [old.py]
wrong:
  why: It looks like doubling for a two.
  fails: [test_three_doubles, "unchanged:data/*"]
"""
FILES: Mapping[str, str] = {
    "task.yaml": TASK,
    "start/app.py": "def double(number: int) -> int:\n    return number\n",
    "start/old.py": "",
    "start/data/rows.csv": "1\n",
    "start/dot_env": "MODE=test\n",
    "reference/app.py": "def double(number: int) -> int:\n    return number * 2\n",
    "wrong/app.py": "def double(number: int) -> int:\n    return number + 2\n",
    "wrong/data/rows.csv": "2\n",
    "verify/test_double.py": (
        "from app import double\n\n\n"
        "def test_two_doubles() -> None:\n    assert double(2) == 4, 'two is not doubled'\n\n\n"
        "def test_three_doubles() -> None:\n    assert double(3) == 6, 'three is not doubled'\n"
    ),
}
ITEM = ChecklistItem(id="doubled", text="Double.", rules=("BW104",))


def skill_with(files: Mapping[str, str | None], task: str = "double") -> Skill:
    """The skill with these files of its task in the place of the sound ones; None takes one out."""
    merged = {**FILES, **files}
    tree = [SkillFile.of(f"evals/{task}/{path}", text.encode()) for path, text in merged.items() if text is not None]
    tree += [SkillFile.of("SKILL.md", b"---\n---\nDouble.\n"), SkillFile.of("references/more.md", b"More.\n")]
    ordered = tuple(sorted(tree, key=lambda file: file.path))
    return Skill("doubling", "1.0.0", "d", {}, ordered, Triggers(), (), (ITEM,), tree_digest(ordered))


def task_with(files: Mapping[str, str | None] | None = None) -> Task:
    """Its task."""
    (task,) = tasks_of(skill_with(files or {}))
    return task
