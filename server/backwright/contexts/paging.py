"""Some of a list at a time: pages, and the cursors that lead from one to the next."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from backwright.contexts.context import Address
from backwright.errors import InvalidCursorError, InvalidInputError

MAX_PAGE: Final = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, and where the next ones begin; None at the end."""

    items: tuple[T, ...]
    cursor: str | None = None


def check_limit(limit: int) -> None:
    """Refuse a page of another size than may be asked for.

    Raises:
        InvalidInputError: it is not 1 to `MAX_PAGE`.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidInputError(f"limit is {limit}", hint=f"give 1 to {MAX_PAGE}")


def cursor_of(address: Address) -> str:
    """The cursor that goes on behind an address."""
    return base64.urlsafe_b64encode(f"{address.namespace}/{address.name}".encode()).decode().rstrip("=")


def address_of(cursor: str) -> Address:
    """The address that a cursor goes on behind.

    Raises:
        InvalidCursorError: it is none that `cursor_of` gave.
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        namespace, _, name = text.partition("/")
        return Address(namespace, name)
    except (binascii.Error, ValueError, InvalidInputError):
        raise InvalidCursorError(
            "the cursor is none of this list", hint="begin without a cursor, and use those of the answers"
        ) from None
