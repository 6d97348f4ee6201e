"""Skills of editable installs: found in the author's folder by reading what an install left, never by running it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backwright.catalog import editable
from backwright.catalog.catalog import Catalog
from backwright.catalog.installed import Installed
from tests.catalog._venvs import SITE, SKILL, install, write_venv

INFO = "thing-1.2.3.dist-info"
FINDER = "__editable___thing_1_2_3_finder.py"
TRAP = "raise SystemExit('nothing may run this')\n"


def project_at(folder: Path, package: str = "src/thing", *skills: str) -> Path:
    """A project with a package that holds skills, and with code that must not run."""
    (folder / package).mkdir(parents=True, exist_ok=True)
    (folder / package / "__init__.py").write_text(TRAP, encoding="utf-8")
    (folder / "pyproject.toml").write_text("[project]\nname = 'thing'\n", encoding="utf-8")
    for skill in skills or ("thing",):
        path = folder / package / ".agents/skills" / skill / "SKILL.md"
        path.parent.mkdir(parents=True)
        path.write_text(SKILL.format(name=skill), encoding="utf-8")
    return folder


def install_editable(site: Path, project: Path, pointers: dict[str, str], *, url: str | None = None) -> None:
    """What an editable install of `thing` leaves."""
    direct = {"url": url or project.as_uri(), "dir_info": {"editable": True}}
    install(site, "thing", files={f"{INFO}/direct_url.json": json.dumps(direct), **pointers})


def served(root: Path) -> Catalog:
    return Installed(root).added(Catalog(()))


def names(catalog: Catalog) -> list[str]:
    return [skill.name for skill in catalog.skills]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_venv(tmp_path / "root")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def author(tmp_path: Path) -> Path:
    """The author's folder, with a blank and a letter that a URL escapes."""
    return tmp_path / "the äuthor's"


FORMS: dict[str, tuple[str, Callable[[Path], dict[str, str]]]] = {
    "a path to src": ("src/thing", lambda folder: {"__editable__.thing-1.2.3.pth": f"{folder}/src\n"}),
    "a path without an end of line": ("server/thing", lambda folder: {"_thing.pth": f"{folder}/server"}),
    "a path to the project itself": ("thing", lambda folder: {"thing.pth": f"# a comment\n{folder}\r\n"}),
    "a finder": (
        "lib/inner/thing",
        lambda folder: {
            "__editable__.thing-1.2.3.pth": f"import {FINDER[:-3]}; {FINDER[:-3]}.install()\n",
            FINDER: f"{TRAP}MAPPING: dict[str, str] = {{'thing': {str(folder / 'lib/inner/thing')!r}}}\n",
        },
    ),
    "a finder of another time": (
        "lib/thing",
        lambda folder: {FINDER: f"MAPPING = {{'thing': {str(folder / 'lib/thing')!r}}}\nexec('x')\n"},
    ),
    "code that says nothing": ("src/thing", lambda _: {"_editable_impl_thing.pth": "import _editable_impl_thing"}),
    "no pointer at all": ("thing", lambda _: {}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_skill_of_an_editable_install_is_served_as_it_lies_there_at_the_installed_version(
    form: str, root: Path, site: Path, author: Path
) -> None:
    package, pointers = FORMS[form]
    project_at(author, package)
    install_editable(site, author, pointers(author))
    catalog = served(root)
    skill = catalog.get("lib/thing/thing")
    assert (skill.version, skill.package) == ("1.2.3", "thing 1.2.3 (editable)")
    assert skill.uri() == "skill://lib/thing/thing/SKILL.md"
    assert catalog.problems == ()


def test_an_edit_is_served_at_the_next_load_and_what_did_not_change_is_the_same_object(
    root: Path, site: Path, author: Path
) -> None:
    project_at(author, "src/thing", "one", "two")
    install_editable(site, author, {"thing.pth": f"{author}/src"})
    library = Installed(root)
    first = library.added(Catalog(()))
    text = SKILL.format(name="two") + "More.\n"
    (author / "src/thing/.agents/skills/two/SKILL.md").write_text(text, encoding="utf-8")
    second = library.added(Catalog(()))
    assert second.read("lib/thing/two", "SKILL.md") == text.encode()
    assert second.get("lib/thing/one").files == first.get("lib/thing/one").files


def test_a_skill_anywhere_in_a_package_is_found_and_one_that_is_not_installed_is_not(
    root: Path, site: Path, author: Path
) -> None:
    project_at(author, "thing/inner/deep", "deep")
    for place in (".", "tests/fixtures", "docs", "thing/node_modules/x", "thing/__pycache__", "thing/.hidden", "a-b"):
        project_at(author, place, "other")
    install_editable(site, author, {"thing.pth": str(author)})
    assert names(served(root)) == ["lib/thing/deep"]


def test_what_the_path_has_elsewhere_is_not_read(root: Path, site: Path, author: Path, tmp_path: Path) -> None:
    project_at(author)
    project_at(tmp_path / "elsewhere", "src/other", "other")
    project_at(tmp_path / "the äuthor's-evil", "src/evil", "evil")
    lines = [f"{author}/src", f"{tmp_path}/elsewhere/src", f"{author}-evil/src", f"{author}/../elsewhere/src", "src"]
    install_editable(site, author, {"thing.pth": "\n".join(lines)})
    assert names(served(root)) == ["lib/thing/thing"]


def test_an_install_that_is_not_editable_and_one_that_is_broken_in_other_ways_are_none(
    root: Path, site: Path, author: Path
) -> None:
    project_at(author)
    for number, direct in enumerate(('{"url": "file:///x", "dir_info": {}}', '{"url": "https://x", "vcs_info": {}}')):
        name = f"plain-{number}"
        info = f"plain_{number}-1.0.dist-info"
        install(site, name, "1.0", files={f"{info}/direct_url.json": direct})
    install_editable(site, author, {}, url=author.as_uri())
    (site / INFO / "direct_url.json").write_text(
        json.dumps({"url": author.as_uri(), "dir_info": {"editable": False}}), encoding="utf-8"
    )
    assert served(root) == Catalog(())


def test_a_folder_that_is_gone_is_said_and_is_no_error(root: Path, site: Path, author: Path) -> None:
    install_editable(site, author, {"thing.pth": f"{author}/src"})
    catalog = served(root)
    (problem,) = catalog.problems
    assert (problem.severity, problem.code, problem.path) == (
        "warning",
        "UNREADABLE",
        f".venv/{SITE}/{INFO}/direct_url.json",
    )
    assert "is not there" in problem.message


# Hostile installs: each is refused by name, and its neighbour is served


def linked_project(site: Path, author: Path) -> tuple[str, str]:
    author.symlink_to(project_at(author.with_name("real")))
    install_editable(site, author, {"thing.pth": f"{author}/src"})
    return "SYMLINK", f"{INFO}/direct_url.json"


def file_for_a_project(site: Path, author: Path) -> tuple[str, str]:
    author.write_text("", encoding="utf-8")
    install_editable(site, author, {})
    return "SYMLINK", f"{INFO}/direct_url.json"


def no_project(site: Path, author: Path) -> tuple[str, str]:
    (project_at(author) / "pyproject.toml").unlink()
    install_editable(site, author, {})
    return "UNREADABLE", f"{INFO}/direct_url.json"


def linked_pointer(site: Path, author: Path) -> tuple[str, str]:
    install_editable(site, project_at(author), {})
    (site / INFO / "direct_url.json").rename(site / "aside.json")
    (site / INFO / "direct_url.json").symlink_to(site / "aside.json")
    return "UNREADABLE", INFO


def huge_pointer(site: Path, author: Path) -> tuple[str, str]:
    install_editable(site, project_at(author), {})
    os.truncate(site / INFO / "direct_url.json", editable.MAX_POINTER + 1)
    return "TOO_LARGE", f"{INFO}/direct_url.json"


def linked_skill(site: Path, author: Path) -> tuple[str, str]:
    project_at(author)
    skill = author / "src/thing/.agents/skills/thing"
    skill.rename(author / "aside")
    skill.symlink_to(author / "aside")
    install_editable(site, author, {"thing.pth": f"{author}/src"})
    return "SYMLINK", "src/thing/.agents/skills/thing"


def linked_skills(site: Path, author: Path) -> tuple[str, str]:
    project_at(author)
    skills = author / "src/thing/.agents/skills"
    skills.rename(author / "aside")
    skills.symlink_to(author / "aside")
    install_editable(site, author, {"thing.pth": f"{author}/src"})
    return "SYMLINK", "src/thing/.agents/skills"


def linked_agents(site: Path, author: Path) -> tuple[str, str]:
    project_at(author)
    agents = author / "src/thing/.agents"
    agents.rename(author / "aside")
    agents.symlink_to(author / "aside")
    install_editable(site, author, {"thing.pth": f"{author}/src"})
    return "SYMLINK", "src/thing/.agents"


def linked_file(site: Path, author: Path) -> tuple[str, str]:
    project_at(author)
    skill = author / "src/thing/.agents/skills/thing/SKILL.md"
    skill.rename(author / "aside.md")
    skill.symlink_to(author / "aside.md")
    install_editable(site, author, {"thing.pth": f"{author}/src"})
    return "SYMLINK", "src/thing/.agents/skills/thing/SKILL.md"


def other_name(site: Path, author: Path) -> tuple[str, str]:
    install_editable(site, project_at(author), {})
    (site / INFO / "METADATA").write_text("Name: fastapi\nVersion: 1.2.3\n", encoding="utf-8")
    return "NAME_FOLDER", f"{INFO}/METADATA"


HOSTILE = [
    linked_project,
    file_for_a_project,
    no_project,
    linked_pointer,
    huge_pointer,
    linked_skill,
    linked_skills,
    linked_agents,
    linked_file,
    other_name,
]


@pytest.mark.parametrize("spoil", HOSTILE, ids=lambda spoil: str(spoil.__name__))
def test_a_hostile_editable_install_is_refused_by_name_and_its_neighbour_is_served(
    root: Path, site: Path, author: Path, spoil: Callable[[Path, Path], tuple[str, str]]
) -> None:
    install(site, "neighbour", skills=("neighbour",))
    code, path = spoil(site, author)
    catalog = served(root)
    assert names(catalog) == ["lib/neighbour/neighbour"]
    (problem,) = catalog.problems
    assert (problem.severity, problem.code) == ("error", code)
    assert problem.path.endswith(f"/{path}")


@pytest.mark.parametrize(
    "direct",
    [
        '{"url": "https://example.org/x", "dir_info": {"editable": true}}',
        '{"url": "file://elsewhere/x", "dir_info": {"editable": true}}',
        '{"url": "file:///", "dir_info": {"editable": true}}',
        '{"url": "file:///x/../y", "dir_info": {"editable": true}}',
        '{"url": "file:///x/%2e%2e/y", "dir_info": {"editable": true}}',
        '{"url": "file:///x%00y", "dir_info": {"editable": true}}',
        '{"url": "file:x", "dir_info": {"editable": true}}',
        '{"url": "file:///x?y", "dir_info": {"editable": true}}',
        '{"url": "file://[/x", "dir_info": {"editable": true}}',
        '{"url": 5, "dir_info": {"editable": true}}',
        '{"dir_info": {"editable": true}}',
        '["editable"]',
        '{"editable',
        "[" * 100_000 + '"editable"',
    ],
    ids=range(14),
)
def test_what_does_not_say_where_the_author_is_is_refused(direct: str, root: Path, site: Path, author: Path) -> None:
    install_editable(site, project_at(author), {"thing.pth": f"{author}/src"})
    (site / INFO / "direct_url.json").write_text(direct, encoding="utf-8")
    (problem,) = served(root).problems
    assert (problem.severity, problem.code) == ("error", "UNREADABLE")
    assert problem.path.endswith(f"{INFO}/direct_url.json")


@pytest.mark.parametrize(
    "text",
    [
        "MAPPING = {'a': '/etc'",
        "MAPPING = " + "(" * 50_000,
        "MAPPING = {'a': '/e\0tc'}",
        "MAPPING = {**x, 'a': 5, 'b': open('x')}",
        "MAPPING = '\\d'\n",
        "import os\n",
        "-" * 100_000 + "1",
    ],
    ids=range(7),
)
def test_a_finder_that_makes_no_sense_leaves_the_usual_places(text: str, root: Path, site: Path, author: Path) -> None:
    install_editable(site, project_at(author), {FINDER: text, "thing.pth": f"import {FINDER[:-3]}"})
    assert names(served(root)) == ["lib/thing/thing"]


def test_more_folders_than_anyone_has_are_not_looked_at(
    root: Path, site: Path, author: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editable, "MAX_FOLDERS", 3)
    project_at(author)
    install_editable(site, author, {"thing.pth": f"{author}/src"})
    assert names(served(root)) == ["lib/thing/thing"]
    for name in ("a", "b", "c"):
        (author / "src/thing" / name).mkdir()
    (problem,) = served(root).problems
    assert (problem.code, problem.path) == ("TOO_MANY_FILES", f".venv/{SITE}/{INFO}")


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=120))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_whatever_the_pointers_say_nothing_outside_the_project_is_named(
    tmp_path_factory: pytest.TempPathFactory, direct: str, line: str, finder: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    site = write_venv(folder / "root")
    author = project_at(folder / "author")
    project_at(folder / "outside", "src/other", "other")
    pointers = {"thing.pth": f"{folder}/author/{line}\n{folder}/outside{line}\n{line}", FINDER: finder}
    install_editable(site, author, {name: text.encode("utf-8", "replace").decode() for name, text in pointers.items()})
    assert set(names(served(folder / "root"))) <= {"lib/thing/thing"}
    install_editable(site, author, {}, url=f"{author.as_uri()}{direct}")
    assert set(names(served(folder / "root"))) <= {"lib/thing/thing"}
