"""The blocks of the pack that need PostgreSQL, on PostgreSQL."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import anyio
import pytest
from sqlalchemy.exc import DBAPIError

from backwright.catalog.blocks import Module, Page
from tests.pack._pages import modules, pages
from tests.pack._postgres import empty_database, run_sql

MODULES = {module.id: module for module in modules() if module.needs_postgres}
PAGES = {page.id: page for page in pages() if any(block.language == "sql" for block in page.blocks)}
SECONDS = 120
_END = re.compile(r";[ \t]*(?:--[^\n]*)?(?:\n|$)")

# What a block may ask for by name.
CONFTEST = """
import pytest


@pytest.fixture
def postgres_url() -> str:
    return {url!r}
"""


def statements(page: Page) -> list[str]:
    """The statements of a page's SQL in order; each ends a line, but for a comment behind it."""
    text = "".join(block.text for block in page.blocks if block.language == "sql")
    return [part.strip() for part in _END.split(text) if part.strip()]


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
async def test_the_sql_of_a_page_runs_from_top_to_bottom(page: Page) -> None:
    async with empty_database() as url:
        await run_sql(url, statements(page))


async def test_sql_that_does_not_run_would_be_seen() -> None:
    async with empty_database() as url:
        with pytest.raises(DBAPIError, match="syntax error"):
            await run_sql(url, ["SELECT 1", "CREATE INDEX ON"])


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
async def test_a_block_that_needs_a_server_passes_on_one(tmp_path: Path, module: Module) -> None:
    (tmp_path / module.file_name).write_text(module.text, encoding="utf-8")
    async with empty_database() as url:
        address = url.render_as_string(hide_password=False)
        (tmp_path / "conftest.py").write_text(CONFTEST.format(url=address), encoding="utf-8")
        options = ["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", ".", "-o", "asyncio_mode=auto"]
        settings = ["-o", "asyncio_default_fixture_loop_scope=function", "-W", "error", "--import-mode=prepend"]
        command = [sys.executable, "-W", "error", "-m", "pytest", *options, *settings]
        with anyio.fail_after(SECONDS):
            done = await anyio.run_process(command, cwd=tmp_path, check=False, stderr=subprocess.STDOUT)
    output = done.stdout.decode()
    outcomes = Counter(re.findall(r"\d+ (passed|failed|error|skipped)", output))
    assert (done.returncode, dict(outcomes)) == (0, {"passed": 1}), output
