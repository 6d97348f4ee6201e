"""Pins: what they choose, what the answer says of it, and what they miss."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.catalog.choice import Offer, choose, offers, parse_pins, pin_states
from backwright.catalog.loader import Candidate, build_skill
from backwright.catalog.manifest import update
from backwright.catalog.skill import SkillFile
from backwright.errors import (
    InvalidContextError,
    InvalidVersionError,
    SkillNotFoundError,
    VersionNotFoundError,
)
from tests.catalog._packs import front, skill_md, write_release, write_skill

NEWER = "1.2.0 exists, see `backwright outdated`"
LOG = "# Changelog of one\n\n## 1.2.0\n\nThree.\n\n## 1.1.0\n\nTwo.\n\n## 1.0.0\n\nOne.\n"


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Skill one at 1.2.0 with releases 1.0.0 and 1.1.0, skill two at 1.0.0, and a release of old."""
    for number in ("1.0.0", "1.1.0"):
        write_release(tmp_path, "one", number)
    write_release(tmp_path, "old", "0.1.0")
    content = {"SKILL.md": skill_md(front("one", "1.2.0")), "CHANGELOG.md": LOG}
    write_skill(tmp_path / "skills", "one", files=content)
    write_skill(tmp_path / "skills", "two")
    assert update(tmp_path).problems == ()
    return load_catalog(tmp_path, strict=True)


@pytest.mark.parametrize(
    ("request_", "pin", "version", "note"),
    [
        ("one", None, "1.2.0", ""),
        ("one@1.0.0", None, "1.0.0", ""),
        (
            "one",
            "~1.0",
            "1.0.0",
            f"The project pins it to ~1.0: this is 1.0.0; {NEWER}.",
        ),
        ("one", "^1", "1.2.0", "The project pins it to ^1: this is 1.2.0."),
        (
            "ONE",
            "1.1.0",
            "1.1.0",
            f"The project pins it to 1.1.0: this is 1.1.0; {NEWER}.",
        ),
        ("one@^1", "~1.0", "1.2.0", "^1, asked for, wins over the project's pin ~1.0: this is 1.2.0."),
        ("one@1.0.0", "~1.0", "1.0.0", "1.0.0, asked for, wins over the project's pin ~1.0: this is 1.0.0."),
        ("old", None, "0.1.0", ""),
    ],
)
def test_a_range_wins_over_a_pin_and_a_pin_over_the_head(
    request_: str, pin: str | None, version: str, note: str, catalog: Catalog
) -> None:
    choice = choose(catalog, request_, parse_pins({} if pin is None else {"one": pin}))
    assert (choice.skill.version, choice.note) == (version, note)


def test_a_pin_that_nothing_fits_is_refused_with_what_there_is_and_a_range_still_wins(catalog: Catalog) -> None:
    pins = parse_pins({"one": "^2"})
    with pytest.raises(
        VersionNotFoundError, match=r"lies in \^2, to which the project's backwright\.yaml pins it"
    ) as no:
        choose(catalog, "one", pins)
    assert "1.2.0, 1.1.0, 1.0.0" in no.value.hint
    assert choose(catalog, "one@1", pins).skill.version == "1.2.0"


def test_a_pin_of_one_skill_does_not_touch_another(catalog: Catalog) -> None:
    assert choose(catalog, "two", parse_pins({"one": "^2"})).note == ""


def named(*names: str) -> Catalog:
    """A catalog of skills at 1.0.0 that go by these names."""
    skill = build_skill(Candidate("one", Path("one"), "one"), (SkillFile.of("SKILL.md", skill_md(front()).encode()),))
    return Catalog(tuple(replace(skill, name=name) for name in names))


@pytest.mark.parametrize(
    ("names", "pin", "request_", "pinned"),
    [
        (("lib/thing/gizmo",), "gizmo", "gizmo", True),
        (("lib/thing/gizmo",), "gizmo", "lib/thing/gizmo", True),
        (("lib/thing/gizmo",), "lib/thing/gizmo", "gizmo", True),
        (("gizmo", "lib/thing/gizmo"), "gizmo", "lib/thing/gizmo", False),
        (("gizmo", "lib/thing/gizmo"), "gizmo", "gizmo", True),
        (("lib/thing/gizmo", "lib/other/gizmo"), "gizmo", "lib/thing/gizmo", False),
    ],
)
def test_a_pin_is_of_the_skill_that_its_name_means_however_it_is_asked_for(
    names: tuple[str, ...],
    pin: str,
    request_: str,
    pinned: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    assert (choose(named(*names), request_, parse_pins({pin: "^1"})).pin is not None) is pinned


def test_what_is_offered_of_a_pinned_skill_is_the_version_that_the_pin_gives(catalog: Catalog) -> None:
    described = "Say what it is for, and when to use it."
    pins = {"one": "~1.0", "two": "^2", "old": "*", "three": "1"}
    assert offers(catalog, parse_pins(pins)) == {
        "one": Offer("1.0.0", described),
        "two": Offer("^2 (nothing fits)", None),
        "old": Offer("0.1.0", described),
    }
    assert offers(catalog, {}) == {}


@pytest.mark.parametrize(
    ("request_", "error"),
    [("three", SkillNotFoundError), ("one@9", VersionNotFoundError), ("one@new", InvalidVersionError)],
)
def test_a_wrong_request_is_refused_with_or_without_a_pin(
    request_: str, error: type[Exception], catalog: Catalog
) -> None:
    for pins in ({}, {"one": "^1"}):
        with pytest.raises(error):
            choose(catalog, request_, parse_pins(pins))


def test_a_pin_that_is_no_range_names_its_place() -> None:
    with pytest.raises(InvalidContextError, match=r"backwright\.yaml: skills\.one: 'soon' is not a range"):
        parse_pins({"one": "soon"})


def test_what_each_pin_misses_is_said_with_the_entries_in_between(catalog: Catalog) -> None:
    pins = {"one": "~1.0", "two": "^1", "old": "*", "three": "1"}
    states = {state.skill: state for state in pin_states(catalog, parse_pins(pins))}
    assert list(states) == ["old", "one", "three", "two"]
    one = states["one"]
    assert (one.state, one.pin, one.serves, one.newest) == ("outdated", "~1.0", "1.0.0", "1.2.0")
    assert [(entry.version, entry.text) for entry in one.misses] == [("1.2.0", "Three."), ("1.1.0", "Two.")]
    assert (states["two"].state, states["two"].misses) == ("current", ())
    assert (states["old"].state, states["old"].serves) == ("current", "0.1.0")
    assert (states["three"].state, states["three"].newest) == ("unserved", None)
    assert states["three"].problem is not None
    assert "'three'" in states["three"].problem


def test_a_pin_that_nothing_fits_is_unserved_and_names_the_newest(catalog: Catalog) -> None:
    (state,) = pin_states(catalog, parse_pins({"one": "^2"}))
    assert (state.state, state.serves, state.newest) == ("unserved", None, "1.2.0")
    assert "its versions: 1.2.0, 1.1.0, 1.0.0" in str(state.problem)
