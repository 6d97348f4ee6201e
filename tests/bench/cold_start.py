"""From process start to the answer of the first `tools/list` over stdio, beside a bare SDK server, in one run.

    uv run python -m tests.bench.cold_start [ROUNDS]

Builds the wheel, installs it with compiled bytecode into a fresh environment, and starts both servers from there in
turns, so that a busy machine slows both alike. The promise is a ratio of at most 1.25.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench._wire import Wire, table

ROOT = Path(__file__).parents[2]


def install(folder: Path, uv: str) -> Path:
    """An environment with the built wheel, its bytecode compiled as an installer compiles it; its interpreter."""
    python = folder / "env" / "bin" / "python"
    for command in (
        ["build", "--wheel", "--quiet", "--out-dir", str(folder / "dist"), str(ROOT)],
        ["venv", "--quiet", "--python", sys.executable, str(folder / "env")],
    ):
        subprocess.run([uv, *command], check=True)
    wheel = next((folder / "dist").glob("*.whl"))
    install = [uv, "pip", "install", "--quiet", "--python", str(python), "--compile-bytecode", str(wheel)]
    subprocess.run(install, check=True)
    return python


def first_list(command: list[str], cwd: Path, cache: str) -> float:
    """Milliseconds from the start of the process to the answer."""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "BACKWRIGHT_CACHE": cache}
    with Wire(command, cwd=cwd, env=environment) as wire:
        wire.call("tools/list")
        return (time.perf_counter() - wire.started) * 1000


def leave_index(command: list[str], cwd: Path, cache: Path) -> None:
    """Let a server run until it has left an index of the pack to the next, as any does that is used."""
    with Wire(command, cwd=cwd, env=os.environ | {"BACKWRIGHT_CACHE": str(cache)}) as wire:
        wire.call("tools/list")
        ends = time.monotonic() + 60
        while not list(cache.rglob("*.json")) and time.monotonic() < ends:
            time.sleep(0.1)


def main(rounds: int) -> None:
    """Print the table."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("uv is needed to build and install the wheel: python3 -m pip install uv")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = str(install(folder, uv))
        shutil.copy(Path(__file__).with_name("bare_server.py"), folder)
        # The bare server's own module has bytecode as well: it is imported, not run as a script.
        subprocess.run([python, "-m", "compileall", "-q", str(folder / "bare_server.py")], check=True)
        ours = [python, "-m", "backwright", "serve"]
        servers = {
            "bare MCPServer": [python, "-c", "import bare_server; bare_server.server.run('stdio')"],
            "backwright, the first time": ours,
            "backwright": ours,
        }
        cache = folder / "cache"
        leave_index(ours, folder, cache)
        times: dict[str, list[float]] = {name: [] for name in servers}
        for _ in range(rounds + 1):
            for each, command in servers.items():
                times[each].append(first_list(command, folder, str(cache) if each == "backwright" else "off"))
    kept = {each: values[1:] for each, values in times.items()}  # the first round fills the page cache
    base = statistics.median(kept["bare MCPServer"])
    rows = [
        [each, f"{min(values):.0f}", f"{statistics.median(values):.0f}", f"{statistics.median(values) / base:.2f}"]
        for each, values in kept.items()
    ]
    table(f"spawn to first tools/list, {rounds} rounds", ["server", "min ms", "median ms", "ratio"], rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
