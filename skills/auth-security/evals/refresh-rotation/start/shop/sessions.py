"""Sessions of users: what a refresh token is exchanged for."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

LIFE = timedelta(days=30)


class RefreshRefusedError(Exception):
    """The token cannot be used; the user has to log in again."""


class Sessions:
    """Issues refresh tokens.

    Args:
        table: the rows of the database table, by key.
        clock: the time, with a zone.
    """

    def __init__(self, table: dict[str, dict[str, Any]], clock: Callable[[], datetime]) -> None:
        self._table = table
        self._clock = clock

    def login(self, user: str) -> str:
        """A refresh token for a user who proved who they are."""
        token = secrets.token_urlsafe(32)
        self._table[token] = {"user": user, "expires": self._clock() + LIFE}
        return token

    def refresh(self, token: str) -> tuple[str, str]:
        """The user of a token, and the token to use next time.

        Raises:
            RefreshRefusedError: it is unknown or old.
        """
        row = self._table.get(token)
        if row is None or row["expires"] <= self._clock():
            raise RefreshRefusedError
        return str(row["user"]), token
