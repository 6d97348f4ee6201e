"""Any sequence of writes, reads, retries and deletions agrees with a dict, on every store."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backwright.contexts.context import KEY_HOURS, LOCAL, Address, Condition, Written
from backwright.contexts.opening import open_store
from backwright.contexts.retention import old, purge
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts, utc_now
from backwright.errors import (
    AlreadyExistsError,
    BackwrightError,
    ContextNotFoundError,
    IdempotencyMismatchError,
    PreconditionRequiredError,
    VersionConflictError,
)
from tests.contexts._databases import fresh_url
from tests.contexts.conftest import KINDS

ADDRESSES = tuple(Address(space, name) for space in ("a", "b") for name in ("x", "y"))
BODIES: tuple[JsonObject, ...] = ({"framework": "fastapi"}, {"framework": "flask"}, {"exclude": ["é", "𝄞"]})
KEYS = (None, "k1", "k2")


@dataclass
class Model:
    """What a store must hold: the versions of each context (None: a deletion), and what each key came to."""

    versions: dict[Address, list[JsonObject | None]] = field(default_factory=dict)
    keys: dict[tuple[str, str], tuple[object, Address, int, bool, datetime]] = field(default_factory=dict)
    written: dict[Address, list[datetime]] = field(default_factory=dict)
    purged: dict[Address, int] = field(default_factory=dict)
    told: list[tuple[str, int]] = field(default_factory=list)


class Machine(RuleBasedStateMachine):
    """The store of this kind beside the model."""

    kind = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.model = Model()
        self.now = utc_now()

    @initialize()
    def open(self) -> None:
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.url = self.stack.enter_context(fresh_url(self.kind, Path(folder)))
        self._open()

    def _open(self) -> None:
        self.store = open_store(self.url)
        self.contexts = Contexts(self.store, clock=lambda: self.now)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
        self.stack.close()

    @rule(
        address=st.sampled_from(ADDRESSES),
        body=st.sampled_from((*BODIES, None)),
        expected=st.sampled_from((None, 0, 1, 2, 3, "latest")),
        key=st.sampled_from(KEYS),
    )
    def write(self, address: Address, body: JsonObject | None, expected: int | str | None, key: str | None) -> None:
        history = self.model.versions.get(address, [])
        if_version = len(history) if expected == "latest" else expected
        assert not isinstance(if_version, str)
        condition = Condition(if_version=if_version, idempotency_key=key)
        try:
            written: Written | type[BackwrightError] = (
                self.contexts.delete(LOCAL, address, condition=condition)
                if body is None
                else self.contexts.put(LOCAL, address, body, type="project", condition=condition)
            )
        except BackwrightError as error:
            written = type(error)
        said = self._expected(address, body, if_version, key)
        if isinstance(written, Written):
            assert (written.context.version, written.changed, written.replayed) == said
        else:
            assert written is said

    def _expected(
        self, address: Address, body: JsonObject | None, if_version: int | None, key: str | None
    ) -> tuple[int, bool, bool] | type[BackwrightError]:
        history = self.model.versions.setdefault(address, [])
        asked = (address, repr(body), if_version)
        kept = self.model.keys.get((address.namespace, key)) if key else None
        if kept and kept[4] > self.now:
            return (kept[2], kept[3], True) if kept[0] == asked else IdempotencyMismatchError
        live = history[-1] if history else None
        if body is not None and live == body and if_version != 0:
            outcome: tuple[int, bool, bool] | type[BackwrightError] = (len(history), False, False)
        else:
            outcome = self._changed(history, live, body, if_version)
            if isinstance(outcome, tuple):
                self.model.written.setdefault(address, []).append(self.now)
                self.model.told.append((address.uri, len(history)))
        if key and isinstance(outcome, tuple):
            expires = self.now + timedelta(hours=KEY_HOURS)
            self.model.keys[address.namespace, key] = (asked, address, outcome[0], outcome[1], expires)
        return outcome

    @staticmethod
    def _changed(
        history: list[JsonObject | None], live: JsonObject | None, body: JsonObject | None, if_version: int | None
    ) -> tuple[int, bool, bool] | type[BackwrightError]:
        if body is None and live is None:
            return ContextNotFoundError
        if if_version == 0 and live is not None:
            return AlreadyExistsError
        if if_version is None and live is not None:
            return PreconditionRequiredError
        if if_version and (live is None or if_version != len(history)):
            return VersionConflictError
        history.append(body)
        return len(history), True, False

    @rule(hours=st.sampled_from((1, 13, 25)))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(hours=st.sampled_from((24, 30)))
    def purge(self, hours: int) -> None:
        wanted = old(self.contexts, LOCAL, timedelta(hours=hours), now=self.now)
        purge(self.contexts, LOCAL, wanted, now=self.now)
        before = self.now - timedelta(hours=hours)
        for address, written in self.model.written.items():
            # A version goes once another had followed it before then.
            gone = sum(following < before for following in written[1:])
            self.model.purged[address] = max(gone, self.model.purged.get(address, 0))
        # Ids of events are of the time of the machine, which waits for nobody.
        if before > utc_now():
            self.model.told.clear()

    @precondition(lambda self: self.kind != "memory")
    @rule()
    def restart(self) -> None:
        self.store.close()
        self._open()

    @invariant()
    def holds_what_was_written(self) -> None:
        if not hasattr(self, "store"):
            return
        alive = {address: history[-1] for address, history in self.model.versions.items() if history and history[-1]}
        assert {one.address: one.body for one in self.contexts.list(LOCAL).items} == alive
        for address, history in self.model.versions.items():
            if history:
                found = self.contexts.history(LOCAL, address).items
                gone = self.model.purged.get(address, 0)
                assert [None if one.deleted else one.body for one in reversed(found)] == history[gone:]
                assert [one.version for one in reversed(found)] == list(range(gone + 1, len(history) + 1))

    @invariant()
    def tells_each_change_once_and_in_order(self) -> None:
        if not hasattr(self, "store"):
            return
        waiting = self.store.read(lambda unit: unit.due(self.now, 1_000))
        assert [(one.event.uri, one.event.version) for one in waiting] == self.model.told
        for space in ("a", "b"):
            verified = self.contexts.verify(LOCAL, space)
            assert verified.broken_at is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_agrees_with_a_dict(kind: str) -> None:
    machine = type(f"Machine_{kind}", (Machine,), {"kind": kind})
    few = settings(max_examples=60 if kind == "memory" else 12, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(machine, settings=few)
