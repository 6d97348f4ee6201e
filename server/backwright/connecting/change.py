"""Changes of configuration files: made as text first, shown, then written whole with a copy of what was there."""

from __future__ import annotations

import difflib
import errno
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright._files import digest, read_bounded, safe_join, write_atomic
from backwright.connecting import instructions, jsonc, toml
from backwright.connecting.assistant import NAME, Assistant, Machine, Scope, Server, Syntax
from backwright.errors import ConfigurationUnreadableError, PathOutsideRootError, WriteFailedError

MAX_BYTES: Final = 32 * 1024 * 1024
"""Of a configuration; one assistant keeps its history in the same file."""

OURS: Final = frozenset({"type", "command", "args", "url", "httpUrl", "serverUrl", "enabled"})
"""The members of an entry that say how a server is reached; what else a user put there, such as `env`, stays."""

_EMPTY: Final = frozenset({"", "{}"})


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file.

    Args:
        path: the file.
        before: its text; None where it is not there.
        after: the text that it is to have; None where it is to go, for nothing else is left in it.
        lodged: whether its folder is one that an assistant makes for such files, and goes with the last of them.
    """

    path: Path
    before: str | None
    after: str | None
    lodged: bool = True

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after

    def diff(self, root: Path) -> str:
        """The change as a unified diff; nothing where there is none."""
        name = self.path.relative_to(root).as_posix() if self.path.is_relative_to(root) else self.path.as_posix()
        old, new = (text.splitlines(keepends=True) for text in (self.before or "", self.after or ""))
        one, two = ("/dev/null" if text is None else name for text in (self.before, self.after))
        lines = difflib.unified_diff(old, new, one, two, n=2)
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def configuration(assistant: Assistant, machine: Machine, scope: Scope) -> Path:
    """The file of an assistant's configuration; whether it is there or not.

    Raises:
        PathOutsideRootError: the project has a link in its place, which would lead a write elsewhere.
    """
    if assistant.scope(scope) is Scope.USER:
        # Who keeps these files elsewhere and links to them wants the link to stay.
        path = assistant.user(machine)
        return path.resolve() if path.is_symlink() else path
    paths = [_inside(machine, each) for each in assistant.project]
    return next((path for path in paths if path.is_file()), paths[0])


def connected(assistant: Assistant, machine: Machine, scope: Scope, server: Server) -> Change:
    """The change that puts an entry for a server in.

    Raises:
        ConfigurationUnreadableError: the file has a form that nothing can be put into.
        PathOutsideRootError: as `configuration`.
    """
    read, put = reader_of(assistant), jsonc.put if assistant.syntax is Syntax.JSON else toml.put

    def edited(text: str) -> str:
        there = _member(read(text), (*assistant.keys, NAME))
        own = {name: value for name, value in there.items() if name not in OURS}
        return put(text, assistant.keys, NAME, {**assistant.entry(server), **own})

    return _changed(machine, configuration(assistant, machine, scope), edited)


def removed(assistant: Assistant, machine: Machine, scope: Scope) -> Change:
    """The change that takes our entry out, and the file with it where nothing else is in it.

    Raises:
        ConfigurationUnreadableError, PathOutsideRootError: as `connected`.
    """
    write = jsonc.drop if assistant.syntax is Syntax.JSON else toml.drop
    return _changed(machine, configuration(assistant, machine, scope), lambda text: write(text, assistant.keys, NAME))


def instructed(assistant: Assistant, machine: Machine) -> Change:
    """The change that puts our paragraph into the file which the assistant reads on each turn.

    Raises:
        PathOutsideRootError: a link is in its place.
    """
    return _changed(machine, _instructions(assistant, machine), instructions.put)


def uninstructed(assistant: Assistant, machine: Machine) -> Change:
    """The change that takes our paragraph out.

    Raises:
        PathOutsideRootError: a link is in its place.
    """
    return _changed(machine, _instructions(assistant, machine), instructions.drop)


def entry_of(assistant: Assistant, machine: Machine, scope: Scope) -> Server | None:
    """The server that our entry names; None where there is none.

    Raises:
        ConfigurationUnreadableError, PathOutsideRootError: as `connected`.
    """
    path = configuration(assistant, machine, scope)
    text = text_of(path)
    if text is None:
        return None
    with _naming(path):
        document = reader_of(assistant)(text)
    found = _member(document, (*assistant.keys, NAME))
    return assistant.reads(found) if found else None


def write(change: Change, backups: Path | None) -> Path | None:
    """Write a change.

    Args:
        change: nothing is written where it changes nothing.
        backups: the folder that a copy of what was there goes to; None for no copy.

    Returns:
        The copy, where one was made.

    Raises:
        WriteFailedError: the disk refused it, and the file is as it was; or it changed since it was read.
    """
    if not change.changed:
        return None
    if text_of(change.path) != change.before:
        raise WriteFailedError(
            f"{change.path.name} was changed by somebody else just now", hint="run the command once more"
        )
    copy = None
    try:
        if change.before is not None and not change.path.stat().st_mode & stat.S_IWUSR:
            # It would be replaced all the same, for only its folder has a say in that.
            raise PermissionError(errno.EACCES, "it is read-only")
        if change.before is not None and backups is not None:
            old = change.before.encode()
            copy = backups / f"{change.path.name}.{digest(old)[7:19]}"
            # Assistants keep keys in these files, often in ones that only their owner may read.
            write_atomic(copy, old, private=True)
        if change.after is None:
            change.path.unlink(missing_ok=True)
            if change.lodged:
                with suppress(OSError):
                    # The folder was made for it, unless something else is in there.
                    change.path.parent.rmdir()
        else:
            write_atomic(change.path, change.after.encode())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WriteFailedError(f"{change.path} cannot be written: {reason}", hint="make room, or allow it") from None
    return copy


def _changed(machine: Machine, path: Path, edit: Callable[[str], str]) -> Change:
    before = text_of(path)
    with _naming(path):
        after: str | None = edit(before or "")
    if after is not None and after != before and "".join(after.removeprefix("\ufeff").split()) in _EMPTY:
        after = None
    # An empty project stays one, and so does a home.
    lodged = path.parent not in {machine.root, machine.root.resolve(), machine.home, machine.home.resolve()}
    return Change(path, before, before if before is None and not after else after, lodged)


def _instructions(assistant: Assistant, machine: Machine) -> Path:
    path = _inside(machine, assistant.instructions)
    shared = _inside(machine, "AGENTS.md")
    # A file that only points to the one that all assistants read is not added to.
    return shared if "@AGENTS.md" in (text_of(path) or "") else path


def _inside(machine: Machine, path: str) -> Path:
    try:
        return safe_join(machine.root, path)
    except PathOutsideRootError:
        hint = "the project has a link there, and a write would go where it leads: take the link away, or edit by hand"
        raise PathOutsideRootError(path, hint=hint) from None


def reader_of(assistant: Assistant) -> Callable[[str], object]:
    """What reads the text of an assistant's configuration."""
    return jsonc.read if assistant.syntax is Syntax.JSON else toml.read


def text_of(path: Path) -> str | None:
    """The text of a configuration; None where it is not there.

    Raises:
        ConfigurationUnreadableError: it is no file, is not UTF-8, or cannot be read.
        TooLargeError: it has more than `MAX_BYTES`.
    """
    try:
        data = read_bounded(path, MAX_BYTES)
        return data.decode("utf-8")
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise ConfigurationUnreadableError("a part of its path is no folder", path=path.as_posix()) from None
    except UnicodeDecodeError:
        raise ConfigurationUnreadableError("it is not UTF-8", path=path.as_posix()) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationUnreadableError(f"it cannot be read: {reason}", path=path.as_posix()) from None


def _member(document: object, keys: Sequence[str]) -> dict[str, object]:
    """The object under these keys; an empty one where there is none."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Names the file in an error of a reader that only knew its text."""
    try:
        yield
    except ConfigurationUnreadableError as error:
        raise ConfigurationUnreadableError(error.why, path=path.as_posix(), line=error.line) from None
