"""Services to scaffold: every option on, every option off, and few that hold each pair of options."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations, product
from pathlib import Path

import pytest

from backwright.scaffold import engine
from backwright.scaffold.plan import Plan
from backwright.scaffold.service import plan_service
from backwright.scaffold.template import load_template

SERVICE = Path(__file__).parents[2] / "skills" / "python-backend" / "assets" / "fastapi-service"
ALL, NONE = (example.values for example in load_template(SERVICE).manifest.examples)

OPTIONS: dict[str, tuple[object, ...]] = {
    "database": ("postgresql", "none"),
    "auth": ("jwt", "none"),
    "cache": ("redis", "none"),
    "rate_limit": (True, False),
    "jobs": ("dramatiq", "none"),
    "metrics": (True, False),
    "tracing": (True, False),
    "docker": (True, False),
    "ci": ("github", "gitlab", "none"),
    "pre_commit": (True, False),
    "description": ('What it\'s "for": {{ x }} << y >> ${z} \\ %s.', ""),
}
REQUIRED_REDIS = "BACKWRIGHT_REQUIRE_REDIS"


def pairwise() -> list[dict[str, object]]:
    """Few choices of options in which each pair of values is together at least once; the same on each run."""
    names = list(OPTIONS)
    places = {(a, b): set(product(range(len(OPTIONS[a])), range(len(OPTIONS[b])))) for a, b in combinations(names, 2)}
    made: list[dict[str, object]] = []
    while any(places.values()):
        chosen: dict[str, int] = {}
        for name in names:
            gains = [_gain(places, chosen, name, value) for value in range(len(OPTIONS[name]))]
            chosen[name] = max(range(len(gains)), key=lambda value: (gains[value], (value + len(made)) % 2))
        for (a, b), open_pairs in places.items():
            open_pairs.discard((chosen[a], chosen[b]))
        made.append({name: OPTIONS[name][value] for name, value in chosen.items()})
    return made


def _gain(
    places: dict[tuple[str, str], set[tuple[int, int]]], chosen: dict[str, int], name: str, value: int
) -> tuple[int, int]:
    """How many open pairs a value closes, and then how many it could close later."""
    now = later = 0
    for (a, b), open_pairs in places.items():
        if b == name and a in chosen:
            now += (chosen[a], value) in open_pairs
        elif a == name:
            later += sum(pair[0] == value for pair in open_pairs)
    return now, later


def plan(root: Path, values: dict[str, object]) -> Plan:
    """The plan of the service template that ships."""
    return plan_service(root, SERVICE, values)


def scaffold_service(root: Path, values: dict[str, object]) -> Plan:
    """The plan, applied."""
    root.mkdir(exist_ok=True)
    made = plan(root, values)
    engine.apply(made, root, expect=made.digest)
    return made


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """The URL of an empty Redis: a server of our own, or the one that BACKWRIGHT_REDIS names."""
    given, server = os.environ.get("BACKWRIGHT_REDIS"), shutil.which("redis-server")
    if given:
        yield given
        return
    if server is None:
        why = "there is no redis-server and no BACKWRIGHT_REDIS: what speaks to Redis is NOT tested"
        if os.environ.get(REQUIRED_REDIS):
            pytest.fail(why)
        pytest.skip(why)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([server, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _await_port(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
        else:
            return
