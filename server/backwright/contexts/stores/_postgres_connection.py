"""A connection to PostgreSQL that waits for no answer for ever.

A database that has gone without a word, or whose process has stopped, answers nothing and closes nothing. The kernel
finds out about the first (keep-alives), nobody about the second: the timeouts that PostgreSQL has are its own.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus

PING_SECONDS: Final = 2.0
"""How long to wait for a connection that has rested, when it is asked whether it is there."""

KEPT_ALIVE: Final = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""What the kernel does for a connection on which nothing comes: about ten seconds until it is given up."""


class Impatient(psycopg.Connection[Any]):
    """A connection that is closed when an answer takes longer than its patience."""

    patience: float = PING_SECONDS
    """Seconds for each answer."""

    def wait(self, *arguments: Any, **named: Any) -> Any:  # as in psycopg, whose types of these are internal
        """See psycopg.

        Raises:
            psycopg.OperationalError: no answer came in time; whether a commit was done is not known.
        """
        if named.get("timeout") is None:
            named["timeout"] = self.patience
        try:
            return super().wait(*arguments, **named)
        except psycopg.OperationalError:
            # What the database refuses leaves no statement open; whatever still comes would answer another question.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()
            raise
