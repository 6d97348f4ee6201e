"""An issuer whose tokens can be anything, its keys on a server that counts, and whoever was connected to."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

ISSUER: Final = "https://id.example/team"
RESOURCE: Final = "https://mcp.example/mcp"

RSA_KEY: Final = rsa.generate_private_key(65_537, 2_048)
OTHER_RSA_KEY: Final = rsa.generate_private_key(65_537, 2_048)
EC_KEY: Final = ec.generate_private_key(ec.SECP256R1())
ED_KEY: Final = ed25519.Ed25519PrivateKey.generate()

Jwk = dict[str, Any]


def jwk(key: Any, name: str, **more: object) -> Jwk:
    """The public half of a key, as a set of keys has it."""
    kind: Any = {rsa.RSAPrivateKey: "RS256", ec.EllipticCurvePrivateKey: "ES256"}
    algorithm = next((each for of, each in kind.items() if isinstance(key, of)), "EdDSA")
    made = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**made, "kid": name, "use": "sig", **more}


KEYS: Final = (jwk(RSA_KEY, "rsa"), jwk(EC_KEY, "ec", alg="ES256"), jwk(ED_KEY, "ed"))


def claims(**changed: object) -> dict[str, object]:
    """What a good token says; a keyword changes a claim or, with None, leaves it out."""
    now = int(time.time())
    good: dict[str, object] = {
        "iss": ISSUER,
        "sub": "ann",
        "aud": RESOURCE,
        "iat": now,
        "exp": now + 300,
        "scope": "skills:read contexts:read",
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def token(
    key: Any = RSA_KEY, algorithm: str = "RS256", head: dict[str, object] | None = None, **changed: object
) -> str:
    """A token with these claims, signed as it should be."""
    named = {"kid": "rsa"} if head is None else head
    return jwt.encode(claims(**changed), key, algorithm, headers={k: v for k, v in named.items() if v is not None})


@dataclass
class Serving:
    """A server of one JSON document, and the paths that it was asked for."""

    document: object
    asked: list[str] = field(default_factory=list)
    status: int = 200
    location: str | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/keys"


@contextmanager
def serving(document: object) -> Iterator[Serving]:
    """A document over HTTP, for as long as the block."""
    found = Serving(document)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            body = found.document if isinstance(found.document, bytes) else json.dumps(found.document).encode()
            self.send_response(found.status)
            if found.location is not None:
                self.send_header("location", found.location)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            # Whoever asked may be gone: a server that ends does not wait for keys.
            with suppress(ConnectionError):
                self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  the name that the library looks for

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


_WATCHED: list[list[object]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo"}:
        for watched in _WATCHED:
            watched.append(arguments[1] if event == "socket.connect" else arguments[0])


sys.addaudithook(_hook)


@contextmanager
def connections() -> Iterator[list[object]]:
    """Every address that this process connects to or looks up, for as long as the block."""
    watched: list[object] = []
    _WATCHED.append(watched)
    try:
        yield watched
    finally:
        _WATCHED.remove(watched)
