"""BW705: a test is marked with a name that the project's configuration does not know."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from backwright.review.change import Change
from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.source import Source

# pytest's own, and those that common plugins register.
_KNOWN = frozenset(
    {"filterwarnings", "parametrize", "skip", "skipif", "tryfirst", "trylast", "usefixtures", "xfail"}
    | {"anyio", "asyncio", "benchmark", "celery", "default_cassette", "dependency", "django_db", "enable_socket"}
    | {"first", "flaky", "freeze_time", "httpx_mock", "last", "no_cover", "order", "repeat", "respx", "run"}
    | {"serial", "timeout", "trio", "urls", "vcr", "xdist_group"}
)
_FILES = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg")
_ADDED = re.compile(r"""addinivalue_line\(\s*["']markers["']\s*,\s*["'](\w+)""")
_MAX_CONFTESTS = 50


def _text(change: Change, facts: Facts, path: str) -> str:
    """A file after the change: of the repository, or as far as the diff shows it."""
    data = facts.repository.text(path) if facts.repository is not None else None
    if data is not None:
        return data.decode("utf-8", "replace")
    lines = (line for file in change.files if file.path == path for hunk in file.hunks for line in hunk.lines)
    return "\n".join(line.text for line in lines if line.new is not None)


def _of_toml(text: str) -> list[str]:
    try:
        tool = tomllib.loads(text).get("tool", {})
        found = tool["pytest"]["ini_options"]["markers"]
    except (tomllib.TOMLDecodeError, RecursionError, KeyError, TypeError, AttributeError):
        return []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _of_ini(text: str) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    found = (parser.get(section, "markers", fallback="") for section in ("pytest", "tool:pytest"))
    return [line for text in found for line in text.split("\n")]


def _registered(change: Change, facts: Facts) -> frozenset[str]:
    """The names that the configuration registers; empty where it registers none, or nothing is known."""
    lines: list[str] = []
    for path in _FILES:
        text = _text(change, facts, path)
        if "markers" in text:
            lines += _of_toml(text) if path.endswith(".toml") else _of_ini(text)
    return frozenset(name for line in lines if (name := re.split(r"[:(]", line)[0].strip()))


def _in_conftests(facts: Facts) -> frozenset[str]:
    """The names that a `conftest.py` registers by itself."""
    if facts.repository is None:
        return frozenset()
    paths = [path for path in facts.repository.paths() if PurePosixPath(path).name == "conftest.py"][:_MAX_CONFTESTS]
    texts = ((facts.repository.text(path) or b"").decode("utf-8", "replace") for path in paths)
    return frozenset(name for text in texts for name in _ADDED.findall(text))


def _marks(source: Source) -> Iterator[tuple[ast.Attribute, str]]:
    for attribute in source.nodes(ast.Attribute):
        if source.qualified(attribute.value) == "pytest.mark" and attribute.lineno in source.added:
            yield attribute, attribute.attr


def _check(change: Change, facts: Facts) -> Iterator[Finding]:
    marks = [
        (path, attribute, name)
        for path, sources in change.sources.items()
        for source in sources
        if is_test(path)
        for attribute, name in _marks(source)
        if name not in _KNOWN
    ]
    yield from _unknown(marks, change, facts) if marks else ()


def _unknown(marks: Iterable[tuple[str, ast.Attribute, str]], change: Change, facts: Facts) -> Iterator[Finding]:
    registered = _registered(change, facts)
    # Where nothing is registered, the project does not ask for it.
    known = registered | _in_conftests(facts) if registered else registered
    for path, attribute, name in marks if registered else ():
        if name not in known:
            yield Finding(
                (attribute.lineno,),
                f"`{name}` is no marker that the project registers, so `-m {name}` may select nothing and"
                " `--strict-markers` fails; add it to `markers`, or use one that is there",
                path=path,
            )


RULE = Rule(
    code="BW705",
    name="unregistered-marker",
    kind="test-marker-unregistered",
    severity=Severity.INFO,
    summary="A test has a marker that the configuration does not register: a typing error selects nothing, in silence.",
    check_change=_check,
    confidence=Confidence.MEDIUM,
)
