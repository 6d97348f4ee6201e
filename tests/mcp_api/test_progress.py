"""Long calls: a client that asks hears how far they are, and one that no longer waits stops them."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import anyio
import pytest
from mcp import MCPError
from mcp_types import ToolAnnotations

from backwright.app import App
from backwright.mcp_api.tool import Closed, Tool, call_tool
from backwright.review.watch import Cancelled, current
from backwright.settings import Settings
from tests.mcp_api._connect import COMMAND, MODES, PATIENCE, connected
from tests.review._git import repository
from tests.review._make import diff_text

DIFF = "".join(diff_text(f"app/m{number}.py", "import os\n\n\nx = os.environ\n") for number in range(30))


class Nothing(Closed):
    """No arguments, and no answer."""


class Waiting:
    """A tool that waits for a process until somebody stops it."""

    def __init__(self) -> None:
        self.started, self.ended = threading.Event(), threading.Event()
        self.status: int | None = None
        self.was_cancelled = False

    def tool(self, *, read_only: bool = True) -> Tool[Nothing, Nothing]:
        return Tool(
            name="wait",
            scope="skills:read",
            title="Wait",
            description="Call this to wait.",
            input=lambda: Nothing,
            output=lambda: Nothing,
            call=self._call,
            render=lambda _: "",
            annotations=ToolAnnotations(read_only_hint=read_only),
        )

    def _call(self, _: App, given: Nothing) -> Nothing:
        watch = current()
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        try:
            with process, watch.over_process(process, PATIENCE):
                self.started.set()
                self.status = process.wait()
            watch.check()
        except Cancelled:
            self.was_cancelled = True
        finally:
            self.ended.set()
        return given


@pytest.mark.parametrize("read_only", [True, False])
async def test_a_call_that_nobody_waits_for_any_more_ends_with_its_processes(app: App, *, read_only: bool) -> None:
    waiting = Waiting()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call_tool, app, waiting.tool(read_only=read_only), {})
        assert await anyio.to_thread.run_sync(waiting.started.wait, PATIENCE)
        tasks.cancel_scope.cancel()
    with anyio.CancelScope(shield=True):
        assert await anyio.to_thread.run_sync(waiting.ended.wait, PATIENCE)
    assert waiting.was_cancelled
    assert waiting.status not in {None, 0}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("transport", ["memory", "pipes"])
async def test_progress_of_a_review_rises_to_the_end_before_the_answer(
    pack: Path, app: App, tmp_path: Path, mode: str, transport: str
) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    repository(tmp_path)
    target, arguments = {
        "memory": (app, {"diff": DIFF}),
        "pipes": ((*COMMAND, "--pack", str(pack), "--root", str(tmp_path)), {"range": "HEAD..HEAD"}),
    }[transport]
    async with connected(target, mode) as client:
        answer = await client.call_tool("review_diff", arguments, progress_callback=hear)
    assert not answer.is_error
    shares = [share for share, _, _ in heard]
    assert shares == sorted(set(shares))
    assert {total for _, total, _ in heard} == {100.0}
    assert heard[-1][2] == "writing the report"


@pytest.mark.parametrize("mode", MODES)
async def test_over_http_an_answer_is_one_json_body_without_progress(url: str, mode: str) -> None:
    heard: list[object] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async with connected(url, mode) as client:
        answer = await client.call_tool("review_diff", {"diff": DIFF}, progress_callback=hear)
    assert (answer.is_error, heard) == (False, [])


@pytest.mark.parametrize("mode", MODES)
async def test_progress_of_a_verification_names_its_steps(tmp_path: Path, mode: str) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async with connected(App(Settings(root=tmp_path, allow_unlocked=True)), mode) as client:
        planned = await client.call_tool("scaffold_endpoint", {"resource": "order", "fields": ["reference:str"]})
        arguments = {"digest": planned.structured_content["digest"], "verify": "fast"}
        answer = await client.call_tool("apply_scaffold", arguments, progress_callback=hear)
    assert not answer.is_error
    assert [share for share, _, _ in heard] == sorted({share for share, _, _ in heard})
    assert {"checking the format", "linting", "compiling", "reviewing"} <= {message for _, _, message in heard}


async def test_over_http_nothing_is_applied_and_nothing_verified(url: str) -> None:
    async with connected(url) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert "apply_scaffold" not in listed
        assert "verify" not in str(listed["scaffold_endpoint"].input_schema)
        arguments = {"resource": "order", "fields": ["reference:str"], "verify": "full"}
        answer = await client.call_tool("scaffold_endpoint", arguments)
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("apply_scaffold", {"digest": "sha256:0", "verify": "full"})
    assert answer.structured_content["message"] == "verify: Extra inputs are not permitted"
