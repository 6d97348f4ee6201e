from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from backwright.errors import (
    BackwrightError,
    InvalidInputError,
    PathOutsideRootError,
    PlanConflictError,
    PlanStaleError,
    TemplateNotFoundError,
    UnsupportedProjectError,
)
from backwright.scaffold import engine
from backwright.scaffold.template import load_template
from tests.scaffold._projects import EXAMPLES, HOST, SMALL, TEMPLATE, kinds, plan, scaffold, tree, write

INVOICE = EXAMPLES[0].values
ROUTER = "src/shop/api/v1/notes.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


def test_a_plan_writes_nothing(root: Path) -> None:
    made = plan(root, INVOICE)
    assert len(made.writes) > 40
    assert tree(root) == {}


@pytest.mark.parametrize(
    "isort", ["", '\n[tool.ruff.lint.isort]\nknown-third-party = ["alembic"]\n'], ids=["found", "settled"]
)
def test_imports_stand_where_the_projects_own_ruff_wants_them(isort: str, root: Path) -> None:
    write(root, {**HOST, "pyproject.toml": f"{HOST['pyproject.toml']}{isort}"})
    made = scaffold(root, SMALL)
    new = [action.path for action in made.writes if action.path.endswith(".py") and action.kind == "create"]
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "I", *new]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "All checks passed!\n")


def test_the_same_plan_has_the_same_digest(root: Path) -> None:
    assert plan(root, INVOICE).digest == plan(root, INVOICE).digest


def test_a_plan_that_moved_is_refused_by_its_digest(root: Path) -> None:
    shown = plan(root, INVOICE).digest
    write(root, {"pyproject.toml": '[project]\nname = "shop"\n'})
    with pytest.raises(PlanStaleError):
        engine.apply(plan(root, INVOICE), root, expect=shown)
    assert tree(root) == {"pyproject.toml": b'[project]\nname = "shop"\n'}


def test_a_second_resource_adds_its_files_and_edits_two(root: Path) -> None:
    scaffold(root, INVOICE)
    made = plan(root, SMALL)
    assert kinds(made, "edit") == ["src/shop/main.py", "src/shop/models/__init__.py"]
    assert [path for path in kinds(made, "create") if "note" not in path] == []
    removed = [line for line in made.diff().split("\n") if line.startswith("-") and not line.startswith("---")]
    assert removed == []


def test_a_second_migration_follows_the_first(root: Path) -> None:
    scaffold(root, INVOICE)
    scaffold(root, SMALL)
    first, second = (
        json.loads((root / ".scaffold" / f"{name}.json").read_text(encoding="utf-8")) for name in ("invoice", "note")
    )
    assert (first["down_revision"], second["down_revision"]) == (None, first["revision"])


def test_an_edited_file_is_kept_when_there_is_nothing_new(root: Path) -> None:
    scaffold(root, SMALL)
    edited = (root / ROUTER).read_text(encoding="utf-8") + "# mine\n"
    (root / ROUTER).write_text(edited, encoding="utf-8")
    made = scaffold(root, SMALL)
    assert (kinds(made, "keep"), made.writes) == ([ROUTER], ())
    assert (root / ROUTER).read_text(encoding="utf-8") == edited


def test_an_edited_file_is_a_conflict_when_there_is_something_new(root: Path) -> None:
    scaffold(root, SMALL)
    (root / ROUTER).write_text("# mine\n", encoding="utf-8")
    before = tree(root)
    made = plan(root, {**SMALL, "operations": ["get"]})
    assert kinds(made, "conflict") == [ROUTER]
    with pytest.raises(PlanConflictError, match=r"notes\.py"):
        engine.apply(made, root)
    assert tree(root) == before


def test_files_that_nobody_edited_follow_new_values_but_the_migration_does_not(root: Path) -> None:
    scaffold(root, SMALL)
    fields = [{"name": "title", "type": "str"}, {"name": "body", "type": "text"}]
    made = scaffold(root, {**SMALL, "fields": fields})
    assert "src/shop/models/note.py" in kinds(made, "update")
    assert [path for path in kinds(made, "update") if path.startswith("migrations/")] == []
    assert any("autogenerate" in note for note in made.notes)
    assert (root / "src/shop/models/note.py").read_text(encoding="utf-8").count("body: Mapped[str]") == 1


def test_a_deleted_file_stays_deleted(root: Path) -> None:
    scaffold(root, SMALL)
    (root / ROUTER).unlink()
    (root / "README.md").unlink()
    made = scaffold(root, SMALL)
    assert sorted(kinds(made, "keep")) == ["README.md", ROUTER]
    assert not (root / ROUTER).exists()


def test_a_mount_that_was_taken_out_stays_out(root: Path) -> None:
    scaffold(root, SMALL)
    main = root / "src/shop/main.py"
    text = main.read_text(encoding="utf-8").replace("    app.include_router(notes_router)\n", "")
    text = text.replace("from shop.api.v1.notes import router as notes_router\n", "")
    main.write_text(text, encoding="utf-8")
    assert plan(root, SMALL).writes == ()


def test_a_file_that_is_there_and_not_ours_is_a_conflict(root: Path) -> None:
    write(root, {"src/shop/__init__.py": "", ROUTER: "# mine\n"})
    made = plan(root, SMALL)
    assert kinds(made, "conflict") == [ROUTER]
    with pytest.raises(PlanConflictError):
        engine.apply(made, root)
    assert tree(root) == {
        "src": None,
        "src/shop": None,
        "src/shop/__init__.py": b"",
        "src/shop/api": None,
        "src/shop/api/v1": None,
        ROUTER: b"# mine\n",
    }


def test_a_pyproject_that_is_there_gets_the_tables_that_it_lacks_and_nothing_else(root: Path) -> None:
    mine = '[project]\nname = "my-shop"\nversion = "1"\n\n[tool.ruff]\nline-length = 120\n'
    write(root, {"pyproject.toml": mine})
    made = scaffold(root, SMALL)
    after = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert after.startswith(mine)
    assert [line for line in after.split("\n") if line.startswith("[tool.")] == [
        "[tool.ruff]",
        "[tool.pytest.ini_options]",
        "[tool.mypy]",
    ]
    assert any("uv add" in note and "'sqlalchemy>=" in note for note in made.notes)
    assert (root / "src/my_shop/main.py").exists()
    engine.undo(root, "note")
    assert tree(root) == {"pyproject.toml": mine.encode()}


@pytest.mark.parametrize(
    "description",
    [
        *["\"'", 'it\'s """ quoted', "{{ x }} {% y %}", "<< r.name >> <% endif %> <# c #>", "${x} {x} %s \\n"],
        *["顧客の請求書、", "a\nb\r\x00", "</script>", "'; DROP TABLE x; --", "x" * 300],
    ],
)
def test_a_description_stays_literal_and_comes_back(root: Path, description: str) -> None:
    made = plan(root, {**SMALL, "description": description})
    (schemas,) = (a.after for a in made.actions if a.path == "src/shop/schemas/note.py")
    strings = [n.value for n in ast.walk(ast.parse(schemas or "")) if isinstance(n, ast.Constant)]
    assert description in strings


@pytest.mark.parametrize(
    "values",
    [
        {"resource": "../evil"},
        {"resource": "a/b"},
        {"resource": "class"},
        {"resource": "Note"},
        {"resource": "note\n"},
        {"resource": "request"},
        {"resource": "<< r >>"},
        {"resource": 7},
        {"plural": "../notes"},
        {"plural": "note"},
        {"plural": "order"},
        {"fields": []},
        {"fields": "title"},
        {"fields": ["title"]},
        {"fields": [{"name": "x", "type": "str"}] * 2},
        {"fields": [{"name": "import", "type": "str"}]},
        {"fields": [{"name": "x'); import os", "type": "str"}]},
        {"fields": [{"name": "x", "type": "str); evil("}]},
        {"fields": [{"name": "x", "type": "enum", "choices": ["a\nb"]}]},
        {"fields": [{"name": f"f{n}", "type": "str"} for n in range(41)]},
        {"operations": ["list", "drop"]},
        {"operations": []},
        {"description": "x" * 301},
        {"description": "\ud800"},
        {"plural": "x" * 50, "fields": [{"name": "y" * 50, "type": "str", "unique": True}]},
        {"project": {"package": "../evil"}},
        {"project": {"package": "fastapi"}},
        {"project": {"tests": "/var"}},
        {"project": {"source_root": "a\nb"}},
    ],
    ids=lambda values: json.dumps(values)[:50],
)
def test_a_hostile_value_is_refused_before_anything_is_made(root: Path, values: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        plan(root, {**SMALL, **values})
    assert refused.value.hint
    assert tree(root) == {}


def test_a_link_in_the_place_of_the_sources_is_refused(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "src").symlink_to(outside, target_is_directory=True)
    with pytest.raises(PathOutsideRootError):
        plan(root, SMALL)
    assert tree(outside) == {}


def test_a_folder_in_the_place_of_a_file_is_refused(root: Path) -> None:
    (root / ROUTER).mkdir(parents=True)
    with pytest.raises(PlanConflictError, match=r"notes\.py"):
        plan(root, SMALL)


def test_a_damaged_record_is_refused_by_name(root: Path) -> None:
    scaffold(root, SMALL)
    (root / ".scaffold/note.json").write_text("{", encoding="utf-8")
    with pytest.raises(PlanConflictError, match=r"\.scaffold/note\.json"):
        plan(root, SMALL)


def test_a_root_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no folder"):
        plan(tmp_path / "nowhere", SMALL)


def test_a_folder_without_a_template_is_refused(root: Path, tmp_path: Path) -> None:
    with pytest.raises(TemplateNotFoundError):
        engine.plan_endpoint(root, tmp_path, SMALL)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"app.py": "from flask import Flask\napp = Flask(__name__)\n"}, "Flask"),
        ({"manage.py": "", "x.py": "import django  # FastAPI\n"}, "Django"),
        ({"pyproject.toml": '[project]\nname = "x"\ndependencies = ["Django>=5"]\n'}, "Django"),
        ({"pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.9"\n'}, "3.9"),
        (
            {**HOST, "app/other.py": "from sqlalchemy.orm import DeclarativeBase\nclass B(DeclarativeBase): ...\n"},
            "2 decl",
        ),
        (
            {**HOST, "app/db.py": "from sqlalchemy.orm import DeclarativeBase\nclass B(DeclarativeBase): ...\n"},
            "no depend",
        ),
        ({**HOST, "alembic.ini": "[x]\n"}, "no alembic"),
        ({**HOST, "alembic/versions/2.py": "revision = '2'\ndown_revision = None\n"}, "2 heads"),
        ({**HOST, "uv.lock": '[[package]]\nname = "pydantic"\nversion = "1.10.2"\n'}, "pydantic 1.10"),
    ],
    ids=[
        "flask",
        "django",
        "declared",
        "python",
        "two bases",
        "no session",
        "no alembic",
        "two heads",
        "old",
    ],
)
def test_a_project_that_cannot_be_written_into_is_refused_with_the_reason(
    root: Path, files: dict[str, str], said: str
) -> None:
    before = tree(write(root, files))
    with pytest.raises(UnsupportedProjectError, match=said) as refused:
        plan(root, SMALL)
    assert refused.value.hint
    assert tree(root) == before


def test_an_application_with_two_places_to_mount_gets_the_lines_as_a_note(root: Path) -> None:
    made = plan(write(root, {**HOST, "app/admin.py": HOST["app/main.py"]}), SMALL)
    assert kinds(made, "edit") == ["alembic/env.py"]
    (note,) = (note for note in made.notes if "mount" in note)
    assert "from app.notes.router import router as notes_router" in note
    assert "app/admin.py" in note
    assert "app/main.py" in note


def test_an_application_that_mounts_through_a_router_gets_the_lines_as_a_note(root: Path) -> None:
    api = "from fastapi import APIRouter\napi = APIRouter()\napi.include_router(APIRouter())\n"
    made = plan(write(root, {**HOST, "app/api.py": api}), SMALL)
    assert any("api in app/api.py" in note for note in made.notes)


def test_an_import_in_an_application_goes_where_its_siblings_are(root: Path) -> None:
    made = plan(write(root, HOST), SMALL)
    (main,) = (action.diff() for action in made.actions if action.path == "app/main.py")
    assert "+    from app.notes.router import router as notes_router\n" in main
    assert "+    app.include_router(notes_router)\n" in main


def test_a_failed_plan_is_always_one_of_our_errors(root: Path) -> None:
    for text in ("\x00", "é", "x" * 10_000, "\ud800"):
        with pytest.raises(BackwrightError):
            plan(root, {**SMALL, "resource": text})


def test_every_file_of_the_template_is_named_in_it() -> None:
    named = {file.source for file in load_template(TEMPLATE).manifest.files}
    folder = TEMPLATE / "files"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.j2")} == named


def test_a_long_name_that_no_constraint_carries_is_taken(root: Path) -> None:
    fields = [{"name": "k" * 50, "type": "date"}]
    assert plan(root, {**SMALL, "resource": "ab_" * 13 + "child", "fields": fields}).writes
