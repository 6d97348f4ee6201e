from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import UnsupportedProjectError
from backwright.scaffold.stack import framework_of
from tests.scaffold._projects import HOST, scaffold, write
from tests.scaffold.test_django_project import MANAGE

FLASK = {"app/__init__.py": "from flask import Flask\n\napp = Flask(__name__)\n"}


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        ({}, "fastapi"),
        (HOST, "fastapi"),
        (FLASK, "flask"),
        ({**FLASK, "manage.py": "from flask_script import Manager\n"}, "flask"),
        ({"manage.py": MANAGE}, "django"),
        ({"pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["Django>=5"]\n'}, "django"),
    ],
)
def test_the_framework_is_read_of_the_files(files: dict[str, str], framework: str, tmp_path: Path) -> None:
    assert framework_of(write(tmp_path, files)) == framework


def test_of_two_frameworks_the_user_has_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedProjectError) as refused:
        framework_of(write(tmp_path, {**FLASK, "manage.py": MANAGE}))
    assert refused.value.message == (
        "the project has more than one framework: flask (app/__init__.py:1), django (manage.py)"
    )
    assert refused.value.hint == "set framework in backwright.yaml to the one to write for: flask, django"


def test_the_platform_says_what_it_was_made_for_whatever_else_is_there(tmp_path: Path) -> None:
    scaffold(tmp_path, {"resource": "note", "fields": [{"name": "title", "type": "str"}]})
    assert framework_of(write(tmp_path, {**FLASK, "manage.py": MANAGE})) == "fastapi"
