"""What a resource does beside its five operations: filters of its list, actions, and who may call it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import cast

from backwright.errors import InvalidInputError
from backwright.scaffold.field import Field, json_literal
from backwright.scaffold.names import check_identifier

RANGES = ("int", "decimal", "datetime", "date")
"""Types that a list can be narrowed by from one value to another."""

_FILTER_TYPES = (*RANGES, "str", "bool", "uuid", "enum")
_ACTION_TYPES = {"enum": str, "bool": bool, "int": int}
_NOBODY = "00000000-0000-0000-0000-000000000000"
_PAGING = ("limit", "after", "offset", "include_total")
# Methods of the generated repository and service.
_METHODS = frozenset({"add", "change", "claim", "count", "create", "create_once", "delete", "get", "list", "page"}) | {
    "remove",
    "update",
}


@dataclass(frozen=True)
class Filter:
    """One parameter that narrows the list; `sign` compares the field with it."""

    name: str
    field: Field
    sign: str

    @property
    def compare(self) -> str:
        """The function of `operator` that compares."""
        return {"==": "eq", ">=": "ge", "<=": "le"}[self.sign]

    @property
    def request(self) -> str:
        """The type of the parameter, without `| None`."""
        return self.field.parameter

    @property
    def python(self) -> str:
        """The type in the domain."""
        return self.field.base

    @property
    def meaning(self) -> str:
        """One clause for the API's documentation."""
        words = {"==": "Only those with this", ">=": "Only those from this", "<=": "Only those up to this"}
        return f"{words[self.sign]} {self.field.label}."

    @property
    def sample(self) -> object:
        """The value as it stands in a query: that of the second example, or that of none."""
        if self.field.reference and self.field.reference.own:
            return _NOBODY
        value = self.field.json_sample(1)
        return str(value).lower() if isinstance(value, bool) else value

    @cached_property
    def matches(self) -> list[int]:
        """The numbers of the examples that the sample leaves."""
        if self.field.reference and self.field.reference.own:
            return []
        pivot = self._comparable(1)
        found = []
        for number in range(3):
            value = self._comparable(number)
            fits = value == pivot if self.sign == "==" else (value >= pivot) == (self.sign == ">=") or value == pivot
            found += [number] if fits else []
        return found

    def _comparable(self, number: int) -> tuple[Decimal, str]:
        value = str(self.field.json_sample(number))
        return (Decimal(value), "") if self.field.type in {"int", "decimal"} else (Decimal(), value)


@dataclass(frozen=True)
class Action:
    """A change of state; the pairs hold Python expressions and, for the tests, JSON literals."""

    name: str
    sets: tuple[tuple[Field, object], ...]
    when: tuple[tuple[Field, tuple[object, ...]], ...]
    description: str

    @property
    def label(self) -> str:
        """`send back` of `send_back`."""
        return self.name.replace("_", " ")

    @property
    def path(self) -> str:
        """The last part of the path, `send-back`."""
        return self.name.replace("_", "-")

    @property
    def values(self) -> list[tuple[str, str]]:
        """The names of what is set, with the value in the domain's types."""
        return [(field.name, field.domain_value(value)) for field, value in self.sets]

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """The names of what is asked for, with a tuple of values in the domain's types."""
        return [(field.name, self._among(field, values)) for field, values in self.when]

    @property
    def denials(self) -> list[str]:
        """What each condition comes to when it does not hold, after the object and a dot."""
        found = []
        for field, values in self.when:
            first = field.domain_value(values[0])
            alone = f"!= {first}" if field.type == "int" else f"is not {first}"
            found.append(f"{field.name} {alone if len(values) == 1 else f'not in {self._among(field, values)}'}")
        return found

    @staticmethod
    def _among(field: Field, values: Sequence[object]) -> str:
        return _tuple([field.domain_value(value) for value in values])

    @property
    def json_values(self) -> list[tuple[str, str]]:
        """What a response holds afterwards."""
        return [(field.name, json_literal(value)) for field, value in self.sets]

    @property
    def before(self) -> list[tuple[str, str]]:
        """JSON that allows it."""
        return [(field.name, json_literal(values[0])) for field, values in self.when]

    @property
    def refused(self) -> tuple[str, str] | None:
        """A member and its JSON that forbid it; None where nothing does."""
        for field, values in self.when:
            other = field.value_beside(values)
            if other is not None:
                return field.name, json_literal(other)
        return None

    @property
    def ends(self) -> bool:
        """Whether it forbids itself once it was done."""
        made = {field.name: value for field, value in self.sets}
        return any(field.name in made and made[field.name] not in values for field, values in self.when)

    @property
    def states(self) -> list[str]:
        """The names of the fields that it depends on."""
        return [field.name for field, _ in self.when]


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


@dataclass(frozen=True)
class Auth:
    """The scopes that reading and writing take; None where signing in is enough."""

    read: str | None
    write: str | None

    @property
    def scopes(self) -> list[str]:
        """Each scope once."""
        return list(dict.fromkeys(scope for scope in (self.read, self.write) if scope is not None))


def read_filters(given: object, fields: Sequence[Field]) -> tuple[Filter, ...]:
    """The parameters of the list, in the order in which they were asked for.

    Raises:
        InvalidInputError: there is no such field, it is of a type that cannot be compared, or a name is taken.
    """
    found: list[Filter] = []
    for name in _names(given, "filters"):
        field = next((each for each in fields if name in {each.name, each.relation}), None)
        if field is None or field.type not in _FILTER_TYPES:
            raise InvalidInputError(
                f"the filter {name!r} is no field that can be filtered by",
                hint=f"use fields of the types {', '.join(_FILTER_TYPES)}, or relations",
            )
        found.append(Filter(field.name, field, "=="))
        if field.type in RANGES and field.relation is None:
            found += [Filter(f"{field.name}_from", field, ">="), Filter(f"{field.name}_to", field, "<=")]
    names = [*_PAGING, *(each.name for each in found)]
    taken = next((name for name in names if names.count(name) > 1), None)
    if taken is not None:
        raise InvalidInputError(
            f"two parameters of the list would be called {taken!r}", hint="leave the filter out or rename the field"
        )
    return tuple(found)


def read_actions(given: object, fields: Sequence[Field]) -> tuple[Action, ...]:
    """The actions.

    Raises:
        InvalidInputError: a name is taken, or an action speaks of a field or value that is not there.
    """
    items = given if isinstance(given, Sequence) else ()
    known = {field.name: field for field in fields}
    actions: list[Action] = []
    for item in cast("Sequence[object]", items):
        if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
            raise InvalidInputError("an action is not an object with a name", hint="give it name, set and when")
        name = check_identifier(item["name"], "action")
        if name in _METHODS or name in {each.name for each in actions}:
            raise InvalidInputError(f"the action {name!r} is taken", hint="choose another name, such as send_back")
        sets = [(_field(name, key, known), value) for key, value in _pairs(item, "set")]
        when = [(_field(name, key, known), tuple(cast("Sequence[object]", v))) for key, v in _pairs(item, "when")]
        action = Action(name, tuple(sets), tuple(when), str(item.get("description", "")))
        _check_action(action)
        actions.append(action)
    return tuple(actions)


def _pairs(item: Mapping[object, object], key: str) -> list[tuple[str, object]]:
    given = item.get(key) or {}
    if not isinstance(given, Mapping):
        raise InvalidInputError(f"{key} of action {item['name']!r} is no object", hint="give fields with their values")
    return [(str(name), value) for name, value in given.items()]


def _field(action: str, name: str, known: Mapping[str, Field]) -> Field:
    field = known.get(name)
    if field is None or field.type not in _ACTION_TYPES or field.relation is not None:
        raise InvalidInputError(
            f"the action {action!r} speaks of {name!r}, which is no enum, bool or int field", hint="name one of those"
        )
    return field


def _check_action(action: Action) -> None:
    if not action.sets:
        raise InvalidInputError(f"the action {action.name!r} sets nothing", hint="give set, such as status=cancelled")
    for field, value in action.sets:
        if field.unique:
            raise InvalidInputError(
                f"the action {action.name!r} sets {field.name!r}, which is unique", hint="it could only be done once"
            )
        _check_value(action, field, value)
    for field, values in action.when:
        if not values:
            raise InvalidInputError(f"the action {action.name!r} could never be done", hint=f"allow a {field.name}")
        for value in values:
            _check_value(action, field, value)


def _check_value(action: Action, field: Field, value: object) -> None:
    fits = type(value) is _ACTION_TYPES[field.type]
    if fits and field.type == "enum":
        fits = value in field.choices
    if fits and field.type == "int":
        fits = field.bounds[0] <= cast("int", value) <= field.bounds[1]
    if not fits:
        raise InvalidInputError(
            f"{value!r} in the action {action.name!r} is no value of {field.name!r}", hint="correct the action"
        )


def read_auth(given: object) -> Auth | None:
    """The scopes.

    Raises:
        InvalidInputError: they are no scopes.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise InvalidInputError("auth is no object", hint="give read and write, or nothing in it")
    scopes = [given.get(key) for key in ("read", "write")]
    if not all(scope is None or (isinstance(scope, str) and _is_scope(scope)) for scope in scopes):
        raise InvalidInputError(f"auth is {dict(given)!r}", hint="give scopes such as invoices:read")
    return Auth(*(cast("str | None", scope) for scope in scopes))


def _is_scope(text: str) -> bool:
    # Printable ASCII without quotes, backslashes and spaces: RFC 6749, section 3.3.
    return 0 < len(text) <= 100 and all("!" <= each <= "~" and each not in "\"\\'" for each in text)  # noqa: PLR2004  as the context has it


def _names(given: object, what: str) -> tuple[str, ...]:
    items = given if given is not None else ()
    if isinstance(items, str) or not isinstance(items, Sequence) or not all(isinstance(each, str) for each in items):
        raise InvalidInputError(f"{what} is no list of names", hint="give the names of fields")
    return tuple(items)
