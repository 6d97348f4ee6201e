from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from backwright.contexts.schemas.endpoint_v2 import EndpointContextV2
from backwright.errors import UnsupportedProjectError
from backwright.scaffold.subproject import service_folder
from backwright.settings import Settings
from tests.scaffold._projects import HOST, SMALL, tree, write

WEB = {"pyproject.toml": '[project]\nname = "all"\n', "frontend/package.json": "{}"}
NOTE = EndpointContextV2.model_validate_json('{"resource": "note", "fields": [{"name": "title", "type": "str"}]}')


def inside(folder: str, files: dict[str, str] = HOST) -> dict[str, str]:
    return {f"{folder}/{path}": text for path, text in files.items()}


def app_of(root: Path) -> App:
    return App(Settings(root=root, allow_unlocked=True))


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ({**WEB, **inside("backend")}, "backend"),
        ({**WEB, **inside("services/desk")}, "services/desk"),
        ({**WEB, **inside("backend"), **inside("tool", {"pyproject.toml": "[project]\n", "x.py": ""})}, "backend"),
        ({**WEB, **inside("backend"), **HOST}, ""),
        ({**WEB, **inside("backend", {**HOST, "pyproject.toml": "[tool.ruff]\n"})}, ""),
        ({**HOST, **inside("docs", HOST), **inside("tests/sample", HOST)}, ""),
        (WEB, ""),
        ({}, ""),
    ],
)
def test_the_service_is_the_project_that_an_application_lies_in(
    files: dict[str, str], folder: str, tmp_path: Path
) -> None:
    assert service_folder(write(tmp_path, files)) == folder


def test_of_two_services_none_is_guessed_and_both_are_named(tmp_path: Path) -> None:
    write(tmp_path, {**WEB, **inside("shop"), **inside("desk")})
    with pytest.raises(
        UnsupportedProjectError, match=r"desk \(desk/app/main.py\), shop \(shop/app/main.py\)"
    ) as refused:
        app_of(tmp_path).scaffolding.plan(NOTE)
    assert "scaffold: {root: desk}" in refused.value.hint


def test_the_one_that_is_named_is_written_into_and_undone_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    said = {"backwright.yaml": "scaffold: {root: desk}\n"}
    before = tree(write(tmp_path, {**WEB, **inside("shop"), **inside("desk"), **said}))
    made, _ = app_of(tmp_path).scaffolding.apply(NOTE)
    assert "the paths are those in desk/, where the service is" in made.notes
    changed = [path for path, data in tree(tmp_path).items() if before.get(path, b"") != data]
    assert changed
    assert {path.partition("/")[0] for path in changed} == {"desk"}
    assert app_of(tmp_path).scaffolding.undo("note").kept == ()
    assert tree(tmp_path) == before


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {**HOST, "backwright.yaml": "scaffold: {root: backend}\n"})
    with pytest.raises(UnsupportedProjectError, match="there is no such folder"):
        app_of(tmp_path).scaffolding.plan(NOTE)


def test_a_service_that_is_the_root_itself_needs_no_word(tmp_path: Path) -> None:
    made = app_of(write(tmp_path, HOST)).scaffolding.plan(NOTE)
    assert made.resource == SMALL["resource"]
    assert not any(note.startswith("the paths are") for note in made.notes)
