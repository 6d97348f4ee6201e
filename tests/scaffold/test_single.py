from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import InvalidInputError
from backwright.scaffold import engine
from backwright.scaffold.plan import Plan
from backwright.scaffold.render import Style
from backwright.scaffold.single import Subject, plan_single
from backwright.scaffold.template import load_template
from tests.scaffold._projects import SMALL, kinds, scaffold, tree, write

MANIFEST = """\
name: greeter
version: 1.0.0
kind: KIND
description: Says it.
variables: {word: what is said}
requires: {}
files:
  - {source: greet.py.j2, target: "app/<< word >>.py", owner: resource}
  - {source: loud.py.j2, target: app/loud.py, owner: resource, when: loud}
  - {source: notes.j2, target: NOTES, owner: resource, existing: keep}
  - {source: first.py.j2, target: migrations/first.py, owner: migration}
examples: []
"""
TEMPLATE = {
    "template.yaml": MANIFEST.replace("KIND", "job"),
    "files/greet.py.j2": "import sys\nWORD = << word | py >>\n",
    "files/loud.py.j2": "WORD = << word.upper() | py >>\n",
    "files/notes.j2": "<< word >>\n",
    "files/first.py.j2": "WORD = << word | py >>\n",
}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return write(tmp_path / "template", TEMPLATE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def planned(root: Path, template: Path, *, word: str = "hello", loud: bool = True, name: str = "greet") -> Plan:
    subject = Subject(name, {"word": word, "loud": loud}, {"word": word, "loud": loud}, Style(("app",)))
    return plan_single(root, load_template(template), subject)


def made(root: Path, template: Path, *, word: str = "hello", loud: bool = True) -> Plan:
    plan = planned(root, template, word=word, loud=loud)
    engine.apply(plan, root, expect=plan.digest)
    return plan


def test_every_file_is_made_formatted_and_recorded_under_the_kind_and_the_name(root: Path, template: Path) -> None:
    plan = made(root, template)
    assert plan.resource == "job-greet"
    assert kinds(plan, "create") == [
        *["app/hello.py", "app/loud.py", "NOTES", "migrations/first.py"],
        ".scaffold/job-greet.json",
    ]
    assert (root / "app/hello.py").read_text(encoding="utf-8") == 'WORD = "hello"\n'


def test_a_file_whose_condition_does_not_hold_is_not_made(root: Path, template: Path) -> None:
    assert "app/loud.py" not in [action.path for action in planned(root, template, loud=False).actions]


def test_a_second_run_changes_nothing(root: Path, template: Path) -> None:
    made(root, template)
    before = tree(root)
    again = made(root, template)
    assert (again.writes, again.diff(), tree(root)) == ((), "", before)


def test_an_edited_file_is_kept_and_merged_with_what_is_new(root: Path, template: Path) -> None:
    made(root, template)
    write(root, {"app/hello.py": 'WORD = "hello"\n\n# one\n# two\n# three\n# mine\n'})
    assert kinds(planned(root, template), "keep") == ["app/hello.py"]
    write(template, {"files/greet.py.j2": "# new\n\n# and more\n# of it\nWORD = << word | py >>\n"})
    merged = made(root, template)
    assert kinds(merged, "merge") == ["app/hello.py"]
    assert (root / "app/hello.py").read_text(encoding="utf-8").startswith("# new\n")
    assert (root / "app/hello.py").read_text(encoding="utf-8").endswith("# mine\n")


def test_a_deleted_file_stays_deleted(root: Path, template: Path) -> None:
    made(root, template)
    (root / "app/loud.py").unlink()
    made(root, template)
    assert not (root / "app/loud.py").exists()


def test_a_migration_is_made_once_whatever_is_new(root: Path, template: Path) -> None:
    made(root, template)
    write(template, {"files/first.py.j2": "WORD = 1\n"})
    assert "migrations/first.py" in kinds(made(root, template), "unchanged")
    (root / "migrations/first.py").unlink()
    assert "migrations/first.py" in kinds(made(root, template), "keep")


def test_a_file_that_is_there_is_kept_where_the_template_says_so_and_a_conflict_elsewhere(
    root: Path, template: Path
) -> None:
    write(root, {"NOTES": "mine\n", "app/loud.py": "# mine\n"})
    plan = planned(root, template)
    assert (kinds(plan, "keep"), kinds(plan, "conflict")) == (["NOTES"], ["app/loud.py"])


def test_a_file_that_is_kept_is_no_file_of_ours_to_take_back(root: Path, template: Path) -> None:
    write(root, {"NOTES": "mine\n"})
    before = tree(root)
    made(root, template)
    engine.undo(root, "job-greet")
    assert tree(root) == before


def test_what_is_no_longer_wanted_goes_unless_it_was_edited(root: Path, template: Path) -> None:
    made(root, template)
    assert kinds(made(root, template, loud=False), "remove") == ["app/loud.py"]
    assert kinds(made(root, template), "create") == ["app/loud.py"]
    write(root, {"app/loud.py": "# mine\n"})
    plan = made(root, template, loud=False)
    assert "no longer wanted, and left to you to delete, because you edited it: app/loud.py" in plan.notes
    (root / "app/loud.py").unlink()
    engine.undo(root, "job-greet")
    assert tree(root) == {}


def test_undo_leaves_what_was_edited_since(root: Path, template: Path) -> None:
    made(root, template)
    write(root, {"app/loud.py": "# mine\n"})
    undone = engine.undo(root, "job-greet")
    assert undone.kept == ("app/loud.py",)
    assert tree(root) == {"app": None, "app/loud.py": b"# mine\n"}


def test_a_job_does_not_hold_the_platform_of_the_last_resource(root: Path, template: Path) -> None:
    made(root, template)
    before = tree(root)
    scaffold(root, SMALL)
    engine.undo(root, "note")
    assert tree(root) == before


def test_a_service_is_taken_back_after_what_it_carries(root: Path, template: Path) -> None:
    made(root, template)
    write(template, {"template.yaml": MANIFEST.replace("KIND", "service").replace("app/", "web/")})
    write(template, {"template.yaml": (template / "template.yaml").read_text().replace("NOTES", "MORE")})
    write(template, {"template.yaml": (template / "template.yaml").read_text().replace("migrations/", "web/")})
    made(root, template)
    with pytest.raises(InvalidInputError, match="the service carries job-greet"):
        engine.undo(root, "service-greet")
    engine.undo(root, "job-greet")
    engine.undo(root, "service-greet")
    assert tree(root) == {}
