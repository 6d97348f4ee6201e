"""The settings of the shop."""

import os
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says."""

    currency: str


@lru_cache
def get_settings() -> Settings:
    """The settings, read once a process."""
    return Settings(currency=os.environ.get("SHOP_CURRENCY", "EUR"))
