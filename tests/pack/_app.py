"""The application over this checkout's skills, as an author runs it: pinned or not."""

from __future__ import annotations

from backwright.app import App
from backwright.settings import Settings
from tests.pack._pages import ROOT

APP = App(Settings(pack=ROOT, allow_unlocked=True))
CATALOG = APP.catalog
