"""The service."""

from typing import Protocol

from fastapi import FastAPI


class Users(Protocol):
    """The table of users."""

    def hash_of(self, name: str) -> str | None:
        """The hash of a user's password; None for a name that is not known."""
        ...


class Hasher(Protocol):
    """Argon2id, or what stands for it in a test; each call takes some 50 ms and 64 MiB."""

    def hash(self, password: str) -> str:
        """The hash of a password, with a salt of its own."""
        ...

    def verify(self, known: str, password: str) -> bool:
        """Whether a hash is that of a password."""
        ...


class Tokens(Protocol):
    """Makes access tokens."""

    def issue(self, name: str) -> str:
        """A token of a user."""
        ...


def create_app(users: Users, hasher: Hasher, tokens: Tokens) -> FastAPI:
    """The service over its users."""
    return FastAPI()
