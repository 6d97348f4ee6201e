"""How much one subject may write: a minute's worth at once, then as it fills up again; its memory stays the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.contexts.access import ALL, Grant
from backwright.contexts.context import LOCAL, Address, Caller, Condition
from backwright.contexts.limits import Bucket, limits
from backwright.contexts.opening import open_store
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.errors import ContextNotFoundError, RateLimitedError

ANN, BOB = Caller("https://id.example#ann"), Caller("https://id.example#bob")
OBJECT: JsonObject = {"type": "object", "additionalProperties": False, "properties": {}}


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(bucket: Bucket, subject: str, calls: int) -> int:
    """How many of so many calls are let through."""
    done = 0
    for _ in range(calls):
        try:
            bucket.take(subject)
        except RateLimitedError:
            continue
        done += 1
    return done


def test_a_minutes_worth_is_there_at_once_and_the_rest_is_refused_with_its_time(clock: Clock) -> None:
    bucket = Bucket("writes", 30, clock=clock)
    assert taken(bucket, "a", 100) == 30
    with pytest.raises(RateLimitedError) as refused:
        bucket.take("a")
    assert (refused.value.retry, refused.value.details, refused.value.hint) == (
        True,
        {"retry_after": 2},
        "try again in 2 s",
    )
    assert refused.value.message == "more than 30 writes in a minute"


def test_who_waits_as_long_as_it_said_is_let_through_once(clock: Clock) -> None:
    bucket = Bucket("writes", 30, clock=clock)
    taken(bucket, "a", 30)
    clock.now += 1.5
    assert taken(bucket, "a", 5) == 0
    clock.now += 0.5
    assert taken(bucket, "a", 5) == 1


def test_a_refused_call_costs_nothing(clock: Clock) -> None:
    bucket = Bucket("writes", 30, clock=clock)
    assert taken(bucket, "a", 1_000) == 30
    clock.now += 60
    assert taken(bucket, "a", 1_000) == 30


def test_no_subject_uses_up_what_another_has(clock: Clock) -> None:
    bucket = Bucket("writes", 3, clock=clock)
    assert [taken(bucket, subject, 5) for subject in ("a", "b", "a", "c")] == [3, 3, 0, 3]


def test_0_is_no_limit_and_remembers_nobody() -> None:
    bucket = Bucket("writes", 0)
    assert (taken(bucket, "a", 10_000), len(bucket)) == (10_000, 0)


def test_more_subjects_than_are_remembered_take_no_more_memory_and_the_quietest_goes_first(clock: Clock) -> None:
    bucket = Bucket("writes", 2, subjects=100, clock=clock)
    taken(bucket, "busy", 2)
    for number in range(1_000):
        bucket.take(f"passer-by {number}")
        assert taken(bucket, "busy", 1) == 0
    assert len(bucket) == 100


@given(
    per_minute=st.integers(1, 120),
    waits=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=60),
)
def test_a_bucket_lets_through_what_a_count_of_tokens_says(per_minute: int, waits: list[float]) -> None:
    clock, tokens = Clock(), float(per_minute)
    bucket = Bucket("writes", per_minute, clock=clock)
    for wait in waits:
        clock.now += wait
        tokens = min(tokens + wait * per_minute / 60, per_minute)
        for _ in range(3):
            # Sums of fractions are not exact, so what hangs by a hair may fall to either side.
            if abs(tokens - 1) < 0.02:
                return
            allowed = tokens >= 1
            assert taken(bucket, "a", 1) == allowed
            tokens -= allowed


@pytest.fixture
def few(clock: Clock) -> Contexts:
    return Contexts(open_store("memory://"), limits=limits(2, 1, clock=clock))


def test_a_write_beyond_the_limit_changes_nothing_and_reads_go_on(few: Contexts, clock: Clock) -> None:
    one = Address("a", "one")
    few.put(LOCAL, one, {}, type="project")
    few.delete(LOCAL, one, condition=Condition(if_version=1))
    with pytest.raises(RateLimitedError):
        few.put(LOCAL, one, {}, type="project")
    with pytest.raises(RateLimitedError):
        few.grant(LOCAL, Grant("a", ANN.subject, "reader"))
    assert (few.get(LOCAL, one, version=1).version, few.grants(LOCAL, "a")) == (1, ())
    clock.now += 30
    assert few.put(LOCAL, one, {}, type="project").context.version == 3


def test_schemas_have_a_limit_of_their_own_which_checks_count_for_too(few: Contexts) -> None:
    assert few.check_schema(ANN, "deploy", OBJECT).changed
    with pytest.raises(RateLimitedError) as refused:
        few.check_schema(ANN, "deploy", OBJECT)
    assert refused.value.details == {"retry_after": 60}
    assert few.register_schema(LOCAL, "deploy", OBJECT).version == 1
    with pytest.raises(RateLimitedError):
        few.register_schema(LOCAL, "deploy", OBJECT)
    assert few.put(LOCAL, Address("a", "one"), {}, type="deploy").context.version == 1


def test_who_may_not_write_uses_up_no_more_than_their_own(few: Contexts) -> None:
    for _ in range(2):
        with pytest.raises(ContextNotFoundError):
            few.put(BOB, Address("a", "one"), {}, type="project")
    with pytest.raises(RateLimitedError):
        few.put(BOB, Address("a", "one"), {}, type="project")
    few.grant(LOCAL, Grant(ALL, ANN.subject, "writer"))
    assert few.put(ANN, Address("a", "one"), {}, type="project").context.version == 1
