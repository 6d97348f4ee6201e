from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.catalog._packs import write_pack
from tests.mcp_api._connect import COMMAND, connected, environment

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
PATIENCE = 60


def _request(method: str, number: int = 1, **params: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": {**params, "_meta": META}}) + "\n"


def _serve(stdin: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *options]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, timeout=PATIENCE, env=environment()
    )


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", "one")


def test_the_end_of_stdin_ends_the_process(pack: Path) -> None:
    run = _serve("", "--pack", str(pack))
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_request_before_the_end_of_stdin_is_still_answered(pack: Path) -> None:
    run = _serve(_request("tools/list", 1) + _request("prompts/list", 2), "--pack", str(pack))
    assert [json.loads(line)["id"] for line in run.stdout.splitlines()] == [1, 2]


def test_nothing_but_the_protocol_is_on_stdout(pack: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--pack", str(pack)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = []
        lines = [_request("tools/list", 1), "no json\n", _request("tools/call", 2, name="explain_rule", arguments={})]
        for line in lines:
            process.stdin.write(line)
            process.stdin.flush()
            if "jsonrpc" in line:
                answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        rest = process.stdout.read()
        assert process.wait(PATIENCE) == 0
    assert [answer["id"] for answer in answers if "id" in answer]
    assert all(answer["jsonrpc"] == "2.0" for answer in answers)
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())


def test_a_pack_with_a_problem_is_served_and_the_problem_is_said_on_stderr(pack: Path) -> None:
    (pack / "skills" / "one" / "SKILL.md").write_text("changed", encoding="utf-8")
    run = _serve("", "--pack", str(pack))
    assert run.returncode == 0
    assert "skills/one/SKILL.md" in run.stderr
    assert "Fix: " in run.stderr
    assert "Traceback" not in run.stderr


def test_strict_does_not_start_with_a_problem(pack: Path) -> None:
    (pack / "skills" / "one" / "SKILL.md").write_text("changed", encoding="utf-8")
    run = _serve("", "--pack", str(pack), "--strict")
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("backwright: DIGEST_MISMATCH: ")


@pytest.mark.parametrize(("options", "served"), [((), []), (("--allow-unlocked",), ["one"])])
async def test_what_the_manifest_does_not_pin_is_served_only_on_request(
    pack: Path, options: tuple[str, ...], served: list[str]
) -> None:
    (pack / "skills" / "one" / "references" / "more.md").write_text("changed", encoding="utf-8")
    async with connected((*COMMAND, "--pack", str(pack), *options)) as client:
        assert [prompt.name for prompt in (await client.list_prompts()).prompts] == served


def test_the_end_of_stdin_ends_the_process_in_the_middle_of_a_review(pack: Path, tmp_path: Path) -> None:
    lines = 60_000
    body = "".join(f"+value_{number} = {number}\n" for number in range(lines))
    diff = f"--- /dev/null\n+++ b/app/long.py\n@@ -0,0 +1,{lines} @@\n{body}"
    (tmp_path / "long.diff").write_text(diff, encoding="utf-8")
    request = _request("tools/call", name="review_diff", arguments={"diff_file": "long.diff"})
    run = _serve(request, "--pack", str(pack), "--root", str(tmp_path))
    assert run.returncode == 0
    assert '"result"' not in run.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--http", "--root", "."], "--root and --http exclude each other"),
        (["--port", "8000"], "--port is for --http"),
        (["--root", "/no/such/folder"], "--root: '/no/such/folder' is not a folder"),
        (["--pack", "/no/such/folder"], "--pack: '/no/such/folder' is not a folder"),
    ],
)
def test_a_wrong_option_is_said_with_what_to_do(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *options]) == 2
    assert capsys.readouterr().err.startswith(f"backwright: INVALID_INPUT: {said}")


@pytest.mark.parametrize("port", ["-1", "65536", "http", "8000 ", "\u0661"])
def test_a_port_is_a_number_from_0_to_65535(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--http", f"--port={port}"])
    assert ended.value.code == 2
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


def test_a_port_that_is_taken_is_named(pack: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = _serve("", "--pack", str(pack), "--http", "--port", str(port))
    assert run.returncode == 1
    assert run.stderr.startswith(f"backwright: TOOL_UNAVAILABLE: port {port} of 127.0.0.1 cannot be had")


def test_a_signal_ends_the_http_server_within_its_promise(pack: Path) -> None:
    command = [*COMMAND, "--pack", str(pack), "--http", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stderr is not None
        assert "serving http://127.0.0.1:" in process.stderr.readline()
        process.terminate()
        assert process.wait(15) in {0, -signal.SIGTERM}
