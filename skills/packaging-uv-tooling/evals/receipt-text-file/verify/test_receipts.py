"""The package of the result, from its folder, from another one, and installed from the wheel that it builds."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

WORDS = "thank you for your order"
ASK = "from decimal import Decimal; from shop.receipts import render; print(render('Ada', Decimal(5)), end='')"
RECEIPT = f"Hello Ada,\n\n{WORDS}. We have received 5.00 EUR.\n\nThe shop\n"


def rendered(path: Path, folder: Path) -> str:
    """What a fresh process renders: the package is found under a path, the process runs in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr.strip().splitlines()[-1]
    return done.stdout


def test_a_receipt_reads_as_before() -> None:
    assert rendered(Path("src").resolve(), Path.cwd()) == RECEIPT


def test_the_text_stands_in_a_file_of_its_own() -> None:
    where = [path.as_posix() for path in Path().rglob("*") if path.is_file() and WORDS.encode() in path.read_bytes()]
    assert where, "the text is gone"
    assert [path for path in where if path.endswith((".py", ".pyc", ".toml"))] == [], f"it stands in {where}"


def test_it_renders_from_another_folder(tmp_path: Path) -> None:
    assert rendered(Path("src").resolve(), tmp_path) == RECEIPT


def test_the_installed_package_renders(tmp_path: Path) -> None:
    wheels, installed, elsewhere = (tmp_path / name for name in ("wheels", "installed", "elsewhere"))
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    built = subprocess.run(build, capture_output=True, encoding="utf-8", timeout=30, check=False)
    assert built.returncode == 0, f"no wheel: {built.stderr.strip()[-200:]}"
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(installed)
    elsewhere.mkdir()
    assert rendered(installed, elsewhere) == RECEIPT
