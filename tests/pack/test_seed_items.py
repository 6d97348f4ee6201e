"""No checklist item and no anti-pattern of the seeds is lost: items of the pack decide each, or a page says it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

from backwright.catalog.foreign import read_foreign
from backwright.catalog.importing import import_foreign
from tests.pack._app import CATALOG
from tests.pack._pages import NAMES, ROOT, pages

SEEDS = ROOT.parent / "shared" / "seeds"


class Went(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    by: tuple[str, ...] = ()
    page: str | None = None
    why: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Went:
        if bool(self.by) == bool(self.page and self.why):
            raise ValueError("write either `by`, or `page` and `why`")
        return self


@cache
def seed_items() -> Mapping[str, Mapping[str, Went]]:
    text = (ROOT / "tests/pack/seed_items.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, dict[str, Went]]).validate_python(yaml.safe_load(text))


def test_every_item_that_the_map_names_is_in_a_checklist_and_is_decided() -> None:
    items = {f"{name}/{item.id}": item for name in NAMES for item in CATALOG.get(name).checklist}
    named = {target for went in seed_items().values() for each in went.values() for target in each.by}
    assert named - set(items) == set()
    assert [
        target for target in named if not (items[target].rules or items[target].evidence or items[target].question)
    ] == []


def test_every_heading_that_the_map_names_is_there() -> None:
    headings = {f"{page.id}#{heading}" for page in pages() for heading in page.headings}
    named = {each.page for went in seed_items().values() for each in went.values() if each.page is not None}
    assert named - headings == set()


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not beside this checkout")
def test_every_item_of_the_seeds_is_in_the_map() -> None:
    found = {
        path.name: {item.id for item in import_foreign(read_foreign(path, path.name)).skill.checklist}
        for path in sorted(SEEDS.glob("*.txt"))
    }
    assert {seed: set(went) for seed, went in seed_items().items()} == found
