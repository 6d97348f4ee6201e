"""A server whose database is behind a wire that breaks: it says so, goes on with the rest, and finds it again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.contexts._buses import until
from tests.contexts._databases import fresh_database
from tests.contexts._proxy import Fault, FaultProxy, faulty
from tests.http_api._raw import Answer, headers, message, send
from tests.mcp_api._connect import http_server
from tests.mcp_api._packs import write_test_pack

BODY = {"type": "project", "body": {"framework": "fastapi"}}


@pytest.fixture
def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, FaultProxy]]:
    """The port of a process, and the proxy between it and its PostgreSQL."""
    with fresh_database() as url:
        behind = make_url(url)
        with faulty(behind.host or "127.0.0.1", behind.port or 5432) as proxy:
            through = behind.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
            monkeypatch.setenv("BACKWRIGHT_DATABASE_URL", through)
            monkeypatch.setenv("BACKWRIGHT_CONTEXTS", "1")
            with http_server(write_test_pack(tmp_path / "pack")) as served:
                yield int(served.removesuffix("/mcp").rpartition(":")[2]), proxy


def _put(port: int, name: str) -> Answer:
    data = json.dumps(BODY).encode()
    head = {
        "host": f"127.0.0.1:{port}",
        "connection": "close",
        "content-type": "application/json",
        "content-length": str(len(data)),
        "idempotency-key": name,
    }
    return send(port, head, data, f"PUT /v1/contexts/shop/{name}")


def _get(port: int, path: str) -> Answer:
    return send(port, {"host": f"127.0.0.1:{port}", "connection": "close"}, b"", f"GET {path}")


def test_while_the_database_is_away_contexts_say_so_and_skills_are_served(serving: tuple[int, FaultProxy]) -> None:
    port, proxy = serving
    assert _put(port, "before").status == 201
    proxy.be(Fault(refused=True))
    for answer in (_put(port, "meanwhile"), _get(port, "/v1/contexts/shop/before")):
        assert (answer.status, answer.json["code"]) == (503, "UNAVAILABLE")
        assert int(answer.headers["retry-after"]) >= 1
        assert "idempotency key" in str(answer.json["hint"])
        assert str(proxy.port) not in answer.body.decode()
    listed = message("skills/list")
    assert send(port, headers(listed, port, method="skills/list"), listed).status == 200
    proxy.be()
    until(lambda: _get(port, "/v1/contexts/shop/before").status == 200)
    assert _put(port, "meanwhile").json["version"] == 1
    assert _put(port, "meanwhile").headers["idempotency-replayed"] == "true"
