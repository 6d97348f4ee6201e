from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import PlanNotFoundError, RecordUnreadableError
from backwright.record.plans import HOURS, MOST, Asked, Plans

DIGEST = f"sha256:{'a' * 64}"
ASKED = Asked(root="/project", kind="endpoint", values={"resource": "order"}, mark=True)


def numbered(number: int) -> str:
    return f"sha256:{number:064x}"


@pytest.fixture(params=["folder", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "plans" if request.param == "folder" else None


def test_a_plan_is_found_by_its_project_and_digest(folder: Path | None) -> None:
    plans = Plans(folder)
    plans.keep(DIGEST, ASKED)
    found = plans.read("/project", DIGEST)
    assert (found.kind, found.values, found.mark) == ("endpoint", {"resource": "order"}, True)


@pytest.mark.parametrize(
    ("root", "digest"),
    [("/other", DIGEST), ("/project", numbered(1)), ("/project", "a" * 64), ("/project", "../x"), ("/project", "")],
)
def test_another_project_or_digest_finds_nothing(root: str, digest: str, folder: Path | None) -> None:
    plans = Plans(folder)
    plans.keep(DIGEST, ASKED)
    with pytest.raises(PlanNotFoundError, match="no plan with that digest"):
        plans.read(root, digest)


def test_a_plan_is_forgotten_after_its_time(folder: Path | None) -> None:
    now = [1_000.0]
    plans = Plans(folder, lambda: now[0])
    plans.keep(DIGEST, ASKED)
    now[0] += HOURS * 3_600
    assert plans.read("/project", DIGEST).kind == "endpoint"
    now[0] += 1
    with pytest.raises(PlanNotFoundError):
        plans.read("/project", DIGEST)


def test_the_latest_plans_are_kept(folder: Path | None) -> None:
    plans = Plans(folder)
    for number in range(MOST + 3):
        plans.keep(numbered(number), ASKED)
    assert plans.read("/project", numbered(MOST + 2)).kind == "endpoint"
    kept = 0
    for number in range(MOST + 3):
        try:
            plans.read("/project", numbered(number))
        except PlanNotFoundError:
            continue
        kept += 1
    assert kept == MOST


def test_a_plan_outlives_its_process_and_only_its_user_reads_it(tmp_path: Path) -> None:
    Plans(tmp_path / "plans").keep(DIGEST, ASKED)
    assert Plans(tmp_path / "plans").read("/project", DIGEST).values == {"resource": "order"}
    (file,) = (tmp_path / "plans").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@given(st.binary(max_size=80))
def test_a_damaged_file_is_named(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("plans")
    Plans(folder).keep(DIGEST, ASKED)
    (file,) = folder.iterdir()
    file.write_bytes(data)
    with pytest.raises(RecordUnreadableError, match=file.name):
        Plans(folder).read("/project", DIGEST)
