"""The soak of the bench, briefly: it asks what it should, and leaves nothing behind."""

from __future__ import annotations

from tests.bench.soak import run


def test_mixed_requests_are_answered_and_leave_no_task_and_no_descriptor() -> None:
    soak, _ = run(1_200, 8, 0)
    assert soak.failed == []
    assert soak.asked >= 1_200
    before, after = soak.looks[0], soak.looks[-1]
    # The first was with all clients there, the last without any.
    assert after.tasks < before.tasks
    assert after.descriptors <= before.descriptors
