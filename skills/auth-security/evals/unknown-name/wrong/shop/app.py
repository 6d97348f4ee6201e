"""The service."""

from typing import Protocol

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict


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


class Login(BaseModel):
    """Who wants to log in."""

    model_config = ConfigDict(extra="forbid")

    name: str
    password: str


class LoggedIn(BaseModel):
    """The proof of a login."""

    token: str


def create_app(users: Users, hasher: Hasher, tokens: Tokens) -> FastAPI:
    """The service over its users."""
    app = FastAPI()

    @app.post("/v1/login")
    def login(body: Login) -> LoggedIn:
        """A token for a name and its password."""
        known = users.hash_of(body.name)
        if known is None or not hasher.verify(known, body.password):
            raise HTTPException(401, "name or password is wrong")
        return LoggedIn(token=tokens.issue(body.name))

    return app
