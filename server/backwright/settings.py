"""What the process was told from outside: environment and options to one typed value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright.errors import InvalidInputError

SHORTEST_KEY: Final = 32
"""Characters of a state key."""

WRITES_PER_MINUTE: Final = 600
"""Puts, deletions and grants that each subject has, unless the environment says otherwise."""

SCHEMAS_PER_MINUTE: Final = 60
"""Registrations and checks of schemas: to compare two takes far longer than to write."""

OWN_BUS: Final = "memory://"
"""The bus that only this process hears."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process serves.

    Args:
        root: the user's project; the only place that anything is read from or written to on the user's behalf.
            None where there is no file system to speak of (a shared HTTP server).
        pack: the folder that holds `skills/` and `manifest.yaml`; None for the pack that ships with Backwright.
        strict: stop at the first problem of the pack instead of serving the rest.
        allow_unlocked: serve skills that the manifest does not pin (development).
        skills: folders of other skills, served beside the pack as they are, of whatever dialect.
        reload: follow the folders on disk and serve what they hold by then.
        state: the folder where this user's records are kept; None where there is no one user.
        cache: the folder where this user keeps what can be made anew; None where there is no one user, or none wanted.
        database: the URL of the store of contexts; None where there is none: a server for nobody in particular.
        contexts: whether to offer contexts to assistants; None to offer them once the store is there.
        project_context: the stored conventions that hold under a project's own, as `namespace/name`; None for none.
        writes: how many writes of contexts a minute each subject has; 0 for no limit.
        schemas: how many registrations and checks of schemas.
        bus: the URL of the bus that the events of contexts are handed on to; within this process by default.
        usage: whether to count how often each skill is used; None to leave it to the project.
        state_keys: secrets of at least 32 characters that seal what clients carry from one request to the next: the
            first seals, each opens. The same in every process of a service; none: each process makes its own.
        environment: the virtual environment that is active; a project's own goes before it.
    """

    root: Path | None = None
    pack: Path | None = None
    strict: bool = False
    allow_unlocked: bool = False
    skills: tuple[Path, ...] = ()
    reload: bool = False
    environment: Path | None = None
    state: Path | None = None
    cache: Path | None = None
    database: str | None = None
    contexts: bool | None = None
    project_context: str | None = None
    writes: int = WRITES_PER_MINUTE
    schemas: int = SCHEMAS_PER_MINUTE
    bus: str = OWN_BUS
    usage: bool | None = None
    state_keys: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, root: Path | None = None) -> Settings:
        """Settings for a process on the user's own machine; `BACKWRIGHT_PACK` names another pack,
        `BACKWRIGHT_SKILLS` more folders of skills, parted as in `PATH`; `BACKWRIGHT_STATE` another folder for records,
        `BACKWRIGHT_CACHE` another for indexes of large packs (`off` or nothing: none are kept), `BACKWRIGHT_DATA`
        another for contexts or `BACKWRIGHT_DATABASE_URL` another store of them, `BACKWRIGHT_BUS_URL` the bus that
        tells of their changes; `BACKWRIGHT_CONTEXTS` offers contexts to assistants (1) or not (0),
        `BACKWRIGHT_PROJECT_CONTEXT` names stored conventions (`namespace/name`) that hold under a project's own,
        `BACKWRIGHT_USAGE` turns the counts on (1) or off (0), `BACKWRIGHT_WRITES_PER_MINUTE` and
        `BACKWRIGHT_SCHEMAS_PER_MINUTE` limit each subject (0: no limit), and `BACKWRIGHT_STATE_KEYS` holds the state
        keys, parted by commas or spaces.

        Raises:
            InvalidInputError: a state key is too short, or there twice, or a limit is no whole number from 0.
        """
        pack = environment.get("BACKWRIGHT_PACK")
        skills = tuple(Path(part) for part in environment.get("BACKWRIGHT_SKILLS", "").split(os.pathsep) if part)
        active = environment.get("VIRTUAL_ENV")
        return cls(
            root=root or Path.cwd(),
            pack=Path(pack) if pack else None,
            skills=skills,
            environment=Path(active) if active else None,
            state=_state(environment),
            cache=_cache(environment),
            database=_database(environment),
            bus=environment.get("BACKWRIGHT_BUS_URL") or OWN_BUS,
            contexts=_contexts(environment),
            project_context=environment.get("BACKWRIGHT_PROJECT_CONTEXT") or None,
            writes=_count(environment, "BACKWRIGHT_WRITES_PER_MINUTE", WRITES_PER_MINUTE),
            schemas=_count(environment, "BACKWRIGHT_SCHEMAS_PER_MINUTE", SCHEMAS_PER_MINUTE),
            usage=_switch(environment, "BACKWRIGHT_USAGE"),
            state_keys=_state_keys(environment.get("BACKWRIGHT_STATE_KEYS", "")),
        )

    @property
    def offers_contexts(self) -> bool:
        """Whether an assistant is offered contexts: a model pays for their tools on each turn, so not to a user who
        has none. A store that was named, and the own one once something was written to it, are there to be used.
        """
        return self.has_store if self.contexts is None else self.contexts and self.database is not None

    @property
    def has_store(self) -> bool:
        """Whether there is a store to read from, which reading does not make: one that is no file, or its file."""
        if self.database is None:
            return False
        path = self.database.removeprefix(_SQLITE)
        return path == self.database or Path(path).exists()

    @property
    def shares_records(self) -> bool:
        """Whether handles are kept in the store: where there is no folder of one user, and processes may share one."""
        return self.state is None and self.offers_contexts


_SQLITE: Final = "sqlite:///"
_SWITCH: Mapping[str, bool] = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}


def _switch(environment: Mapping[str, str], name: str) -> bool | None:
    """What a variable turns on or off; None where it says neither."""
    return _SWITCH.get(environment.get(name, "").strip().lower())


def _contexts(environment: Mapping[str, str]) -> bool | None:
    """Whether contexts are offered: whoever names a store means to use it, though nothing may be in it yet."""
    said = _switch(environment, "BACKWRIGHT_CONTEXTS")
    return True if said is None and environment.get("BACKWRIGHT_DATABASE_URL") else said


def _state_keys(text: str) -> tuple[str, ...]:
    """The keys; what they are is never repeated in an error."""
    keys = tuple(text.replace(",", " ").split())
    if any(len(key) < SHORTEST_KEY for key in keys) or len(set(keys)) != len(keys):
        raise InvalidInputError(
            f"BACKWRIGHT_STATE_KEYS: each key has at least {SHORTEST_KEY} characters, and none is there twice",
            hint='make one with: python3 -c "import secrets; print(secrets.token_hex(32))"',
        )
    return keys


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    """The whole number that a variable says."""
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004  digits enough
        raise InvalidInputError(
            f"{name} is no number", hint=f"write digits, or leave it out for {default}; 0: no limit"
        )
    return int(text)


def _state(environment: Mapping[str, str]) -> Path | None:
    """Where this user's programs keep what is no configuration and no cache; None for a user without a home."""
    own = environment.get("BACKWRIGHT_STATE")
    return Path(own) if own else _users(environment, "XDG_STATE_HOME", ".local/state/backwright", "backwright")


def _database(environment: Mapping[str, str]) -> str | None:
    """Where this user's contexts are kept: a file of the user's own, unless another store is named."""
    url = environment.get("BACKWRIGHT_DATABASE_URL")
    if url:
        return url
    own = environment.get("BACKWRIGHT_DATA")
    folder = Path(own) if own else _users(environment, "XDG_DATA_HOME", ".local/share/backwright", "backwright/data")
    return None if folder is None else f"{_SQLITE}{folder.absolute() / 'contexts.db'}"


def _cache(environment: Mapping[str, str]) -> Path | None:
    """Where this user's programs keep what can be made anew; None for a user without a home, or who wants none."""
    own = environment.get("BACKWRIGHT_CACHE")
    if own is not None:
        return None if own.strip().lower() in {"", "off"} else Path(own)
    return _users(environment, "XDG_CACHE_HOME", ".cache/backwright", "backwright/cache")


def _users(environment: Mapping[str, str], variable: str, at_home: str, on_windows: str) -> Path | None:
    """A folder of this user, after the XDG Base Directory Specification or in Windows's own place."""
    windows = os.name == "nt"
    base = environment.get("LOCALAPPDATA" if windows else variable)
    if base and Path(base).is_absolute():
        return Path(base) / (on_windows if windows else "backwright")
    try:
        return Path.home() / at_home
    except RuntimeError:
        return None
