"""What an API token is: what is asked for, what is kept of it, and how many are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from backwright.errors import InvalidInputError, RecordUnreadableError
from backwright.identity.scopes import SCOPES

if TYPE_CHECKING:
    from backwright.contexts.store import Kept

MOST: Final = 1_000
"""Tokens that are kept, those that hold no more too; of these, the latest."""

MOST_DAYS: Final = 366


class ApiToken(BaseModel):
    """One token, as it is kept.

    Args:
        id: its second part, which is no secret.
        name: whom it speaks for.
        scopes: what it allows.
        digest: SHA-256 of the whole token, in hex.
        created_by: who made it, as a pseudonym.
        created_at: when, in UTC.
        expires_at: when it ends.
        revoked_at: when it was taken back; None where it was not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    scopes: tuple[str, ...]
    digest: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        return "revoked" if self.revoked_at is not None else "expired" if self.expires_at <= now else "active"


class _Tokens(BaseModel):
    """All of them, as they lie in the store."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: tuple[ApiToken, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a token is to be.

    Args:
        name: whom it speaks for.
        scopes: what it allows.
        days: how long it holds.

    Raises:
        InvalidInputError: no name, no scope that is known, or too many days.
    """

    name: str
    scopes: tuple[str, ...]
    days: int

    def __post_init__(self) -> None:
        from backwright.contexts.context import checked_name

        checked_name("name", self.name)
        unknown = [scope for scope in self.scopes if scope not in SCOPES]
        if unknown or not self.scopes:
            raise InvalidInputError("no scope that is known", hint=f"give some of {', '.join(SCOPES)}")
        if not 1 <= self.days <= MOST_DAYS:
            raise InvalidInputError(f"days: {self.days}", hint=f"give 1 to {MOST_DAYS}; make a new one before it ends")


def tokens_in(kept: Kept | None) -> tuple[ApiToken, ...]:
    """All tokens of a record of the store.

    Raises:
        RecordUnreadableError: it cannot be read.
    """
    if kept is None:
        return ()
    try:
        return _Tokens.model_validate_json(kept.data).tokens
    except ValidationError:
        raise RecordUnreadableError(
            "what is kept of API tokens is damaged, or of another version", hint="use the version that wrote it"
        ) from None


def written(tokens: Sequence[ApiToken]) -> str:
    """All tokens as a record of the store has them."""
    return _Tokens(tokens=tuple(tokens)).model_dump_json()


def with_one_more(kept: Sequence[ApiToken], new: ApiToken, now: datetime) -> tuple[ApiToken, ...]:
    """All tokens and a new one; the oldest that hold no more make room for it.

    Raises:
        InvalidInputError: as many as can be are active.
    """
    over = len(kept) + 1 - MOST
    gone = {each.id for each in [each for each in kept if each.state(now) != "active"][: max(over, 0)]}
    if len(gone) < over:
        raise InvalidInputError(
            f"{MOST} API tokens are active", hint="take some back with `backwright token revoke`, or let one serve more"
        )
    return (*(each for each in kept if each.id not in gone), new)
