"""JSON Schemas as a model should see them: Pydantic's, without what costs tokens and says nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypedDict

from pydantic import BaseModel

if TYPE_CHECKING:
    from backwright.mcp_api.tool import Tool

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
ObjectSchema: TypeAlias = dict[str, Any]


class Schemas(TypedDict):
    """What `tools/list` says of a tool's arguments and of its answer."""

    input: ObjectSchema
    output: ObjectSchema


STORED: Final = Path(__file__).parent / "tools" / "_schemas.json"

# A failure has a code and a message as well; the one name that no success has tells the two apart.
_FAILURE = ("hint",)
# Checked by the server, which says what is wrong; a model hardly ever goes wrong here and pays for each on each turn.
_LIMITS = frozenset(
    {
        *("title", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"),
        *("maxProperties", "propertyNames", "additionalProperties"),
    }
)
# Of an answer, names and types are enough: it explains itself where it is read, and so do the rows of its lists.
_PROSE = frozenset({"description", "default", "required", "enum", "items"})
_PLAIN_DEFAULTS: tuple[Json, ...] = ("", [], {}, False)


def schemas_of(tool: Tool[Any, Any]) -> Schemas:
    """Both schemas of a tool, generated from its models."""
    return Schemas(input=input_schema(tool.input(), tool.prose), output=output_schema(tool.output()))


def stored_schemas() -> dict[str, Schemas]:
    """The schemas of the tools that ship with Backwright, as `schemas_of` gives them, by the tool's name.

    Generating them takes longer than everything else that is ours before the first answer. A test holds that they are
    the models' own, and `python -m backwright.mcp_api._schema` writes them anew; a tool that has none here is
    generated when it is listed.
    """
    stored: dict[str, Schemas] = json.loads(STORED.read_bytes())
    return stored


def input_schema(model: type[BaseModel], prose: Mapping[str, str] = MappingProxyType({})) -> ObjectSchema:
    """The schema of a tool's arguments.

    Titles repeat names, limits are explained when they are broken, and `null` beside a type only says that an argument
    may be left out; all go. References are written out, because some clients do not follow them. `prose` replaces the
    description of an argument and of everything inside it, and their defaults; an empty one leaves the name to speak.
    """
    schema = _compact(model.model_json_schema(), _LIMITS)
    properties = schema["properties"]
    schema["properties"] = {
        name: _described(value, prose[name]) if name in prose else value for name, value in properties.items()
    }
    return schema


def output_schema(model: type[BaseModel]) -> ObjectSchema:
    """The schema of a tool's structured content: a success, or a failure with its code, message and hint.

    Clients check failures against it too, so both have to fit.
    """
    full = model.model_json_schema(mode="serialization")
    schema = _compact(full, _LIMITS | _PROSE)
    # Most of it is text, so only what is none is said to be what it is.
    schema["properties"] = {
        name: {} if value == {"type": "string"} else value for name, value in schema["properties"].items()
    }
    schema["anyOf"] = [{"required": full.get("required", [])}, {"required": list(_FAILURE)}]
    return schema


def _described(node: Json, prose: str) -> Json:
    bare = _inline(node, {}, frozenset({"description", "default"}))
    return bare | {"description": prose} if isinstance(bare, dict) and prose else bare


def _compact(schema: Mapping[str, Json], dropped: frozenset[str]) -> ObjectSchema:
    definitions = schema.get("$defs")
    known = definitions if isinstance(definitions, dict) else {}
    root = {key: value for key, value in schema.items() if key not in {"$defs", "description"}}
    plain = _inline(root, known, dropped)
    return plain if isinstance(plain, dict) else {}


def _inline(node: Json, definitions: Mapping[str, Json], dropped: frozenset[str]) -> Json:
    if isinstance(node, list):
        return [_inline(item, definitions, dropped) for item in node]
    if not isinstance(node, dict):
        return node
    node = _without_null(_dereferenced(_without_null(node), definitions))
    compact: dict[str, Json] = {}
    for key, value in node.items():
        if key == "properties" and isinstance(value, dict):
            # Here the keys are names of fields, and `title` may be one.
            compact[key] = {name: _inline(field, definitions, dropped) for name, field in value.items()}
        elif key not in dropped and not (key == "default" and value in _PLAIN_DEFAULTS):
            compact[key] = _inline(value, definitions, dropped)
    return compact


def _dereferenced(node: dict[str, Json], definitions: Mapping[str, Json]) -> dict[str, Json]:
    reference = node.get("$ref")
    target = definitions[reference.rpartition("/")[2]] if isinstance(reference, str) else None
    if not isinstance(target, dict):
        return node
    inner = {key: value for key, value in target.items() if key != "description"}
    return inner | {key: value for key, value in node.items() if key != "$ref"}


def _without_null(node: dict[str, Json]) -> dict[str, Json]:
    plain = {key: value for key, value in node.items() if not (key == "default" and value is None)}
    choices = plain.get("anyOf")
    if not isinstance(choices, list):
        return plain
    real = [choice for choice in choices if choice != {"type": "null"}]
    only = real[0] if len(real) == 1 else None
    if not isinstance(only, dict):
        return plain
    del plain["anyOf"]
    return only | plain


def _main() -> None:
    from backwright._discover import discover
    from backwright.mcp_api import tools
    from backwright.mcp_api.tool import Tool

    found = discover(tools, "TOOL", Tool, key=lambda tool: tool.name)
    text = json.dumps({tool.name: schemas_of(tool) for tool in found}, ensure_ascii=False, indent=1)
    STORED.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    _main()
