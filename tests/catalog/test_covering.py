"""Which version of a skill answers a request that names a library's version."""

from __future__ import annotations

import pytest

from backwright._strict_yaml import JSON
from backwright.catalog.covering import covering
from backwright.catalog.skill import Skill, Triggers


def version(number: str, requires: str | None) -> Skill:
    metadata: dict[str, JSON] = {"version": number}
    if requires is not None:
        metadata["requires"] = requires
    front: dict[str, JSON] = {"metadata": metadata}
    return Skill("models", number, "", front, (), Triggers(), (), (), f"sha256:{number}")


VERSIONS = (
    version("3.0.0", "pydantic>=2.11,<3, command:git, pytest-asyncio>=1"),
    version("2.1.0", "pydantic>=2,<2.11"),
    version("1.4.0", "pydantic>=1.8,<2, sqlalchemy>=1.4,<2"),
    version("1.0.0", None),
)


def chosen(*texts: str) -> tuple[str, bool] | None:
    found = covering(VERSIONS, texts)
    return None if found is None else (found.skill.version, found.covered)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("we are on Pydantic 2.12", "3.0.0"),
        ("Pydantic v2 please", "3.0.0"),
        ("with pydantic version 2.4", "2.1.0"),
        ("pydantic==1.10.17 in the lock", "1.4.0"),
        ("still on Pydantic v1", "1.4.0"),
        ("pydantic<2 only", "1.4.0"),
        ("pydantic ~=2.3", "3.0.0"),
        ("用pydantic 2.5写模型", "2.1.0"),
        ("pydantic 1.x", "1.4.0"),
        ("from pydantic 1.10 to pydantic 2.11", "3.0.0"),
        ("pytest asyncio 1.2", "3.0.0"),
    ],
)
def test_the_highest_version_that_is_for_it_answers(text: str, answer: str) -> None:
    assert chosen(text) == (answer, True)


@pytest.mark.parametrize("text", ["pydantic 4.0", "pydantic v0.9", "pydantic >= 3"])
def test_where_none_is_for_it_the_first_answers_and_says_so(text: str) -> None:
    found = covering(VERSIONS, [text])
    assert found is not None
    assert (found.skill.version, found.covered) == ("3.0.0", False)
    assert found.note == f"Beware: no release of models is for {text}; 3.0.0 is for pydantic>=2.11,<3."


@pytest.mark.parametrize(
    "text",
    [
        "a pydantic model",
        "give pydantic 2 models",
        "django 3.2",
        "mypydantic 1.0",
        "pydantic-settings 2.1",
        "sqlalchemy 1.4",
        "",
        "git 2.4",
    ],
)
def test_what_names_no_version_that_matters_decides_nothing(text: str) -> None:
    assert chosen(text) is None


def test_every_text_counts_and_the_note_says_what_was_read() -> None:
    found = covering(VERSIONS, ["a model", "Pydantic 1.10", "pydantic 1.10"])
    assert found is not None
    assert found.said == "Pydantic 1.10"
    assert found.note == (
        "The request says Pydantic 1.10: models 1.4.0 is for pydantic>=1.8,<2, and 3.0.0 is for pydantic>=2.11,<3."
    )


def test_a_long_text_is_read_in_a_moment() -> None:
    assert chosen("pydantic " * 100_000 + "1.10") is None
