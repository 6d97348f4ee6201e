from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.scope import Scope, scoped, standing
from backwright.errors import SkillBlockedError
from tests.catalog._packs import write_pack, write_release, write_skill


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ({}, "visible"),
        ({"lib/fastapi/fastapi": "blocked"}, "blocked"),
        ({"lib/fastapi/*": "blocked"}, "blocked"),
        ({"lib/*": "blocked"}, "blocked"),
        ({"*": "discoverable"}, "discoverable"),
        ({"*": "blocked", "lib/*": "visible"}, "visible"),
        ({"lib/*": "blocked", "lib/fastapi/*": "discoverable"}, "discoverable"),
        ({"lib/fastapi/*": "blocked", "lib/fastapi/fastapi": "visible"}, "visible"),
        ({"lib/fast/*": "blocked"}, "visible"),
        ({"fastapi": "blocked"}, "visible"),
        ({"lib": "blocked"}, "visible"),
    ],
)
def test_the_most_special_word_on_a_skill_counts(scope: Scope, found: str) -> None:
    assert standing("lib/fastapi/fastapi", scope) == found


@given(st.dictionaries(st.sampled_from(["*", "a", "a/*", "a/b", "a/b/*", "a/b/c"]), st.just("blocked")))
def test_only_a_name_or_a_prefix_of_it_speaks_of_a_skill(scope: Scope) -> None:
    assert (standing("a/b", scope) == "blocked") == bool({"*", "a/*", "a/b"} & scope.keys())


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write_skill(tmp_path / "skills", "two")
    write_release(tmp_path, "one", "0.9.0")
    return load_catalog(write_pack(tmp_path, "one", "three"))


def test_a_blocked_skill_is_gone_with_its_releases_and_the_refusal_says_why(catalog: Catalog) -> None:
    found = scoped(catalog, {"one": "blocked"}, "backwright.yaml")
    assert [skill.name for skill in (*found.skills, *found.releases)] == ["three", "two"]
    for request in ("one", "one@0.9.0", "ONE"):
        with pytest.raises(SkillBlockedError, match="blocks the skill one"):
            found.get(request)
    assert found.digest != catalog.digest


def test_a_discoverable_skill_is_served_and_the_snapshot_is_another(catalog: Catalog) -> None:
    found = scoped(catalog, {"two": "discoverable"}, "backwright.yaml")
    assert found.get("two") is catalog.get("two")
    assert found.quiet == {"two"}
    assert found.digest != catalog.digest


def test_a_name_that_no_skill_has_is_told(catalog: Catalog) -> None:
    found = scoped(catalog, {"tow": "blocked", "lib/*": "blocked", "two": "visible"}, "backwright.yaml")
    assert [(problem.path, problem.severity) for problem in found.problems] == [("backwright.yaml", "warning")]
    assert "scope.tow" in found.problems[0].message
    assert found.skills == catalog.skills
