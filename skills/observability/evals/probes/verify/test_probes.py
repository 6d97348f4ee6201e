"""Probes, while a dependency is up, down, or says nothing."""

import asyncio

import httpx2
from shop.app import create_app

PROBE_SECONDS = 1.0


class Dependency:
    def __init__(self, state: str = "up") -> None:
        self.state = state
        self.asked = 0

    async def ping(self) -> None:
        self.asked += 1
        if self.state == "down":
            raise ConnectionError("cannot connect to shop:hunter2@db.internal")
        if self.state == "hangs":
            await asyncio.Event().wait()


def probe(path: str, database: str = "up", mailer: str = "up") -> tuple[int, str, int]:
    """Status, text, and how often a dependency was asked; 0 where the probe gave up."""
    dependencies = Dependency(database), Dependency(mailer)

    async def scene() -> tuple[int, str]:
        transport = httpx2.ASGITransport(create_app(*dependencies), raise_app_exceptions=False)
        async with httpx2.AsyncClient(base_url="http://probe", transport=transport) as client:
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    answer = await client.get(path)
            except TimeoutError:
                return 0, ""
            return answer.status_code, answer.text

    return *asyncio.run(scene()), sum(each.asked for each in dependencies)


def test_a_service_that_can_work_is_alive_and_ready() -> None:
    assert probe("/health")[0] == 200
    assert probe("/ready")[0] == 200


def test_liveness_asks_nobody() -> None:
    assert probe("/health", database="down")[0] == 200, "an outage of the database restarts every replica"
    assert probe("/health", database="hangs")[0] == 200, "an outage of the database restarts every replica"
    assert probe("/health")[2] == 0


def test_without_its_database_it_is_not_ready() -> None:
    assert probe("/ready", database="down")[0] == 503


def test_a_database_that_hangs_is_answered_in_time() -> None:
    assert probe("/ready", database="hangs")[0] == 503, "the probe gave up before there was an answer"


def test_mail_that_is_down_takes_no_replica_out() -> None:
    assert probe("/ready", mailer="down")[0] == 200, "one route without mail takes all routes of all replicas out"


def test_the_answer_tells_no_secret() -> None:
    assert "hunter2" not in probe("/ready", database="down")[1], "the error's text is in the answer"
