"""Brings the tables of a database to the revision that this version of Backwright writes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from backwright.contexts.store import State
from backwright.errors import StoreUnavailableError

HEAD: Final = "0002"
"""The newest revision. Asked before Alembic is imported, which takes longer than anything else at a start."""

_FOLDER: Final = Path(__file__).parent / "_migrations"


def revision(connection: Connection) -> str | None:
    """The revision of a database; None where there are no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def state(found: str | None) -> State:
    """What a revision means to this version. Revisions are numbered, so a later one is greater."""
    if found is None:
        return "none"
    return "current" if found == HEAD else "behind" if found < HEAD else "unknown"


def migrate(connection: Connection) -> None:
    """Run the revisions that are missing, in the transaction of the connection.

    Raises:
        StoreUnavailableError: a later version of Backwright wrote the database.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    try:
        command.upgrade(config, HEAD)
    except CommandError:
        raise StoreUnavailableError(
            f"the tables of contexts are at revision {revision(connection)}, which this version does not know",
            hint="use the version of Backwright that wrote them, or a later one",
        ) from None
