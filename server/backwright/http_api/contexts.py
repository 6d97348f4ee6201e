"""Contexts over plain HTTP, at `/v1`: what MCP's tools do, for whoever speaks no MCP.

Conditions are HTTP's own: the ETag of what was read in `If-Match`, `If-None-Match: *` to create, `Idempotency-Key`
(draft-ietf-httpapi-idempotency-key-header) to send a request again. Errors are problem details; see `problems`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal, TypeVar

import anyio.to_thread
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backwright.app import App
from backwright.errors import (
    ContextNotFoundError,
    InvalidBodyError,
    InvalidInputError,
    SchemaUnknownError,
    VersionConflictError,
)
from backwright.http_api.bearer import needs
from backwright.http_api.etags import PRIVATE, conditional, known
from backwright.identity.principal import caller_for, principal_in
from backwright.observing.requests import current

if TYPE_CHECKING:
    from backwright.contexts.context import Address, Caller, Condition, Context
    from backwright.contexts.registered import SchemaCheck, SchemaVersion

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)

_ETAG: Final = re.compile(r'"([1-9][0-9]{0,8})\.[0-9a-f]{32}"')
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_FOR_EVER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}


class PutContext(BaseModel):
    """What is stored: a document, the schema that it is written against, and labels to find it by."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: str = Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")
    type_version: int | None = Field(default=None, ge=1, le=999_999)
    body: dict[str, object]
    labels: dict[str, str] = Field(default_factory=dict)


class PutSchema(BaseModel):
    """A JSON Schema, and what its type promises from this version on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    # What Pydantic calls `schema` is deprecated, and taken all the same.
    json_schema: dict[str, object] = Field(alias="schema")
    mode: Literal["NONE", "BACKWARD", "FORWARD", "FULL"] | None = None
    version: int | None = Field(default=None, ge=1, le=999_999)


def routes(app: App) -> list[Route]:
    """The routes, over the app's contexts."""
    here = _Endpoints(app)
    one = "/v1/contexts/{namespace}/{name}"
    return [
        Route("/v1/contexts", needs("contexts:read", here.list), methods=["GET"]),
        Route(one, needs("contexts:read", here.get), methods=["GET"]),
        Route(one, needs("contexts:write", here.put), methods=["PUT"]),
        Route(one, needs("contexts:write", here.delete), methods=["DELETE"]),
        Route(f"{one}/versions", needs("contexts:read", here.history), methods=["GET"]),
        Route(f"{one}/versions/{{version}}", needs("contexts:read", here.version), methods=["GET"]),
        Route("/v1/schemas", needs("contexts:read", here.schemas), methods=["GET"]),
        Route("/v1/schemas/{type}/versions/{version}", needs("contexts:read", here.schema), methods=["GET"]),
        Route("/v1/schemas/{type}", needs("contexts:admin", here.register), methods=["POST"]),
        Route("/v1/schemas/{type}/check", needs("contexts:read", here.check), methods=["POST"]),
        Route("/v1/audit/{namespace}", needs("audit:read", here.audit), methods=["GET"]),
        Route("/v1/openapi.json", here.document, methods=["GET"]),
    ]


class _Endpoints:
    """What each route does: read the request, ask the contexts in a thread, write the answer."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def list(self, request: Request) -> Response:
        query = request.query_params
        _known(request, {"namespace", "type", "label", "cursor", "limit"})
        labels = dict(_label(each) for each in query.getlist("label"))
        page = await _in_thread(
            partial(
                self._app.contexts.list,
                _caller(request),
                namespace=query.get("namespace"),
                type=query.get("type"),
                labels=labels or None,
                cursor=query.get("cursor"),
                limit=_number("limit", query.get("limit", "100")),
            )
        )
        return conditional(request, {"items": [_shown(one) for one in page.items], "cursor": page.cursor})

    async def get(self, request: Request) -> Response:
        _known(request, {"type_version"})
        wanted = request.query_params.get("type_version")
        type_version = None if wanted is None else _number("type_version", wanted)
        get = partial(self._app.contexts.get, _caller(request), _address(request), type_version=type_version)
        return _answer(request, await _in_thread(get), PRIVATE)

    async def version(self, request: Request) -> Response:
        _known(request, set())
        number = _number("version", request.path_params["version"])
        get = partial(self._app.contexts.get, _caller(request), _address(request), version=number)
        return _answer(request, await _in_thread(get), _FOR_EVER)

    async def history(self, request: Request) -> Response:
        query = request.query_params
        _known(request, {"before", "limit"})
        before = query.get("before")
        page = await _in_thread(
            partial(
                self._app.contexts.history,
                _caller(request),
                _address(request),
                before=None if before is None else _number("before", before),
                limit=_number("limit", query.get("limit", "50")),
            )
        )
        return conditional(request, {"items": [_shown(one) for one in page.items], "before": page.cursor})

    async def put(self, request: Request) -> Response:
        _known(request, set())
        wanted = await _model(request, PutContext)
        address, caller = _address(request), _caller(request)
        condition = await self._condition(request, caller, address)
        written = await _in_thread(
            partial(
                self._app.contexts.put,
                caller,
                address,
                wanted.body,
                type=wanted.type,
                type_version=wanted.type_version,
                labels=wanted.labels,
                condition=condition,
            )
        )
        # One that was deleted is created anew, with the next number; what was answered before is not known to be that.
        created = written.context.version == 1 if written.event is None else written.event.created
        created = created and written.changed
        headers = {"ETag": written.context.etag, "Location": _path(written.context)}
        if written.replayed:
            headers["Idempotency-Replayed"] = "true"
        body = {**_shown(written.context), "changed": written.changed}
        return JSONResponse(body, HTTPStatus.CREATED if created else HTTPStatus.OK, headers)

    async def delete(self, request: Request) -> Response:
        _known(request, set())
        address, caller = _address(request), _caller(request)
        condition = await self._condition(request, caller, address)
        await _in_thread(partial(self._app.contexts.delete, caller, address, condition=condition))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def schemas(self, request: Request) -> Response:
        _known(request, {"type"})
        found = await _in_thread(partial(self._app.contexts.schemas, request.query_params.get("type")))
        return conditional(request, {"items": [_schema(one) for one in found]})

    async def schema(self, request: Request) -> Response:
        from backwright.contexts.registered import checked_type

        _known(request, set())
        kind, number = checked_type(request.path_params["type"]), _number("version", request.path_params["version"])
        try:
            found = await _in_thread(partial(self._app.contexts.schema, kind, number))
        except SchemaUnknownError:
            raise ContextNotFoundError(f"context-schema://{kind}/v{number}") from None
        return conditional(request, {**_schema(found), "schema": json.loads(found.text)})

    async def register(self, request: Request) -> Response:
        _known(request, set())
        wanted = await _model(request, PutSchema)
        register = partial(
            self._app.contexts.register_schema,
            _caller(request),
            request.path_params["type"],
            wanted.json_schema,
            mode=wanted.mode,
            version=wanted.version,
        )
        done = await _in_thread(register)
        return JSONResponse(_check(done), HTTPStatus.CREATED if done.changed else HTTPStatus.OK)

    async def check(self, request: Request) -> Response:
        _known(request, set())
        wanted = await _model(request, PutSchema)
        check = partial(
            self._app.contexts.check_schema,
            _caller(request),
            request.path_params["type"],
            wanted.json_schema,
            mode=wanted.mode,
            version=wanted.version,
        )
        return JSONResponse(_check(await _in_thread(check)))

    async def audit(self, request: Request) -> Response:
        query = request.query_params
        _known(request, {"after", "limit"})
        after = query.get("after")
        page = await _in_thread(
            partial(
                self._app.contexts.audit,
                _caller(request),
                _namespace(request),
                after=0 if after is None else _number("after", after),
                limit=_number("limit", query.get("limit", "100")),
            )
        )
        return conditional(request, {"items": [asdict(link) for link in page.items], "after": page.cursor})

    async def document(self, request: Request) -> Response:
        from backwright.http_api.openapi import document

        return conditional(request, document())

    async def _condition(self, request: Request, caller: Caller, address: Address) -> Condition:
        """What the headers demand. An ETag names a version and its digest, and both must be those of the latest."""
        from backwright.contexts.context import Condition

        match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
        condition = Condition(idempotency_key=request.headers.get("idempotency-key"))
        if none_match is not None:
            if none_match.strip() != "*" or match is not None:
                raise InvalidInputError("If-None-Match: only * is taken", hint="send it alone, to create")
            return replace(condition, if_version=0)
        if match is None:
            return condition
        found = _ETAG.fullmatch(match.strip())
        if found is None:
            raise InvalidInputError("If-Match: no ETag of a context", hint="send the ETag that you read, one, strong")
        version = int(found[1])
        try:
            of_then = await _in_thread(partial(self._app.contexts.get, caller, address, version=version))
        except ContextNotFoundError:
            return replace(condition, if_version=version)
        if of_then.etag != match.strip():
            raise VersionConflictError(address.uri, version=of_then.version, digest=of_then.digest)
        return replace(condition, if_version=version)


async def _in_thread(call: Callable[[], T]) -> T:
    return await anyio.to_thread.run_sync(call)


def _caller(request: Request) -> Caller:
    head, seen = request.headers, current()
    return caller_for(
        principal_in(request.scope),
        client=head.get("user-agent", ""),
        # As the log calls it, where there is one.
        request_id=head.get("x-request-id", "") if seen is None else seen.id,
        traceparent=head.get("traceparent"),
    )


def _namespace(request: Request) -> str:
    """A namespace, or `*` for what holds in all of them."""
    from backwright.contexts.access import ALL
    from backwright.contexts.context import checked_name

    named: str = request.path_params["namespace"]
    return named if named == ALL else checked_name("namespace", named)


def _address(request: Request) -> Address:
    from backwright.contexts.context import Address

    return Address(request.path_params["namespace"], request.path_params["name"])


async def _model(request: Request, model: type[Model]) -> Model:
    """The request's body, read as strictly as a context is."""
    from backwright.contexts.canonical import parse, shown, step

    value = parse(await request.body())
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        places = []
        for problem in error.errors(include_url=False, include_context=False, include_input=False)[:20]:
            pointer = ""
            for part in problem["loc"]:
                pointer = step(pointer, part)
            places.append({"pointer": shown(pointer), "message": problem["msg"]})
        raise InvalidBodyError(places) from None


def _known(request: Request, names: set[str]) -> None:
    unknown = sorted(request.query_params.keys() - names)
    if unknown:
        shown = unknown[0].encode("unicode_escape").decode("ascii")[:80]
        raise InvalidInputError(
            f"there is no query parameter {shown!r} here", hint=f"there are {sorted(names) or 'none'}"
        )


def _number(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise InvalidInputError(f"{name}: no number from 1", hint="write it in decimal digits")
    return int(text)


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise InvalidInputError("label: no key=value", hint="write label=team=billing")
    return key, value


def _answer(request: Request, context: Context, headers: Mapping[str, str]) -> Response:
    head = {**headers, "ETag": context.etag}
    if known(request, context.etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=head)
    return JSONResponse(_shown(context), headers=head)


def _path(context: Context) -> str:
    return f"/v1/contexts/{context.address.namespace}/{context.address.name}"


def _shown(context: Context) -> dict[str, object]:
    return {
        "uri": context.address.uri,
        "version": context.version,
        "digest": context.digest,
        "type": context.type,
        "type_version": context.type_version,
        "labels": dict(context.labels),
        "deleted": context.deleted,
        "updated_by": context.updated_by,
        "updated_at": context.updated_at.isoformat(),
        "body": context.body,
    }


def _schema(one: SchemaVersion) -> dict[str, object]:
    return {
        "uri": one.uri,
        "type": one.type,
        "version": one.version,
        "digest": one.digest,
        "mode": one.mode,
        "latest": one.latest,
        "registered": one.registered,
    }


def _check(found: SchemaCheck) -> dict[str, object]:
    return {
        "uri": found.uri,
        "version": found.version,
        "digest": found.digest,
        "mode": found.mode,
        "changed": found.changed,
        "changes": [dict(change.as_json()) for change in found.changes],
    }
