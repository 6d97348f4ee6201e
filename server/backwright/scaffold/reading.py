"""An endpoint context to a resource, every value checked again against what will be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from backwright.errors import InvalidInputError
from backwright.scaffold.clashes import check_classes
from backwright.scaffold.features import read_actions, read_auth, read_filters
from backwright.scaffold.field import Field, read_field
from backwright.scaffold.names import MAX_SQL_NAME, check_identifier, check_resource, pascal, plural_of
from backwright.scaffold.resource import Resource

OPERATIONS = ("list", "get", "create", "update", "delete")
MAX_FIELDS = 40
MAX_DESCRIPTION = 300
MAX_VERSION = 99


def read_resource(values: Mapping[str, object], keys: Sequence[Field] = ()) -> Resource:
    """The resource that an endpoint context describes, every name checked again against what will be written.

    Args:
        values: an `EndpointContext` of any version as JSON values.
        keys: the foreign keys of its relations, as `relations.read_keys` found them.

    Raises:
        InvalidInputError: a value is unusable; the message names it.
    """
    name = check_resource(_text(values, "resource"))
    plural = check_identifier(_text(values, "plural", plural_of(name)), "plural")
    if plural == name:
        raise InvalidInputError(f"plural equals resource, {name!r}", hint=f"give another plural, such as {name}_list")
    items = values.get("fields")
    if not isinstance(items, Sequence) or not 1 <= len(items) <= MAX_FIELDS:
        raise InvalidInputError("fields is not a list of 1 to 40 fields", hint="give at least one field")
    plain = tuple(read_field(item, pascal(name), plural) for item in cast("Sequence[object]", items))
    fields = (*plain, *(replace(key, owner=pascal(name), table=plural) for key in keys))
    resource = Resource(
        name,
        plural,
        fields,
        _operations(values),
        _text(values, "description", ""),
        filters=read_filters(values.get("filters"), fields),
        actions=read_actions(values.get("actions"), fields),
        auth=read_auth(values.get("auth")),
        idempotency=values.get("idempotency") is True,
        pagination=_one_of(values, "pagination", ("cursor", "offset")),
        version=_version(values),
        persistence=_one_of(values, "persistence", ("database", "none")),
    )
    _check(resource)
    return resource


def _one_of(values: Mapping[str, object], key: str, choices: tuple[str, ...]) -> str:
    value = values.get(key, choices[0])
    if value not in choices:
        raise InvalidInputError(f"{key} is {value!r}", hint=f"give one of {', '.join(choices)}")
    return str(value)


def _version(values: Mapping[str, object]) -> int:
    value = values.get("version", 1)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_VERSION:
        raise InvalidInputError(f"version is {value!r}", hint=f"give a whole number from 1 to {MAX_VERSION}")
    return value


def _text(values: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = values.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise InvalidInputError(f"{key} is not a string", hint=f"give {key} as a string")
    return value


def _operations(values: Mapping[str, object]) -> tuple[str, ...]:
    given = values.get("operations", OPERATIONS)
    if not isinstance(given, Sequence) or not given or not set(given) <= set(OPERATIONS):
        raise InvalidInputError(f"operations is {given!r}", hint=f"give some of {', '.join(OPERATIONS)}")
    return tuple(operation for operation in OPERATIONS if operation in given)


def _check(resource: Resource) -> None:
    fields = [field.name for field in resource.fields]
    repeated = next((name for name in fields if fields.count(name) > 1), None)
    if repeated is not None:
        raise InvalidInputError(f"two fields are called {repeated!r}", hint="rename one of them")
    texts = (resource.description, *(action.description for action in resource.actions))
    if max(map(len, texts)) > MAX_DESCRIPTION:
        raise InvalidInputError("the description is longer than 300 characters", hint="shorten it")
    try:
        "".join(texts).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInputError("the description holds half a surrogate pair", hint="leave it out") from error
    if resource.filters and "list" not in resource.operations:
        raise InvalidInputError("there are filters and no list", hint="add list to operations, or leave filters out")
    if resource.idempotency and "create" not in resource.operations:
        raise InvalidInputError("idempotency is for create", hint="add create to operations, or leave it out")
    check_classes(resource)
    names = [check.name for check in resource.checks]
    names += [field.unique_name for field in resource.uniques]
    names += [field.index_name for field in resource.indexes]
    names += [field.foreign_name for field in resource.relations]
    names += [f"ix_{resource.keys_table}_created_at"] if resource.idempotency else []
    longest = max(names, key=len, default="")
    if len(longest) > MAX_SQL_NAME:
        raise InvalidInputError(
            f"the constraint {longest!r} has a name of more than {MAX_SQL_NAME} characters, PostgreSQL's limit",
            hint="shorten the plural or the name of the field",
        )
