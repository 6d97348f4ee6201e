"""Conventions that stand in the store, for several repositories, under each one's own `backwright.yaml`."""

from __future__ import annotations

import json
from dataclasses import dataclass

from backwright.contexts.context import Address, Caller
from backwright.contexts.schemas.project_v3 import SCHEMA, ProjectContextV3
from backwright.contexts.service import Contexts
from backwright.errors import ContextNotFoundError, InvalidContextError, InvalidInputError

VARIABLE = "BACKWRIGHT_PROJECT_CONTEXT"


@dataclass(frozen=True, slots=True)
class Registered:
    """Conventions from the store.

    Args:
        project: what they say.
        uri: the version that says it.
    """

    project: ProjectContextV3
    uri: str

    @property
    def note(self) -> str:
        """Where the conventions are from, for whoever reads an answer."""
        return f"the conventions are those of {self.uri}; what backwright.yaml says goes before them"

    def under(self, own: ProjectContextV3) -> ProjectContextV3:
        """The conventions with a project's own before them: a member that it names is wholly its own."""
        said = own.model_dump(mode="json", exclude_unset=True)
        return ProjectContextV3.model_validate_json(
            json.dumps(self.project.model_dump(mode="json", exclude_unset=True) | said)
        )


def registered(contexts: Contexts, caller: Caller, name: str) -> Registered:
    """The conventions that a name stands for, of whichever version of the schema, as the latest.

    Args:
        contexts: where they are.
        caller: who asks.
        name: `namespace/name`.

    Raises:
        InvalidContextError: it is no address, there is none, or it is of another type.
        StoreUnavailableError: the store cannot be reached.
    """
    namespace, _, rest = name.removeprefix("context://").partition("/")
    try:
        address = Address(namespace, rest)
    except InvalidInputError as error:
        raise InvalidContextError(f"{VARIABLE}: {error.message}", hint="write namespace/name") from None
    try:
        found = contexts.get(caller, address)
        if found.type != SCHEMA.type:
            raise InvalidContextError(
                f"{found.uri} is of the type {found.type}", hint=f"name one of the type {SCHEMA.type} in {VARIABLE}"
            )
        found = contexts.get(caller, address, version=found.version, type_version=SCHEMA.version)
    except ContextNotFoundError:
        hint = f"write it with `backwright contexts put {namespace}/{rest} FILE --type project`, or unset {VARIABLE}"
        raise InvalidContextError(f"the conventions {address.uri} are not there", hint=hint) from None
    return Registered(ProjectContextV3.model_validate_json(found.text), found.uri)
