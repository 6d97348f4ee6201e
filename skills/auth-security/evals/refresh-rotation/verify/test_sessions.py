"""A session, its tokens, and somebody who has a copy of one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shop.sessions import RefreshRefusedError, Sessions

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def sessions(table: dict[str, dict[str, Any]] | None = None, now: datetime = NOW) -> Sessions:
    return Sessions({} if table is None else table, lambda: now)


def refused(of: Sessions, token: str) -> bool:
    try:
        of.refresh(token)
    except RefreshRefusedError:
        return True
    return False


def test_each_refresh_gives_another_token_that_works() -> None:
    of = sessions()
    tokens = [of.login("ada")]
    for _ in range(5):
        user, token = of.refresh(tokens[-1])
        assert user == "ada"
        tokens.append(token)
    assert len(set(tokens)) == 6, "a token came back"


def test_a_token_that_was_used_is_refused() -> None:
    of = sessions()
    token = of.login("ada")
    of.refresh(token)
    assert refused(of, token), "it works a second time"


def test_a_second_use_ends_what_came_of_the_first() -> None:
    of = sessions()
    stolen = of.login("ada")
    _, of_the_thief = of.refresh(stolen)
    _, later = of.refresh(of_the_thief)
    assert refused(of, stolen), "it works a second time"
    assert refused(of, later), "one of two holds a copy, and the first to refresh keeps the session"


def test_another_session_of_the_user_goes_on() -> None:
    of = sessions()
    phone, laptop = of.login("ada"), of.login("ada")
    of.refresh(phone)
    assert refused(of, phone), "it works a second time"
    assert of.refresh(laptop)[0] == "ada"


def test_a_logout_ends_the_session() -> None:
    of = sessions()
    _, token = of.refresh(of.login("ada"))
    of.logout(token)
    assert refused(of, token), "it works after the logout"
    of.logout("unknown")


def test_an_old_token_is_refused() -> None:
    table: dict[str, dict[str, Any]] = {}
    token = sessions(table).login("ada")
    assert refused(sessions(table, NOW + timedelta(days=31)), token)


@pytest.mark.parametrize("token", ["", "unknown", "ä"])
def test_an_unknown_token_is_refused(token: str) -> None:
    assert refused(sessions(), token)


def test_the_table_gives_no_token_away() -> None:
    table: dict[str, dict[str, Any]] = {}
    of = sessions(table)
    first = of.login("ada")
    _, second = of.refresh(first)
    written = repr(table)
    assert second not in written and first not in written, "who reads the database can use the tokens"
