"""A field of a resource as Django writes it: in the model, in the migration, and what a request must refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member

from backwright.scaffold.features import Filter
from backwright.scaffold.field import ENUM_LENGTH, SAFE_INTEGER, Field, json_literal
from backwright.scaffold.resource import Resource

_CLASSES = {
    "str": "CharField",
    "text": "TextField",
    "int": "BigIntegerField",
    "float": "FloatField",
    "decimal": "DecimalField",
    "bool": "BooleanField",
    "datetime": "DateTimeField",
    "date": "DateField",
    "uuid": "UUIDField",
    "enum": "CharField",
}

_PARAMETERS = {
    "str": "CharField",
    "int": "IntegerField",
    "decimal": "DecimalField",
    "bool": "BooleanField",
    "datetime": "DateTimeField",
    "date": "DateField",
    "uuid": "UUIDField",
}

USER = "settings.AUTH_USER_MODEL"
"""The table of a reference to the model of the users."""

_ON_DELETE = {"cascade": "CASCADE", "set_null": "SET_NULL"}


@dataclass(frozen=True, slots=True)
class ForeignOptions:
    """What foreign keys look like in a project.

    Args:
        restrict: what it calls the refusal to delete what is referred to, `PROTECT` or `RESTRICT`.
        related: the names that the other models know the resource by, where Django's own could not be told apart.
    """

    restrict: str = "PROTECT"
    related: Mapping[str, str] = member(default_factory=dict)


def label(value: str) -> str:
    """What people read for a choice: `In progress` of `in_progress`."""
    return value.replace("_", " ").capitalize()


def column(field: Field, options: ForeignOptions) -> str:
    """The field in the model."""
    if field.reference is not None:
        return _foreign(field, options, migration=False)
    choices = f"{field.enum}.choices" if field.type == "enum" else None
    return _column(field, choices)


def migration_column(field: Field, options: ForeignOptions) -> str:
    """The field in the migration, which depends on no class of the application."""
    if field.reference is not None:
        return _foreign(field, options, migration=True)
    pairs = ", ".join(f"({json_literal(each)}, {json_literal(label(each))})" for each in field.choices)
    return _column(field, f"[{pairs}]" if field.type == "enum" else None)


def constraints(resource: Resource, keyword: str, *, migration: bool) -> list[str]:
    """The CHECK constraints: the choices of enums and the bounds of numbers hold for whoever writes to the table."""
    found = []
    for field in resource.fields:
        if field.reference is not None:
            continue
        name = f"ck_{resource.table}_{field.name}"
        if field.type == "enum":
            values = ", ".join(json_literal(each) for each in field.choices)
            given = f"[{values}]" if migration else f"{field.enum}.values"
            found.append(_check(keyword, f"models.Q({field.name}__in={given})", name))
        if field.ge is not None:
            found.append(_check(keyword, f"models.Q({field.name}__gte={field.ge})", f"{name}_min"))
        if field.le is not None:
            found.append(_check(keyword, f"models.Q({field.name}__lte={field.le})", f"{name}_max"))
    return found


def invalid(field: Field) -> str:
    """A JSON value, as a Python expression, that a request must refuse."""
    if field.type == "datetime":
        # Django takes a time without a zone as one of the project's.
        return '"yesterday"'
    return '"many"' if field.type == "decimal" and field.ge is None and field.le is None else field.invalid


def parameter(wanted: Filter) -> str:
    """The field of a serializer that reads a filter from the query."""
    kind, options = wanted.field.type, ["required=False"]
    if wanted.sign != "==":
        options.append(f"source={json_literal(lookup(wanted))}")
    if kind == "str":
        options.append(f"max_length={wanted.field.longest}")
    elif kind == "decimal":
        options.append("max_digits=15, decimal_places=4")
    elif kind == "int":
        options.append(f"min_value={-SAFE_INTEGER}, max_value={SAFE_INTEGER}")
    elif kind == "enum":
        return f"serializers.ChoiceField(choices={wanted.field.enum}.choices, {', '.join(options)})"
    return f"serializers.{_PARAMETERS[kind]}({', '.join(options)})"


def lookup(wanted: Filter) -> str:
    """What a filter compares, as the ORM writes it."""
    return wanted.field.name + {"==": "", ">=": "__gte", "<=": "__lte"}[wanted.sign]


def no_parameter(field: Field) -> str:
    """A text that a filter must refuse, as Python."""
    return {"decimal": '"many"', "datetime": '"yesterday"'}.get(field.type, field.no_parameter)


def _foreign(field: Field, options: ForeignOptions, *, migration: bool) -> str:
    assert field.reference is not None  # noqa: S101  the callers ask before
    table = field.reference.table
    to = table if table == USER else json_literal(table.lower() if migration else table)
    given = [f"on_delete=models.{_ON_DELETE.get(field.reference.on_delete, options.restrict)}"]
    if field.name in options.related:
        given.append(f"related_name={json_literal(options.related[field.name])}")
    if not field.required:
        given.append("null=True, blank=True")
    return f"models.ForeignKey({', '.join([f'to={to}' if migration else to, *given])})"


def _check(keyword: str, condition: str, name: str) -> str:
    return f"models.CheckConstraint({keyword}={condition}, name={json_literal(name)})"


def _column(field: Field, choices: str | None) -> str:
    options: list[str] = []
    if field.type in {"str", "enum"}:
        options.append(f"max_length={field.longest if field.type == 'str' else ENUM_LENGTH}")
    if field.type == "decimal":
        options.append("max_digits=15, decimal_places=4")
    if choices is not None:
        options.append(f"choices={choices}")
    if field.unique:
        options.append("unique=True")
    elif field.index:
        options.append("db_index=True")
    if not field.required:
        options.append("null=True, blank=True")
    validators = _validators(field)
    if validators:
        options.append(f"validators=[{', '.join(validators)}]")
    return f"models.{_CLASSES[field.type]}({', '.join(options)})"


def _validators(field: Field) -> list[str]:
    found = [f"MinLengthValidator({field.min_length})"] if field.min_length else []
    if field.type == "text":
        found.append(f"MaxLengthValidator({field.longest})")
    if field.ge is not None:
        found.append(f"MinValueValidator({field.ge})")
    if field.le is not None:
        found.append(f"MaxValueValidator({field.le})")
    return found
