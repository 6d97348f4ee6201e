from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.environment import find_environment, normal, semantic
from backwright.catalog.problem import ProblemError
from backwright.catalog.version import Version
from tests.catalog._venvs import SITE, install, write_venv


@pytest.mark.parametrize(
    ("written", "as_semver"),
    [
        ("1", "1.0.0"),
        ("1.4", "1.4.0"),
        ("v1.4.2", "1.4.2"),
        ("2.0b1", "2.0.0-b.1"),
        ("2.0.0rc2.dev3", "2.0.0-rc.2.dev.3"),
        ("2024.01.2.post1", "2024.1.2+post.1"),
        ("1!3.2.1", "3.2.1"),
        ("1.2.3.4+cu12.1", "1.2.3+4.cu12.1"),
        ("2013b", "2013.0.0-b.0"),
        ("unknown", None),
        ("1.0/../x", None),
        ("1.0\n", None),
        ("1" * 65, None),
    ],
)
def test_a_version_of_a_package_is_written_as_ranges_read_it_or_is_none(written: str, as_semver: str | None) -> None:
    assert semantic(written) == as_semver


@given(
    st.from_regex(
        r"([0-9]{1,3}!)?[0-9]{1,4}(\.[0-9]{1,4}){0,4}((a|b|rc)[0-9]?)?(\.post[0-9])?(\.dev[0-9])?", fullmatch=True
    )
)
def test_every_version_of_a_package_becomes_one_that_parses(written: str) -> None:
    found = semantic(written)
    assert found is not None
    assert str(Version.parse(found)) == found


def test_names_are_compared_without_case_and_kind_of_separator() -> None:
    assert {normal(name) for name in ("Typing_Extensions", "typing.extensions", "typing--extensions")} == {
        "typing-extensions"
    }


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_the_environment_is_the_projects_own(tmp_path: Path, name: str) -> None:
    site = write_venv(tmp_path, name)
    install(site, "Some_Thing", "2.0")
    other = write_venv(tmp_path / "elsewhere")
    environment = find_environment(tmp_path, other.parents[2])
    assert environment is not None
    assert environment.label == name
    assert [(each.name, each.version, each.site) for each in environment.distributions()] == [
        ("some-thing", "2.0", site)
    ]


def test_without_one_it_is_the_active_one_and_without_that_there_is_none(tmp_path: Path) -> None:
    site = write_venv(tmp_path / "elsewhere", "env")
    found = find_environment(tmp_path, tmp_path / "elsewhere/env")
    assert found is not None
    assert found.site_packages == (site,)
    assert find_environment(tmp_path) is None


def test_a_folder_without_pyvenv_cfg_is_no_environment(tmp_path: Path) -> None:
    (tmp_path / ".venv" / SITE).mkdir(parents=True)
    assert find_environment(tmp_path) is None


def test_windows_has_its_packages_elsewhere(tmp_path: Path) -> None:
    (tmp_path / ".venv/Lib/site-packages").mkdir(parents=True)
    (tmp_path / ".venv/pyvenv.cfg").touch()
    environment = find_environment(tmp_path)
    assert environment is not None
    assert environment.site_packages == (tmp_path / ".venv/Lib/site-packages",)


@pytest.mark.parametrize("link", [".venv", ".venv/lib", ".venv/lib/python3.12", f".venv/{SITE}"])
def test_an_environment_behind_a_link_is_refused_by_name(tmp_path: Path, link: str) -> None:
    write_venv(tmp_path)
    (tmp_path / link).rename(tmp_path / "moved")
    (tmp_path / link).symlink_to(tmp_path / "moved")
    with pytest.raises(ProblemError) as caught:
        find_environment(tmp_path)
    assert (caught.value.problem.code, caught.value.problem.path) == ("SYMLINK", ".venv")
