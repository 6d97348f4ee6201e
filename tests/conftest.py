"""What holds for every test: a slow or busy machine is no failure of a property, and no environment is active.

And how they share the machine: one worker more than there are processors, each of which begins with its longest tests.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile

import pytest
from hypothesis import settings

# Until all tests are collected nearly everything that is made stays.
gc.disable()
# Hundreds of processes are started; without bytecode each compiles what it imports, and pytest in it each plugin anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Its packages may bring skills of their own, which servers would list.
os.environ.pop("VIRTUAL_ENV", None)
# What is said is not folded for the terminal that somebody runs the tests in.
os.environ.pop("COLUMNS", None)
# And no test, nor a process that it starts, leaves records with the user who runs it.
os.environ["BACKWRIGHT_STATE"] = tempfile.mkdtemp(prefix="backwright-state-")
# Nor indexes of what they load.
os.environ["BACKWRIGHT_CACHE"] = f"{os.environ['BACKWRIGHT_STATE']}/cache"
# No test writes into the contexts of whoever runs it.
os.environ["BACKWRIGHT_DATA"] = f"{os.environ['BACKWRIGHT_STATE']}/data"
atexit.register(shutil.rmtree, os.environ["BACKWRIGHT_STATE"], ignore_errors=True)

settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")


LONGEST = (
    "tests/scaffold/test_openapi.py::test_every_example_keeps_to_its_document",
    "tests/scaffold/test_openapi.py::test_the_whole_service_with_an_endpoint_keeps_to_its_document",
    "tests/pack/test_blocks.py::test_every_block_runs_without_a_warning_is_typed_and_holds",
    "tests/test_lint.py::test_the_tree_is_clean[mypy --strict]",
    "tests/bundling/test_targets.py::test_mcpb_accepts_the_manifest_and_the_archive_holds_it",
    "tests/contexts/test_kill.py::",
    "tests/verifying/test_verifier.py::test_what_was_just_generated_passes_every_step_and_leaves_nothing_behind",
    "tests/verifying/test_verifier.py::test_a_wrong_type_and_a_failing_test_fail_in_their_steps",
    "tests/verifying/test_own_tools.py::test_all_of_it_runs_in_the_environment_of_the_project",
)
"""How the longest tests begin that share no project with others, the longest first."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """How many workers `-n auto` is: most of the time goes by in what tests start, and some of it in waiting."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return there + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin each worker's share with some of the longest tests: at the end, the others would wait for them."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        items[:] = _in_shares(items, workers)


def _in_shares(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests in the order of the shares that `--dist=worksteal` makes first: even ones, one after the other."""
    others: list[pytest.Item] = []
    by_rank: dict[str, list[pytest.Item]] = {}
    for item in items:
        begin = next((each for each in LONGEST if item.nodeid.startswith(each)), None)
        (others if begin is None else by_rank.setdefault(begin, [])).append(item)
    longest = [item for begin in LONGEST for item in by_rank.get(begin, ())]
    made: list[pytest.Item] = []
    for worker in range(workers):
        size = (len(items) - len(made)) // (workers - worker)
        first = longest[worker::workers]
        made += first + others[: size - len(first)]
        del others[: size - len(first)]
    return made


def pytest_collection_finish() -> None:
    """Thousands of tests were collected and stay: the garbage collector need not walk over them again and again."""
    gc.freeze()
    # What a test makes hardly outlives it.
    gc.set_threshold(20_000)
    gc.enable()
