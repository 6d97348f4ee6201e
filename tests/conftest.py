"""What holds for every test: a slow or busy machine is no failure of a property, and no environment is active."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile

from hypothesis import settings

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


def pytest_collection_finish() -> None:
    """Thousands of tests were collected and stay: the garbage collector need not walk over them again and again."""
    gc.collect()
    gc.freeze()
