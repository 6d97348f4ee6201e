"""What `backwright.yaml` could say of a project, with the evidence, and how it gets there."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from backwright.contexts.project_file import load_project
from backwright.detecting import Proposal, as_yaml, propose, write
from backwright.errors import InvalidContextError, PathOutsideRootError, UnsupportedProjectError
from backwright.settings import Settings
from tests.scaffold._django_hosts import RICH_HOST
from tests.scaffold._hosts import CLASSIC_HOST, SQLMODEL_HOST, SYNC_HOST
from tests.scaffold._projects import HOST, SMALL, scaffold
from tests.scaffold._projects import write as written
from tests.scaffold._services import scaffold_service


def found(proposal: Proposal) -> dict[str, str]:
    return {each.name: each.value for each in proposal.members}


def evidence(proposal: Proposal, name: str) -> str:
    return next(each.evidence[0] for each in proposal.members if each.name == name)


def asked(proposal: Proposal) -> dict[str, str]:
    return {each.name: each.text for each in proposal.questions}


# Reading


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (HOST, {"scaffold.session": "app.db:get_db"}),
        (SYNC_HOST, {"scaffold.session": "app.db:get_db", "scaffold.auth": "app.auth:get_current_user"}),
        (CLASSIC_HOST, {"scaffold.session": "app.db:get_db", "scaffold.auth": "app.auth:get_current_user"}),
        (SQLMODEL_HOST, {"scaffold.session": "app.deps:get_db", "scaffold.auth": "app.auth:get_current_user"}),
    ],
    ids=["async", "sync", "classic", "sqlmodel"],
)
def test_a_fastapi_host_is_described_with_the_place_of_each_member(
    tmp_path: Path, host: dict[str, str], expected: dict[str, str]
) -> None:
    proposal = propose(written(tmp_path, host))
    assert found(proposal) == {
        "framework": "fastapi",
        "layout.package": "app",
        "layout.tests": "tests",
        "layout.migrations": "alembic",
        "scaffold.router": "app.main:app",
        **expected,
    }
    assert proposal.questions == ()
    lines = {path: text.split("\n") for path, text in host.items()}
    for name, word in (
        ("framework", "FastAPI("),
        ("layout.migrations", "script_location"),
        ("scaffold.session", "def"),
    ):
        path, _, line = evidence(proposal, name).split(" ")[0].partition(":")
        assert word in lines[path][int(line) - 1]


def test_a_generated_service_says_what_a_scaffold_in_it_goes_by(tmp_path: Path) -> None:
    root = tmp_path / "order-desk"
    root.mkdir()
    scaffold_service(root, {"name": "order-desk"})
    assert found(propose(root)) == {
        "framework": "fastapi",
        "python": "3.11",
        "layout.package": "order_desk",
        "layout.source_root": "src",
        "layout.tests": "tests",
        "layout.migrations": "migrations",
        "scaffold.session": "order_desk.api.dependencies:get_session",
        "scaffold.auth": "order_desk.api.auth:get_principal",
        "scaffold.router": "order_desk.main:app",
        "scaffold.errors": "text",
    }


def test_what_was_made_from_a_template_is_described_by_its_record(tmp_path: Path) -> None:
    scaffold(tmp_path, SMALL)
    proposal = propose(tmp_path)
    assert {"framework", "layout.package", "layout.tests"} <= found(proposal).keys()
    assert "scaffold.errors" not in found(proposal)
    assert evidence(proposal, "framework").startswith(".scaffold/platform.json made by fastapi-sqlalchemy@")


def test_a_flask_project_is_described_by_its_application(tmp_path: Path) -> None:
    app = "from flask import Flask\n\n\ndef create_app() -> Flask:\n    app = Flask(__name__)\n    return app\n"
    files = {"src/shop/__init__.py": "", "src/shop/app.py": app, "tests/test_app.py": "", "setup.cfg": "[options]\n"}
    proposal = propose(written(tmp_path, {**files, "setup.py": 'setup(python_requires=">=3.12")\n'}))
    assert found(proposal) == {
        "framework": "flask",
        "python": "3.12",
        "layout.package": "shop",
        "layout.source_root": "src",
        "layout.tests": "tests",
    }
    assert evidence(proposal, "layout.package").startswith("src/shop/app.py:1 ")


def test_a_django_project_is_told_by_its_manage_py(tmp_path: Path) -> None:
    proposal = propose(written(tmp_path, RICH_HOST))
    assert found(proposal)["framework"] == "django"
    assert evidence(proposal, "framework").startswith("manage.py:")


def test_the_service_in_a_repository_of_several_is_named_and_read(tmp_path: Path) -> None:
    around = {"pyproject.toml": '[project]\nname = "desk"\nrequires-python = ">=3.12,<4"\n', "web/index.html": ""}
    proposal = propose(written(tmp_path, {f"backend/{path}": text for path, text in HOST.items()} | around))
    assert found(proposal).items() >= {("scaffold.root", "backend"), ("layout.package", "app"), ("python", "3.12")}
    assert evidence(proposal, "scaffold.session").startswith("backend/app/db.py:")
    assert evidence(proposal, "python") == "pyproject.toml:3 asks for Python 3.12 or later"


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        (".python-version", "3.13.1\n", "which is the lowest"),
        ("Dockerfile", "FROM python:3.13-slim\n", "which is the lowest"),
    ],
)
def test_the_python_that_is_used_is_asked_about_and_not_taken_for_the_lowest(
    tmp_path: Path, path: str, text: str, says: str
) -> None:
    proposal = propose(written(tmp_path, {path: text}))
    assert "python" not in found(proposal)
    assert says in asked(proposal)["python"]


def test_what_cannot_be_told_is_asked_with_the_choices(tmp_path: Path) -> None:
    second = HOST["app/db.py"].replace("get_db", "get_session").replace("class Base(DeclarativeBase):\n    pass\n", "")
    proposal = propose(
        written(
            tmp_path,
            {**HOST, "app/other.py": second, "app/site.py": "from flask import Flask\n\nsite = Flask(__name__)\n"},
        )
    )
    assert {"framework", "scaffold.session"}.isdisjoint(found(proposal))
    assert "fastapi (app/main.py), flask (app/site.py:1)" in asked(proposal)["framework"]
    (framework,) = [each for each in proposal.questions if each.name == "framework"]
    assert framework.choices == ("fastapi", "flask")


def test_two_sessions_that_are_used_alike_are_a_question(tmp_path: Path) -> None:
    second = HOST["app/db.py"].replace("get_db", "get_session").replace("class Base(DeclarativeBase):\n    pass\n", "")
    proposal = propose(written(tmp_path, {**HOST, "app/other.py": second}))
    assert "scaffold.session" not in found(proposal)
    (session,) = [each for each in proposal.questions if each.name == "scaffold.session"]
    assert session.choices == ("app.db:get_db", "app.other:get_session")


def test_an_empty_folder_says_nothing_and_asks_nothing(tmp_path: Path) -> None:
    assert propose(tmp_path) == Proposal((), (), ())


def test_nothing_of_the_project_is_executed(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    files = {path: trap + text if path.endswith(".py") else text for path, text in HOST.items()}
    propose(written(tmp_path, {**files, "setup.py": trap, "conftest.py": trap, "sitecustomize.py": trap}))
    assert not (tmp_path / "ran").exists()


def test_a_server_without_a_project_says_so() -> None:
    with pytest.raises(UnsupportedProjectError):
        App(Settings(root=None)).detect()


def test_a_file_that_cannot_be_read_is_a_question(tmp_path: Path) -> None:
    proposal = propose(written(tmp_path, {**HOST, "app/old.py": "from fastapi import FastAPI\nprint 'x'\n"}))
    assert "app/old.py could not be read" in asked(proposal)["exclude"]


# Writing


def test_a_new_file_holds_each_member_below_its_evidence_and_is_read_back(tmp_path: Path) -> None:
    proposal = propose(written(tmp_path, SYNC_HOST))
    done = write(tmp_path, proposal)
    assert done.added == tuple(found(proposal))
    text = (tmp_path / "backwright.yaml").read_text(encoding="utf-8")
    assert as_yaml(proposal.members) in text
    assert load_project(tmp_path).model_dump(mode="json", exclude_unset=True) == proposal.document
    again = propose(tmp_path)
    assert (again.members, again.questions) == ((), ())
    assert set(again.kept) == set(done.added)


def test_what_the_user_wrote_stays_and_what_contradicts_it_is_asked(tmp_path: Path) -> None:
    mine = "# mine\nframework: flask\nlayout:   # where things are\n    # here\n    package: other\nusage: true"
    proposal = propose(written(tmp_path, {**HOST, "backwright.yaml": mine}))
    assert "backwright.yaml says 'flask', and the code says 'fastapi'" in asked(proposal)["framework"]
    assert "layout.package" in asked(proposal)
    write(tmp_path, proposal)
    text = (tmp_path / "backwright.yaml").read_text(encoding="utf-8")
    assert [line for line in mine.split("\n") if line not in text.split("\n")] == []
    project = load_project(tmp_path)
    assert (project.framework, project.layout.package, project.usage) == ("flask", "other", True)
    assert (project.layout.tests, project.layout.migrations, project.scaffold.session) == (
        "tests",
        "alembic",
        "app.db:get_db",
    )


def test_what_stands_on_one_line_is_left_alone_and_said(tmp_path: Path) -> None:
    mine = "layout: {package: other}\n"
    proposal = propose(written(tmp_path, {**HOST, "backwright.yaml": mine}))
    done = write(tmp_path, proposal)
    assert done.by_hand == ("layout: {tests: tests}", "layout: {migrations: alembic}")
    assert (tmp_path / "backwright.yaml").read_text(encoding="utf-8").startswith(mine)
    assert load_project(tmp_path).scaffold.session == "app.db:get_db"


def test_a_file_that_says_everything_is_not_touched(tmp_path: Path) -> None:
    written(tmp_path, HOST)
    write(tmp_path, propose(tmp_path))
    path = tmp_path / "backwright.yaml"
    path.chmod(0o400)
    before = path.stat()
    assert write(tmp_path, propose(tmp_path)).added == ()
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_a_link_is_not_written_through_and_a_broken_file_is_named(tmp_path: Path) -> None:
    root = written(tmp_path / "project", HOST)
    proposal = propose(root)
    (root / "backwright.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(PathOutsideRootError):
        write(root, proposal)
    assert not (tmp_path / "elsewhere.yaml").exists()
    (root / "backwright.yaml").unlink()
    (root / "backwright.yaml").write_text("framework: [\n", encoding="utf-8")
    with pytest.raises(InvalidContextError):
        propose(root)
