"""What the process was told from outside: environment and options to one typed value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


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
        usage: whether to count how often each skill is used; None to leave it to the project.
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
    usage: bool | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, *, root: Path | None = None) -> Settings:
        """Settings for a process on the user's own machine; `BACKWRIGHT_PACK` names another pack,
        `BACKWRIGHT_SKILLS` more folders of skills, parted as in `PATH`; `BACKWRIGHT_STATE` another folder for records,
        and `BACKWRIGHT_USAGE` turns the counts on (1) or off (0).
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
            usage=_SWITCH.get(environment.get("BACKWRIGHT_USAGE", "").strip().lower()),
        )


_SWITCH: Mapping[str, bool] = {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False}


def _state(environment: Mapping[str, str]) -> Path | None:
    """Where this user's programs keep what is no configuration and no cache; None for a user without a home."""
    own = environment.get("BACKWRIGHT_STATE")
    if own:
        return Path(own)
    base = environment.get("LOCALAPPDATA") if os.name == "nt" else environment.get("XDG_STATE_HOME")
    if base and Path(base).is_absolute():
        return Path(base) / "backwright"
    try:
        return Path.home() / ".local" / "state" / "backwright"
    except RuntimeError:
        return None
