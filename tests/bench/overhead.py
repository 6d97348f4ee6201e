"""Requests over HTTP from many clients, beside a bare SDK server and, if there is one, FastMCP; interleaved in one run.

    uv run python -m tests.bench.overhead [SECONDS] [ROUNDS] [CLIENTS]

`echo` does nothing, so it shows what the way to a tool costs; the other rows hold what the tool or resource itself
does. With a token, `echo` is asked of a server that takes it: a JWT whose issuer is in this process, or an API token in
a file of SQLite. `BACKWRIGHT_BENCH_FASTMCP` names a Python with `fastmcp` (a throw-away environment: it is no
dependency). The promise: at least 85 % of the bare server's requests a second, a p99 of at most 1.25 times its, and at
most 1.15 times its processor time for each request. Server and clients share this machine, so the last is the firmest.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from backwright.contexts.context import LOCAL
from backwright.contexts.opening import open_store
from backwright.identity.api_token import Wanted
from backwright.identity.api_tokens import ApiTokens
from tests.bench._load import Asked, Outcome, closed_loop
from tests.bench._servers import BARE, WITH_ECHO, Server, server
from tests.bench._wire import table
from tests.identity._issuer import ISSUER, KEYS, RESOURCE, serving, token

FASTMCP = "BACKWRIGHT_BENCH_FASTMCP"
NUMBERS = count()


def call(name: str, **arguments: object) -> Asked:
    return Asked("tools/call", {"name": name, "arguments": arguments})


def echo() -> Asked:
    return call("echo", text="hello")


def page() -> Asked:
    return call("page", request=f"add a FastAPI endpoint for invoices, ticket {next(NUMBERS)}")


def skill() -> Asked:
    return call("use_skill", request=f"add a FastAPI endpoint for invoices, ticket {next(NUMBERS)}")


SKILL = Asked("resources/read", {"uri": "skill://fastapi-endpoint/SKILL.md"})


@dataclass(frozen=True)
class Pair:
    """What is asked of the yardstick, and of us."""

    title: str
    bare: Callable[[], Asked]
    ours: Callable[[], Asked]


PAIRS = (
    Pair("tools/call echo", echo, echo),
    Pair("resources/read", lambda: Asked("resources/read", {"uri": "bare://page"}), lambda: SKILL),
    Pair("tools/call use_skill", page, skill),
)


@dataclass
class Measured:
    """One side's rounds: requests a second, milliseconds, and milliseconds of the server's processor a request."""

    rate: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)

    def add(self, outcome: Outcome, processor: float) -> None:
        if outcome.errors:
            raise RuntimeError(f"{len(outcome.errors)} errors, the first: {outcome.errors[0]}")
        self.rate.append(outcome.rate)
        self.p50.append(outcome.at(0.5))
        self.p99.append(outcome.at(0.99))
        self.cost.append(processor / len(outcome.times) * 1000)


@dataclass(frozen=True)
class Running:
    """A server, and the token that it wants.

    Args:
        made: it.
        token: None where it wants none.
    """

    made: Server
    token: str | None = None


def measured(one: Running, asked: Callable[[], Asked], clients: int, seconds: float, into: Measured) -> None:
    """One round."""
    made = one.made
    before = made.processor()
    outcome = asyncio.run(
        closed_loop(made.port, lambda: asked().to_bytes(made.port, token=one.token), clients, seconds)
    )
    into.add(outcome, made.processor() - before)


def of(values: Sequence[float], digits: int) -> str:
    """Median and spread."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def ratio(ours: Sequence[float], bare: Sequence[float]) -> str:
    """The median of the ratios of the rounds, each of which saw the same machine."""
    return f"{statistics.median(one / other for one, other in zip(ours, bare, strict=True)):.2f}"


@contextmanager
def by_jwt() -> Iterator[Running]:
    """One of ours that takes the tokens of an issuer in this process."""
    with serving({"keys": KEYS}) as keys:
        own = {"BACKWRIGHT_OAUTH_ISSUER": ISSUER, "BACKWRIGHT_OAUTH_JWKS_URL": keys.url}
        with server(WITH_ECHO, environment={**TAKES_TOKENS, **own}) as made:
            # Longer than any run.
            yield Running(made, token(exp=int(time.time()) + 86_400))


@contextmanager
def by_api_token() -> Iterator[Running]:
    """One of ours that takes a token of its own store."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/contexts.db"
        with closing(open_store(database)) as store:
            _, made_up = ApiTokens(lambda: store).create(LOCAL, Wanted("bench", ("skills:read",), 1))
        own = {"BACKWRIGHT_API_TOKENS": "1", "BACKWRIGHT_DATABASE_URL": database, "BACKWRIGHT_CONTEXTS": "1"}
        with server(WITH_ECHO, environment={**TAKES_TOKENS, **own}) as made:
            yield Running(made, made_up)


# All clients show one token, so they are one client to it.
TAKES_TOKENS = {"BACKWRIGHT_RESOURCE_URL": RESOURCE, "BACKWRIGHT_RATE": "off"}


def compared(seconds: float, rounds: int, clients: int) -> list[list[str]]:
    """The rows of the table."""
    fast = os.environ.get(FASTMCP)
    commands = {"bare SDK": BARE, "backwright": WITH_ECHO}
    if fast:
        commands["FastMCP"] = (fast, str(Path(__file__).with_name("fastmcp_server.py")))
    rows = []
    with ExitStack() as stack:
        started = {
            name: Running(stack.enter_context(server(command, path="/health" if name == "backwright" else "")))
            for name, command in commands.items()
        }
        guarded = {f"backwright, {name}": stack.enter_context(made()) for name, made in GUARDED.items()}
        for pair in PAIRS:
            asked = {**started, **guarded} if pair is PAIRS[0] else started
            found = {name: Measured() for name in asked}
            for number in range(-1, rounds):
                for name, one in asked.items():
                    # The first round imports and fills caches.
                    into = found[name] if number >= 0 else Measured()
                    measured(one, pair.ours if name.startswith("backwright") else pair.bare, clients, seconds, into)
            bare = found["bare SDK"]
            rows += [row(f"{pair.title}: {name}", one, bare) for name, one in found.items()]
    return rows


def row(title: str, one: Measured, bare: Measured) -> list[str]:
    """One row of the table."""
    return [
        title,
        of(one.rate, 0),
        of(one.p50, 1),
        of(one.p99, 1),
        of(one.cost, 3),
        ratio(one.rate, bare.rate),
        ratio(one.p99, bare.p99),
        ratio(one.cost, bare.cost),
    ]


GUARDED = {"JWT": by_jwt, "API token": by_api_token}
HEAD = ("request", "requests/s", "p50 ms", "p99 ms", "server ms each", "rate x", "p99 x", "cost x")


def main(seconds: float, rounds: int, clients: int) -> None:
    """Print the table."""
    rows = compared(seconds, rounds, clients)
    table(f"{clients} clients, {rounds} rounds of {seconds:g} s, median (spread)", HEAD, rows)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        float(given[0]) if given else 3,
        int(given[1]) if len(given) > 1 else 5,
        int(given[2]) if len(given) > 2 else 50,
    )
