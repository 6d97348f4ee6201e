"""What is generated starts, answers, and keeps to its own OpenAPI document whatever Schemathesis sends it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jwt
import pytest

from tests.scaffold._projects import EXAMPLES, scaffold
from tests.scaffold._services import ALL, NONE, running_redis, scaffold_service

KEY = "a key of the tests, which is long enough to be one"
ISSUER = "https://auth.example.org"
# Few, for the phases of examples and coverage send hundreds of requests anyway.
EXAMPLES_EACH, SEED, PATIENCE = 5, 1, 600
SERVICE = {"LOG_LEVEL": "WARNING", "DOCS_ENABLED": "true", "RATE_LIMIT_REQUESTS": "1000000"}
SIGNED = {"JWT_KEY": KEY, "JWT_ISSUER": ISSUER, "JWT_AUDIENCE": "order-desk"}


@contextmanager
def served(root: Path, application: str, variables: Mapping[str, str]) -> Generator[tuple[str, Path]]:
    """The address of an application and its log, with its migrations applied where it has some."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    environment = {**kept, "PYTHONPATH": "src", "DATABASE_URL": f"sqlite+aiosqlite:///{root}/dev.db", **variables}
    if (root / "alembic.ini").exists():
        command = [sys.executable, "-m", "alembic", "upgrade", "head"]
        subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True, timeout=PATIENCE)
    # The socket is bound here and handed over, so that nobody else can take the port.
    with socket.socket() as bound, (root / "server.log").open("wb") as log:
        # Uvicorn takes what it is handed for a socket of no network, whose answers need not be sent without delay.
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        number = bound.fileno()
        command = [sys.executable, "-m", "uvicorn", application, "--fd", str(number), "--no-access-log"]
        server = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log, pass_fds=[number])
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}", root / "server.log"
        finally:
            server.terminate()
            server.wait(timeout=60)


def kept_to(address: str, folder: Path, *scopes: str) -> int:
    """How many operations were walked; each of them has to keep to the document."""
    now = int(time.time())
    claims = {"sub": "walker", "iss": ISSUER, "aud": "order-desk", "exp": now + 3600, "scope": " ".join(scopes)}
    token = jwt.encode(claims, KEY, algorithm="HS256")
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json", "--no-color"]
    options = ["--seed", str(SEED), "--max-examples", str(EXAMPLES_EACH), "--header", f"Authorization: Bearer {token}"]
    wait = ["--wait-for-schema", "60"]
    done = subprocess.run(
        [*command, *options, *wait], cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (tested,) = re.findall(r"^ +Tested: (\d+)$", done.stdout, re.MULTILINE)
    return int(tested)


def test_every_example_keeps_to_its_document(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    for example in EXAMPLES:
        scaffold(root, example.values)
    with served(root, "shop.asgi:app", {"AUTH_KEY": KEY, "AUTH_ISSUER": ISSUER, "AUTH_AUDIENCE": "order-desk"}) as (
        address,
        log,
    ):
        assert kept_to(address, tmp_path, "people:read", "quotes:read", "quotes:write") >= len(EXAMPLES) * 4
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_the_whole_service_with_an_endpoint_keeps_to_its_document(tmp_path: Path) -> None:
    root = tmp_path / "desk"
    scaffold_service(root, ALL)
    scaffold(root, EXAMPLES[0].values)
    with (
        running_redis(tmp_path) as redis,
        served(root, "order_desk.asgi:app", {**SERVICE, **SIGNED, "REDIS_URL": redis}) as (address, log),
    ):
        assert kept_to(address, tmp_path, "invoices:read", "invoices:write") > 5
    assert "Traceback" not in log.read_text(encoding="utf-8")
    assert '"level": "error"' not in log.read_text(encoding="utf-8")


def test_the_bare_service_keeps_to_its_document(tmp_path: Path) -> None:
    root = tmp_path / "ping"
    scaffold_service(root, NONE)
    with served(root, "ping.asgi:app", SERVICE) as (address, log):
        assert kept_to(address, tmp_path) >= 1
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_a_broken_promise_is_found(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
        '@app.get("/{number}")\nasync def read(number: int) -> int:\n    return 1 // number\n',
        encoding="utf-8",
    )
    with served(tmp_path, "app:app", {}) as (address, _), pytest.raises(AssertionError, match="Server error"):
        kept_to(address, tmp_path)
