from __future__ import annotations

import os
from pathlib import Path

import pytest

from backwright.errors import InvalidContextError
from backwright.scope import PROJECT_FILE, ProjectFile

LONG_AGO = 1_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / PROJECT_FILE


def write(file: Path, text: str, age: int = LONG_AGO) -> None:
    file.write_text(text, encoding="utf-8")
    os.utime(file, (age, age))


def test_a_project_without_a_file_has_the_defaults_until_it_has_one(file: Path) -> None:
    project = ProjectFile(file.parent)
    assert (project.context().skills, project.pins()) == ({}, {})
    write(file, 'skills: {one: "^1.0"}\n')
    assert [(name, str(pin)) for name, pin in project.pins().items()] == [("one", "^1.0")]
    file.unlink()
    assert project.pins() == {}


def test_each_edit_is_seen_even_right_after_another(file: Path) -> None:
    project = ProjectFile(file.parent)
    for number in range(20):
        file.write_text(f'skills: {{one: "^1.{number % 10}"}}\n', encoding="utf-8")
        assert project.context().skills == {"one": f"^1.{number % 10}"}


def test_a_file_that_does_not_validate_is_refused_each_time_and_mended_at_once(file: Path) -> None:
    project = ProjectFile(file.parent)
    write(file, "usage: true\n")
    assert project.context().usage is True
    write(file, "usage: sometimes\n")
    for _ in range(2):
        with pytest.raises(InvalidContextError):
            project.context()
    write(file, "usage: false\n")
    assert project.context().usage is False


def test_a_pin_that_is_no_range_is_refused_each_time(file: Path) -> None:
    project = ProjectFile(file.parent)
    write(file, 'skills: {one: "about two"}\n')
    for _ in range(2):
        with pytest.raises(InvalidContextError, match=r"skills\.one"):
            project.pins()


def test_what_a_project_wants_first_are_its_pins_then_its_framework_and_nothing_of_a_broken_file(file: Path) -> None:
    project = ProjectFile(file.parent)
    assert project.wants() == ()
    write(file, 'framework: flask\nskills: {two: "^1", one: "^1"}\n')
    assert project.wants() == ("two", "one", "flask")
    write(file, "framework: [\n", LONG_AGO + 9)
    assert project.wants() == ()
