"""JSON that reads alike for every parser (RFC 8259, section 4): what is said twice is not read at all.

One parser takes the first of two equal keys, another the last, and some take a key whatever its case: what a proxy has
checked is then not what is done (CVE-2026-27896). The SDK takes the last, and a key as it is written.
"""

from __future__ import annotations

import json
from typing import Final, NoReturn

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from backwright._hidden import printable

_PARSE_ERROR: Final = -32700
_INVALID_REQUEST: Final = -32600
_ENVELOPE: Final = frozenset({"jsonrpc", "id", "method", "params", "result", "error"})
_PARAMS: Final = "params"
_META: Final = "_meta"

Object = dict[str, object]


class AmbiguousError(Exception):
    """A key that not every parser reads alike."""


def check(body: bytes) -> None:
    """Return if a request says each thing once.

    Keys are compared as they are written, everywhere; in the envelope, `params` and `_meta` also without case.

    Raises:
        AmbiguousError: it does not.
        ValueError: it is no JSON, or lies too deep.
    """
    try:
        document = _DECODER.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except RecursionError:
        raise ValueError("it lies too deep") from None
    for message in document if isinstance(document, list) else [document]:
        if isinstance(message, dict):
            _check_message(message)


def _check_message(message: Object) -> None:
    for key in message:
        if key not in _ENVELOPE and key.casefold() in _ENVELOPE:
            raise AmbiguousError(f"write {key.casefold()}, not {printable(key, 20)}")
    params = message.get(_PARAMS)
    if isinstance(params, dict):
        _check_case(params)
        meta = params.get(_META)
        if isinstance(meta, dict):
            _check_case(meta)


def _check_case(given: Object) -> None:
    folded: dict[str, str] = {}
    for key in given:
        other = folded.setdefault(key.casefold(), key)
        if other is not key:
            raise AmbiguousError(f"{printable(other, 40)} and {printable(key, 40)} differ in case alone")


def _once(pairs: list[tuple[str, object]]) -> Object:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise AmbiguousError(f"{printable(key, 40)} is there twice")
            seen.add(key)
    return made


def _zero(_: str) -> int:
    """Numbers are not looked at, and one of many digits would take long to read."""
    return 0


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# To make one takes as long as to read a small request with it.
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_int=_zero, parse_constant=_refused)


class StrictJson:
    """An ASGI application that hands on what is JSON and says each thing once.

    Args:
        app: what answers. Bodies have to come whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        message = await receive()
        try:
            check(message.get("body", b""))
        except AmbiguousError as error:
            await _error(_INVALID_REQUEST, f"Invalid Request: {error}")(scope, receive, send)
            return
        except ValueError:
            await _error(_PARSE_ERROR, "Parse error")(scope, receive, send)
            return
        messages = [message]

        async def again() -> dict[str, object]:
            return dict(messages.pop()) if messages else dict(await receive())

        await self._app(scope, again, send)


def _error(code: int, message: str) -> JSONResponse:
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": message}}, 400)
