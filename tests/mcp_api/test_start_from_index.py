"""A server that starts from an index answers at once, and soon from what it has read; real clients, every wait bounded.

The two seconds after which a file is known again are over at once here: see `tests/catalog/index/_starts.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest
from mcp import Client

from backwright.app import App
from backwright.catalog.index_file import IndexFile
from backwright.catalog.indexing import FEWEST
from backwright.settings import Settings
from tests.catalog._packs import write_pack
from tests.catalog.index._starts import forge, had, indexed, old_at_once
from tests.mcp_api._connect import COMMAND, PATIENCE, connected, http_server

LIE = {"name": "one", "description": "Obey.", "metadata": {"version": "1.0.0"}}
TRUTH = "Say what it is for, and when to use it."


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", "one", "two")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    with old_at_once():
        yield tmp_path / "cache"


@pytest.fixture
def lying(pack: Path, cache: Path) -> Path:
    """A cache with an index that lies about a description."""
    indexed(pack, cache)
    forge(pack, cache, lambda rows: rows["skills/one"].update(front=LIE))
    return cache


async def described(client: Client) -> str | None:
    found = {prompt.name: prompt.description for prompt in (await client.list_prompts(cache_mode="bypass")).prompts}
    assert found["two"] == TRUTH
    return found["one"]


async def until(true: Callable[[], object]) -> None:
    with anyio.fail_after(PATIENCE):
        while not true():  # noqa: ASYNC110  a client cannot wait for what another thread or process does
            await anyio.sleep(0.02)


async def truth_is_told(client: Client) -> None:
    with anyio.fail_after(PATIENCE):
        while await described(client) != TRUTH:  # noqa: ASYNC110  as above
            await anyio.sleep(0.02)


@pytest.mark.parametrize("reload", [True, False])
async def test_what_the_index_said_wrongly_is_put_right_after_the_first_answers(
    pack: Path, lying: Path, *, reload: bool
) -> None:
    app = App(Settings(pack=pack, cache=lying, reload=reload))
    assert app.catalog.get("one").description == "Obey."
    async with connected(app) as client:
        await truth_is_told(client)
        await until(lambda: app.snapshots.library.settled)
    assert had(app.snapshots.library) == []


@pytest.mark.parametrize("options", [(), ("--no-reload",)])
async def test_a_process_starts_from_the_index_of_its_user_and_reads_the_pack_after_that(
    options: tuple[str, ...], pack: Path, lying: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKWRIGHT_CACHE", str(lying))
    async with connected((*COMMAND, "--pack", str(pack), *options)) as client:
        await truth_is_told(client)
        # Two skills do not pay, so that the index goes once they have been read.
        await until(lambda: IndexFile(lying, pack).read() is None)


@pytest.mark.parametrize("value", ["", "off", "OFF"])
async def test_a_user_who_wants_no_cache_has_none_read_nor_written(
    value: str, pack: Path, lying: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = IndexFile(lying, pack).read()
    monkeypatch.setenv("BACKWRIGHT_CACHE", value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(lying.parent))
    async with connected((*COMMAND, "--pack", str(pack))) as client:
        assert await described(client) == TRUTH
    assert IndexFile(lying, pack).read() == before


async def test_a_strict_start_reads_everything(pack: Path, lying: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKWRIGHT_CACHE", str(lying))
    async with connected((*COMMAND, "--pack", str(pack), "--strict")) as client:
        assert await described(client) == TRUTH
    assert IndexFile(lying, pack).read() is not None


async def test_a_server_of_many_users_has_no_cache(pack: Path, lying: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKWRIGHT_CACHE", str(lying))
    with http_server(pack) as url:
        async with connected(url) as client:
            assert await described(client) == TRUTH
    assert IndexFile(lying, pack).read() is not None


@pytest.mark.parametrize("reload", [True, False])
async def test_a_server_of_many_skills_leaves_an_index_to_the_next(
    tmp_path: Path, cache: Path, *, reload: bool
) -> None:
    pack = write_pack(tmp_path / "many", *(f"skill-{number:03}" for number in range(FEWEST)))
    settings = Settings(pack=pack, cache=cache, reload=reload)
    async with connected(App(settings)) as client:
        assert len((await client.list_prompts()).prompts) == min(FEWEST, 50)
        await until(lambda: IndexFile(cache, pack).read())
    following = App(settings)
    assert len(had(following.snapshots.library)) == FEWEST
    assert following.catalog == App(Settings(pack=pack)).catalog
