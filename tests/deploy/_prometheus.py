"""A real Prometheus that scrapes one server, and what it answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from tests.deploy._service import DEPLOY, PATIENCE, answers, free_port

REQUIRED = "BACKWRIGHT_REQUIRE_PROMETHEUS"


def program(name: str) -> str:
    """Where `prometheus` or `promtool` is; without it the test is skipped, or fails if it is required."""
    found = shutil.which(name)
    if found is None:
        why = f"there is no {name}: the alerts and the dashboard are NOT tested against Prometheus itself"
        if os.environ.get(REQUIRED):
            pytest.fail(why)
        pytest.skip(why)
    return found


@dataclass(frozen=True)
class Prometheus:
    """One that runs, by its port."""

    port: int

    def get(self, path: str, **query: str) -> Any:
        """The data that it answers with."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", f"/api/v1/{path}?{urlencode(query)}")
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        assert answer["status"] == "success", answer
        return answer["data"]

    def values(self, query: str) -> list[str]:
        """What a query finds now, one value for each series."""
        return [each["value"][1] for each in self.get("query", query=query)["result"]]


@contextmanager
def prometheus(folder: Path, target: int) -> Iterator[Prometheus]:
    """One that asks a port every half second, with the shipped rules; ended by its own handle."""
    started = program("prometheus")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    said = {
        "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms", "scrape_timeout": "500ms"},
        "rule_files": [str(DEPLOY / "prometheus" / "alerts.yaml")],
        "scrape_configs": [
            {"job_name": "backwright", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]},
        ],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    command = [
        started,
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not answers(port, "/-/ready"):
                assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
                assert time.monotonic() < deadline, "it does not answer"
                time.sleep(0.05)
            yield Prometheus(port)
        finally:
            process.terminate()
            process.wait(PATIENCE)
