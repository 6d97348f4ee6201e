"""The least body that a Pydantic model accepts, from its fields and their constraints; or why it cannot be told."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from backwright.scaffold.symbols import Found, Module, Symbols

_DEPTH = 6
_LONGEST = 2_000
_PLAIN: Mapping[str, object] = {
    "bool": True,
    "datetime": "2026-01-31T12:00:00Z",
    "AwareDatetime": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "time": "12:00:00",
    "timedelta": "PT1H",
    "UUID": "018f4e7a-6b1c-7c3e-9d2a-1b2c3d4e5f60",
    "UUID4": "9b2f6c1e-4d3a-4f5b-8c7d-6e5f4a3b2c1d",
    "EmailStr": "someone@example.com",
    "HttpUrl": "https://example.com/",
    "AnyUrl": "https://example.com/",
    "AnyHttpUrl": "https://example.com/",
    "IPvAnyAddress": "192.0.2.1",
    "Any": "anything",
    "object": "anything",
    "JsonValue": "anything",
    "dict": {},
    "Mapping": {},
    "SecretStr": "a secret text",
}
_LISTS = frozenset({"list", "List", "Sequence", "tuple", "set", "frozenset", "Set", "Tuple", "Iterable"})
_NUMBERS = {"int": 1, "float": 1.5, "Decimal": "1.50"}
_SIGNED: Mapping[str, tuple[str, int]] = {
    "PositiveInt": ("int", 1),
    "NonNegativeInt": ("int", 0),
    "PositiveFloat": ("float", 1),
    "NonNegativeFloat": ("float", 0),
}
_CONSTRAINTS = frozenset({"min_length", "max_length", "ge", "gt", "le", "lt", "multiple_of", "pattern"})


class UnknownError(Exception):
    """What a value has to be cannot be told; the text says of what, and where."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body of a request.

    Args:
        model: the class.
        place: where it is.
        required: the JSON names of its required fields.
        values: the least body.
        doubts: what may make it invalid all the same.
    """

    model: str
    place: str
    required: tuple[str, ...]
    values: Mapping[str, object]
    doubts: tuple[str, ...]


@dataclass(slots=True)
class _Field:
    module: Module
    name: str
    annotation: ast.expr
    value: ast.expr | None
    constraints: dict[str, object] = field(default_factory=dict)


class Samples:
    """Makes values for the annotations of a project."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols

    def is_model(self, module: Module, name: str, depth: int = 0) -> Found | None:
        """The class of this name, where it is a Pydantic model of the project."""
        found = self._symbols.find(module, name)
        if found is None or not isinstance(found.node, ast.ClassDef) or depth > _DEPTH:
            return None
        for base in found.node.bases:
            text = ast.unparse(base).partition("[")[0]
            if self._symbols.qualified(found.module, text).rpartition(".")[2] in {"BaseModel", "SQLModel"}:
                return found
            if self.is_model(found.module, text, depth + 1) is not None:
                return found
        return None

    def body(self, found: Found) -> Body:
        """The least body of a model.

        Raises:
            UnknownError: a required field has a type or a constraint that cannot be followed.
        """
        assert isinstance(found.node, ast.ClassDef)  # noqa: S101  `is_model` gave it
        place = f"{found.module.path}:{found.node.lineno}"
        values, required = self._model(found, 0)
        return Body(found.node.name, place, required, values, tuple(self._doubts(found)))

    def names(self, found: Found) -> tuple[str, ...]:
        """The JSON names of all fields of a model, inherited ones first.

        Raises:
            UnknownError: one has an alias that is no literal.
        """
        return tuple(dict.fromkeys(_json_name(each) for each in self._fields(found, 0)))

    def value(self, module: Module, annotation: ast.expr, name: str, extra: Sequence[ast.expr | None] = ()) -> object:
        """A value that the annotation and what is said beside it accept, as JSON.

        Raises:
            UnknownError: it cannot be told.
        """
        given = _Field(module, name, annotation, None)
        for each in extra:
            _read_constraints(given, each)
        return self._value(given, annotation, 0)

    def _model(self, found: Found, depth: int) -> tuple[dict[str, object], tuple[str, ...]]:
        if depth > _DEPTH:
            raise UnknownError(f"{found.module.path}: the models are nested too deep")
        values: dict[str, object] = {}
        fields = {each.name: each for each in self._fields(found, 0)}
        for each in fields.values():
            if _is_required(each):
                values[_json_name(each)] = self._value(each, each.annotation, depth)
        return values, tuple(values)

    def _fields(self, found: Found, depth: int) -> Iterator[_Field]:
        assert isinstance(found.node, ast.ClassDef)  # noqa: S101  `is_model` gave it
        for base in found.node.bases:
            above = self.is_model(found.module, ast.unparse(base).partition("[")[0])
            if above is not None and depth < _DEPTH:
                yield from self._fields(above, depth + 1)
        for statement in found.node.body:
            if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
                continue
            name = statement.target.id
            if (
                not name.startswith("_")
                and name != "model_config"
                and "ClassVar" not in ast.unparse(statement.annotation)
            ):
                yield _Field(found.module, name, statement.annotation, statement.value)

    def _doubts(self, found: Found) -> Iterator[str]:
        assert isinstance(found.node, ast.ClassDef)  # noqa: S101  `is_model` gave it
        for statement in found.node.body:
            if isinstance(statement, ast.FunctionDef):
                decorators = [ast.unparse(each).partition("(")[0] for each in statement.decorator_list]
                if any(
                    name in {"model_validator", "field_validator", "validator", "root_validator"} for name in decorators
                ):
                    yield f"{found.module.path}:{statement.lineno} {statement.name}"

    def _value(self, given: _Field, annotation: ast.expr, depth: int) -> object:
        if depth > _DEPTH:
            raise UnknownError(_of(given, "is nested too deep"))
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except SyntaxError:
                raise UnknownError(_of(given, "has an annotation that is no Python")) from None
        if isinstance(annotation, ast.Constant) and annotation.value is None:
            return None
        if isinstance(annotation, ast.BinOp):
            return self._value(given, annotation.left, depth + 1)
        _read_constraints(given, given.value)
        if isinstance(annotation, ast.Subscript):
            return self._subscript(given, annotation, depth)
        return self._named(given, ast.unparse(annotation), depth)

    def _subscript(self, given: _Field, annotation: ast.Subscript, depth: int) -> object:
        name = ast.unparse(annotation.value).rpartition(".")[2]
        parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        if name == "Annotated":
            for extra in parts[1:]:
                _read_constraints(given, extra)
            return self._value(given, parts[0], depth + 1)
        if name == "Literal" and isinstance(parts[0], ast.Constant):
            return parts[0].value
        if name in {"Optional", "Union"}:
            return self._value(given, parts[0], depth + 1)
        if name in _LISTS:
            inner = _Field(given.module, given.name, parts[0], None)
            least = given.constraints.get("min_length", 0)
            return [self._value(inner, parts[0], depth + 1)] * (least if isinstance(least, int) else 0)
        if name in {"dict", "Dict", "Mapping"}:
            return {}
        return self._named(given, ast.unparse(annotation), depth)

    def _named(self, given: _Field, name: str, depth: int) -> object:
        short = name.rpartition(".")[2]
        found = self._symbols.find(given.module, name)
        if found is not None:
            return self._found(given, found, name, depth)
        if short in _SIGNED:
            short, least = _SIGNED[short]
            given.constraints.setdefault("ge", least)
        if short in _NUMBERS:
            return _number(given, short)
        if short in {"str", "bytes"}:
            return _text(given)
        if short in _PLAIN:
            return _PLAIN[short]
        if short in _LISTS:
            return []
        raise UnknownError(_of(given, f"is a {name}"))

    def _found(self, given: _Field, found: Found, name: str, depth: int) -> object:
        if isinstance(found.node, ast.ClassDef):
            if self.is_model(given.module, name) is not None:
                return self._model(found, depth + 1)[0]
            if any("Enum" in ast.unparse(base) for base in found.node.bases):
                values = [getattr(each, "value", None) for each in found.node.body if isinstance(each, ast.Assign)]
                first = next((each.value for each in values if isinstance(each, ast.Constant)), None)
                if first is not None:
                    return first
            raise UnknownError(_of(given, f"is a {name}, whose values cannot be told"))
        alias = getattr(found.node, "value", None)
        if isinstance(alias, ast.expr):
            inner = _Field(found.module, given.name, alias, None, given.constraints)
            return self._value(inner, alias, depth + 1)
        raise UnknownError(_of(given, f"is a {name}"))


def _is_required(given: _Field) -> bool:
    for call in (given.value, *_annotated(given.annotation)):
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "Field":
            default = call.args[0] if call.args else None
            keywords = {each.arg: each.value for each in call.keywords}
            default = default if default is not None else keywords.get("default")
            if "default_factory" in keywords or (default is not None and not _is_ellipsis(default)):
                return False
    plain = given.value is not None and not isinstance(given.value, ast.Call) and not _is_ellipsis(given.value)
    made = isinstance(given.value, ast.Call) and ast.unparse(given.value.func).rpartition(".")[2] != "Field"
    return not plain and not made


def _annotated(annotation: ast.expr) -> list[ast.expr]:
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).endswith("Annotated"):
        return annotation.slice.elts[1:] if isinstance(annotation.slice, ast.Tuple) else []
    return []


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _json_name(given: _Field) -> str:
    for call in (given.value, *_annotated(given.annotation)):
        if isinstance(call, ast.Call):
            for each in call.keywords:
                if each.arg in {"alias", "validation_alias"}:
                    if isinstance(each.value, ast.Constant) and isinstance(each.value.value, str):
                        return each.value.value
                    raise UnknownError(_of(given, "has an alias that is no plain text"))
    return given.name


def _read_constraints(given: _Field, node: ast.expr | None) -> None:
    if not isinstance(node, ast.Call):
        return
    for each in node.keywords:
        if each.arg in _CONSTRAINTS:
            try:
                given.constraints[each.arg] = ast.literal_eval(each.value)
            except ValueError:
                if each.arg == "pattern" or each.arg not in {"max_length", "le", "lt"}:
                    raise UnknownError(_of(given, f"has a {each.arg} that is no literal")) from None


def _text(given: _Field) -> str:
    if "pattern" in given.constraints:
        raise UnknownError(_of(given, "has a pattern"))
    least, most = given.constraints.get("min_length", 1), given.constraints.get("max_length", _LONGEST)
    if not isinstance(least, int) or not isinstance(most, int) or least > min(most, _LONGEST):
        raise UnknownError(_of(given, "has a length that cannot be met"))
    return (given.name.replace("_", " ") or "text")[: max(most, 0)].ljust(least, "x")


def _number(given: _Field, kind: str) -> object:
    bounds: dict[str, object] = {
        key: given.constraints[key] for key in ("ge", "gt", "le", "lt") if key in given.constraints
    }
    if any(not isinstance(each, int | float) for each in bounds.values()) or "multiple_of" in given.constraints:
        raise UnknownError(_of(given, "has a bound that cannot be followed"))
    low, high = _bound(bounds, "ge", "gt", 1), _bound(bounds, "le", "lt", -1)
    number = low if low is not None else high if high is not None else 1.0
    if high is not None and high < number:
        middle = (number - 1 + high + 1) / 2
        if kind == "int" or not (bounds.get("gt", bounds.get("ge", middle)) < middle):  # type: ignore[operator]
            raise UnknownError(_of(given, "has bounds with no whole number between"))
        number = middle
    if kind == "int":
        return int(number) if number == int(number) else int(number) + 1
    return str(number) if kind == "Decimal" else number


def _bound(bounds: Mapping[str, object], inclusive: str, exclusive: str, step: int) -> float | None:
    if isinstance(value := bounds.get(inclusive), int | float):
        return float(value)
    value = bounds.get(exclusive)
    return float(value) + step if isinstance(value, int | float) else None


def _of(given: _Field, why: str) -> str:
    return f"{given.name} ({given.module.path}:{given.annotation.lineno}) {why}"
