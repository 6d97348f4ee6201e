"""A review, its caller's word and the next review, through a real client: over a restart, and by another caller."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import Client, MCPError
from mcp_types import TextContent, TextResourceContents

from backwright.app import App
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import InvalidInputError, ReviewNotFoundError, WriteFailedError
from backwright.judging import Judging
from backwright.mcp_api._judge_answer import answer, render
from backwright.mcp_api.tools.complete_review import TOOL
from backwright.review.format import formats
from backwright.review.report import Report
from backwright.review.verdict import Outcome
from backwright.routing.briefing import approx_tokens
from backwright.settings import Settings
from tests.mcp_api._connect import COMMAND, MODES, connected

CODE = """\
import asyncio

import requests


async def notify(urls: list[str]) -> None:
    await asyncio.gather(*(asyncio.to_thread(requests.get, url) for url in urls))


def total(price: float, count: int) -> float:
    return price * count * 1.2
"""
MORE = 'def fetch() -> None:\n    requests.get("https://example.org")\n'


def diff_of(code: str) -> str:
    lines = code.splitlines()
    return f"--- /dev/null\n+++ b/app/x.py\n@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)


async def call(client: Client, tool: str, **arguments: object) -> tuple[dict[str, Any], str]:
    given = await client.call_tool(tool, arguments)
    assert isinstance(given.content[0], TextContent)
    return given.structured_content or {}, given.content[0].text


async def report_of(client: Client, review: str, form: str = "") -> str:
    read = await client.read_resource(f"review://{review}{form}")
    assert isinstance(read.contents[0], TextResourceContents)
    assert read.cache_scope in {None, "private"}
    return read.contents[0].text


MONEY = {"path": "app/x.py", "line": 11, "quote": "return price * count * 1.2"}


@pytest.fixture(scope="module")
def shipped() -> App:
    """An app without a project over the pack that ships, as over HTTP."""
    return App(Settings(allow_unlocked=True))


@pytest.mark.parametrize("mode", MODES)
async def test_the_questions_of_a_review_are_answered_and_its_report_says_so(shipped: App, mode: str) -> None:
    async with connected(shipped, mode) as client:
        reviewed, text = await call(client, "review_diff", diff=diff_of(CODE))
        handle = reviewed["review"]
        assert "answer with complete_review" in text
        assert text.rstrip().endswith(f"Whole report: review://{handle}")
        asked = {question["item"]: question for question in reviewed["questions"]}
        assert any(line.startswith("app/x.py:") and " " in line for each in asked.values() for line in each["lines"])
        first, second = list(asked)[:2]
        done, said = await call(
            client,
            "complete_review",
            review=handle,
            verdicts=[
                {"item": first, "verdict": "broken", "reason": "The sum is a float.", **MONEY},
                {"item": second, "verdict": "met"},
            ],
            comments=[{**MONEY, "line": 3, "message": "Name the tax rate instead of the bare number."}],
        )
        assert done["review"] == handle
        assert sorted(row["outcome"] for row in done["outcomes"]) == ["accepted", "accepted", "moved"]
        assert f"2 of {len(asked)} questions answered" in said
        assert first not in done["open"]
        report = Report.model_validate_json(await report_of(client, handle))
        judged = [one for one in report.findings if one.detector == "caller"]
        assert {(one.location.line, one.message) for one in judged} == {
            (11, "The sum is a float."),
            (11, "Name the tax rate instead of the bare number."),
        }
        states = {f"{item.skill}/{item.item}": item.status for item in report.checklist}
        assert (states[first], states[second]) == ("violated", "no_violation")
        assert all(states[item] == "not_evaluated" for item in list(asked)[2:])
        assert [f"{one.skill}/{one.item}" for one in report.questions] == list(asked)[2:]
        for form in formats():
            assert await report_of(client, handle, f"/{form.name}")
        assert "JUDGED" in await report_of(client, handle, "/markdown")


async def test_the_same_review_has_the_same_answer_whatever_was_said_of_it(shipped: App) -> None:
    async with connected(App(shipped.settings)) as client:
        first = await call(client, "review_diff", diff=diff_of(CODE))
        comment = {**MONEY, "message": "Name the tax rate."}
        done = await call(client, "complete_review", review=first[0]["review"], comments=[comment])
        assert await call(client, "complete_review", review=first[0]["review"], comments=[comment]) == done
        assert await call(client, "review_diff", diff=diff_of(CODE)) == first
        assert "Name the tax rate." in await report_of(client, first[0]["review"])
    async with connected(shipped) as client:
        assert await call(client, "review_diff", diff=diff_of(CODE)) == first


async def test_the_next_review_tells_what_is_new_open_and_fixed(shipped: App) -> None:
    async with connected(shipped) as client:
        first, _ = await call(client, "review_diff", diff=diff_of(f"import requests\n\n\n{MORE}"))
        comment = {"path": "app/x.py", "line": 4, "quote": "def fetch() -> None:", "message": "Say what it brings."}
        await call(client, "complete_review", review=first["review"], comments=[comment])
        again = (
            f"import requests\n\nX = 1\n\n\n{MORE}\n\ndef post() -> None:\n    requests.post('https://example.org')\n"
        )
        second, text = await call(client, "review_diff", diff=diff_of(again), previous=first["review"])
        assert [(one["code"], one["line"]) for one in second["findings"] if one["code"] == "BW601"] == [("BW601", 11)]
        assert [line.split(":")[1].split()[0] for line in second["still_open"]] == ["6", "7"]
        assert f"Since review {first['review']}: " in text
        third, _ = await call(client, "review_diff", diff=diff_of("X = 1\n"), previous=second["review"])
        assert third["findings"] == []
        assert "3 fixed (BW601 2, JUDGED)" in third["summary"]


async def test_an_unknown_earlier_review_is_an_error(shipped: App) -> None:
    async with connected(shipped) as client:
        refused, _ = await call(client, "review_diff", diff=diff_of(CODE), previous="a" * 20)
    assert refused["code"] == "REVIEW_NOT_FOUND"


async def test_over_stdio_it_outlives_the_process_and_belongs_to_its_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKWRIGHT_STATE", str(tmp_path / "state"))
    for name in ("mine", "theirs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "change.diff").write_text(diff_of(CODE), encoding="utf-8")
    mine, theirs = ((*COMMAND, "--root", str(tmp_path / name)) for name in ("mine", "theirs"))
    comment = {**MONEY, "message": "Name the tax rate."}
    async with connected(mine) as client:
        reviewed, _ = await call(client, "review_diff", diff_file="change.diff")
        handle = reviewed["review"]
        await call(client, "complete_review", review=handle, comments=[comment])
    async with connected(theirs) as client:
        unknown = await call(client, "complete_review", review="a" * 20, comments=[comment])
        assert await call(client, "complete_review", review=handle, comments=[comment]) == unknown
        assert unknown[0]["code"] == "REVIEW_NOT_FOUND"
        with pytest.raises(MCPError, match="no resource is served"):
            await report_of(client, handle)
        assert (await call(client, "review_diff", diff_file="change.diff"))[0]["review"] == handle
        assert "Name the tax rate." not in await report_of(client, handle)
    async with connected(mine) as client:
        assert "Name the tax rate." in await report_of(client, handle)
        more = {**comment, "message": "Round only once, at the end."}
        done, _ = await call(client, "complete_review", review=handle, comments=[more])
        assert [row["outcome"] for row in done["outcomes"]] == ["accepted"]
        assert "Name the tax rate." in await report_of(client, handle)
        for path in (tmp_path / "state" / "reviews").glob("*.json"):
            path.write_text("{", encoding="utf-8")
        damaged, _ = await call(client, "complete_review", review=handle, comments=[more])
        assert damaged["code"] == "RECORD_UNREADABLE"
        with pytest.raises(MCPError, match="cannot be used"):
            await report_of(client, handle)
        assert (await call(client, "review_diff", diff_file="change.diff"))[0] == reviewed
        assert "Name the tax rate." not in await report_of(client, handle)


async def test_http_keeps_nothing_on_disk(url: str, tmp_path: Path) -> None:
    async with connected(url) as client:
        reviewed, _ = await call(client, "review_diff", diff=diff_of(CODE))
        comment = {**MONEY, "message": "Name the tax rate."}
        done, _ = await call(client, "complete_review", review=reviewed["review"], comments=[comment])
        assert [row["outcome"] for row in done["outcomes"]] == ["accepted"]
        refused, _ = await call(client, "complete_review", review="a" * 20, comments=[comment])
        assert refused["code"] == "REVIEW_NOT_FOUND"
    assert [path.name for path in tmp_path.iterdir()] == []  # noqa: ASYNC240  an empty folder does not wait


def test_a_review_expires_and_belongs_to_its_caller(shipped: App) -> None:
    clock = [1_000_000.0]
    judging = Judging(shipped.settings, lambda: shipped.reviewing, lambda: clock[0])
    handle = judging.review(ReviewContextV2(diff=diff_of(CODE)), caller="ada").handle
    assert handle is not None
    for caller in ("bob", "", None):
        with pytest.raises(ReviewNotFoundError):
            judging.read(handle, caller)
        with pytest.raises(ReviewNotFoundError):
            judging.complete(handle, (), (), caller)
    clock[0] += 86_400
    assert judging.read(handle, "ada")[0].basis == "full"
    clock[0] += 1
    with pytest.raises(ReviewNotFoundError):
        judging.read(handle, "ada")


@pytest.mark.parametrize(
    "uri", ["review://", "review://AAAAAAAAAAAAAAAAAAAA", f"review://{'a' * 20}/../x", f"review://{'a' * 20}/exe"]
)
async def test_no_guess_reads_a_report(shipped: App, uri: str) -> None:
    async with connected(shipped) as client:
        with pytest.raises(MCPError):
            await client.read_resource(uri)


async def test_a_format_that_is_none_is_unknown(shipped: App) -> None:
    async with connected(shipped) as client:
        reviewed, _ = await call(client, "review_diff", diff=diff_of(CODE))
        with pytest.raises(MCPError, match="no resource is served"):
            await report_of(client, reviewed["review"], "/exe")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 50) | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "item": JSON,
        "verdict": st.sampled_from(["met", "broken", "unsure"]) | JSON,
        "path": st.just("app/x.py") | JSON,
        "line": st.integers(1, 14) | JSON,
        "quote": st.sampled_from(CODE.split("\n")) | JSON,
        "message": st.just("Say it.") | JSON,
        "reason": JSON,
        "suggestion": JSON,
        "severity": st.just("error") | JSON,
    },
)


@cache
def reviewed() -> tuple[App, str]:
    """One app with one review, for every example of a property."""
    app = App(Settings(allow_unlocked=True))
    handle = app.judging.review(ReviewContextV2(diff=diff_of(CODE))).handle
    assert handle is not None
    return app, handle


@given(st.lists(SAID, max_size=3) | JSON, st.lists(SAID, max_size=3) | JSON)
@settings(max_examples=150)
def test_whatever_json_is_sent_is_answered_and_what_is_accepted_stands_in_the_change(
    verdicts: object, comments: object
) -> None:
    app, handle = reviewed()
    sent = {"review": handle, "verdicts": verdicts, "comments": comments}
    try:
        said = TOOL.parse(app, json.loads(json.dumps(sent)))
    except InvalidInputError:
        return
    done = TOOL.call(app, said)
    assert len(done.outcomes) == len(said.verdicts) + len(said.comments)
    last = len(CODE.splitlines())
    for one in app.judging.read(handle)[0].findings:
        assert one.location.path == "app/x.py"
        assert 1 <= one.location.line <= (one.location.end_line or one.location.line) <= last


@given(st.lists(st.text(max_size=3_000), max_size=70))
def test_every_answer_keeps_the_budget(texts: list[str]) -> None:
    outcomes = [Outcome(of=f"comment {n}", outcome="refused", why=text) for n, text in enumerate(texts)]
    page = answer("a" * 20, Report(basis="full"), outcomes, 5)
    assert approx_tokens(render(page)) <= 4_000
    assert approx_tokens(page.model_dump_json(exclude_none=True)) <= 4_000
    assert len(page.outcomes) + (page.more or 0) == len(texts)


def test_a_full_disk_is_a_named_error_and_a_review_goes_on_without_a_handle(tmp_path: Path) -> None:
    app = App(Settings(allow_unlocked=True, state=tmp_path / "state"))
    reviewing = ReviewContextV2(diff=diff_of(CODE))
    handle = app.judging.review(reviewing).handle
    assert handle is not None
    lock = tmp_path / "state" / "reviews" / "lock"
    lock.unlink()
    lock.mkdir()
    with pytest.raises(WriteFailedError, match="could not be kept"):
        app.judging.complete(handle, (), ())
    again = app.judging.review(reviewing)
    assert (again.handle, again.word) == (None, "the review could not be kept: Is a directory")
    assert again.report.stats.added == len(CODE.splitlines())


def test_a_change_that_is_too_large_is_reviewed_and_not_kept(shipped: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backwright.judging.MOST_TEXT", 100)
    done = shipped.judging.review(ReviewContextV2(diff=diff_of(CODE)))
    assert (done.handle, done.word) == (None, "the change is too large for its review to be kept")
