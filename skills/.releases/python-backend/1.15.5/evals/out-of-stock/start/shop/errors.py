"""The failures that a caller can act on."""

from typing import ClassVar


class AppError(Exception):
    """A failure that a caller can act on; never raised itself."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, **details: str) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class UnknownItemError(AppError):
    """We do not sell such a thing."""

    code: ClassVar[str] = "UNKNOWN_ITEM"
