"""What this process has by itself: interpreter, pack, tools, project, folders, ports, extras."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import backwright
from backwright._programs import on_path
from backwright.cli._doctor.finding import Finding, ok, problem, warning

if TYPE_CHECKING:
    from backwright.app import App

_SECONDS: Final = 5.0
_DEFAULT_PORT: Final = 8000

# What must be there for an extra to be installed; where the name of its package is not that of its module.
EXTRAS: Final[Mapping[str, tuple[str, ...]]] = {
    "demo": ("fastapi", "pytest", "aiosqlite"),
    "kafka": ("aiokafka",),
    "otlp": ("opentelemetry.exporter.otlp.proto.http", "opentelemetry.sdk"),
    "postgres": ("psycopg", "psycopg_pool"),
    "redis": ("redis",),
    "service": ("structlog", "prometheus_client"),
    "signing": ("model_signing", "OpenSSL"),
}


@dataclass(frozen=True, slots=True)
class Here:
    """What is looked at.

    Args:
        app: as `serve` would have it.
        environment: its variables.
        root: the project.
        url: a server over HTTP, where one is to be looked at.
        network: whether the issuer of tokens may be asked.
    """

    app: App
    environment: Mapping[str, str]
    root: Path
    url: str | None = None
    network: bool = False


def python(_: Here) -> Iterator[Finding]:
    """The interpreter, this package, and whether an assistant finds the command."""
    yield ok("python", f"Python {sys.version.split()[0]}, Backwright {backwright.__version__}")
    if on_path("backwright") is None:
        folder = Path(sys.executable).parent
        yield warning(
            "command",
            "`backwright` is not on the PATH, and assistants are told to start it by that name",
            f"run `uv tool install .` in a checkout, or put {folder} on the PATH",
        )
    else:
        yield ok("command", "`backwright` is on the PATH")


def pack(here: Here) -> Iterator[Finding]:
    """Whether every file is as the manifest pins it, and which skills are left out."""
    from backwright.catalog.verify import verify

    found = verify(here.app.pack)
    for each in found.problems:
        yield problem("pack", f"{each.path}: {each.message}", each.fix)
    catalog = here.app.catalog
    left_out = [each for each in catalog.problems if each.severity == "error"]
    for each in left_out:
        yield problem("skills", f"{each.path}: {each.message}", each.fix)
    if not found.problems:
        yield ok("pack", f"{found.skills} skills, {found.releases} releases, {found.files} files as the manifest pins")
    doubtful = sum(each.severity == "warning" for each in catalog.problems)
    if doubtful:
        yield warning("skills", f"{doubtful} problems of skills that are served all the same", "run `backwright lint`")


def tools(_: Here) -> Iterator[Finding]:
    """The programs that reviews and scaffolds start."""
    from backwright.scaffold.render import ruff_path

    yield ok("ruff", _version([ruff_path(), "--version"]))
    git = on_path("git")
    if git is None:
        yield warning("git", "git is not on the PATH, so reviews take diffs alone", "install git")
    else:
        yield ok("git", _version([git, "--version"]))


def _version(command: list[str]) -> str:
    done = subprocess.run(  # noqa: S603  a program that was found, and no argument of anybody's
        command, capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    return done.stdout.strip() or f"ended with {done.returncode}"


def project(here: Here) -> Iterator[Finding]:
    """The project's folder and its `backwright.yaml`."""
    root = here.root
    if not os.access(root, os.W_OK):
        yield warning("project", f"{root} cannot be written", "scaffolds need a folder that this user may write to")
    else:
        inside = any((folder / ".git").exists() for folder in (root, *root.parents))
        yield ok(
            "project", f"{root}, {'in a git repository' if inside else 'in no git repository: reviews need a diff'}"
        )
    if not (root / "backwright.yaml").is_file():
        yield ok("backwright.yaml", "there is none; `backwright detect --write` writes one")
        return
    here.app.project()
    base = here.app.registered()
    if base is not None:
        yield ok("backwright.yaml", base.note)
    here.app.pins()
    for skill, wanted in here.app.pins().items():
        here.app.choose(skill)
        yield ok("backwright.yaml", f"{skill} is pinned to {wanted}, and served at it")
    yield ok("backwright.yaml", "it validates")


def folders(here: Here) -> Iterator[Finding]:
    """The folders that this user's records are kept in: written by this user, read by nobody else."""
    settings = here.app.settings
    for name, folder in (("state", settings.state), ("cache", settings.cache)):
        if folder is None:
            yield ok(name, "none is kept")
            continue
        made = next(each for each in (folder, *folder.parents) if each.exists())
        if not os.access(made, os.W_OK):
            yield problem(name, f"{made} cannot be written", f"let this user write to it, or set {_VARIABLE[name]}")
        elif made == folder and os.name != "nt" and folder.stat().st_mode & 0o022:
            yield warning(name, f"{folder} can be written by others", f"chmod go-w {folder}")
        else:
            yield ok(name, f"{folder}" + ("" if made == folder else ", made when something is first kept"))


_VARIABLE: Final = {"state": "BACKWRIGHT_STATE", "cache": "BACKWRIGHT_CACHE (off: none)"}


def ports(here: Here) -> Iterator[Finding]:
    """Whether `serve --http` could have its port."""
    if here.url is not None:
        return
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", _DEFAULT_PORT))
        except OSError:
            fix = "for `serve --http` choose another --port; if it is a Backwright, look at it with --http URL"
            yield warning("port", f"{_DEFAULT_PORT} is taken", fix)
        else:
            yield ok("port", f"{_DEFAULT_PORT} is free for `serve --http`")


def extras(here: Here) -> Iterator[Finding]:
    """Which extras are installed, and which are configured and are not."""
    there = {name for name, modules in EXTRAS.items() if all(_found(module) for module in modules)}
    yield ok("extras", f"installed: {', '.join(sorted(there)) or 'none'}")
    for name, why in _configured(here):
        if name not in there:
            yield problem(
                "extras", f"{why} needs the extra {name}, which is not installed", f"install backwright[{name}]"
            )
    node = on_path("node")
    yield ok("node", "found" if node else "none; only to work on Backwright itself is it needed")


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _configured(here: Here) -> Iterator[tuple[str, str]]:
    variables = here.environment
    schemes = {"postgresql": "postgres", "postgres": "postgres", "redis": "redis", "rediss": "redis", "kafka": "kafka"}
    for variable in ("BACKWRIGHT_DATABASE_URL", "BACKWRIGHT_BUS_URL"):
        scheme = urlsplit(variables.get(variable, "")).scheme
        if scheme in schemes:
            yield schemes[scheme], variable
    if variables.get("BACKWRIGHT_LOG", "").strip().lower() == "json":
        yield "service", "BACKWRIGHT_LOG"
    if variables.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "otlp":
        yield "otlp", "OTEL_TRACES_EXPORTER"
