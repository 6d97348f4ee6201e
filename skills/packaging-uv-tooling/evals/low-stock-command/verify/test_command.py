"""The command, as a script starts it."""

import json
import os
import subprocess
import sys
from pathlib import Path

HEAD = "sku,name,on_hand\n"


def shop(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "shop", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=30, check=False)


def a_file(folder: Path, text: str) -> str:
    path = folder / "stock.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def fails_well(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode != 0, "a failure ends with 0"
    assert done.stdout == "", f"stdout has {done.stdout[:80]!r}"
    assert done.stderr.strip(), "nobody is told what went wrong"
    assert "Traceback" not in done.stderr, "a traceback is shown"


def test_what_runs_low_is_one_document(tmp_path: Path) -> None:
    done = shop("low-stock", a_file(tmp_path, HEAD + "b-1,bolt,9\nn-1,nut,10\nw-1,washer,0\n"))
    assert done.returncode == 0, done.stderr[-200:]
    assert json.loads(done.stdout) == [
        {"sku": "b-1", "name": "bolt", "on_hand": 9},
        {"sku": "w-1", "name": "washer", "on_hand": 0},
    ]


def test_nothing_that_runs_low_is_an_empty_list(tmp_path: Path) -> None:
    done = shop("low-stock", a_file(tmp_path, HEAD + "n-1,nut,10\n"))
    assert done.returncode == 0, done.stderr[-200:]
    assert json.loads(done.stdout) == []


def test_a_bad_row_is_told_beside_the_data(tmp_path: Path) -> None:
    done = shop("low-stock", a_file(tmp_path, HEAD + "b-1,bolt,many\nw-1,washer,0\n"))
    assert "b-1" in done.stderr or "2" in done.stderr, "stderr does not say which row was left out"
    assert json.loads(done.stdout) == [{"sku": "w-1", "name": "washer", "on_hand": 0}]


def test_a_file_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    fails_well(shop("low-stock", str(tmp_path / "none.csv")))


def test_a_file_without_the_columns_is_a_failure(tmp_path: Path) -> None:
    fails_well(shop("low-stock", a_file(tmp_path, "article,amount\nb-1,3\n")))


def test_wrong_usage_ends_with_two() -> None:
    done = shop("low-stock")
    assert done.returncode == 2, f"ended with {done.returncode}"
    assert done.stdout == "", "the usage is on stdout"
