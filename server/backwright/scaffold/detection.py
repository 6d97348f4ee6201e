"""What a project's `backwright.yaml` could say, read from its files and syntax trees: each member with its evidence.

Nothing of the project is executed or imported. What cannot be told is a question and no member.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from backwright._files import read_bounded
from backwright._hidden import printable
from backwright.errors import TooLargeError, UnsupportedProjectError
from backwright.scaffold.conventions import Conventions, read_conventions
from backwright.scaffold.features import Auth
from backwright.scaffold.flask_project import read_flask
from backwright.scaffold.host import package_of
from backwright.scaffold.names import counted
from backwright.scaffold.project import (
    MAX_SOURCE_BYTES,
    Application,
    Facts,
    read_facts,
    script_location,
    source_root_of,
)
from backwright.scaffold.record import PLATFORM, Record, read_record, record_path
from backwright.scaffold.relations import module_of
from backwright.scaffold.stack import FRAMEWORKS, framework_of
from backwright.scaffold.subproject import service_folder

_MAKES: Final = {
    "fastapi": re.compile(r"\bFastAPI\("),
    "flask": re.compile(r"\bFlask\(|\bimport flask\b|\bfrom flask\b"),
    "django": re.compile(r"DJANGO_SETTINGS_MODULE|\bimport django\b|\bfrom django\b|\bdjango\b", re.IGNORECASE),
}
# The lowest version that is supported, where each file says so; the last ones only say which one is used.
_PYTHON: Final = (
    ("pyproject.toml", re.compile(r"^requires-python\s*=\s*[\"'].*?(?:>=|~=|==|\^)\s*(3\.\d{1,2})", re.MULTILINE)),
    ("pyproject.toml", re.compile(r"^python\s*=\s*[\"'].*?(?:>=|~|==|\^)\s*(3\.\d{1,2})", re.MULTILINE)),
    ("setup.cfg", re.compile(r"^python_requires\s*=\s*.*?>=\s*(3\.\d{1,2})", re.MULTILINE)),
    ("setup.py", re.compile(r"python_requires\s*=\s*[\"'].*?>=\s*(3\.\d{1,2})")),
)
_PYTHON_USED: Final = (
    (".python-version", re.compile(r"^(3\.\d{1,2})", re.MULTILINE)),
    ("Pipfile", re.compile(r"^python_version\s*=\s*[\"'](3\.\d{1,2})", re.MULTILINE)),
    ("Dockerfile", re.compile(r"^FROM \S*python:(3\.\d{1,2})", re.MULTILINE)),
)
_MIGRATIONS: Final = (
    ("alembic.ini", re.compile(r"^script_location\s*=", re.MULTILINE)),
    ("pyproject.toml", re.compile(r"^script_location\s*=", re.MULTILINE)),
)
# As a reader expects them.
_ORDER: Final = ("framework", "python", "layout", "scaffold")


@dataclass(frozen=True, slots=True)
class Member:
    """One member that the project's context could have.

    Args:
        name: its dotted name, such as `layout.package`.
        value: what it would be.
        evidence: what that was drawn from, as `path:line what stands there`.
    """

    name: str
    value: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What reading cannot tell, or not surely.

    Args:
        name: the member that it is about.
        text: what to ask the user.
        choices: the answers that the code suggests.
    """

    name: str
    text: str
    choices: tuple[str, ...] = ()


@dataclass(slots=True)
class Detection:
    """What was found.

    Args:
        members: each once.
        questions: what is doubtful.
    """

    members: list[Member] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def add(self, name: str, value: str, *evidence: str) -> None:
        """Note a member."""
        # Names of files are whatever someone called them.
        self.members.append(Member(name, value, tuple(printable(each) for each in evidence)))

    def ask(self, name: str, text: str, choices: Sequence[str] = ()) -> None:
        """Note a question."""
        self.questions.append(Question(name, printable(text, 500), tuple(printable(each) for each in choices)))


def detect(root: Path, *, folder: str | None = None) -> Detection:
    """What the files under `root` say about the project.

    Args:
        root: the project.
        folder: the folder of the service in it, where that is known already.

    Raises:
        UnsupportedProjectError: `pyproject.toml` is no TOML, or there are more files than can be read.
    """
    found = Detection()
    service = _folder(found, root) if folder is None else folder
    whole, root = root, root / service
    facts = read_facts(root)
    framework = _framework(found, root, facts)
    _layout(found, root, facts, framework)
    platform = read_record(root, PLATFORM)
    # What was made from a template says all that by its record.
    if framework == "fastapi" and (platform is None or platform.host):
        _conventions(found, facts, read_conventions(root))
    for path in facts.unread:
        found.ask("exclude", f"{path} could not be read as Python; what it holds is not in here")
    if service:
        # The reader looks at the paths from the root of the repository.
        found.members = [
            Member(each.name, each.value, tuple(f"{service}/{line}" for line in each.evidence))
            if each.name != "scaffold.root"
            else each
            for each in found.members
        ]
    _python(found, whole, [f"{service}/", ""] if service else [""])
    found.members.sort(key=lambda each: _ORDER.index(each.name.partition(".")[0]))
    return found


def _folder(found: Detection, root: Path) -> str:
    try:
        folder = service_folder(root)
    except UnsupportedProjectError as error:
        choices = re.findall(r"([^\s,:()]+) \(", error.message)
        found.ask("scaffold.root", f"{error.message}; which of them is the service?", choices)
        return ""
    if folder:
        names = [name for name in ("pyproject.toml", "manage.py") if (root / folder / name).is_file()]
        found.add(
            "scaffold.root", folder, *(f"{folder}/{name} a project of its own, with the application" for name in names)
        )
    return folder


def _python(found: Detection, root: Path, folders: Sequence[str]) -> None:
    """The lowest version: of the service, or else of the repository around it."""
    for name, pattern in [(f"{folder}{name}", pattern) for folder in folders for name, pattern in _PYTHON]:
        match, line = _search(root / name, pattern)
        if match is not None:
            found.add("python", match[1], f"{name}:{line} asks for Python {match[1]} or later")
            return
    for name, pattern in [(f"{folder}{name}", pattern) for folder in folders for name, pattern in _PYTHON_USED]:
        match, line = _search(root / name, pattern)
        if match is not None:
            text = f"{name}:{line} uses Python {match[1]}, and nothing says which is the lowest that is supported"
            found.ask("python", f"{text}; which is it?", (match[1],))
            return


def _framework(found: Detection, root: Path, facts: Facts) -> str | None:
    platform = read_record(root, PLATFORM)
    try:
        name = framework_of(root)
    except UnsupportedProjectError as error:
        choices = [each for each in FRAMEWORKS if each in facts.frameworks]
        found.ask("framework", f"{error.message}; which one is to be written for?", choices)
        return None
    if platform is not None:
        found.add("framework", name, f"{record_path(PLATFORM)} made by {platform.template}")
        return name
    source = facts.frameworks.get(name)
    if source is None:
        return None
    path, _, line = source.partition(":")
    match, at = _search(root / path, _MAKES[name])
    word = match[0].strip() if match else name
    found.add("framework", name, f"{path}:{at or line or 1} {word}")
    return name


def _layout(found: Detection, root: Path, facts: Facts, framework: str | None) -> None:
    platform = read_record(root, PLATFORM)
    if platform is not None and platform.layout is not None:
        _recorded(found, platform)
        return
    homes = [*(each.path for each in facts.applications), *(each.path for each in facts.aggregates)]
    homes += [*(each.path for each in facts.bases), *(each.path for each in facts.sessions)]
    if framework == "flask":
        flask = read_flask(root)
        homes = [
            *(each.path for each in flask.applications),
            *(each.partition(":")[0] for each in flask.blueprints.values()),
        ]
    home = next(iter(homes), None)
    if home is not None and framework != "django":
        try:
            package, source_root = package_of(home, facts), source_root_of(home, facts)
        except UnsupportedProjectError as error:
            found.ask("layout.package", f"{error.message}: {error.hint}")
        else:
            match, line = _search(root / home, _MAKES.get(framework or "", _MAKES["fastapi"]))
            where = f"{home}:{line}" if match else home
            found.add("layout.package", package, f"{where} the application lies in it")
            if source_root:
                found.add("layout.source_root", source_root, f"{source_root}/{package} is imported as {package}")
    elif len(facts.packages) == 1 and framework != "django":
        folder, _, package = facts.packages[0].rpartition("/")
        found.add("layout.package", package, f"{facts.packages[0]}/__init__.py the only package")
        if folder:
            found.add("layout.source_root", folder, f"{facts.packages[0]}/__init__.py")
    if facts.tests is not None:
        first = next(iter(sorted((root / facts.tests).rglob("test_*.py"))), None)
        said = first.relative_to(root).as_posix() if first else f"{facts.tests}/"
        found.add("layout.tests", facts.tests, f"{said} is where tests are")
    _migrations(found, root, facts)


def _recorded(found: Detection, platform: Record) -> None:
    layout, evidence = platform.layout, f"{record_path(PLATFORM)} what was scaffolded first"
    if layout is None:
        return
    values = {"package": layout.package, "source_root": layout.source_root, "tests": layout.tests}
    for name, value in {**values, "migrations": layout.migrations}.items():
        if value:
            found.add(f"layout.{name}", value, evidence)


def _migrations(found: Detection, root: Path, facts: Facts) -> None:
    try:
        script = script_location(root, facts)
    except UnsupportedProjectError as error:
        found.ask("layout.migrations", f"{error.message}: {error.hint}")
        return
    if script is None:
        return
    for name, pattern in _MIGRATIONS:
        for path in (root / name, *sorted(root.glob(f"*/{name}")), *sorted(root.glob(f"*/*/{name}"))):
            match, line = _search(path, pattern)
            if match is not None:
                where = path.relative_to(root).as_posix()
                found.add("layout.migrations", script, f"{where}:{line} script_location")
                return


def _conventions(found: Detection, facts: Facts, conventions: Conventions) -> None:
    if facts.sessions:
        _session(found, facts, conventions)
    _auth(found, facts, conventions)
    _router(found, facts)
    handler = conventions.handler
    if handler is not None:
        place = f"{handler.path}:{handler.line}"
        found.add("scaffold.errors", "text", f"{place} {handler.name} answers every HTTPException itself")


def _session(found: Detection, facts: Facts, conventions: Conventions) -> None:
    choices = [f"{module_of(each.path, facts)}:{each.name}" for each in facts.sessions]
    try:
        session, notes = conventions.session(facts)
    except UnsupportedProjectError as error:
        found.ask("scaffold.session", error.message, choices)
        return
    kind = "blocks" if session.sync else "is asynchronous"
    users = counted(conventions.used(session.name), "route or dependency uses", "routes or dependencies use")
    said = f"{session.path}:{session.line} {session.name} yields a session that {kind}; {users} it"
    found.add("scaffold.session", f"{module_of(session.path, facts)}:{session.name}", said)
    for note in notes:
        found.ask("scaffold.session", note, choices)


def _auth(found: Detection, facts: Facts, conventions: Conventions) -> None:
    candidates = [each.symbol for each in conventions.candidates]
    choices = [f"{module_of(each.path, facts)}:{each.name}" for each in candidates]
    try:
        auth = conventions.auth(Auth(None, None), facts)
    except UnsupportedProjectError as error:
        # Without a candidate that something hangs on, there may just be nobody to tell apart.
        if any(conventions.used(each.name) for each in candidates) or "is it " in error.message:
            found.ask("scaffold.auth", error.message, choices)
        return
    name, module = auth.made_by or (auth.name, auth.module)
    # The first note says what it was chosen by, and where that is.
    place = re.search(r" \((\S+:\d+)\)", auth.notes[0]) if auth.notes else None
    said = f"{place[1]} {auth.notes[0].replace(place[0], '')}" if place else f"{module} has {name}"
    found.add("scaffold.auth", f"{module}:{name}", said)
    for note in auth.notes[1:]:
        found.ask("scaffold.auth", f"{module}:{name}: {note}", choices)


def _router(found: Detection, facts: Facts) -> None:
    places = [*facts.applications, *facts.aggregates]
    most = max((each.site.mounts for each in places), default=0)
    best = [each for each in places if each.site.mounts == most]
    if len(best) == 1:
        one = best[0]
        mounted = counted(most, "router is", "routers are")
        said = f"{one.path}:{one.site.line} {mounted} mounted on {one.site.receiver}"
        found.add("scaffold.router", _reference(one, facts), said)
    elif best:
        said = ", ".join(f"{each.site.receiver} ({each.path}:{each.site.line})" for each in best)
        found.ask(
            "scaffold.router",
            f"which of these do new routers go on? {said}, with {most} routers each",
            [_reference(each, facts) for each in best],
        )


def _reference(place: Application, facts: Facts) -> str:
    return f"{module_of(place.path, facts)}:{place.site.receiver}"


def _search(path: Path, pattern: re.Pattern[str]) -> tuple[re.Match[str] | None, int]:
    """The first place of a pattern in a file, and its line."""
    for text in _text(path):
        match = pattern.search(text)
        if match is not None:
            return match, text.count("\n", 0, match.start()) + 1
    return None, 0


def _text(path: Path) -> Iterator[str]:
    try:
        yield read_bounded(path, MAX_SOURCE_BYTES, follow_links=False).decode("utf-8")
    except (OSError, ValueError, TooLargeError):
        return
