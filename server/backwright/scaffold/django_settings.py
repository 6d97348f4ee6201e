"""Which module holds the settings of a Django project, by what starts it; nothing of it is imported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError, UnsupportedProjectError
from backwright.scaffold.project import MAX_SOURCE_BYTES, sources

# `setdefault("DJANGO_SETTINGS_MODULE", "a.b")` and `environ["DJANGO_SETTINGS_MODULE"] = "a.b"`.
_IN_CODE = re.compile(r"DJANGO_SETTINGS_MODULE[\"']\s*(?:,|\]\s*=)\s*[\"']([A-Za-z_][\w.]*)[\"']")
_IN_A_TABLE = re.compile(r"^\s*DJANGO_SETTINGS_MODULE\s*=\s*[\"']?([A-Za-z_][\w.]*)", re.MULTILINE)
_TABLES = ("pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini")
_STARTS = frozenset(["wsgi.py", "asgi.py"])
_URLS = re.compile(r"^ROOT_URLCONF\b", re.MULTILINE)
_COMMON = frozenset(["__init__", "base", "common", "settings"])


def is_django_root(root: Path) -> bool:
    """Whether `manage.py` is Django's; Flask projects had files of that name too."""
    text = _text(root / "manage.py")
    return bool(_IN_CODE.search(text)) or "django.core.management" in text


def settings_of(root: Path, texts: Mapping[str, str]) -> tuple[str, str]:
    """The dotted name of the module, and the file that says so.

    Where `manage.py` leaves it to the environment, what the project starts or tests itself with says it, or the only
    settings that there are.

    Args:
        root: the project's folder.
        texts: its modules by their paths, those of settings among them.

    Raises:
        UnsupportedProjectError: there is no `manage.py` of Django, or nothing says where the settings are.
    """
    if not is_django_root(root):
        raise UnsupportedProjectError(
            "there is no manage.py of Django", hint="give the folder of Django's manage.py as root"
        )
    for path, pattern in _places(root):
        if named := pattern.search(_text(path)):
            return named[1], path.relative_to(root).as_posix()
    found = sorted(path for path, text in texts.items() if _URLS.search(text))
    if len({path.rpartition("/")[0] for path in found}) != 1:
        there = f"; there are {', '.join(found)}" if found else ""
        raise UnsupportedProjectError(
            f"manage.py leaves the settings to the environment, and nothing else says which they are{there}",
            hint="set DJANGO_SETTINGS_MODULE in [tool.pytest.ini_options] of pyproject.toml, or as a default "
            "in manage.py",
        )
    best = next((each for each in found if Path(each).stem in _COMMON), found[0])
    module = best.removeprefix("src/").removesuffix(".py").removesuffix("/__init__")
    return module.replace("/", "."), best


def _places(root: Path) -> Iterator[tuple[Path, re.Pattern[str]]]:
    yield root / "manage.py", _IN_CODE
    yield from ((path, _IN_CODE) for path in sources(root) if path.name in _STARTS)
    yield from ((root / name, _IN_A_TABLE) for name in _TABLES)


def _text(path: Path) -> str:
    """What the file says; nothing where there is none, or none that can be read."""
    try:
        return read_bounded(path, MAX_SOURCE_BYTES).decode("utf-8")
    except (OSError, ValueError, TooLargeError):
        return ""
