"""Logins, with a hasher that counts its work."""

import httpx2
from fastapi.testclient import TestClient
from shop.app import create_app


class Hasher:
    def __init__(self) -> None:
        self.work: list[int] = []

    def hash(self, password: str) -> str:
        self.work.append(len(password))
        return f"hash of {password}"

    def verify(self, known: str, password: str) -> bool:
        return known == self.hash(password)


class Users:
    def __init__(self, **hashes: str) -> None:
        self.hashes = hashes

    def hash_of(self, name: str) -> str | None:
        return self.hashes.get(name)


class Tokens:
    def issue(self, name: str) -> str:
        return f"token of {name}"


def attempt(name: str, password: str) -> tuple[httpx2.Response, list[int]]:
    hasher = Hasher()
    app = create_app(Users(ada=hasher.hash("correct horse battery")), hasher, Tokens())
    hasher.work.clear()
    client = TestClient(app, raise_server_exceptions=False)
    return client.post("/v1/login", json={"name": name, "password": password}), hasher.work


def test_the_right_password_gives_a_token() -> None:
    answer, _ = attempt("ada", "correct horse battery")
    assert (answer.status_code, answer.json()) == (200, {"token": "token of ada"}), answer.text


def test_a_wrong_password_gives_none() -> None:
    assert attempt("ada", "correct horse")[0].status_code == 401


def test_an_unknown_name_gets_the_same_answer() -> None:
    wrong, unknown = attempt("ada", "correct horse")[0], attempt("eve", "correct horse")[0]
    assert (unknown.status_code, unknown.text) == (wrong.status_code, wrong.text), "the answer tells who has an account"


def test_an_unknown_name_takes_the_same_work() -> None:
    wrong, unknown = attempt("ada", "correct horse")[1], attempt("eve", "correct horse")[1]
    assert len(unknown) == len(wrong), "the time of the answer tells who has an account"


def test_a_huge_password_is_not_hashed() -> None:
    answer, work = attempt("ada", "x" * 1_000_000)
    assert 400 <= answer.status_code < 500, f"answered {answer.status_code}"
    assert max(work, default=0) <= 10_000, "anybody can make the server hash megabytes"
