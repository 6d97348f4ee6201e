"""The service."""

from collections.abc import Callable, Iterator
from typing import Annotated, Protocol

from fastapi import Depends, FastAPI, HTTPException, Request, status
from pydantic import BaseModel, ConfigDict


class Session(Protocol):
    """What a route does with the database."""

    def add(self, row: dict[str, str]) -> None:
        """Write a row."""
        ...

    def commit(self) -> None:
        """Make it last; the database may refuse."""
        ...

    def rollback(self) -> None:
        """Forget it."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


def get_session(request: Request) -> Iterator[Session]:
    """The session of a request, committed when the route is done, and rolled back when it raises."""
    session: Session = request.app.state.sessions()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


# By default what is behind the yield runs after the answer has left, and a failed commit would come too late.
CurrentSession = Annotated[Session, Depends(get_session, scope="function")]


class NoteCreate(BaseModel):
    """What a caller says."""

    model_config = ConfigDict(extra="forbid")

    text: str


class NoteRead(BaseModel):
    """What a caller gets."""

    text: str


def create_app(sessions: Callable[[], Session]) -> FastAPI:
    """The service over what opens sessions."""
    app = FastAPI()
    app.state.sessions = sessions

    @app.post("/v1/notes", status_code=status.HTTP_201_CREATED)
    def create_note(body: NoteCreate, session: CurrentSession) -> NoteRead:
        """Keep a note."""
        session.add({"text": body.text})
        if body.text == "forbidden":
            raise HTTPException(409, "not this one")
        return NoteRead(text=body.text)

    @app.put("/v1/notes/{name}")
    def put_note(name: str, body: NoteCreate, session: CurrentSession) -> NoteRead:
        """Keep a note under a name."""
        session.add({"name": name, "text": body.text})
        return NoteRead(text=body.text)

    return app
