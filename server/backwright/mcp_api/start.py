"""The app as a server starts with it: loaded, and what it leaves out said on stderr before the first request."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from backwright.app import App
from backwright.catalog.problem import Problem
from backwright.settings import Settings

_LOG = logging.getLogger(__name__)


def started(settings: Settings) -> App:
    """An app whose pack has been read.

    Raises:
        ManifestError: there is no pack, or the settings are strict and it has a problem.
    """
    app = App(settings)
    say(app.catalog.problems)
    return app


def say(problems: Iterable[Problem]) -> None:
    """Write problems to the log, each with what to do."""
    for problem in problems:
        _LOG.warning("%s Fix: %s", problem, problem.fix)
