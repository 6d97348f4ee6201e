"""Facts from packaging files: what they say is known, what they do not say is not guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.review.facts import Facts
from backwright.review.project_facts import before_change, read_facts
from tests.review._git import write
from tests.review._make import diff_of


def _facts(root: Path, **files: str) -> Facts:
    for name, text in files.items():
        write(root, {"pyproject": "pyproject.toml", "lock": "uv.lock", "requirements": "requirements.txt"}[name], text)
    return read_facts(root)


@pytest.mark.parametrize(
    ("requires", "python"),
    [
        (">=3.11", (3, 11)),
        (">=3.9,<4", (3, 9)),
        ("<4,>=3.10.2", (3, 10)),
        ("~=3.12", (3, 12)),
        (">3.9", (3, 10)),
        ("==3.11.*", (3, 11)),
        ("<4", None),
        ("nonsense", None),
    ],
)
def test_oldest_python_is_the_floor_of_requires_python(
    tmp_path: Path, requires: str, python: tuple[int, int] | None
) -> None:
    assert _facts(tmp_path, pyproject=f'[project]\nname = "x"\nrequires-python = "{requires}"\n').python == python


@pytest.mark.parametrize(
    ("requirement", "major"),
    [
        ("pydantic>=2.5", 2),
        ("pydantic[email] ~= 1.10 ; python_version < '4'", 1),
        ("Pydantic==2.*", 2),
        ("pydantic<2", 1),
        ("pydantic>1.10,<2.0", 1),
        ("pydantic", None),
        ("pydantic @ https://e.example/p.whl", None),
    ],
)
def test_major_is_what_the_requirement_leads_to(tmp_path: Path, requirement: str, major: int | None) -> None:
    facts = _facts(tmp_path, pyproject=f"[project]\ndependencies = ['''{requirement}''']\n")
    assert (facts.majors.get("pydantic"), "pydantic" in facts.dependencies) == (major, True)


def test_lock_wins_over_the_requirement_and_names_no_indirect_dependency(tmp_path: Path) -> None:
    lock = (
        '[[package]]\nname = "pydantic"\nversion = "2.14.0"\n[[package]]\nname = "annotated-types"\nversion = "0.7"\n'
    )
    facts = _facts(tmp_path, pyproject='[project]\ndependencies = ["pydantic>=1.10"]\n', lock=lock)
    assert (facts.majors, facts.dependencies) == ({"pydantic": 2}, frozenset({"pydantic"}))


@pytest.mark.parametrize(
    ("requirement", "major"),
    [
        ('fastapi = "^0.63.0"', 1),
        ('fastapi = "~0.95"', 1),
        ('fastapi = "0.99.1"', 1),
        ('fastapi = ">=0.68,<0.100"', 1),
        ('fastapi = ">=0.68"', None),
        ('fastapi = "^0.100.0"', None),
        ('fastapi = "^0.115"', None),
        ('fastapi = ">=0.68,<0.100"\npydantic = "^2.0"', 2),
    ],
)
def test_an_old_framework_tells_the_major_of_what_it_brings(
    tmp_path: Path, requirement: str, major: int | None
) -> None:
    facts = _facts(tmp_path, pyproject=f"[tool.poetry.dependencies]\n{requirement}\n")
    assert facts.majors.get("pydantic") == major


def test_a_lock_tells_the_major_of_what_a_framework_brings(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "pydantic"\nversion = "1.8.2"\n'
    facts = _facts(tmp_path, pyproject='[project]\ndependencies = ["fastapi"]\n', lock=lock)
    assert (facts.majors, "pydantic" in facts.dependencies) == ({"pydantic": 1}, False)


def test_groups_extras_poetry_and_requirement_files_count(tmp_path: Path) -> None:
    pyproject = (
        '[project.optional-dependencies]\ndb = ["SQLAlchemy>=2"]\n'
        '[dependency-groups]\ndev = ["pytest>=9", {include-group = "x"}]\n'
        '[tool.poetry.dependencies]\npython = "^3.12"\nfastapi = "^0.115"\nhttpx = {version = "0.28.1"}\n'
    )
    facts = _facts(
        tmp_path, pyproject=pyproject, requirements="# c\n-r other.txt\nredis==5.0.1  # why\n\nflask_login\n"
    )
    assert facts.dependencies == {"sqlalchemy", "pytest", "fastapi", "httpx", "redis", "flask-login"}
    assert (facts.python, facts.majors) == (
        (3, 12),
        {"sqlalchemy": 2, "pytest": 9, "fastapi": 0, "httpx": 0, "redis": 5},
    )


@pytest.mark.parametrize(
    "text", ["", "not toml [", "[project]\ndependencies = 7\n", "project = 1\n", "[project]\nrequires-python = 3\n"]
)
def test_malformed_file_says_nothing(tmp_path: Path, text: str) -> None:
    facts = _facts(tmp_path, pyproject=text)
    assert facts == Facts(has_root=True)


def test_link_out_of_the_root_and_missing_files_say_nothing(tmp_path: Path) -> None:
    assert read_facts(tmp_path / "missing") == Facts(has_root=True)


@pytest.mark.parametrize(
    ("path", "old", "new", "majors"),
    [
        ("requirements.txt", "pydantic==2.10.3", "pydantic==1.10.2", {"pydantic": 2}),
        ("pyproject.toml", '    "pydantic>=2.1",', '    "pydantic<2",', {"pydantic": 2}),
        ("api/pyproject.toml", 'pydantic = "^2.0"', 'pydantic = "^1.10"', {"pydantic": 2}),
        ("requirements.txt", "pydantic==1.9", "pydantic==1.10", {"pydantic": 1}),
        ("requirements.txt", "redis==5", "redis==4", {"pydantic": 1}),
        ("notes.txt", "pydantic==2.10.3", "pydantic==1.10.2", {"pydantic": 1}),
    ],
)
def test_a_change_back_to_an_older_major_is_judged_by_the_newer(
    path: str, old: str, new: str, majors: dict[str, int]
) -> None:
    files = diff_of({path: f"{new}\n"}, {path: f"{old}\n"}).files
    assert before_change(Facts(majors={"pydantic": 1}), files).majors == majors
