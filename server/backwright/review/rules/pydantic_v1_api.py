"""BW301: the API of Pydantic 1, which Pydantic 2 has deprecated, changed or removed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import head_of
from backwright.review.rules._pydantic import is_model, is_unknown, looks_like_model, names_model
from backwright.review.source import Source, keyword, last_name

_DECORATORS = {
    "root_validator": "model_validator",
    "validate_arguments": "validate_call",
    "validator": "field_validator",
}
# Keys of `class Config` that Pydantic 2 knows by another name only.
_RENAMED_KEYS = {
    "allow_mutation": "frozen",
    "allow_population_by_field_name": "populate_by_name",
    "anystr_lower": "str_to_lower",
    "anystr_strip_whitespace": "str_strip_whitespace",
    "anystr_upper": "str_to_upper",
    "keep_untouched": "ignored_types",
    "max_anystr_length": "str_max_length",
    "min_anystr_length": "str_min_length",
    "orm_mode": "from_attributes",
    "schema_extra": "json_schema_extra",
    "validate_all": "validate_default",
}
_KEYS = frozenset(
    {"alias_generator", "arbitrary_types_allowed", "case_sensitive", "env_file", "env_prefix", "extra", "fields"}
    | {"from_attributes", "json_encoders", "populate_by_name", "smart_union", "title", "use_enum_values"}
    | {"validate_assignment"}
    | set(_RENAMED_KEYS)
)
# Words that other libraries use as well: they count on a class that is a model.
_OF_MODELS = {"construct": "model_construct", "schema": "model_json_schema", "schema_json": "model_json_schema"}
_ATTRIBUTES = {"__fields__": "model_fields", "__fields_set__": "model_fields_set"}
_CLASS_METHODS = {
    "from_orm": "model_validate",
    "parse_file": "model_validate_json",
    "parse_obj": "model_validate",
    "parse_raw": "model_validate_json",
    "update_forward_refs": "model_rebuild",
}
_METHODS = {"copy": "model_copy", "dict": "model_dump", "json": "model_dump_json"}
_DUMP_WORDS = ("by_alias", "exclude", "exclude_defaults", "exclude_none", "exclude_unset", "include", "skip_defaults")
# Methods whose arguments mean the same under the new name, so that the line alone can be rewritten.
_SAME = frozenset({"copy", "dict", "json", "parse_obj", "parse_raw", "update_forward_refs"})
_FIELD_WORDS = {"allow_mutation": "frozen", "max_items": "max_length", "min_items": "min_length", "regex": "pattern"}


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    major = facts.majors.get("pydantic")
    if major == 1 or _uses_v1_on_purpose(source):
        return
    for finding in _all(source):
        yield finding if major else replace(finding, confidence=finding.confidence or Confidence.MEDIUM)


def _all(source: Source) -> Iterator[Finding]:
    yield from _imports(source)
    yield from _decorators(source)
    for attribute in source.nodes(ast.Attribute):
        if attribute.attr in _ATTRIBUTES and isinstance(attribute.ctx, ast.Load):
            new = _ATTRIBUTES[attribute.attr]
            yield Finding(
                (attribute.end_lineno or attribute.lineno,),
                f"`.{attribute.attr}` is Pydantic 1 and deprecated; use `.{new}`",
            )
    for node in source.nodes(ast.ClassDef):
        if node.name == "Config":
            yield from _config(source, node)
    for call in source.calls():
        yield from _calls(source, call)


def _uses_v1_on_purpose(source: Source) -> bool:
    return any((node.module or "").startswith("pydantic.v1") for node in source.nodes(ast.ImportFrom))


def _imports(source: Source) -> Iterator[Finding]:
    for statement in source.nodes(ast.ImportFrom):
        if statement.module == "pydantic.generics":
            message = "Pydantic 2 has no `pydantic.generics`; a BaseModel takes `Generic[T]` itself"
            yield Finding((statement.lineno,), message, severity=Severity.ERROR)
        for alias in statement.names if statement.module == "pydantic" else ():
            if alias.name == "BaseSettings":
                message = "Pydantic 2 has no `BaseSettings`; import it from pydantic_settings"
                yield Finding((alias.lineno,), message, severity=Severity.ERROR)


def _decorators(source: Source) -> Iterator[Finding]:
    holders = [*source.functions()]
    for decorator in (decorator for holder in holders for decorator in holder.decorator_list):
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = source.last(func) or ""
        if name in _DECORATORS and _is_of_pydantic(source, func, decorator):
            yield Finding(
                (decorator.lineno,),
                f"`@{name}` is Pydantic 1 and deprecated; use `@{_DECORATORS[name]}`",
            )


def _is_of_pydantic(source: Source, func: ast.expr, decorator: ast.expr) -> bool:
    qualified = source.qualified(func)
    if qualified is not None:
        return qualified.startswith("pydantic.")
    # In a hunk: `@validator("field")` on its own name; attrs writes `@field.validator`, SQLAlchemy `@validates`.
    first = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
    named = source.last(func) == "root_validator" or (isinstance(first, ast.Constant) and isinstance(first.value, str))
    return source.basis is Basis.FRAGMENT and isinstance(func, ast.Name) and named


def _config(source: Source, node: ast.ClassDef) -> Iterator[Finding]:
    keys = {
        target.id: statement
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    around = source.class_of(node)
    known = not _KEYS.isdisjoint(keys) and (around is not None or source.basis is Basis.FRAGMENT)
    if not known and (around is None or not is_model(source, around)):
        return
    yield Finding((node.lineno,), "`class Config` is Pydantic 1 and deprecated; use `model_config = ConfigDict(...)`")
    for key, statement in keys.items():
        if key in _RENAMED_KEYS:
            yield Finding(
                (statement.lineno,),
                f"Pydantic 2 ignores `{key}`; the setting is called `{_RENAMED_KEYS[key]}`",
            )


def _calls(source: Source, call: ast.Call) -> Iterator[Finding]:
    if last_name(call.func) == "Field" and source.qualified(call.func) in {None, "pydantic.Field"}:
        yield from _field(source, call)
    elif source.qualified(call.func) == "pydantic.parse_obj_as":
        yield Finding(head_of(call), "`parse_obj_as` is Pydantic 1 and deprecated; use `TypeAdapter(...)`")
    elif isinstance(call.func, ast.Attribute):
        yield from _method(source, call, call.func)


def _method(source: Source, call: ast.Call, func: ast.Attribute) -> Iterator[Finding]:
    sure = _is_old_method(source, call, func)
    if not sure and not _may_be_dump(source, call, func):
        return
    new = _CLASS_METHODS.get(func.attr) or _OF_MODELS.get(func.attr) or _METHODS[func.attr]
    yield Finding(
        (func.end_lineno or call.lineno, call.lineno),
        f"`.{func.attr}()` is Pydantic 1 and deprecated; use `.{new}()`" + ("" if sure else " if this is a model"),
        replacement=_rewritten(source, func, new) if sure and func.attr in _SAME else None,
        severity=None if sure else Severity.INFO,
        confidence=None if sure else Confidence.MEDIUM,
    )
    skip = keyword(call, "skip_defaults")
    if sure and skip is not None and skip.lineno != func.end_lineno:
        yield Finding((skip.lineno,), "Pydantic 2 knows no `skip_defaults`; it is called `exclude_unset`")


def _field(source: Source, call: ast.Call) -> Iterator[Finding]:
    for word, new in _FIELD_WORDS.items():
        value = keyword(call, word)
        if value is not None and (source.qualified(call.func) is not None or _is_default_of_field(source, call)):
            yield Finding(
                (value.lineno, call.lineno),
                f"Pydantic 2's `Field` knows no `{word}`; it is called `{new}`",
            )


def _is_default_of_field(source: Source, call: ast.Call) -> bool:
    """Whether a hunk without imports shows the call as the default of an annotated name in a class."""
    statement = source.parent(call)
    return isinstance(statement, ast.AnnAssign) and source.class_of(statement) is not None


def _is_old_method(source: Source, call: ast.Call, func: ast.Attribute) -> bool:
    if func.attr in _CLASS_METHODS:
        receiver = last_name(func.value) or ""
        defined_here = any(function.name == func.attr for function in source.functions())
        return not defined_here and (receiver == "cls" or receiver[:1].isupper())
    if func.attr in _OF_MODELS:
        named = (last_name(func.value) or "")[:1].isupper()
        return named and (func.attr == "schema_json" or names_model(source, func.value))
    if func.attr not in _METHODS or call.args:
        return False
    words = {argument.arg for argument in call.keywords}
    if func.attr == "copy":
        return "update" in words
    return not words.isdisjoint(_DUMP_WORDS) or (not words and looks_like_model(source, func.value))


def _may_be_dump(source: Source, call: ast.Call, func: ast.Attribute) -> bool:
    """A bare `.dict()` of a value that nothing in view makes: few other libraries have that method."""
    if func.attr != "dict" or call.args or call.keywords or not isinstance(func.value, ast.Name):
        return False
    defined_here = any(function.name == "dict" for function in source.functions())
    return not defined_here and func.value.id != "self" and is_unknown(source, func.value)


def _rewritten(source: Source, func: ast.Attribute, new: str) -> str | None:
    """The line with the method's new name; columns of the tree count bytes."""
    line = source.lines.get(func.end_lineno or 0, "").encode()
    end = func.end_col_offset or 0
    start = end - len(func.attr)
    if line[start:end].decode(errors="replace") != func.attr:
        return None
    return (line[:start] + new.encode() + line[end:]).decode()


RULE = Rule(
    code="BW301",
    name="pydantic-v1-api",
    kind="pydantic-v1-api",
    aggregate="in tests",
    severity=Severity.WARNING,
    summary="Pydantic 1's validators, Config or methods are used, which Pydantic 2 deprecates, ignores or has removed.",
    check_source=_check,
)
