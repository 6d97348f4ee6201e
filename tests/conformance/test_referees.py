"""Programs that no one here wrote judge the server: the official conformance suite and the MCP Inspector.

Traps of the suite: some scenarios pass on a dead port, two pass without their fixtures, and one that was skipped ends
with 0. So every check is read from the files that it leaves, and each scenario has the number of checks that it must at
least have.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from backwright.catalog.pack import find_pack
from tests.conformance import _node
from tests.mcp_api._connect import COMMAND, environment, http_server

# The scenarios that need no fixtures in the server, and the checks that each has at least. Without sessions one more,
# server-sse-multiple-streams, warns that there is none.
SHIPPED = {
    "sep-2640-skills-enumeration": 32,
    "sep-2640-skills-directory": 7,
    "sep-2640-skills-manifest": 6,
    "caching": 8,
    "dns-rebinding-protection": 2,
    "http-header-validation": 14,
    "input-required-result-unsupported-methods": 2,
    "ping": 2,
    "prompts-list": 2,
    "resources-list": 2,
    "sep-2164-resource-not-found": 4,
    "server-initialize": 2,
    "tools-list": 3,
}

# How many scenarios a revision of the specification requires, and the checks that they have at least.
REQUIRED = {"2025-11-25": (30, 70), "2026-07-28": (37, 120)}

# What the suite runs beside, does not score, and the server does not offer: tasks (an extension), arguments mirrored in
# headers (an extension of the transport), and a stream of sessions that is closed in its midst.
NOT_OFFERED = ("tasks-", "http-custom-header-server-validation", "server-sse-polling")
UNSCORED_SKIPS = {"server-session-lifecycle"}
"""A server may refuse to end a session on demand; ours keeps none, and says 405."""

VERIFY = ("--method", "skills/list", "--verify", "--require-digests")


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


@pytest.fixture(scope="module")
def everything() -> Iterator[str]:
    """Our server, from its factory, with the suite's fixtures beside it."""
    command = [sys.executable, "-m", "tests.conformance._everything", str(find_pack())]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stderr is not None
            found = next((match for line in process.stderr if (match := re.search(r"http://\S+", line))), None)
            assert found is not None, "the server ended before it served"
            yield found[0]
        finally:
            process.kill()


def _checks(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The checks of each scenario, as the suite has written them down."""
    found = {}
    for path in sorted(folder.glob("*/checks.json")):
        named = re.fullmatch(r"(?:server-)?(.+)-\d{4}-\d\d-\d\dT[\d-]+Z", path.parent.name)
        assert named is not None, path
        found[named[1]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _bad(checks: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    return [
        f"{scenario}: {check['id']} {check['status']} {check.get('errorMessage')}"
        for scenario, each in checks.items()
        for check in each
        if check["status"] not in {"SUCCESS", "INFO"}
    ]


def _passed(checks: list[dict[str, Any]]) -> int:
    return sum(check["status"] == "SUCCESS" for check in checks)


@pytest.mark.parametrize("revision", REQUIRED)
def test_the_suite_passes_whole_on_each_wire_version(everything: str, revision: str, tmp_path: Path) -> None:
    run = _node.run("conformance", "server", "--url", everything, "--requirements", revision, "-o", "out", cwd=tmp_path)
    assert run.returncode == 0, run.stdout[-3_000:] + run.stderr[-1_000:]
    scored = _checks(tmp_path / "out")
    unscored = set(re.findall(r"^  [✓✗] (\S+) \(", run.stdout, re.MULTILINE))
    assert f"Not scored for {revision}: {len(unscored)} scenario(s)" in run.stdout
    required = {name: checks for name, checks in scored.items() if name not in unscored}
    scenarios, least = REQUIRED[revision]
    assert len(required) == scenarios
    assert _bad(required) == []
    assert sum(_passed(checks) for checks in required.values()) >= least
    assert all(_passed(checks) for checks in required.values())
    extra = {name: scored[name] for name in unscored if not name.startswith(NOT_OFFERED)}
    assert _bad({name: checks for name, checks in extra.items() if name not in UNSCORED_SKIPS}) == []


def test_what_ships_passes_every_scenario_that_needs_no_fixture(served: str, tmp_path: Path) -> None:
    run = _node.run("conformance", "server", "--url", served, "--suite", "all", "-o", "out", cwd=tmp_path)
    found = _checks(tmp_path / "out")
    assert set(SHIPPED) - set(found) == set(), run.stdout[-3_000:]
    mine = {name: found[name] for name in SHIPPED}
    assert _bad(mine) == []
    assert {name for name, least in SHIPPED.items() if _passed(mine[name]) < least} == set()
    for name in SHIPPED:
        assert f"✓ {name}: {_passed(mine[name])} passed, 0 failed" in run.stdout


def test_a_scenario_that_is_run_alone_says_that_all_passed(served: str, tmp_path: Path) -> None:
    name = "sep-2640-skills-enumeration"
    run = _node.run("conformance", "server", "--url", served, "--scenario", name, "-o", "out", cwd=tmp_path)
    result = re.search(r"Passed: (\d+)/(\d+), (\d+) failed, (\d+) warnings", run.stdout)
    assert result is not None, run.stdout[-3_000:]
    assert (result[1], result[3], result[4]) == (result[2], "0", "0")
    assert int(result[1]) >= SHIPPED[name]
    assert "SKIPPED" not in run.stdout
    assert run.returncode == 0


def _inspect(target: tuple[str, ...], era: str, *arguments: str, cwd: Path) -> str:
    run = _node.run("mcp-inspector", "--cli", *target, "--protocol-era", era, *arguments, cwd=cwd)
    assert run.returncode == 0, run.stdout[-2_000:] + run.stderr[-2_000:]
    return run.stdout + run.stderr


@pytest.fixture(scope="module", params=["stdio", "http"])
def target(request: pytest.FixtureRequest, served: str) -> tuple[str, ...]:
    """How the Inspector is told of the server that ships."""
    if request.param == "http":
        return ("--transport", "http", "--server-url", served)
    return (*COMMAND, "--pack", str(find_pack()), "--allow-unlocked")


@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_the_inspector_finds_every_schema_portable(target: tuple[str, ...], era: str, tmp_path: Path) -> None:
    said = _inspect(target, era, "--method", "tools/list", "--strict", cwd=tmp_path)
    assert '"use_skill"' in said
    assert "portability" not in said


def test_the_inspector_reads_and_verifies_every_file(target: tuple[str, ...], tmp_path: Path) -> None:
    said = _inspect(target, "modern", *VERIFY, cwd=tmp_path)
    skills = len(list(find_pack().glob("skills/*/SKILL.md")))
    verified = re.search(r"Verified (\d+) skills and (\d+) files: no conformance errors\.", said)
    assert verified is not None, said[-1_000:]
    assert int(verified[1]) == skills
    assert int(verified[2]) > 10 * skills


def test_the_inspector_verifies_what_a_pack_of_another_makes_of_it(pack: Path, tmp_path: Path) -> None:
    said = _inspect((*COMMAND, "--pack", str(pack)), "modern", *VERIFY, cwd=tmp_path)
    assert "Verified 2 skills and 12 files: no conformance errors." in said


def test_the_older_handshake_cannot_declare_skills_and_the_inspector_says_so(
    target: tuple[str, ...], tmp_path: Path
) -> None:
    # 2025-11-25 has no field for extensions; `skills/list` is answered all the same, which tests/mcp_api ask for.
    run = _node.run("mcp-inspector", "--cli", *target, "--protocol-era", "legacy", *VERIFY, cwd=tmp_path)
    assert run.returncode == 1
    assert "skills_unsupported" in run.stdout + run.stderr


@pytest.mark.parametrize("era", ["modern", "legacy"])
def test_the_inspector_calls_a_tool(pack: Path, tmp_path: Path, era: str) -> None:
    arguments = json.dumps({"request": "anything", "name": "alpha"})
    call = ("--method", "tools/call", "--tool-name", "use_skill", "--tool-args-json", arguments)
    assert "# Alpha" in _inspect((*COMMAND, "--pack", str(pack)), era, *call, cwd=tmp_path)
