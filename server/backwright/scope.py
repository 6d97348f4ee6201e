"""The snapshot as the project's `backwright.yaml` wants it, which may be edited while the server runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING

from backwright.catalog.problem import Code, Problem
from backwright.catalog.scope import Scope, scoped
from backwright.catalog.stamp import Stamp, settled, stamp_of
from backwright.errors import InvalidContextError
from backwright.snapshot import Snapshot

if TYPE_CHECKING:
    from backwright.catalog.choice import Pins
    from backwright.contexts.project_file import ProjectDeclared

PROJECT_FILE = "backwright.yaml"
_NOTHING: Scope = {}


class ProjectFile:
    """The `backwright.yaml` of a project, read again when it may have changed.

    Args:
        root: the project.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = str(root / PROJECT_FILE)
        self._read: tuple[Stamp | None, ProjectDeclared] | None = None
        self._pins: tuple[ProjectDeclared, Pins] | None = None

    def context(self) -> ProjectDeclared:
        """What it says.

        Raises:
            InvalidContextError: it does not validate.
        """
        from backwright.contexts.project_file import load_project

        try:
            stamp = stamp_of(os.lstat(self._path))
        except FileNotFoundError:
            stamp = None
        except OSError:
            return load_project(self._root)
        before = self._read
        if before is not None and before[0] == stamp:
            return before[1]
        found = load_project(self._root)
        # A file that was written just now may change again under the same stamp.
        self._read = (stamp, found) if stamp is None or settled(stamp, time_ns()) else None
        return found

    def wants(self) -> tuple[str, ...]:
        """The names that it pins, then the framework that it names; nothing where it does not validate.

        A list must not fail because of it; whoever asks for a skill is told.
        """
        if not os.path.lexists(self._path):
            return ()
        try:
            context = self.context()
        except InvalidContextError:
            return ()
        return (*context.skills, *([context.framework] if context.framework else []))

    def pins(self, context: ProjectDeclared | None = None) -> Pins:
        """The versions that it pins skills to.

        Args:
            context: what it says, where that has been asked for just now.

        Raises:
            InvalidContextError: it does not validate, or a pin is no range.
        """
        from backwright.catalog.choice import parse_pins

        context = self.context() if context is None else context
        if self._pins is None or self._pins[0] is not context:
            self._pins = (context, parse_pins(context.skills))
        return self._pins[1]


class Scoping:
    """Applies a project's scope to snapshots; the last one is kept.

    A file that does not validate leaves the scope as it was when it last did, and a problem says so; whoever asks for a
    skill by a tool is told as well.

    Args:
        file: the project's `backwright.yaml`.
        read: what it says.
    """

    def __init__(self, file: Path, read: Callable[[], Scope]) -> None:
        self._file = file
        self._path = str(file)
        self._read = read
        self._seen: Stamp | None = None
        self._scope = _NOTHING
        self._problem: Problem | None = None
        self._last: tuple[Snapshot, Scope, Problem | None, Snapshot] | None = None

    def applied(self, snapshot: Snapshot) -> Snapshot:
        """The part of a snapshot that the project wants; the snapshot itself where the project says nothing."""
        self._look()
        scope, problem, last = self._scope, self._problem, self._last
        if not scope and problem is None:
            return snapshot
        if last is not None and last[0] is snapshot and last[1:3] == (scope, problem):
            return last[3]
        catalog = scoped(snapshot.catalog, scope, self._file.name)
        if problem is not None:
            catalog = replace(catalog, problems=(*catalog.problems, problem))
        found = Snapshot(catalog)
        self._last = (snapshot, scope, problem, found)
        return found

    def _look(self) -> None:
        """Read the file again if it may have changed."""
        try:
            stamp = stamp_of(os.lstat(self._path))
        except FileNotFoundError:
            # The common case, and there is nothing to read.
            self._scope, self._problem, self._seen = _NOTHING, None, None
            return
        except OSError:
            stamp = None
        if stamp is not None and stamp == self._seen:
            return
        try:
            self._scope, self._problem = self._read(), None
        except InvalidContextError as error:
            message = f"{error.message}; the scope of skills is left as it was"
            self._problem = Problem(Code.FIELD_INVALID, "error", self._file.name, error.line, message, error.hint)
        # A file that was written just now may change again under the same stamp.
        self._seen = stamp if stamp is not None and settled(stamp, time_ns()) else None
