"""The service as it is deployed: replicas of the real command behind a real nginx, on one PostgreSQL and Redis."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.contexts._databases import fresh_database
from tests.contexts._redis import OwnRedis, own_redis
from tests.mcp_api._connect import COMMAND

DEPLOY = Path(__file__).parent.parent.parent / "server" / "deploy"
REQUIRED = "BACKWRIGHT_REQUIRE_NGINX"
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str = "/health", timeout: float = 5) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class Replica:
    """One process of the service on a port of its own, which may be stopped, killed and started again."""

    def __init__(self, environment: dict[str, str], *options: str) -> None:
        self.port = free_port()
        self._environment = environment
        self._command = (*COMMAND, "--http", "--port", str(self.port), *options)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def start(self) -> None:
        """Return once it answers."""
        self.process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL, env=self._environment)
        deadline = time.monotonic() + PATIENCE
        while not answers(self.port):
            assert self.process.poll() is None, "the server ended before it served"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.02)

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Seconds until it has ended."""
        process, self.process = self.process, None
        started = time.monotonic()
        if process is not None:
            process.send_signal(number)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return time.monotonic() - started


def nginx_program() -> str:
    """Where nginx is; without it the test is skipped, or fails if it is required."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        why = "there is no nginx: what the service does behind a proxy is NOT tested"
        if os.environ.get(REQUIRED):
            pytest.fail(why)
        pytest.skip(why)
    return program


def written(folder: Path, port: int, upstreams: Sequence[int]) -> Path:
    """The shipped configuration with other ports, and with its temporary files in a folder."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace(" /tmp/", f" {folder}/")
    servers = iter(upstreams)
    upstream = (DEPLOY / "upstream.conf").read_text(encoding="utf-8")
    upstream = re.sub(r"server backwright-\d:8000", lambda _: f"server 127.0.0.1:{next(servers)}", upstream)
    (folder / "upstream.conf").write_text(upstream, encoding="utf-8")
    path = folder / "nginx.conf"
    path.write_text(text.replace("/dev/stdout", str(folder / "access.log")), encoding="utf-8")
    return path


def command(program: str, configuration: Path, *options: str) -> list[str]:
    # Started by root it would work as a user who may not enter the folders of tests.
    more = " user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    return [program, "-p", str(configuration.parent), "-c", str(configuration), "-g", f"daemon off;{more}", *options]


@contextmanager
def nginx(folder: Path, upstreams: Sequence[int]) -> Iterator[int]:
    """The port of an nginx with the shipped configuration; ended by its own handle."""
    program = nginx_program()
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    errors = (folder / "error.log").open("wb")
    with errors, subprocess.Popen(command(program, written(folder, port, upstreams)), stderr=errors) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not _connects(port):
                assert process.poll() is None, (folder / "error.log").read_text(encoding="utf-8")
                assert time.monotonic() < deadline, "nginx does not listen"
                time.sleep(0.01)
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Service:
    """Two replicas and what they share.

    Args:
        replicas: the processes.
        port: nginx's.
        redis: theirs alone.
        database: the URL of theirs.
        log: where nginx writes which replica it has asked.
    """

    replicas: tuple[Replica, ...]
    port: int
    redis: OwnRedis
    database: str
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def restart(self, replica: Replica) -> None:
        """Stop one in order and start it again; return once nginx has asked it again."""
        replica.stop()
        replica.start()
        self.taken_in(replica)

    def taken_in(self, replica: Replica) -> None:
        """Return once nginx has asked a replica: one that it could not reach it leaves alone for a while."""
        known, deadline = self.log.stat().st_size, time.monotonic() + PATIENCE
        while f" 127.0.0.1:{replica.port}\n" not in self.log.read_text(encoding="utf-8")[known:]:
            assert time.monotonic() < deadline, "nginx does not ask the replica"
            answers(self.port)


@contextmanager
def service(folder: Path, *options: str, database: str | None = None) -> Iterator[Service]:
    """The service, at work; all of it is gone at the end."""
    nginx_program()
    with ExitStack() as stack:
        url = database or stack.enter_context(fresh_database())
        redis = stack.enter_context(own_redis(folder / "redis"))
        redis.start()
        environment = {
            **os.environ,
            "BACKWRIGHT_DATABASE_URL": url,
            "BACKWRIGHT_BUS_URL": redis.url,
            "BACKWRIGHT_STATE_KEYS": "k" * 32,
            # Of each replica; a load is one subject.
            "BACKWRIGHT_WRITES_PER_MINUTE": "0",
        }
        replicas = tuple(Replica(environment, *options) for _ in range(2))
        for replica in replicas:
            stack.callback(replica.stop, signal.SIGKILL)
            replica.start()
        port = stack.enter_context(nginx(folder / "nginx", [replica.port for replica in replicas]))
        yield Service(replicas, port, redis, url, folder / "nginx" / "access.log")
