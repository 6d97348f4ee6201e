"""Backwright's command with one tool more, `echo`: everything before a tool's own work is as in the product.

At SIGUSR1 it writes how many tasks it runs to the file that `BACKWRIGHT_BENCH_TASKS` names.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from backwright.cli.main import main
from backwright.mcp_api import tools


def _count(*_: object) -> None:
    # A handler runs between two steps of the main thread, which is that of the loop.
    path = Path(os.environ["BACKWRIGHT_BENCH_TASKS"])
    path.write_text(f"{len(asyncio.all_tasks())}\n", "ascii")


if __name__ == "__main__":
    tools.__path__.append(str(Path(__file__).with_name("_tools")))
    if "BACKWRIGHT_BENCH_TASKS" in os.environ:
        signal.signal(signal.SIGUSR1, _count)
    sys.exit(main())
