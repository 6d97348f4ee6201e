"""API tokens, for programs that nobody logs in for: made at a shell, kept in the store of contexts as a digest.

Each has 256 bits of randomness, so a plain SHA-256 hides it: there is nothing to guess that a slow hash would slow
down. What it is called is what grants are given to (`token#ci`), and two of one name are one subject, so that a new one
can be used before the old one is taken back.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import time
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from backwright.errors import BackwrightError, InvalidInputError, RecordUnreadableError, StoreUnavailableError
from backwright.identity.principal import Principal
from backwright.identity.refusals import unauthenticated
from backwright.identity.scopes import SCOPES, granted

if TYPE_CHECKING:
    from backwright.contexts.audit import AuditAction
    from backwright.contexts.context import Caller
    from backwright.contexts.store import Store, Unit

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

ISSUER: Final = "token"
"""Who says whom an API token speaks for: this server itself."""

MOST: Final = 1_000
"""Tokens that are kept, those that were taken back too; of these, the latest."""

MOST_DAYS: Final = 366
BELIEVED: Final = 10.0
"""Seconds for which a token that was found is not looked up again; one that is taken back holds so long."""

USED: Final = 3_600.0
"""Seconds by which it may be wrong when a token was used last."""

_FORM: Final = re.compile(r"bwt_([a-z2-7]{10})_[a-z2-7]{52}")
_ALL: Final = ("api-tokens", "all")
_LAST: Final = "api-token-used"
_TRIES: Final = 8
_REMEMBERED: Final = 4_096


class ApiToken(BaseModel):
    """One token, as it is kept.

    Args:
        id: its second part, which is no secret.
        name: whom it speaks for.
        scopes: what it allows.
        digest: SHA-256 of the whole token, in hex.
        created_by: who made it, as a pseudonym.
        created_at: when, in UTC.
        expires_at: when it ends.
        revoked_at: when it was taken back; None where it was not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    scopes: tuple[str, ...]
    digest: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        return "revoked" if self.revoked_at is not None else "expired" if self.expires_at <= now else "active"


class _Tokens(BaseModel):
    """All of them, as they lie in the store."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens: tuple[ApiToken, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a token is to be.

    Args:
        name: whom it speaks for.
        scopes: what it allows.
        days: how long it holds.

    Raises:
        InvalidInputError: no name, no scope that is known, or too many days.
    """

    name: str
    scopes: tuple[str, ...]
    days: int

    def __post_init__(self) -> None:
        from backwright.contexts.context import checked_name

        checked_name("name", self.name)
        unknown = [scope for scope in self.scopes if scope not in SCOPES]
        if unknown or not self.scopes:
            raise InvalidInputError("no scope that is known", hint=f"give some of {', '.join(SCOPES)}")
        if not 1 <= self.days <= MOST_DAYS:
            raise InvalidInputError(f"days: {self.days}", hint=f"give 1 to {MOST_DAYS}; make a new one before it ends")


class ApiTokens:
    """The tokens in a store. Safe to share between threads.

    Args:
        store: the store; it may raise what opening one raises.
        clock: the time, in seconds since 1970.
    """

    def __init__(self, store: Callable[[], Store], clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[bytes, tuple[float, Principal | None]] = {}

    # For whoever keeps them

    def create(self, caller: Caller, wanted: Wanted) -> tuple[ApiToken, str]:
        """A new token: what is kept of it, and the token, which nobody can be shown again."""
        identity, secret = _random(10), _random(52)
        token = f"bwt_{identity}_{secret}"
        now = self._now()
        made = ApiToken(
            id=identity,
            name=wanted.name,
            scopes=tuple(scope for scope in SCOPES if scope in wanted.scopes),
            digest=_digest(token),
            created_by="",
            created_at=now,
            expires_at=now + timedelta(days=wanted.days),
        )

        def add(unit: Unit, kept: Sequence[ApiToken]) -> tuple[tuple[ApiToken, ...], ApiToken]:
            own = made.model_copy(update={"created_by": unit.actor(caller.subject)})
            _record(unit, caller, "token-create", own, now)
            return (*kept, own)[-MOST:], own

        return self._change(add), token

    def revoke(self, caller: Caller, identity: str) -> ApiToken:
        """Take a token back; one that was taken back stays so.

        Raises:
            InvalidInputError: there is none such.
        """
        now = self._now()

        def mark(unit: Unit, kept: Sequence[ApiToken]) -> tuple[tuple[ApiToken, ...], ApiToken]:
            found = next((each for each in kept if each.id == identity), None)
            if found is None:
                raise InvalidInputError("there is no such token", hint="`backwright token list` has their ids")
            if found.revoked_at is not None:
                return tuple(kept), found
            gone = found.model_copy(update={"revoked_at": now})
            _record(unit, caller, "token-revoke", gone, now)
            return tuple(gone if each.id == identity else each for each in kept), gone

        return self._change(mark)

    def tokens(self) -> tuple[tuple[ApiToken, datetime | None], ...]:
        """Every token, and about when it was used last."""

        def work(unit: Unit) -> tuple[tuple[ApiToken, datetime | None], ...]:
            return tuple((each, _used(unit, each.id)) for each in _read(unit)[0])

        return self._store().read(work)

    # For whoever shows one

    def check(self, token: str) -> Principal:
        """Whom a token speaks for.

        Raises:
            UnauthenticatedError: it does not hold.
            StoreUnavailableError: the store cannot be reached.
        """
        key, now = hashlib.sha256(token.encode()).digest(), self._clock()
        until, principal = self._known.get(key, (0.0, None))
        if until <= now:
            principal = self._looked_up(token)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = now + BELIEVED, principal
        if principal is None or (principal.expires_at or 0.0) <= now:
            raise unauthenticated("the token does not hold here")
        return principal

    def holds(self, identity: str) -> bool:
        """Whether the token with this id still holds."""
        found = next((each for each in self._store().read(_read)[0] if each.id == identity), None)
        return found is not None and found.state(self._now()) == "active"

    def _looked_up(self, token: str) -> Principal | None:
        form = _FORM.fullmatch(token)
        if form is None:
            return None
        kept, seen = self._store().read(lambda unit: (_read(unit)[0], _used(unit, form[1])))
        found = next((each for each in kept if each.id == form[1]), None)
        # Compared in constant time, so that how long it takes says nothing of how much of it was right.
        if not hmac.compare_digest(_digest(token), "" if found is None else found.digest):
            return None
        if found is None or found.state(self._now()) != "active":
            return None
        self._note(found, seen)
        return Principal(ISSUER, found.name, granted(found.scopes), found.expires_at.timestamp(), found.id)

    def _note(self, token: ApiToken, seen: datetime | None) -> None:
        """Keep when it was used; whatever the store says to that, the token holds."""
        now = self._now()
        if seen is not None and (now - seen).total_seconds() < USED:
            return
        from backwright.contexts.store import Kept

        def work(unit: Unit) -> bool:
            before = unit.kept(_LAST, token.id)
            return unit.keep(Kept(_LAST, token.id, "", now, 1 if before is None else before.stamp + 1))

        try:
            self._store().write(work)
        except BackwrightError as error:
            _LOG.warning("when the token %s was used is not kept: %s", token.id, error.code)

    def _change(self, change: Callable[[Unit, Sequence[ApiToken]], tuple[tuple[ApiToken, ...], T]]) -> T:
        """Write what a change makes of all tokens; again, where another process was quicker."""
        from backwright.contexts.store import Kept

        def work(unit: Unit) -> T:
            kept, stamp = _read(unit)
            tokens, answer = change(unit, kept)
            if not unit.keep(Kept(*_ALL, _Tokens(tokens=tokens).model_dump_json(), self._now(), stamp + 1)):
                raise StoreUnavailableError("others change the tokens at the same time", hint="try again")
            return answer

        for _ in range(_TRIES - 1):
            try:
                return self._store().write(work)
            except StoreUnavailableError:
                continue
        return self._store().write(work)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _read(unit: Unit) -> tuple[tuple[ApiToken, ...], int]:
    """All tokens, and how often they were written."""
    found = unit.kept(*_ALL)
    if found is None:
        return (), 0
    try:
        return _Tokens.model_validate_json(found.data).tokens, found.stamp
    except ValidationError:
        raise RecordUnreadableError(
            "what is kept of API tokens is damaged, or of another version", hint="use the version that wrote it"
        ) from None


def _used(unit: Unit, identity: str) -> datetime | None:
    found = unit.kept(_LAST, identity)
    return None if found is None else found.used_at


def _record(unit: Unit, caller: Caller, action: AuditAction, token: ApiToken, now: datetime) -> None:
    from backwright.contexts.access import ALL
    from backwright.contexts.writing import Deed, record

    record(unit, caller, Deed(action, ALL, f"{token.name}:{token.id}"), now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _random(characters: int) -> str:
    return b32encode(secrets.token_bytes(characters * 5 // 8 + 1)).decode().lower().rstrip("=")[:characters]
