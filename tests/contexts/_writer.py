"""A process that writes contexts as fast as it can and says what was acknowledged, until somebody kills it."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts

CLIENTS = 8


def main(url: str, run: str) -> None:
    """Write without an end: a line `CLIENT NUMBER VERSION` on standard output is an acknowledged write."""
    contexts = Contexts(open_store(url))

    def client(me: int) -> None:
        number = 0
        while True:
            number += 1
            address = Address(f"space-{me % 2}", f"run-{run}-{me}-{number}")
            key = Condition(if_version=0, idempotency_key=f"{run}-{me}-{number}")
            written = contexts.put(LOCAL, address, {"exclude": [f"{me}-{number}"]}, type="project", condition=key)
            os.write(1, f"{me} {number} {written.context.version}\n".encode())

    with ThreadPoolExecutor(CLIENTS) as pool:
        for future in [pool.submit(client, me) for me in range(CLIENTS)]:
            future.result()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
