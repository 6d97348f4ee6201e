"""Sessions of users: what a refresh token is exchanged for."""

import hashlib
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
        """A refresh token for a user who proved who they are; it begins a family."""
        return self._issue(user, secrets.token_hex(8))

    def refresh(self, token: str) -> tuple[str, str]:
        """The user of a token, and the token to use next time.

        Raises:
            RefreshRefusedError: it is unknown or old; or it was used before, and its whole family has ended.
        """
        row = self._table.get(_digest(token))
        if row is None or row["expires"] <= self._clock():
            raise RefreshRefusedError
        if row["used"]:
            self._end(row["family"])
            raise RefreshRefusedError
        row["used"] = True
        return str(row["user"]), self._issue(row["user"], row["family"])

    def logout(self, token: str) -> None:
        """End the session that a token belongs to; nothing to do for one that is not known."""
        row = self._table.get(_digest(token))
        if row is not None:
            self._end(row["family"])

    def _issue(self, user: str, family: str) -> str:
        token = secrets.token_urlsafe(32)
        self._table[_digest(token)] = {
            "user": user,
            "family": family,
            "used": False,
            "expires": self._clock() + LIFE,
        }
        return token

    def _end(self, family: str) -> None:
        for key in [key for key, row in self._table.items() if row["family"] == family]:
            del self._table[key]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
