from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backwright._strict_yaml import JSON
from backwright.catalog.loader import load_skill
from backwright.catalog.requires import ProjectVersions, lacking
from backwright.catalog.skill import Skill
from tests.catalog._packs import write_skill
from tests.catalog._venvs import install, write_venv

HERE = {"fastapi": "0.120.1", "pydantic": "1.10.0", "sqlalchemy": "2.1.0b1"}


def skill(folder: Path, requires: str | None = None, tools: str | None = None) -> Skill:
    found = load_skill(write_skill(folder))
    assert isinstance(found, Skill)
    needs: dict[str, JSON] = {} if requires is None else {"requires": requires}
    front: dict[str, JSON] = {**found.frontmatter, "metadata": needs}
    if tools is not None:
        front["allowed-tools"] = tools
    return replace(found, frontmatter=front)


@pytest.mark.parametrize(
    "requires",
    [
        None,
        "",
        "fastapi",
        "FastAPI>=0.115",
        "fastapi>=0.115,<1, pydantic<2",
        "pydantic==1.*",
        "sqlalchemy >= 2",
        "pydantic!=2",
    ],
)
def test_what_is_there_is_not_said(tmp_path: Path, requires: str | None) -> None:
    assert lacking(skill(tmp_path, requires), HERE) == ()


@pytest.mark.parametrize(
    ("requires", "said"),
    [
        ("pydantic>=2", "it is for pydantic>=2, and the project has 1.10.0"),
        ("fastapi, pydantic>=1,<1.10", "it is for pydantic>=1,<1.10, and the project has 1.10.0"),
        ("fastapi==0.115.*", "it is for fastapi==0.115.*, and the project has 0.120.1"),
        ("celery>=5", "it needs celery>=5, which the project does not have"),
        ("fastapi or flask", "its need 'fastapi or flask' cannot be read"),
        ("command:jq", "it needs the command jq, which is not here"),
    ],
)
def test_what_is_missing_or_another_major_is_said(tmp_path: Path, requires: str, said: str) -> None:
    assert lacking(skill(tmp_path, requires), HERE, lambda _: None) == (said,)


def test_commands_of_allowed_tools_are_looked_for_and_unknown_packages_are_no_fault(tmp_path: Path) -> None:
    needing = skill(tmp_path, "pydantic>=2", "Read Bash(git:*) Bash(jq -r) Write")
    found = lacking(needing, None, {"git": "/usr/bin/git"}.get)
    assert found == ("it needs the command jq, which is not here",)


def test_the_environment_goes_before_the_lock_and_each_change_is_seen(tmp_path: Path) -> None:
    versions = ProjectVersions(tmp_path)
    assert versions.current() is None
    lock = '[[package]]\nname = "Py_Dantic"\nversion = "1.0"\n[[package]]\nname = "source-only"\n'
    (tmp_path / "uv.lock").write_text(lock, encoding="utf-8")
    assert versions.current() == {"py-dantic": "1.0"}
    site = write_venv(tmp_path)
    install(site, "py-dantic", "2.0")
    assert versions.current() == {"py-dantic": "2.0"}
    install(site, "fast-api", "0.165")
    assert versions.current() == {"py-dantic": "2.0", "fast-api": "0.165"}


def test_what_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    install(write_venv(tmp_path), "py-dantic", "2.0")
    versions = ProjectVersions(tmp_path)
    assert versions.current() is versions.current()


@pytest.mark.parametrize("text", ["", "package = 1", "[[package", "\0"])
def test_a_lock_that_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "poetry.lock").write_text(text, encoding="utf-8")
    assert ProjectVersions(tmp_path).current() is None
