"""When the index of a pack is used and when it is written: never on the way to the first answer."""

from __future__ import annotations

import logging
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from backwright.catalog.memory import Memory

if TYPE_CHECKING:
    from backwright.catalog.index import Index, Known
    from backwright.catalog.index_file import IndexFile

_LOG = logging.getLogger(__name__)

FEWEST: Final = 40
"""Skills, releases counted, for which an index pays: 95 of ours are read in 0.24 s, and in 0.08 s with one. What reads
an index takes a few milliseconds to import, so for a handful it does not."""

STALE: Final = 16
"""Skills that may be read anew at each start before the index is written again."""


class Indexing:
    """The index of one pack, over the life of one process.

    Args:
        cache: the user's cache folder.
        pack: the folder of the pack.
        fewest: see `FEWEST`.
    """

    def __init__(self, cache: Path, pack: Path, *, fewest: int = FEWEST) -> None:
        self._cache = cache
        self._pack = pack
        self._fewest = fewest
        self._read: Index | None = None

    @cached_property
    def _file(self) -> IndexFile:
        from backwright.catalog.index_file import IndexFile

        return IndexFile(self._cache, self._pack)

    def known(self) -> Known | None:
        """What an earlier process left, or None."""
        content = self._file.read()
        if content is None:
            return None
        from backwright.catalog.index import Index, Known

        self._read = Index.parse(content, self._name)
        if self._read is None:
            _LOG.debug("the index %s is not used: it is not one of this pack", self._file.path)
            return None
        return Known(self._read)

    def keep(self, memory: Memory, *, true: bool) -> None:
        """Leave to the next process what a load found, where it is worth it.

        Args:
            memory: of a load that read everything.
            true: what the index said at the start was so.
        """
        if len(memory.skills) < self._fewest:
            self._file.remove()
            return
        from backwright.catalog.index import Index

        index, last = Index.of(self._name, memory), self._read
        if index is None or len(index.rows) < self._fewest:
            return
        same = last is not None and last.manifest == index.manifest and len(last.rows) <= len(index.rows) + STALE
        if true and same and last is not None and index.differing(last) <= STALE:
            return
        try:
            self._file.write(index.dump())
        except ValueError as error:
            _LOG.debug("the index %s is not written: %s", self._file.path, error)

    @property
    def _name(self) -> str:
        return self._pack.absolute().as_posix()
