"""Conventions that stand in the store, for several repositories, under each one's own `backwright.yaml`.

the process's (BACKWRIGHT_PROJECT_CONTEXT) < the file's `contexts`, in their order < what the file says itself
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from backwright.contexts.context import LOCAL, Caller
from backwright.contexts.project_file import FILE_NAME, Followed, parse_followed
from backwright.contexts.schemas.project_v3 import SCHEMA, ProjectContextV3
from backwright.contexts.service import Contexts
from backwright.errors import ContextNotFoundError, InvalidContextError, InvalidInputError

VARIABLE = "BACKWRIGHT_PROJECT_CONTEXT"
MEMBER = f"contexts in {FILE_NAME}"


@dataclass(frozen=True, slots=True)
class Registered:
    """Conventions from the store.

    Args:
        project: what they say.
        uri: the version that says it.
        over: the versions that it stands over, the nearest first.
    """

    project: ProjectContextV3
    uri: str
    over: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """Where the conventions are from, for whoever reads an answer."""
        over = f", over those of {', '.join(self.over)}" if self.over else ""
        return f"the conventions are those of {self.uri}{over}; what {FILE_NAME} says goes before them"

    def under(self, own: ProjectContextV3) -> ProjectContextV3:
        """The conventions with a project's own before them: a member that it names is wholly its own."""
        # What a file follows is in here already, and no member of a project context.
        said = own.model_dump(mode="json", exclude_unset=True, exclude={"contexts"})
        return ProjectContextV3.model_validate_json(
            json.dumps(self.project.model_dump(mode="json", exclude_unset=True) | said)
        )


def registered(contexts: Contexts | None, caller: Caller, name: str, *, place: str = VARIABLE) -> Registered:
    """The conventions that a name stands for, of whichever version of the schema, as the latest.

    Args:
        contexts: where they are; None where there is no store yet.
        caller: who asks.
        name: as `parse_followed`.
        place: where they are named: `VARIABLE` or `MEMBER`.

    Raises:
        InvalidContextError: it is no address, there is none, or it is of another type.
        StoreUnavailableError: the store cannot be reached.
    """
    try:
        wanted = parse_followed(name)
    except InvalidInputError as error:
        raise InvalidContextError(f"{place}: {error.message}", hint="write namespace/name") from None
    if contexts is None:
        raise _missing(wanted, place)
    try:
        found = contexts.get(caller, wanted.address, version=wanted.version)
        if found.deleted:
            raise _missing(wanted, place)
        if found.type != SCHEMA.type:
            raise InvalidContextError(
                f"{found.uri} is of the type {found.type}", hint=f"name one of the type {SCHEMA.type} in {place}"
            )
        found = contexts.get(caller, wanted.address, version=found.version, type_version=SCHEMA.version)
    except ContextNotFoundError:
        raise _missing(wanted, place) from None
    return Registered(ProjectContextV3.model_validate_json(found.text), found.uri)


def followed(contexts: Contexts | None, names: Sequence[str], *, told: str | None = None) -> Registered | None:
    """All that a project follows, as one; None where it follows nothing.

    Args:
        contexts: where they are; None where there is no store, which a name in a repository does not make.
        names: those that its file names; a later one stands over an earlier one.
        told: the one that the process is told of, under all of them.

    Raises:
        InvalidContextError, StoreUnavailableError: as `registered`.
    """
    # Who names them runs the process, or works in the project: this machine's user either way.
    whole = None if told is None else registered(contexts, LOCAL, told)
    for name in names:
        one = registered(contexts, LOCAL, name, place=MEMBER)
        whole = one if whole is None else Registered(whole.under(one.project), one.uri, (whole.uri, *whole.over))
    return whole


def _missing(wanted: Followed, place: str) -> InvalidContextError:
    uri = wanted.address.uri if wanted.version is None else f"{wanted.address.uri}/v/{wanted.version}"
    name = f"{wanted.address.namespace}/{wanted.address.name}"
    write = f"write it with `backwright contexts put {name} FILE --type {SCHEMA.type}`"
    if wanted.version is not None:
        write = f"see which versions there are with `backwright contexts history {name}`"
    leave = f"unset {VARIABLE}" if place == VARIABLE else f"take it out of {MEMBER}"
    return InvalidContextError(f"the conventions {uri} are not there", hint=f"{write}, or {leave}")
