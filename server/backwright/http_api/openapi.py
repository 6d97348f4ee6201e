"""The OpenAPI document of `/v1`, from the models that its requests are read with."""

from __future__ import annotations

from typing import Final

import backwright
from backwright.http_api.contexts import PutContext, PutSchema

_NAME: Final = {"type": "string", "pattern": r"^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$"}
_COUNT: Final = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
_KEY: Final = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"}
_ETAG: Final = {"type": "string", "pattern": r'^"[1-9][0-9]{0,8}\.[0-9a-f]{32}"$'}

Json = dict[str, object]


def document() -> Json:
    """The whole document (OpenAPI 3.1)."""
    one = [_in_path("namespace", _NAME), _in_path("name", _NAME)]
    writing = [_header("If-Match", _ETAG), _header("Idempotency-Key", _KEY)]
    putting = [*writing, _header("If-None-Match", {"const": "*"})]
    listing = [
        *(_query(name, {"type": "string"}) for name in ("namespace", "type", "cursor")),
        _query("label", {"type": "array", "items": {"type": "string"}}),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 500}),
    ]
    following = [_query("after", _COUNT), _query("limit", {"type": "integer", "minimum": 1, "maximum": 500})]
    paging = [_query("before", _COUNT), _query("limit", {"type": "integer", "minimum": 1, "maximum": 500})]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Backwright contexts", "version": backwright.__version__},
        "paths": {
            "/v1/contexts": {"get": _operation("list_contexts", listing, {"200": "Page", "304": None})},
            "/v1/contexts/{namespace}/{name}": {
                "parameters": one,
                "get": _operation("get_context", [_query("type_version", _COUNT)], {"200": "Context", "304": None}),
                "put": _operation("put_context", putting, {"200": "Context", "201": "Context"}, "PutContext"),
                "delete": _operation("delete_context", writing, {"204": None}),
            },
            "/v1/contexts/{namespace}/{name}/versions": {
                "parameters": one,
                "get": _operation("list_versions", paging, {"200": "Page", "304": None}),
            },
            "/v1/contexts/{namespace}/{name}/versions/{version}": {
                "parameters": [*one, _in_path("version", _COUNT)],
                "get": _operation("get_version", [], {"200": "Context", "304": None}),
            },
            "/v1/audit/{namespace}": {
                "parameters": [_in_path("namespace", {"type": "string", "pattern": rf"{_NAME['pattern']}|^\*$"})],
                "get": _operation("read_audit", following, {"200": "Audit", "304": None}),
            },
            **_schema_paths(),
        },
        "components": {"schemas": _schemas()},
    }


def _schema_paths() -> Json:
    kind = [_in_path("type", {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,62}$"})]
    listing = [_query("type", {"type": "string"})]
    return {
        "/v1/schemas": {"get": _operation("list_schemas", listing, {"200": "Schemas", "304": None})},
        "/v1/schemas/{type}/versions/{version}": {
            "parameters": [*kind, _in_path("version", _COUNT)],
            "get": _operation("get_schema", [], {"200": "Schema", "304": None}),
        },
        "/v1/schemas/{type}": {
            "parameters": kind,
            "post": _operation("register_schema", [], {"200": "Check", "201": "Check"}, "PutSchema"),
        },
        "/v1/schemas/{type}/check": {
            "parameters": kind,
            "post": _operation("check_schema", [], {"200": "Check"}, "PutSchema"),
        },
    }


def _schemas() -> Json:
    text: Json = {"type": "string"}
    flag: Json = {"type": "boolean"}
    count: Json = {"type": "integer"}
    thing: Json = {"type": "object"}
    optional: Json = {"type": ["string", "null"]}
    context = _closed(
        {
            "uri": text,
            "version": count,
            "digest": text,
            "type": text,
            "type_version": count,
            "labels": thing,
            "deleted": flag,
            "updated_by": text,
            "updated_at": {"type": "string", "format": "date-time"},
            "body": thing,
            "changed": flag,
        },
        optional=("changed",),
    )
    schema = {"uri": text, "type": text, "version": count, "digest": text, "mode": text}
    schema |= {"latest": flag, "registered": flag}
    said = ("at", "actor", "client", "request_id", "action", "name", "before", "after", "previous", "hash")
    link = _closed({"namespace": text, "seq": count, "version": count, **dict.fromkeys(said, text)})
    check = {"uri": text, "version": count, "digest": text, "mode": text, "changed": flag}
    return {
        "PutContext": PutContext.model_json_schema(),
        "PutSchema": PutSchema.model_json_schema(by_alias=True),
        "Context": context,
        "Page": _closed(
            {"items": _list(_ref("Context")), "cursor": optional, "before": optional}, optional=("cursor", "before")
        ),
        "Schemas": _closed({"items": _list(_closed({**schema}))}),
        "Schema": _closed({**schema, "schema": thing}),
        "Audit": _closed({"items": _list(link), "after": optional}),
        "Check": _closed({**check, "changes": _list(thing)}),
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status"],
            "properties": {"type": text, "title": text, "status": count, "detail": text, "code": text, "hint": text},
        },
    }


def _operation(name: str, parameters: list[Json], answers: dict[str, str | None], body: str | None = None) -> Json:
    responses: Json = {status: _said(schema) for status, schema in answers.items()}
    responses["default"] = {"description": "what went wrong", **_content("Problem", "application/problem+json")}
    operation: Json = {"operationId": name, "parameters": parameters, "responses": responses}
    return operation if body is None else {**operation, "requestBody": {"required": True, **_content(body)}}


def _said(schema: str | None) -> Json:
    return {"description": schema or "nothing"} | ({} if schema is None else _content(schema))


def _content(schema: str, media: str = "application/json") -> Json:
    return {"content": {media: {"schema": _ref(schema)}}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _closed(properties: Json, *, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _in_path(name: str, schema: object) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, schema: object) -> Json:
    return {"name": name, "in": "query", "schema": schema}


def _header(name: str, schema: object) -> Json:
    return {"name": name, "in": "header", "schema": schema}
