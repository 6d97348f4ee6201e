"""Programs that no one here wrote judge the server: the official conformance suite and the MCP Inspector."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.catalog.pack import find_pack
from tests.conformance import _node
from tests.mcp_api._connect import COMMAND, http_server

CONFORMANCE = "@modelcontextprotocol/conformance@0.2.0-alpha.12"
INSPECTOR = ("-p", "@modelcontextprotocol/inspector@2.12.0", "mcp-inspector", "--cli")

# The scenarios that need no fixtures in the server, and the checks that each has at least: some pass on a dead port.
SCENARIOS = {
    "sep-2640-skills-enumeration": 31,
    "sep-2640-skills-directory": 6,
    "sep-2640-skills-manifest": 5,
    "caching": 1,
    "dns-rebinding-protection": 2,
    "http-header-validation": 10,
    "ping": 1,
    "prompts-list": 1,
    "resources-list": 1,
    "sep-2164-resource-not-found": 1,
    "server-initialize": 1,
    "tools-list": 1,
}


@pytest.fixture(scope="module", autouse=True)
def _node_is_there() -> None:
    if _node.npx() is None:
        reason = f"the conformance suite and the Inspector need Node >= {_node.OLDEST}; {_node.REQUIRED}=1 fetches one"
        if _node.required():
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The pack that ships; the suite warns of what the pack of the tests does on purpose."""
    with http_server(find_pack(), "--allow-unlocked") as url:
        yield url


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_conformance_suite_passes(served: str, scenario: str, tmp_path: Path) -> None:
    run = _node.run(CONFORMANCE, "server", "--url", served, "--scenario", scenario, "-o", "out", cwd=tmp_path)
    said = run.stdout + run.stderr
    result = re.search(r"Passed: (\d+)/(\d+), (\d+) failed, (\d+) warnings", said)
    assert result is not None, said[-3_000:]
    passed, of, failed, warnings = (int(number) for number in result.groups())
    assert (failed, warnings) == (0, 0), said[-3_000:]
    assert passed == of >= SCENARIOS[scenario], said[-3_000:]
    assert "SKIPPED" not in said
    assert run.returncode == 0


def _inspect(pack: Path, era: str, *arguments: str, cwd: Path) -> str:
    command = (*COMMAND, "--pack", str(pack))
    run = _node.run(*INSPECTOR, *command, "--protocol-era", era, *arguments, cwd=cwd)
    assert run.returncode == 0, run.stdout[-2_000:] + run.stderr[-2_000:]
    return run.stdout + run.stderr


def test_the_inspector_reads_and_verifies_every_file(pack: Path, tmp_path: Path) -> None:
    said = _inspect(pack, "modern", "--method", "skills/list", "--verify", "--require-digests", cwd=tmp_path)
    assert "Verified 2 skills and 12 files: no conformance errors." in said


def test_the_inspector_finds_every_schema_portable(pack: Path, tmp_path: Path) -> None:
    said = _inspect(pack, "modern", "--method", "tools/list", "--strict", cwd=tmp_path)
    assert "use_skill" in said


@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_the_inspector_calls_a_tool(pack: Path, tmp_path: Path, era: str) -> None:
    arguments = json.dumps({"request": "anything", "name": "alpha"})
    said = _inspect(
        pack, era, "--method", "tools/call", "--tool-name", "use_skill", "--tool-args-json", arguments, cwd=tmp_path
    )
    assert "# Alpha" in said
