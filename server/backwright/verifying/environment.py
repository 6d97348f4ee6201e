"""The project's own environment, found and not made, and what the programs in it may inherit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDERS: Final = (".venv", "venv")
# What programs need to start and to speak. Everything else stays behind: a server that an assistant started holds its
# keys, and a test has no business with them.
_PASSED_ON: Final = (
    *("HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "LOCALAPPDATA"),
)
# Nobody installs anything, and what asks for a proxy finds a closed door; what is on this machine stays reachable.
_CLOSED: Final = "http://127.0.0.1:9"
_OFFLINE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), _CLOSED),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), "localhost,127.0.0.1,::1"),
    "PIP_NO_INDEX": "1",
    "UV_OFFLINE": "1",
    "UV_NO_SYNC": "1",
    "npm_config_offline": "true",
    "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
_QUIET: Final[Mapping[str, str]] = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "NO_COLOR": "1",
    "TERM": "dumb",
    "COLUMNS": "200",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment.

    Args:
        folder: where it is.
        shown: how a reader knows it, `.venv`.
    """

    folder: Path
    shown: str

    @property
    def programs(self) -> Path:
        """The folder of its programs."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.programs / ("python.exe" if os.name == "nt" else "python")


def find_environment(root: Path, active: Path | None) -> Environment | None:
    """The project's own environment in `.venv` or `venv`, else the active one; None where there is neither.

    That of uv is `.venv`, and its interpreter is what `uv run --no-sync` would start; asked itself, uv would make one
    that is missing.

    Args:
        root: the project.
        active: what `VIRTUAL_ENV` names.
    """
    candidates = [Environment(root / name, name) for name in _FOLDERS]
    candidates += [] if active is None else [Environment(active, "the active environment")]
    return next((each for each in candidates if (each.folder / "pyvenv.cfg").is_file() and each.python.is_file()), None)


def inherited(environment: Environment | None, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a program inherits: enough to start and to speak, no secrets, and no way to a registry.

    Args:
        environment: the environment that it belongs to; None for a program of our own.
        given: what this process has.
    """
    kept = {name: given[name] for name in _PASSED_ON if name in given}
    path = given.get("PATH", os.defpath)
    if environment is not None:
        kept["VIRTUAL_ENV"] = str(environment.folder)
        path = f"{environment.programs}{os.pathsep}{path}"
    return {**kept, **_OFFLINE, **_QUIET, "PATH": path}
