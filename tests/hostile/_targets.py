"""What is fuzzed: each target takes any bytes, and raises for what a user must never meet.

What may come of bytes is an answer, or one of the errors in `errors.py`, within a time of the processor; anything else
is a finding.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from backwright.app import App
from backwright.catalog.loader import Candidate, build_skill
from backwright.catalog.problem import ProblemError
from backwright.catalog.skill import SkillFile
from backwright.contexts.canonical import parse
from backwright.contexts.context import LOCAL, Address
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts
from backwright.errors import BackwrightError
from backwright.http_api.app import http_app
from backwright.mcp_api._shelf import Shelf
from backwright.review.diff import parse_diff
from backwright.review.engine import review
from backwright.review.format import formats
from backwright.review.options import Options
from backwright.settings import Settings
from tests.hostile import _corpus
from tests.http_api._raw import VERSION
from tests.mcp_api._packs import write_test_pack

Target = Callable[[bytes], None]


class Finding(AssertionError):  # noqa: N818  it is what the run is for
    """What was answered is not what may be answered."""


@dataclass(frozen=True)
class Fuzzed:
    """A target.

    Args:
        make: it, made once.
        corpus: what is mutated, taken from the tests and the pack.
        words: what its parser knows.
    """

    make: Callable[[], Target]
    corpus: Callable[[], Sequence[bytes]]
    words: Sequence[bytes]


SLACK = 1.0
"""How many times as long each may take: more where many tests share the processor and its caches."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """It takes the processor no longer."""
    start = time.process_time()
    yield
    taken = time.process_time() - start
    if taken > seconds * SLACK:
        raise Finding(f"took {taken:.2f} s of the processor, and may take {seconds}")


def _frontmatter() -> Target:
    from backwright.catalog.checks._check import Subject
    from backwright.catalog.lint import lint

    def target(data: bytes) -> None:
        with within(0.2):
            try:
                skill = build_skill(Candidate("one", Path("one"), "one"), (SkillFile.of("SKILL.md", data),))
            except ProblemError as error:
                problem = error.problem
                if not (str(problem).isprintable() and problem.message and problem.fix):
                    raise Finding(f"a problem that cannot be shown: {problem!r}") from None
                return
        if skill.name != "one" or json.loads(json.dumps(dict(skill.frontmatter))) != dict(skill.frontmatter):
            raise Finding("a skill that is not what its frontmatter says")
        with within(1.0):
            if not all(str(problem).isprintable() for problem in lint((Subject(skill, "skills/one"),))):
                raise Finding("a problem that cannot be shown")

    return target


@cache
def _app() -> App:
    folder = mkdtemp(prefix="backwright-fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return App(Settings(pack=write_test_pack(Path(folder))))


def _uri() -> Target:
    app = _app()
    shelf = Shelf(app)
    files = {skill.uri(file.path) for skill in (*app.catalog.skills, *app.catalog.releases) for file in skill.files}
    entries = {uri for uri in files if uri.endswith("/SKILL.md") and uri.count("/") < 5}
    roots = {uri.removesuffix("/SKILL.md") for uri in entries}
    above = {uri[: found.start()] for uri in files for found in re.finditer("/", uri)}
    folders = {folder for folder in above if any(f"{folder}/".startswith(f"{root}/") for root in roots)}

    def target(data: bytes) -> None:
        uri = data.decode("utf-8", "surrogateescape")
        with within(0.2):
            found = (shelf.file(uri) is not None, shelf.directory(uri) is not None, shelf.entry(uri) is not None)
            with suppress(BackwrightError):
                app.catalog.get(uri)
            with suppress(BackwrightError):
                Address(*uri.removeprefix("context://").partition("/")[::2])
        if found != (uri in files, uri in folders, uri in entries):
            raise Finding(f"{uri!r} is answered as (file, folder, skill) {found}")

    return target


_OBEYED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""What a terminal or a reader of text would obey."""


def _diff() -> Target:
    def target(data: bytes) -> None:
        with within(5.0):
            try:
                diff = parse_diff(data)
            except BackwrightError as error:
                if _OBEYED.search(f"{error.message}{error.hint}"):
                    raise Finding("an error that a terminal obeys") from None
                return
            report = review(diff, options=replace(Options(), ruff=False))
            for form in formats():
                text = form.render(report, diff)
                if _OBEYED.search(text):
                    raise Finding(f"{form.name} passes a control character on")
                text.encode()

    return target


def _context() -> Target:
    contexts = Contexts(open_store("memory://"))
    address = Address("shop", "one")

    def target(data: bytes) -> None:
        with within(1.0):
            try:
                document = parse(data)
                kind = str(document.get("type", "project"))
                body: Any = document.get("body", document)
                labels: Any = document.get("labels", {})
                if not isinstance(body, dict) or not all(isinstance(value, str) for value in labels.values()):
                    return
                contexts.check_schema(LOCAL, "fuzzed", body)
            except (BackwrightError, AttributeError):
                body, kind, labels = {"framework": "fastapi"}, "project", {}
            with suppress(BackwrightError):
                contexts.put(LOCAL, address, body, type=kind, labels=labels)
                if contexts.get(LOCAL, address).body != body:
                    raise Finding("what is read is not what was written")

    return target


def _jsonrpc() -> Target:
    import httpx2

    application = http_app(_app())
    loop = asyncio.new_event_loop()
    serving = threading.Event()

    async def serve() -> None:
        async with application.router.lifespan_context(application):
            serving.set()
            await asyncio.Event().wait()

    # It ends with the process, as its thread does.
    threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True).start()
    serving.wait(60)
    client = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(application, raise_app_exceptions=True), base_url="http://127.0.0.1:8000"
    )

    def target(data: bytes) -> None:
        head = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": VERSION if data[:1] != b" " else "2025-11-25",
            **_named(data),
        }
        with within(5.0):
            answer = asyncio.run_coroutine_threadsafe(client.post("/mcp", content=data, headers=head), loop).result(60)
        if answer.status_code >= 500 or "Traceback" in answer.text:
            raise Finding(f"{answer.status_code}: {answer.text[:300]}")
        if answer.content and answer.json().get("error", {}).get("code") == -32603:
            raise Finding(f"an internal error: {answer.text[:300]}")

    return target


def _named(data: bytes) -> dict[str, str]:
    """The headers that the newer protocol wants to agree with the body, so that more than they is looked at."""
    try:
        message = json.loads(data)
        found = {"mcp-method": message["method"]}
        params = message["params"]
        if isinstance(name := params.get("name", params.get("uri")), str):
            found["mcp-name"] = name
        return {key: value for key, value in found.items() if value.isascii() and value.isprintable()}
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return {}


TARGETS: Final[dict[str, Fuzzed]] = {
    "frontmatter": Fuzzed(_frontmatter, _corpus.frontmatters, _corpus.YAML),
    "uri": Fuzzed(_uri, _corpus.uris, _corpus.ADDRESSES),
    "diff": Fuzzed(_diff, _corpus.diffs, _corpus.DIFF),
    "context": Fuzzed(_context, _corpus.contexts, _corpus.SCHEMA),
    "jsonrpc": Fuzzed(_jsonrpc, _corpus.messages, _corpus.RPC),
}
