"""A server that counts, in a process of its own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.http_api._raw import Answer, headers, message, send
from tests.mcp_api._connect import COMMAND, PATIENCE, environment
from tests.mcp_api._packs import write_test_pack

DIFF = """\
--- /dev/null
+++ b/app/api.py
@@ -0,0 +1,4 @@
+import requests
+
+async def fetch():
+    return requests.get("https://example.org")
"""

Labels = dict[str, str]


@dataclass(frozen=True)
class Counted:
    """A server, and where its metrics are."""

    port: int
    metrics: int

    def ask(self, method: str, named: str | None = None, **params: object) -> Answer:
        body = message(method, **params)
        return send(self.port, headers(body, self.port, method=method, mcp_name=named), body)

    def call(self, tool: str, **arguments: object) -> Answer:
        return self.ask("tools/call", tool, name=tool, arguments=arguments)

    def page(self) -> str:
        answer = send(self.metrics, headers(b"", self.metrics, accept="text/plain"), request="GET /metrics")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/plain; version=")
        return answer.body.decode()

    def samples(self) -> list[tuple[str, Labels, float]]:
        families = text_string_to_metric_families(self.page())
        return [(each.name, each.labels, each.value) for family in families for each in family.samples]

    def value(self, name: str, **labels: str) -> float:
        return sum(each[2] for each in self.samples() if each[0] == name and labels.items() <= each[1].items())


@contextmanager
def counting(folder: Path) -> Iterator[Counted]:
    """The server, with a store and a bus in a folder; ended by its own handle."""
    pack = write_test_pack(folder / "pack")
    database = f"sqlite:///{folder / 'contexts.db'}"
    variables = environment() | {
        "BACKWRIGHT_DATABASE_URL": database,
        "BACKWRIGHT_CONTEXTS": "1",
        "BACKWRIGHT_BUS_URL": f"file://{folder / 'events.jsonl'}",
        "BACKWRIGHT_LOG": "plain",
    }
    command = [*COMMAND, "--pack", str(pack), "--http", "--port", "0", "--metrics-port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables) as process:
        assert process.stderr is not None
        try:
            ports = [re.search(r"127\.0\.0\.1:(\d+)", process.stderr.readline()) for _ in range(2)]
            yield Counted(*(int(found[1]) for found in ports if found is not None))
        finally:
            process.terminate()
            process.wait(PATIENCE)
