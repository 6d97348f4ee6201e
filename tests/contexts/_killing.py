"""Kills a process that writes, and looks at what it left."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts


@dataclass(frozen=True)
class Left:
    """What was found after a kill.

    Args:
        acknowledged: writes that the process had told of.
        lost: those that are not there.
        unsaid: writes that are there and were never told of.
        broken: namespaces whose chain does not hold.
    """

    acknowledged: int
    lost: int
    unsaid: int
    broken: int


def killed(url: str, run: int, writes: int) -> Left:
    """Start a writer, kill it with SIGKILL after so many acknowledged writes, and compare."""
    command = [sys.executable, "-m", "tests.contexts._writer", url, str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [line for line, _ in zip(process.stdout, range(writes), strict=False)]
        process.kill()
        said += list(process.stdout)
    told = [tuple(map(int, line.split())) for line in said if line.endswith("\n")]
    return _left(url, run, told)


def _left(url: str, run: int, told: list[tuple[int, ...]]) -> Left:
    store = open_store(url)
    try:
        contexts = Contexts(store)
        lost = sum(not _same_again(contexts, run, *write) for write in told)
        there = 0
        cursor = None
        while True:
            page = contexts.list(LOCAL, cursor=cursor, limit=500)
            there += sum(one.address.name.startswith(f"run-{run}-") for one in page.items)
            cursor = page.cursor
            if cursor is None:
                break
        broken = sum(contexts.verify(LOCAL, space).broken_at is not None for space in ("space-0", "space-1"))
        return Left(len(told), lost, there - len(told), broken)
    finally:
        store.close()


def _same_again(contexts: Contexts, run: int, me: int, number: int, version: int) -> bool:
    """Whether the same request with the same key is answered with the same version, and not done again."""
    address = Address(f"space-{me % 2}", f"run-{run}-{me}-{number}")
    key = Condition(if_version=0, idempotency_key=f"{run}-{me}-{number}")
    again = contexts.put(LOCAL, address, {"exclude": [f"{me}-{number}"]}, type="project", condition=key)
    return (again.context.version, again.replayed) == (version, True)
