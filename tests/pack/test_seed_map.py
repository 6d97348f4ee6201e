from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from tests.pack._pages import NAMES, ROOT, pages
from tests.pack._seeds import headings

SEEDS = ROOT.parent / "shared" / "seeds"
PLANNED: frozenset[str] = frozenset()


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    heading: str
    to: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    left_out: str | None = None


@cache
def seed_map() -> Mapping[str, tuple[Entry, ...]]:
    text = (ROOT / "tests/pack/seed_map.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, tuple[Entry, ...]]).validate_python(yaml.safe_load(text))


def test_every_subject_has_gone_somewhere() -> None:
    lost = [
        (seed, entry.heading)
        for seed, entries in seed_map().items()
        for entry in entries
        if not (entry.to or entry.later or entry.left_out)
    ]
    assert lost == []


def test_every_section_that_the_map_names_is_there() -> None:
    sections = {f"{page.id}#{heading}" for page in pages() for heading in page.headings}
    named = {section for entries in seed_map().values() for entry in entries for section in entry.to}
    assert named - sections == set()


def test_a_planned_skill_is_planned_and_not_yet_written() -> None:
    later = {skill for entries in seed_map().values() for entry in entries for skill in entry.later}
    assert later - PLANNED == set()
    assert later & set(NAMES) == set()


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not beside this checkout")
def test_every_heading_of_the_seeds_is_in_the_map() -> None:
    found = {path.name: headings(path) for path in sorted(SEEDS.glob("*.txt"))}
    assert {seed: tuple(entry.heading for entry in entries) for seed, entries in seed_map().items()} == found
