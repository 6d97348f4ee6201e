"""Access tokens that are JWTs: what has to hold of one, before a word of it is believed (RFC 8725, RFC 9068).

Nothing in a token says where to look: `jku`, `x5u` and `jwk` are not read, and its issuer is compared and not asked.
The signature is PyJWT's to verify; the rest of it is, too, as far as it goes.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

import jwt

from backwright.identity.configured import Configured
from backwright.identity.keys import Keys
from backwright.identity.principal import MAX_NAME, Principal
from backwright.identity.refusals import unauthenticated
from backwright.identity.scopes import granted

LEEWAY: Final = 30
"""Seconds by which two clocks may differ."""

BELIEVED: Final = 60.0
"""Seconds for which a token that was verified is not verified again: a signature costs as much as a short answer."""

MOST: Final = 4_096
"""Verified tokens that are remembered; of more, the last used."""

_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_NEEDED: Final = ["exp", "iss", "aud", "sub"]
_LONGEST_NAME: Final = 256


class Jwts:
    """Verifies them.

    Args:
        configured: the issuer, the resource and the signatures.
        keys: the keys of the issuer.
        clock: the time, in seconds since 1970.
    """

    def __init__(self, configured: Configured, keys: Keys, clock: Callable[[], float] = time.time) -> None:
        self._configured = configured
        self._keys = keys
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """Whom a token speaks for.

        Raises:
            UnauthenticatedError: it does not hold here.
            AuthorityUnavailableError: the keys cannot be had.
        """
        key, now = hashlib.sha256(token.encode()).digest(), self._clock()
        known = self._known.get(key)
        if known is not None and now < known[0]:
            self._known.move_to_end(key)
            return known[1]
        principal = await self._verified(token)
        # It may end before it would be looked at again.
        self._known[key] = min(now + BELIEVED, (principal.expires_at or 0.0) + LEEWAY), principal
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return principal

    async def _verified(self, token: str) -> Principal:
        header = _header(token)
        algorithm, name = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in self._configured.algorithms:
            raise unauthenticated("the token is signed in a way that is not allowed here")
        if not (name is None or (isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME)):
            raise unauthenticated("the token names its key oddly")
        key = await self._keys.find(name, algorithm)
        if key is None:
            raise unauthenticated("the token is signed with an unknown key")
        return _principal(self._claims(token, key, algorithm))

    def _claims(self, token: str, key: jwt.PyJWK, algorithm: str) -> Mapping[str, object]:
        try:
            claims: Mapping[str, object] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._configured.resource,
                issuer=self._configured.issuer,
                leeway=LEEWAY,
                options={"require": _NEEDED, "enforce_minimum_key_length": True},
            )
        except jwt.ExpiredSignatureError:
            raise unauthenticated("the token has expired") from None
        except jwt.InvalidAudienceError:
            raise unauthenticated("the token was issued for another server") from None
        except jwt.ImmatureSignatureError:
            raise unauthenticated("the token is not valid yet") from None
        except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError):
            # What a hostile token can make a parser raise is as much an answer as any.
            raise unauthenticated("the token does not hold here") from None
        return claims


def _header(token: str) -> Mapping[str, object]:
    try:
        header: Mapping[str, object] = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError):
        raise unauthenticated("the token cannot be read") from None
    if "crit" in header or "b64" in header:
        raise unauthenticated("the token demands an extension that is not known here")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise unauthenticated("the token is no access token")
    return header


def _principal(claims: Mapping[str, object]) -> Principal:
    if "cnf" in claims:
        # Bound to a key that the sender has to show (RFC 7800): as a bearer token it may be stolen.
        raise unauthenticated("the token is bound to a key, and was sent without it")
    return principal_of(claims)


def principal_of(claims: Mapping[str, object]) -> Principal:
    """Whom verified claims speak for.

    Raises:
        UnauthenticatedError: they name nobody whom a grant could be given to.
    """
    issuer, subject, expires = claims.get("iss"), claims.get("sub"), claims.get("exp")
    if not (isinstance(issuer, str) and isinstance(subject, str) and isinstance(expires, int | float)):
        raise unauthenticated("the token names nobody")
    principal = Principal(issuer, subject, granted(_scopes(claims)), float(expires))
    if not subject or len(principal.name) > MAX_NAME or not principal.name.isprintable():
        raise unauthenticated("the token names nobody")
    return principal


def _scopes(claims: Mapping[str, object]) -> list[str]:
    """What a token allows: `scope` (RFC 9068, section 2.2.3), or `scp` as some servers call it."""
    found = claims.get("scope", claims.get("scp", ""))
    if isinstance(found, str):
        return found.split(" ")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
