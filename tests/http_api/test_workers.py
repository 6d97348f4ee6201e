"""Several processes behind one port, and the end of them: what is on its way is answered, and nobody stays behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backwright.errors import InvalidInputError, ToolUnavailableError
from backwright.http_api.workers import Supervisor, check_workers, command_of_this_process
from backwright.settings import Settings
from tests.http_api._raw import Answer, headers, message, send
from tests.mcp_api._connect import COMMAND, environment
from tests.mcp_api._packs import write_test_pack

PATIENCE = 60


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_test_pack(tmp_path_factory.mktemp("pack"))


@contextmanager
def serving(pack: Path, *options: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that serves over HTTP, and its port."""
    command = [*COMMAND, "--pack", str(pack), "--http", "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**environment(), **variables}) as process:
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "http://" in line)
            found = re.search(r":([0-9]+)/mcp", line)
            assert found is not None
            yield process, int(found[1])
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def children(process: subprocess.Popen[str]) -> list[int]:
    text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
    return [int(number) for number in text.split()]


def call(port: int, name: str, **arguments: object) -> Answer:
    body = message("tools/call", name=name, arguments=arguments)
    return send(port, headers(body, port, method="tools/call", mcp_name=name), body)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(port: int, status: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if send(port, headers(b"", port), request="GET /ready").status == status:
                return
        except OSError:
            pass
    raise AssertionError("it did not answer so")


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes under /proc")
def test_workers_share_what_they_keep_and_one_that_dies_is_started_again(pack: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'contexts.db'}"
    metrics = _free_port()
    options = ("--workers", "2", "--metrics-port", str(metrics))
    with serving(pack, *options, BACKWRIGHT_DATABASE_URL=url, BACKWRIGHT_CONTEXTS="1") as (process, port):
        until(port, 200)
        first = children(process)
        assert len(first) == 2
        put = {"context": "shop/conventions", "type": "project", "body": {"framework": "fastapi"}}
        assert call(port, "put_context", **put).json["result"]["isError"] is False  # type: ignore[index]  # any JSON
        diff = "--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n x = 1\n+y = 2\n"
        result = call(port, "review_diff", diff=diff).json["result"]
        handle = result["structuredContent"]["review"]  # type: ignore[index]  # any JSON
        for _ in range(10):
            read = call(port, "get_context", context="shop/conventions").json["result"]
            assert read["structuredContent"]["version"] == 1  # type: ignore[index]  # any JSON
            again = call(port, "review_diff", diff=diff, previous=handle).json["result"]
            assert again["isError"] is False  # type: ignore[index]  # any JSON
        counted = send(metrics, headers(b"", metrics), request="GET /metrics").body.decode()
        found = re.search(
            r'^backwright_requests_total{[^}]*outcome="ok"[^}]*tool="get_context"[^}]*} 10', counted, re.MULTILINE
        )
        assert found is not None
        os.kill(first[0], signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while (now := children(process)) == first or len(now) < 2 or first[0] in now:
            assert time.monotonic() < deadline
        until(port, 200)
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert not [pid for pid in (*first, *now) if Path(f"/proc/{pid}").exists()]
        with pytest.raises(ConnectionRefusedError):
            send(port, headers(b"", port), request="GET /ready")


@pytest.mark.skipif(sys.platform != "linux", reason="it looks at processes under /proc")
def test_no_worker_outlives_the_first_process_when_that_is_killed(pack: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'contexts.db'}"
    with serving(pack, "--workers", "2", BACKWRIGHT_DATABASE_URL=url, BACKWRIGHT_CONTEXTS="1") as (process, port):
        until(port, 200)
        workers = children(process)
        process.kill()
        process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while any(_runs(pid) for pid in workers):
            assert time.monotonic() < deadline, "a worker is still there"


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return False


def test_a_request_in_flight_is_answered_after_the_signal_and_one_that_never_ends_keeps_nobody(pack: Path) -> None:
    body = message("tools/call", name="use_skill", arguments={"request": "x" * 5_000})
    with serving(pack) as (process, port):
        head = headers(body, port, method="tools/call", mcp_name="use_skill")
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        at = ("127.0.0.1", port)
        with socket.create_connection(at) as never, socket.create_connection(at, timeout=PATIENCE) as connection:
            never.sendall(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            connection.sendall(f"POST /mcp HTTP/1.1\r\n{lines}\r\n".encode() + body[:100])
            # By the time that another is answered, this one has been taken.
            assert send(port, headers(b"", port), request="GET /health").status == 200
            started = time.monotonic()
            process.terminate()
            _refused(port)
            connection.sendall(body[100:])
            received = b""
            while chunk := connection.recv(65_536):
                received += chunk
        assert received.startswith(b"HTTP/1.1 200 ")
        assert json.loads(received.partition(b"\r\n\r\n")[2])["id"] == 1
        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
        assert time.monotonic() - started < 10


def _refused(port: int) -> None:
    """Return once nobody listens any more."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except OSError:
            return
    raise AssertionError("it still listens")


def test_workers_that_cannot_start_end_it_all() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        supervisor = Supervisor([sys.executable, "-S", "-c", "raise SystemExit(7)"], listener, 2, stop_seconds=1)
        with pytest.raises(ToolUnavailableError, match="exit code 7"):
            supervisor.run()


def test_what_a_worker_that_has_ended_was_at_is_forgotten_and_what_it_has_counted_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    code = (
        "import os\n"
        "for name in ('gauge_livesum', 'counter'):\n"
        "    open(os.environ['PROMETHEUS_MULTIPROC_DIR'] + f'/{name}_{os.getpid()}.db', 'w').close()\n"
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        with pytest.raises(ToolUnavailableError):
            Supervisor([sys.executable, "-S", "-c", code], listener, 1, stop_seconds=1).run()
    assert {path.name.split("_")[0] for path in tmp_path.iterdir()} == {"counter"}


def test_a_worker_imports_nothing_of_the_folder_that_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "argparse.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["backwright", "--version"])
    done = subprocess.run(
        command_of_this_process(), cwd=tmp_path, check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("count", "settings", "why"),
    [
        (0, Settings(), "from 1 to 64"),
        (65, Settings(), "from 1 to 64"),
        (2, Settings(database="memory://", contexts=True), "in memory"),
        (2, Settings(), "handles"),
    ],
)
def test_workers_that_could_not_share_what_they_keep_are_refused(count: int, settings: Settings, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why):
        check_workers(count, settings)


@pytest.mark.parametrize("database", ["sqlite:////tmp/x.db", "postgresql://a@b/c"])
def test_workers_that_share_a_database_may_start(database: str) -> None:
    check_workers(4, Settings(database=database, contexts=True))
    check_workers(1, Settings())
