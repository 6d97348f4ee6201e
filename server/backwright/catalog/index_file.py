"""The file of an index in the user's cache folder: whole and this user's own, or as if there were none.

    {"format": 1, "product": "0.1.0", "sha256": "..."}
    ...

The first line says what the rest must be. The digest finds damage; it proves nothing of who wrote the file. That is
for the owner and the modes of the file and its folder to say.
"""

from __future__ import annotations

import json
import logging
import os
import stat
import tempfile
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from backwright import __version__
from backwright._files import read_bounded
from backwright.errors import TooLargeError

_LOG = logging.getLogger(__name__)

FORMAT: Final = 1
"""Raised with each change of what an index says."""

MAX_BYTES: Final = 64 * 1024 * 1024
MOST: Final = 16
"""Indexes of other packs that are kept beside the newest."""

_FOLDER: Final = "index"
_ABANDONED: Final = 86_400


class IndexFile:
    """The file for one pack.

    Args:
        cache: the user's cache folder.
        pack: the folder of the pack, wherever it is named from.
    """

    def __init__(self, cache: Path, pack: Path) -> None:
        # The name says nothing of the pack to whoever lists the folder; whose it is, is said and checked inside.
        key = sha256(os.fsencode(pack.absolute())).hexdigest()[:32]
        self.path = cache / _FOLDER / f"{key}.json"

    def read(self) -> bytes | None:
        """What was written, or None: there is none, or it is of another version, damaged, too large, or not ours."""
        try:
            _check_own(self.path.parent, stat.S_IFDIR)
            _check_own(self.path, stat.S_IFREG)
            head, _, content = read_bounded(self.path, MAX_BYTES, follow_links=False).partition(b"\n")
        except FileNotFoundError:
            return None
        except (OSError, TooLargeError) as error:
            _LOG.debug("the index %s is not used: %s", self.path, error)
            return None
        if head != _head(content):
            _LOG.debug("the index %s is not used: it is damaged, or of another version", self.path)
            return None
        return content

    def write(self, content: bytes) -> bool:
        """Write the file, readable for its user alone, in one step; False where the disk or its size forbids it.

        A loss of power may take it back, or damage it, which the digest shows.
        """
        if len(content) >= MAX_BYTES - 1024:
            return False
        folder = self.path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_own(folder, stat.S_IFDIR)
            # The mode of what mkstemp makes is 0600.
            descriptor, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_head(content) + b"\n" + content)
                Path(name).replace(self.path)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
            _prune(folder, self.path)
        except OSError as error:
            _LOG.debug("the index %s is not written: %s", self.path, error)
            return False
        return True

    def remove(self) -> None:
        """Forget what was written."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def _head(content: bytes) -> bytes:
    return json.dumps({"format": FORMAT, "product": __version__, "sha256": sha256(content).hexdigest()}).encode()


def _check_own(path: Path, kind: int) -> None:
    """A path is a file or a folder (no link) that belongs to this user, and that nobody else may write.

    Raises:
        OSError: it is not, or there is none.
    """
    status = path.lstat()
    if stat.S_IFMT(status.st_mode) != kind:
        raise OSError(f"{path.name} is a link, or nothing that was put there")
    # Windows says nothing here: what lies in a user's profile is that user's.
    if os.name != "nt" and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise OSError(f"{path.name} is another user's, or others may write it")


def _prune(folder: Path, written: Path) -> None:
    """Delete what processes that ended left half written, and the indexes that were not written for longest."""
    files = [(path.stat().st_mtime, path) for path in folder.iterdir() if path != written]
    half = [path for at, path in files if path.suffix == ".tmp" and at < time.time() - _ABANDONED]
    whole = [path for _, path in sorted(files, reverse=True) if path.suffix == ".json"]
    for path in (*half, *whole[MOST:]):
        with suppress(OSError):
            path.unlink()
