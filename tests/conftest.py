"""What holds for every test: a slow or busy machine is no failure of a property, and no environment is active."""

from __future__ import annotations

import os

from hypothesis import settings

# Its packages may bring skills of their own, which servers would list.
os.environ.pop("VIRTUAL_ENV", None)

settings.register_profile("without-deadline", deadline=None)
settings.load_profile("without-deadline")
