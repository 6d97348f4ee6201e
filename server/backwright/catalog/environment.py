"""The virtual environment of a project, seen from outside: which distributions are installed. Nothing is imported.

Sources: PEP 405 (pyvenv.cfg), PEP 376 and the packaging specifications (`*.dist-info`), PEP 440 (versions).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright._files import safe_join
from backwright._hidden import printable
from backwright.catalog.problem import Code, ProblemError, refuse
from backwright.catalog.skill import NAME
from backwright.errors import PathOutsideRootError

FOLDERS: Final = (".venv", "venv")
MAX_DISTRIBUTIONS: Final = 5_000

_INFO: Final = ".dist-info"
_PEP_440: Final = re.compile(
    r"v?(?:[0-9]+!)?(?P<release>[0-9]+(?:\.[0-9]+)*)"
    r"(?:[-_.]?(?P<pre>a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?P<number>[0-9]*))?"
    r"(?P<post>-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?"
    r"(?:[-_.]?dev[-_.]?(?P<dev>[0-9]*))?(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Distribution:
    """One installed distribution.

    Args:
        name: normalised: lower case, single hyphens.
        version: as it is installed (PEP 440).
        info: its `.dist-info` folder.
        site: the folder of installed packages that it lies in.
    """

    name: str
    version: str
    info: Path
    site: Path


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment.

    Args:
        site_packages: its folders of installed packages.
        label: how messages call it: its path, relative to the project where it lies there.
    """

    site_packages: tuple[Path, ...]
    label: str

    def distributions(self) -> Iterator[Distribution]:
        """What is installed, as the names of the `.dist-info` folders say it, in their order.

        Raises:
            OSError: a folder cannot be listed.
            ProblemError: more is installed than anyone installs.
        """
        count = 0
        for site in self.site_packages:
            with os.scandir(site) as entries:
                names = sorted(each.name for each in entries if each.name.endswith(_INFO))
            count += len(names)
            if count > MAX_DISTRIBUTIONS:
                message = f"it has more than {MAX_DISTRIBUTIONS} distributions"
                raise refuse(Code.TOO_MANY_FILES, self.label, message, "use an environment of the project's own")
            for name in names:
                written, _, version = name.removesuffix(_INFO).rpartition("-")
                yield Distribution(normal(written), version, site / name, site)


def find_environment(root: Path, active: Path | None = None) -> Environment | None:
    """The environment of a project: its `.venv` or `venv`, else the one that is active; None if there is none.

    Args:
        root: the project.
        active: what `$VIRTUAL_ENV` names.

    Raises:
        ProblemError: the environment is reached through a link, or cannot be listed.
    """
    places = [(root, name, name) for name in FOLDERS]
    if active is not None:
        places.append((active.parent, active.name, active.as_posix()))
    for parent, name, label in places:
        if not name or not (parent / name / "pyvenv.cfg").is_file():
            continue
        try:
            sites = tuple(_sites(safe_join(parent, name)))
        except PathOutsideRootError:
            fix = "make it a folder, or activate the environment that it leads to"
            raise refuse(Code.SYMLINK, label, "the environment is reached through a link", fix) from None
        except OSError as error:
            raise unreadable(label, error) from None
        return Environment(sites, label)
    return None


def _sites(folder: Path) -> Iterator[Path]:
    for lib in ("lib", "Lib"):
        path = safe_join(folder, lib)
        names = sorted(each.name for each in path.iterdir()) if path.is_dir() else []
        parts = [f"{lib}/{name}/site-packages" for name in names if re.fullmatch(r"python3\.[0-9]+t?", name)]
        parts += [f"{lib}/site-packages"] if "site-packages" in names else []
        for part in parts:
            site = safe_join(folder, part)
            if site.is_dir():
                yield site
        if parts:
            # One folder where letter case does not count.
            return


def normal(name: str) -> str:
    """A distribution's name as it is compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def semantic(version: str) -> str | None:
    """A version of PEP 440 in the form of Semantic Versioning, so that ranges apply to it; None if it is none.

    >>> semantic("1.4"), semantic("2.0b1"), semantic("2024.01.2.post1")
    ('1.4.0', '2.0.0-b.1', '2024.1.2+post.1')
    """
    match = _PEP_440.fullmatch(version) if len(version) <= 64 else None  # noqa: PLR2004  no version is longer
    if match is None:
        return None
    numbers = [int(number) for number in match["release"].split(".")]
    core = ".".join(str(number) for number in [*numbers, 0, 0][:3])
    pre = [] if match["pre"] is None else [match["pre"].lower(), str(int(match["number"] or 0))]
    pre += [] if match["dev"] is None else ["dev", str(int(match["dev"] or 0))]
    build = [str(number) for number in numbers[3:]]
    build += [] if match["post"] is None else ["post", *re.findall(r"[0-9]+", match["post"])]
    build += re.split(r"[-_.]", match["local"]) if match["local"] else []
    return f"{core}{'-' if pre else ''}{'.'.join(pre)}{'+' if build else ''}{'.'.join(build)}"


def checked(distribution: Distribution, label: str) -> None:
    """Refuse a distribution that cannot be addressed, or that a link stands for.

    Raises:
        ProblemError: its name is none, its version is none, or it is a link.
        OSError: it cannot be looked at.
    """
    fix = "install it again"
    if not stat.S_ISDIR(distribution.info.lstat().st_mode):
        raise refuse(Code.SYMLINK, label, "it is a link or no folder", fix)
    if not NAME.fullmatch(distribution.name) or semantic(distribution.version) is None:
        raise refuse(Code.HOSTILE_NAME, label, "it is not named after a distribution and its version", fix)


def unreadable(label: str, error: OSError) -> ProblemError:
    """The exception that says what the disk said."""
    message = f"it cannot be read: {printable(error.strerror or str(error))}"
    return refuse(Code.UNREADABLE, label, message, "make it readable, or install it again")
