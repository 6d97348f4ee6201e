"""kill -9 during writes, many times on each store: what was acknowledged and lost, and what was never acknowledged.

    uv run python -m tests.bench.context_kills [KILLS]

The default is a hundred kills on SQLite and on PostgreSQL. Every acknowledged write is sent again with its key after
each kill and must be answered with the same version; each namespace's audit chain is walked.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench._wire import table
from tests.contexts._databases import fresh_url
from tests.contexts._killing import killed


def main(kills: int) -> None:
    """Print the table."""
    rows = []
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, fresh_url(kind, Path(folder)) as url:
            found = [killed(url, run, writes=10 + run % 40) for run in range(kills)]
        sums = [sum(getattr(one, name) for one in found) for name in ("acknowledged", "lost", "unsaid", "broken")]
        rows.append([kind, str(kills), *map(str, sums)])
    table("kill -9 during writes", ["store", "kills", "acknowledged", "lost", "never told", "broken chains"], rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
