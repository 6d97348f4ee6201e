"""Replicas that tick, on Mondays of winter and summer."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shop.schedule import create_tables, tick

BEFORE = datetime(2026, 1, 4, 23, 58, tzinfo=UTC)  # a Sunday
SIX = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "shop.db"
    connection = sqlite3.connect(file)
    create_tables(connection)
    connection.execute("INSERT INTO tenants (id) VALUES (1), (2)")
    connection.commit()
    connection.close()
    return file


def reports(file: Path, times: Sequence[datetime]) -> list[int]:
    """What is enqueued by ticks at these times, each of a replica of its own."""
    made: list[int] = []
    for now in times:
        connection = sqlite3.connect(file, timeout=0)
        tick(connection, made.append, now)
        connection.close()
    return made


def test_each_tenant_gets_one_at_six(file: Path) -> None:
    reports(file, [BEFORE])
    assert sorted(reports(file, [SIX])) == [1, 2]


def test_none_comes_before_six(file: Path) -> None:
    reports(file, [BEFORE])
    assert reports(file, [SIX.replace(hour=4, minute=59, second=59), SIX.replace(hour=0)]) == []


def test_three_replicas_make_one_report(file: Path) -> None:
    reports(file, [BEFORE])
    assert sorted(reports(file, [SIX.replace(second=second) for second in (3, 21, 48)])) == [1, 2], (
        "each replica makes one"
    )


def test_a_tick_that_was_missed_is_made_up_for(file: Path) -> None:
    reports(file, [BEFORE])
    assert sorted(reports(file, [SIX.replace(minute=7)])) == [1, 2], (
        "nobody ticked at 06:00, and the week has no report"
    )


def test_ten_past_counts_as_six_once(file: Path) -> None:
    reports(file, [BEFORE])
    assert sorted(reports(file, [SIX.replace(minute=minute) for minute in (7, 8, 9, 40)])) == [1, 2], (
        "it is no single report"
    )


def test_the_next_week_has_its_own(file: Path) -> None:
    reports(file, [BEFORE])
    assert sorted(reports(file, [SIX, SIX.replace(day=12)])) == [1, 1, 2, 2]


def test_six_is_that_of_zurich_in_summer_as_well(file: Path) -> None:
    reports(file, [datetime(2026, 7, 5, 20, tzinfo=UTC)])
    assert sorted(reports(file, [datetime(2026, 7, 6, 4, 0, 5, tzinfo=UTC)])) == [1, 2]
