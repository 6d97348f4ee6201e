"""What was handed over: noted under a handle, listed again when a host asks for it, and counted if that is wanted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from backwright.errors import RecordUnreadableError, SkillBlockedError, SkillNotFoundError, VersionNotFoundError
from backwright.record.loaded import Loaded, Record, Records
from backwright.record.usage import Usage
from backwright.settings import Settings

if TYPE_CHECKING:
    from backwright.catalog.catalog import Catalog
    from backwright.catalog.skill import Skill
    from backwright.record.shared import SharedRecords, Shelf
    from backwright.routing.briefing import Briefing

_MOST_DIGESTS: Final = 1_024

_LOG = logging.getLogger(__name__)


class Recall:
    """The records of one process.

    Args:
        settings: how this process serves; without a state folder nothing is counted.
        wanted: whether the project asks for counts; the settings have the last word.
        shelf: what several processes share; None to keep records in the state folder, or in memory without one.
    """

    def __init__(self, settings: Settings, wanted: Callable[[], bool], shelf: Shelf | None = None) -> None:
        self._shelf = shelf
        self._state = settings.state
        self._usage = settings.usage
        self._wanted = wanted
        self._digests: dict[str, str] = {}

    @cached_property
    def records(self) -> Records | SharedRecords:
        """What was loaded, by handle."""
        if self._shelf is not None:
            from backwright.record.shared import SharedRecords

            return SharedRecords(self._shelf)
        return Records(None if self._state is None else self._state / "loaded")

    @property
    def usage(self) -> Usage | None:
        """The counts; None where there is nowhere to keep them."""
        return None if self._state is None else Usage(self._state / "usage.json")

    def flush(self) -> None:
        """Write down what is not yet; to be called before the process ends by `os._exit`."""
        if "records" in vars(self):
            self.records.flush()

    def noted(self, briefing: Briefing, catalog: Catalog, session: str | None, holder: str | None = None) -> Briefing:
        """The briefing with the handle under which its skill is recorded; one without a skill as it is.

        Args:
            briefing: what is handed over.
            catalog: where its skill is from.
            session: the handle to go on with.
            holder: whose handle it is; None for whoever may reach this process.
        """
        if briefing.skill is None or briefing.version is None:
            return briefing
        skill = _served(catalog, briefing.skill, briefing.version)
        loaded = Loaded(skill=skill.name, version=skill.version, digest=self._digest(skill), uri=skill.uri())
        handle, word = self.records.note(session, loaded, holder)
        self._count(skill)
        reason = f"{briefing.reason} {word}".rstrip()
        return briefing.model_copy(update={"session": handle, "reason": reason})

    def restored(self, session: str, catalog: Catalog, holder: str | None = None) -> Briefing:
        """What was loaded under a handle, and how to load each again: a line a skill and not the texts, because the
        host may want only some of them, and has a budget.

        Raises:
            SessionNotFoundError, RecordUnreadableError: as `Records.read`.
            StoreUnavailableError: what several processes share cannot be reached.
        """
        from backwright.routing.briefing import Briefing, Candidate

        record = self.records.read(session, holder)
        lines = tuple(
            Candidate(skill=each.skill, version=each.version, summary=_line(each, catalog)) for each in record.skills
        )
        return Briefing(
            decision="restored", reason=f"Loaded in this session: {len(lines)}.", candidates=lines, session=session
        )

    def read(self, session: str, holder: str | None = None) -> Record:
        """The record of a handle.

        Raises:
            SessionNotFoundError, RecordUnreadableError: as `Records.read`.
            StoreUnavailableError: what several processes share cannot be reached.
        """
        return self.records.read(session, holder)

    def _digest(self, skill: Skill) -> str:
        """The digest of what is served of a skill: made once of each, for it takes a good part of an answer."""
        found = self._digests.get(skill.digest)
        if found is None:
            if len(self._digests) >= _MOST_DIGESTS:
                self._digests.clear()
            found = self._digests[skill.digest] = skill.served_digest
        return found

    def _count(self, skill: Skill) -> None:
        usage = self.usage
        if usage is None or not (self._wanted() if self._usage is None else self._usage):
            return
        try:
            usage.add(skill.name, skill.version)
        except (OSError, RecordUnreadableError) as error:
            _LOG.warning("the use of %s is not counted: %s", skill.name, error)


def _served(catalog: Catalog, name: str, version: str) -> Skill:
    """The skill of that version: the head if it is the head's, as a briefing has it."""
    head = catalog.get(name)
    return head if head.version == version else catalog.get(f"{name}@{version}")


def _line(loaded: Loaded, catalog: Catalog) -> str:
    try:
        same = _served(catalog, loaded.skill, loaded.version).served_digest == loaded.digest
        state = "unchanged" if same else "its files have changed since"
    except (SkillNotFoundError, VersionNotFoundError, SkillBlockedError) as error:
        state = error.message
    return f"{loaded.uri}, {loaded.digest[:19]}, first at {loaded.first}: {state}"
