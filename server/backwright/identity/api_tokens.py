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
import threading
import time
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from backwright.errors import BackwrightError, InvalidInputError, StoreUnavailableError
from backwright.identity.api_token import ApiToken, Wanted, tokens_in, with_one_more, written
from backwright.identity.principal import Principal
from backwright.identity.refusals import unauthenticated
from backwright.identity.scopes import SCOPES, granted

if TYPE_CHECKING:
    from backwright.contexts.audit import AuditAction
    from backwright.contexts.context import Caller
    from backwright.contexts.store import Kept, Store, Unit

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

ISSUER: Final = "token"
"""Who says whom an API token speaks for: this server itself."""

BELIEVED: Final = 2.0
"""Seconds for which the table is not read again; a token that another process takes back holds so long."""

STALE: Final = 10.0
"""Seconds for which the table is gone by where the store does not answer."""

NEWS: Final = 0.25
"""Seconds between two readings, whatever is shown; one that another process has made is unknown so long."""

USED: Final = 3_600.0
"""Seconds by which it may be wrong when a token was used last."""

_FORM: Final = re.compile(r"bwt_([a-z2-7]{10})_[a-z2-7]{52}")
_ALL: Final = ("api-tokens", "all")
_LAST: Final = "api-token-used"
_TRIES: Final = 8
_PATIENCE: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Row:
    """A token, as it is looked at with each request: nothing of it is made anew."""

    token: ApiToken
    principal: Principal
    until: float


@dataclass(frozen=True, slots=True)
class _Table:
    """The tokens as they were at a time; whoever has one can say of any text whether it is one of them.

    Args:
        rows: by id.
        stamp: how often they were written.
        read_at: when they were read.
    """

    rows: Mapping[str, _Row]
    stamp: int
    read_at: float


class ApiTokens:
    """The tokens in a store. Safe to share between threads.

    What is known of them is the whole table, which has a greatest size. So nothing that anybody shows is remembered,
    and nothing that holds can be pushed out by what is made up.

    Args:
        store: the store; it may raise what opening one raises.
        clock: the time, in seconds since 1970.
    """

    def __init__(self, store: Callable[[], Store], clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._table: _Table | None = None
        self._noted: dict[str, float] = {}
        self._reading = threading.Lock()

    # For whoever keeps them

    def create(self, caller: Caller, wanted: Wanted) -> tuple[ApiToken, str]:
        """A new token: what is kept of it, and the token, which nobody can be shown again.

        Raises:
            InvalidInputError: as many as can be are active.
        """
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
            return with_one_more(kept, own, now), own

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

    def known(self, token: str) -> Principal | None:
        """Whom a token speaks for, by what is in memory; None where the store has to be asked.

        Raises:
            UnauthenticatedError: it does not hold.
        """
        table, now = self._table, self._clock()
        if table is None or now - table.read_at >= BELIEVED:
            return None
        found = _found(table, token)
        if found is None and now - table.read_at >= NEWS:
            return None
        if found is not None and now - self._noted.get(found.token.id, 0.0) >= USED:
            return None
        return self._principal(found)

    def check(self, token: str) -> Principal:
        """Whom a token speaks for.

        Raises:
            UnauthenticatedError: it does not hold.
            StoreUnavailableError: the store cannot be reached.
        """
        table = self._read_again(BELIEVED)
        found = _found(table, token)
        if found is None and _FORM.fullmatch(token):
            # It may have been made since.
            found = _found(self._read_again(NEWS), token)
        principal = self._principal(found)
        if found is not None and self._clock() - self._noted.get(found.token.id, 0.0) >= USED:
            self._note(found.token)
        return principal

    def holds(self, identity: str) -> bool:
        """Whether the token with this id still holds."""
        found = self._read_again(BELIEVED).rows.get(identity)
        return found is not None and found.until > self._clock()

    def _principal(self, found: _Row | None) -> Principal:
        if found is None or found.until <= self._clock():
            raise unauthenticated("the token does not hold here")
        return found.principal

    def _read_again(self, older: float) -> _Table:
        """The table, read if it is so old; one thread reads it, and others do not wait for that who can go by it."""
        before = self._table
        if before is not None and self._clock() - before.read_at < older:
            return before
        usable = before is not None and self._clock() - before.read_at < STALE
        if not self._reading.acquire(blocking=not usable, timeout=-1 if usable else _PATIENCE):
            if before is not None and usable:
                return before
            raise StoreUnavailableError("the API tokens cannot be read now", hint="try again in a few seconds")
        try:
            if self._table is not None and self._table is not before:
                return self._table
            at = self._clock()
            try:
                return self._took(self._store().read(lambda unit: unit.kept(*_ALL)), at)
            except StoreUnavailableError:
                if before is not None and usable:
                    return before
                raise
        finally:
            self._reading.release()

    def _took(self, kept: Kept | None, at: float) -> _Table:
        before, stamp = self._table, 0 if kept is None else kept.stamp
        if before is not None and before.stamp == stamp:
            rows = before.rows
        else:
            rows = {each.id: _row(each) for each in tokens_in(kept)}
            for gone in self._noted.keys() - rows.keys():
                self._noted.pop(gone, None)
        self._table = table = _Table(rows, stamp, at)
        return table

    def _note(self, token: ApiToken) -> None:
        """Keep when it was used; whatever the store says to that, the token holds."""
        from backwright.contexts.store import Kept

        now = self._now()
        self._noted[token.id] = now.timestamp()

        def work(unit: Unit) -> bool:
            before = unit.kept(_LAST, token.id)
            if before is not None and (now - before.used_at).total_seconds() < USED:
                return True
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
            if not unit.keep(Kept(*_ALL, written(tokens), self._now(), stamp + 1)):
                raise StoreUnavailableError("others change the tokens at the same time", hint="try again")
            return answer

        try:
            for _ in range(_TRIES - 1):
                try:
                    return self._store().write(work)
                except StoreUnavailableError:
                    continue
            return self._store().write(work)
        finally:
            # Whatever came of it: what this process knows is read again before it goes by it.
            with self._reading:
                self._table = None

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def _read(unit: Unit) -> tuple[tuple[ApiToken, ...], int]:
    """All tokens, and how often they were written."""
    found = unit.kept(*_ALL)
    return tokens_in(found), 0 if found is None else found.stamp


def _row(token: ApiToken) -> _Row:
    until = token.expires_at.timestamp()
    principal = Principal(ISSUER, token.name, granted(token.scopes), until, token.id)
    return _Row(token, principal, 0.0 if token.revoked_at is not None else until)


def _found(table: _Table, token: str) -> _Row | None:
    form = _FORM.fullmatch(token)
    found = None if form is None else table.rows.get(form[1])
    # Compared in constant time, so that how long it takes says nothing of how much of it was right.
    if not hmac.compare_digest(_digest(token), "" if found is None else found.token.digest):
        return None
    return found


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
