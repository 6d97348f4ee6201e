"""BW402: a JSON Web Token is decoded without its signature, or without fixing the algorithm."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import is_literal, text_of, texts_of, value_bound_to
from backwright.review.source import Source, keyword, lines_of, spread

_DECODERS = frozenset({"jwt.decode", "jwt.decode_complete", "jose.jwt.decode"})
_UNVERIFIED = frozenset({"jose.jwt.get_unverified_claims"})
_ENCODERS = frozenset({"jwt.encode", "jose.jwt.encode"})
_REASON = re.compile(r"#.*\b(signature|verif|trust|unverified)", re.IGNORECASE)
_REASON_LINES = 4  # how far above the call a comment still speaks of it
_ALGORITHMS_AT = 2  # jwt.decode(token, key, algorithms)


def _unverified(source: Source, call: ast.Call) -> ast.expr | None:
    """The expression that turns the check of the signature off, where there is one."""
    verify = keyword(call, "verify")
    if is_literal(verify, False):  # noqa: FBT003  # the literal looked for
        return verify
    options = value_bound_to(source, keyword(call, "options"))
    if not isinstance(options, ast.Dict):
        return None
    for key, value in zip(options.keys, options.values, strict=True):
        if text_of(key) == "verify_signature" and is_literal(value, False):  # noqa: FBT003  # the literal looked for
            return value
    return None


def _algorithms(call: ast.Call) -> ast.expr | None:
    if len(call.args) > _ALGORITHMS_AT:
        return call.args[_ALGORITHMS_AT]
    return keyword(call, "algorithms")


def _verified_beside(source: Source, call: ast.Call) -> bool:
    """Whether the same function also decodes with the signature: a first look at `iss` or `kid` is no hole then."""
    function = source.function_of(call)
    return function is not None and any(
        other is not call and source.function_of(other) is function and _unverified(source, other) is None
        for other in source.calls(*_DECODERS)
    )


def _is_explained(source: Source, call: ast.Call) -> bool:
    """Whether a comment at the call says why the signature need not be checked; a reader must weigh that."""
    near = range(call.lineno - _REASON_LINES, (call.end_lineno or call.lineno) + 1)
    return any(_REASON.search(source.lines.get(line, "")) for line in near)


def _lacks_algorithms(call: ast.Call) -> bool:
    """Whether the algorithm is left open; Authlib's `decode`, known by its claims options, fixes it elsewhere."""
    opaque = spread(call) or any(isinstance(argument, ast.Starred) for argument in call.args)
    return not opaque and _algorithms(call) is None and keyword(call, "claims_options") is None


def _of_decode(source: Source, call: ast.Call) -> Iterator[Finding]:
    off = _unverified(source, call)
    if off is not None:
        if not _verified_beside(source, call):
            yield Finding(
                (off.lineno, *lines_of(call)),
                "the token is decoded without checking its signature, so anyone can write its claims; "
                "verify it with the key and a fixed list of algorithms",
                severity=Severity.WARNING if _is_explained(source, call) else None,
                confidence=Confidence.LOW if _is_explained(source, call) else None,
            )
    elif _lacks_algorithms(call):
        yield Finding(
            lines_of(call),
            "the token is decoded without `algorithms`, so the token itself says how it is checked; "
            "name the algorithms that the issuer uses",
            confidence=Confidence.MEDIUM if source.basis is Basis.FRAGMENT else None,
        )


def _names_none(node: ast.expr | None) -> bool:
    return any(text.lower() == "none" for text in texts_of(node))


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if is_test(source.path):
        return
    for call in source.calls(*_DECODERS):
        algorithms = value_bound_to(source, _algorithms(call))
        if _names_none(algorithms):
            yield Finding(lines_of(call), "the algorithm `none` accepts tokens that nobody signed; remove it")
        else:
            yield from _of_decode(source, call)
    for call in source.calls(*_UNVERIFIED):
        if not _verified_beside(source, call):
            yield Finding(
                lines_of(call),
                "the token's claims are read without checking its signature, so anyone can write them; "
                "decode it with the key and a fixed list of algorithms",
                severity=Severity.WARNING if _is_explained(source, call) else None,
                confidence=Confidence.LOW if _is_explained(source, call) else None,
            )
    for call in source.calls(*_ENCODERS):
        if _names_none(keyword(call, "algorithm")):
            yield Finding(lines_of(call), "the algorithm `none` makes a token that nobody signed; sign it with a key")


RULE = Rule(
    code="BW402",
    name="unverified-jwt",
    kind="jwt-unverified",
    severity=Severity.ERROR,
    summary="A JWT decoded without its signature or without a fixed algorithm: anyone can write the claims.",
    check_source=_check,
)
