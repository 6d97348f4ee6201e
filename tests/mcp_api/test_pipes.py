from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.mcp_api._pipes import MAX_LINE
from tests.mcp_api._connect import COMMAND, PATIENCE, environment

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Wire:
    """A server process and its pipes."""

    def __init__(self, pack: Path) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "--pack", str(pack)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
        )

    def send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def ask(self, number: int, method: str, **params: object) -> dict[str, object]:
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": {**params, "_meta": META}}
        self.send(json.dumps(message).encode())
        assert self.process.stdout is not None
        answer = json.loads(self.process.stdout.readline())
        assert isinstance(answer, dict)
        assert answer["id"] == number
        return answer


@pytest.fixture
def wire(pack: Path) -> Iterator[Wire]:
    opened = Wire(pack)
    with opened.process:
        try:
            yield opened
        finally:
            opened.process.kill()


def test_a_message_larger_than_any_buffer_is_read_and_answered(wire: Wire) -> None:
    answer = wire.ask(1, "tools/call", name="use_skill", arguments={"request": "ä" * 2_000_000})
    assert answer["result"]["structuredContent"]["code"] == "INVALID_INPUT"  # type: ignore[index]  # any JSON


def test_an_answer_larger_than_any_buffer_is_written_whole(wire: Wire) -> None:
    wire.ask(1, "tools/list")
    for number in range(2, 12):
        answer = wire.ask(number, "resources/read", uri="skill://alpha/references/long.md")
        assert len(answer["result"]["contents"][0]["text"]) == 17_000  # type: ignore[index]  # any JSON


def test_what_is_no_message_is_passed_over(wire: Wire) -> None:
    lines = [b"no json", b"", b"\xff\xfe", b"[]", b'{"jsonrpc":"1.0"}', b'"' + b"[" * 100_000]
    for number, line in enumerate(lines):
        wire.send(line)
        assert "result" in wire.ask(number + 1, "tools/list"), line[:20]


def test_a_line_over_the_limit_ends_the_process(wire: Wire) -> None:
    wire.ask(1, "tools/list")
    try:
        wire.send(b"x" * (MAX_LINE + 2))
    except BrokenPipeError:
        # The server was gone before all of it was written.
        wire.process.stdin = None
    assert wire.process.wait(PATIENCE) == 0


def test_a_stray_print_goes_to_stderr() -> None:
    probe = (
        "import anyio, subprocess, sys\n"
        "from backwright.mcp_api._pipes import streams\n"
        "async def main():\n"
        "    async with streams():\n"
        "        print('stray', flush=True)\n"
        "        subprocess.run(['echo', 'child'])\n"
        "        print('read', repr(sys.stdin.read()), flush=True)\n"
        "anyio.run(main)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", probe], input="hello\n", capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    assert run.stdout == ""
    assert run.stderr.splitlines()[:3] == ["stray", "child", "read ''"]


def test_a_file_as_stdin_is_served_by_the_sdks_own_transport(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    with (tmp_path / "empty").open("rb") as stdin:
        run = subprocess.run(
            [*COMMAND, "--pack", str(pack)], stdin=stdin, capture_output=True, check=False, timeout=PATIENCE
        )
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
