"""The service over sessions that write down what is done to them."""

import pytest
from fastapi.testclient import TestClient
from shop.app import create_app


class Session:
    def __init__(self, log: list[str], refuses: bool) -> None:
        self.log, self.refuses = log, refuses

    def add(self, row: dict[str, str]) -> None:
        self.log.append("add")

    def commit(self) -> None:
        self.log.append("commit")
        if self.refuses:
            raise RuntimeError("could not serialize access")

    def rollback(self) -> None:
        self.log.append("rollback")

    def close(self) -> None:
        self.log.append("close")


def service(refuses: bool = False) -> tuple[TestClient, list[str]]:
    log: list[str] = []
    return TestClient(create_app(lambda: Session(log, refuses)), raise_server_exceptions=False), log


@pytest.mark.parametrize(("method", "path", "code"), [("POST", "/v1/notes", 201), ("PUT", "/v1/notes/one", 200)])
def test_each_route_is_committed_once_and_closed(method: str, path: str, code: int) -> None:
    client, log = service()
    assert client.request(method, path, json={"text": "hello"}).status_code == code
    assert log == ["add", "commit", "close"]


def test_a_route_that_raises_is_rolled_back_and_answers_as_before() -> None:
    client, log = service()
    answer = client.post("/v1/notes", json={"text": "forbidden"})
    assert answer.status_code == 409, f"answered {answer.status_code}"
    assert "commit" not in log, "committed what failed"
    assert log[-2:] == ["rollback", "close"], log


def test_a_commit_that_fails_is_not_answered_with_success() -> None:
    client, log = service(refuses=True)
    answer = client.post("/v1/notes", json={"text": "hello"})
    assert answer.status_code == 500, f"the caller was told {answer.status_code}, and nothing was kept"
    assert log[-1] == "close"
