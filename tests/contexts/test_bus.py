"""What every bus does with what it is given, and what each does alone."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backwright.contexts.bus import Bus, EventRefusedError
from backwright.contexts.buses.file import FileBus
from backwright.contexts.events import ContextEvent
from backwright.contexts.opening import kind_of_bus, kinds_of_bus, open_bus
from backwright.errors import InvalidInputError, StorageFullError, StoreUnavailableError
from tests.contexts._buses import Find, Heard, events_of, fresh_bus, made, numbered, opened, streamed, until
from tests.contexts._redis import own_redis

KINDS = kinds_of_bus()


@pytest.fixture(params=[kind.name for kind in KINDS])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Find | None]]:
    with fresh_bus(request.param, tmp_path) as fresh:
        yield fresh


@pytest.fixture
def bus(place: tuple[str, Find | None]) -> Iterator[Bus]:
    with opened(place[0]) as made_bus:
        yield made_bus


# Every bus


def test_what_is_published_is_found_in_its_order(place: tuple[str, Find | None], bus: Bus) -> None:
    heard, events = Heard(), numbered(300)
    bus.subscribe(heard)
    bus.publish(events[:100])
    bus.publish([])
    bus.publish(events[100:])
    found = place[1]
    assert (heard.next(300) if found is None else found()) == events


def test_the_same_event_once_more_is_there_once_more_with_its_id(place: tuple[str, Find | None], bus: Bus) -> None:
    heard, event = Heard(), made()
    bus.subscribe(heard)
    bus.publish([event])
    bus.publish([event])
    found = place[1]
    assert (heard.next(2) if found is None else found()) == [event, event]


def test_whoever_subscribes_hears_others_until_the_end(place: tuple[str, Find | None], bus: Bus) -> None:
    first, second, events = Heard(), Heard(), numbered(3)
    if not kind_of_bus(place[0]).heard:
        bus.subscribe(first)()
        return
    end = bus.subscribe(first)
    bus.subscribe(second)
    bus.publish(events[:2])
    assert first.distinct(2) == second.distinct(2) == events[:2]
    end()
    end()
    bus.publish(events[2:])
    assert second.until(events[2])
    assert events[2] not in first.rest()


def test_one_who_cannot_hear_does_not_keep_the_others_from_hearing(
    place: tuple[str, Find | None], bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    if not kind_of_bus(place[0]).heard:
        return
    heard, events = Heard(), numbered(2)

    def deaf(_: ContextEvent) -> None:
        raise RuntimeError("deaf")

    bus.subscribe(deaf)
    bus.subscribe(heard)
    bus.publish(events)
    assert heard.distinct(2) == events
    until(lambda: "an event could not be heard" in caplog.text)


def test_a_bus_that_is_there_says_so(bus: Bus) -> None:
    bus.check()


def test_a_bus_that_was_closed_can_be_closed_again(bus: Bus) -> None:
    bus.publish([made()])
    bus.close()
    bus.close()


def test_an_envelope_is_one_line_of_cloudevents_without_a_body() -> None:
    event = made()
    envelope = json.loads(event.to_json())
    assert "\n" not in event.to_json()
    assert envelope["specversion"] == "1.0"
    assert envelope["partitionkey"] == "shop/conventions"
    assert set(envelope["data"]) == {"uri", "version", "digest", "created"}
    assert ContextEvent.from_json(event.to_json()) == event


@pytest.mark.parametrize(
    "url",
    [
        "",
        "carrier-pigeon://roof",
        "file://relative.jsonl",
        "file:///",
        "file:///x?max_bytes=0",
        "file:///x?max_bytes=many",
        "file:///x?what=1",
        "redis://127.0.0.1:1/0?maxlen=1&maxlen=2",
        "redis://127.0.0.1:nothing/0",
        "kafka://",
        "kafka://host:9092?group=x",
    ],
)
def test_a_url_that_names_no_bus_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        open_bus(url)
    assert refused.value.hint


# The file


def _append(path: Path, name: str) -> None:
    bus = FileBus(path)
    for event in numbered(50, name):
        bus.publish([event])


def test_several_processes_append_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_append, args=(path, name)) for name in ("a", "b", "c")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    events = events_of(path)
    for name in ("a", "b", "c"):
        assert [one.version for one in events if one.uri.endswith(f"/{name}")] == list(range(1, 51))


def test_a_file_that_grows_too_large_is_moved_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    path, events = tmp_path / "events.jsonl", numbered(12)
    bus = FileBus(path, max_bytes=3 * len(events[0].to_json()), keep=2)
    for event in events:
        bus.publish([event])
    aside = bus.moved_aside()
    assert len(aside) == 2
    kept = [event for each in (*aside, path) for event in events_of(each)]
    assert kept == events[-len(kept) :]
    assert len(kept) >= 5


def test_a_file_is_for_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "own" / "events.jsonl"
    FileBus(path).publish([made()])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_line_that_a_killed_process_left_half_does_not_spoil_the_next(tmp_path: Path) -> None:
    path, event = tmp_path / "events.jsonl", made()
    path.write_text('{"specversion":"1.0","id"', encoding="utf-8")
    FileBus(path).publish([event])
    assert ContextEvent.from_json(path.read_text(encoding="utf-8").splitlines()[-1]) == event


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full: a full disk is NOT tested")
def test_a_full_disk_is_named_and_nothing_counts_as_published(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.symlink_to("/dev/full")
    with pytest.raises(StorageFullError, match=os.strerror(errno.ENOSPC)):
        FileBus(path).publish([made()])


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    with pytest.raises(StoreUnavailableError, match=r"events\.jsonl"):
        FileBus(tmp_path / "events.jsonl").publish([made()])


# Redis


def test_a_file_or_a_redis_that_is_away_says_so_without_its_address(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("no folder")
    for url in (f"file://{tmp_path}/events/log.jsonl", "redis://:hunter2@127.0.0.1:1/0"):
        with opened(url) as bus, pytest.raises(StoreUnavailableError) as caught:
            bus.check()
        assert "hunter2" not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)


def test_a_redis_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    with own_redis(tmp_path) as server, opened(server.url.replace("//", "//:secret@")) as bus:
        with pytest.raises(StoreUnavailableError) as refused:
            bus.publish([made()])
        assert refused.value.retry
        assert "secret" not in f"{refused.value.message} {refused.value.hint}"


def test_a_redis_that_was_away_at_the_start_is_heard_when_it_is_there(tmp_path: Path) -> None:
    with own_redis(tmp_path) as server, opened(server.url) as bus:
        heard, event = Heard(), made()
        bus.subscribe(heard)
        server.start()
        bus.publish([event])
        assert heard.distinct(1) == [event]


def test_a_replica_reads_what_it_missed_while_redis_was_killed_and_back(tmp_path: Path) -> None:
    with own_redis(tmp_path) as server, opened(server.url) as bus, opened(server.url) as other:
        server.start()
        heard, events = Heard(), numbered(4)
        bus.subscribe(heard)
        bus.publish(events[:1])
        assert heard.until(events[0])
        server.kill()
        with pytest.raises(StoreUnavailableError):
            other.publish(events[1:2])
        server.start()
        # Its thread may be away still; what it misses on the channel stands in the stream.
        other.publish(events[1:3])
        other.publish(events[3:])
        assert list(dict.fromkeys(heard.until(events[3])))[-3:] == events[1:]
        assert streamed(server.url) == events


def test_a_stream_keeps_about_as_many_as_it_is_told(tmp_path: Path) -> None:
    with own_redis(tmp_path) as server:
        server.start()
        with opened(f"{server.url}?maxlen=100") as bus:
            bus.publish(numbered(1_000))
        found = streamed(server.url)
        assert 100 <= len(found) < 400
        assert found[-1].version == 1_000


# Kafka


def test_a_kafka_that_is_away_is_named_and_asked_again() -> None:
    with opened("kafka://127.0.0.1:1") as bus:
        for _ in range(2):
            with pytest.raises(StoreUnavailableError) as refused:
                bus.publish([made()])
            assert refused.value.retry


def test_an_event_that_kafka_refuses_is_named_and_keeps_no_other_from_going(tmp_path: Path) -> None:
    with fresh_bus("kafka", tmp_path) as (url, found), opened(url) as bus:
        first, large, last = numbered(3)
        bus.publish([first])
        for _ in range(2):
            with pytest.raises(EventRefusedError, match="MessageSizeTooLargeError"):
                bus.publish([replace(large, traceparent="0" * 2_000_000)])
        bus.publish([last])
        assert found is not None
        assert found() == [first, last]
