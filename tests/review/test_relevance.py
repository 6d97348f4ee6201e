"""Which subjects a change shows: by what its files import, by names on added lines, by paths; and never by prose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.relevance import GENERAL, Topic, shown_by, signs_of, told
from tests.review._make import diff_of

ASYNC = Topic(
    "async-concurrency", "1.2.0", ("asyncio", "async def", "create_task", "taskgroup", "event loop"), ("queue",)
)
API = Topic(
    "fastapi-endpoint", "1.1.1", ("fastapi", "apirouter", "response_model", "lifespan"), ("router", "request body")
)
STYLE = Topic("house-style", "1.0.0", ("how we write", "code review"))
LANGUAGE = Topic("python", "1.0.0", ("python",))
UMBRELLA = Topic("python-backend", "1.2.0", ("pydantic",), general=True)


def _shown(topic: Topic, path: str, text: str, old: str | None = None, *, whole: str | None = None) -> str | None:
    diff = diff_of({path: text}, None if old is None else {path: old})
    data = None if whole is None else whole.encode()
    return shown_by(topic, signs_of(diff.files, lambda _: data))


@pytest.mark.parametrize(
    ("topic", "text", "why"),
    [
        (API, "from fastapi.routing import APIRoute\n", "fastapi imported in app/x.py"),
        (API, "import os, fastapi as f\n", "fastapi imported in app/x.py"),
        (API, "def f():\n    import fastapi\n", "fastapi imported in app/x.py"),
        (API, "router = web.APIRouter()\n", "apirouter in app/x.py"),
        (API, "@r.get('/', response_model=Item)\n", "response_model in app/x.py"),
        (ASYNC, "async def f():\n    pass\n", "async def in app/x.py"),
        (ASYNC, "async with asyncio.TaskGroup() as group:\n    pass\n", "taskgroup in app/x.py"),
        (LANGUAGE, "x = 1\n", "python in app/x.py"),
        (STYLE, "x = 1\n", GENERAL),
        (UMBRELLA, "x = 1\n", GENERAL),
    ],
)
def test_a_subject_is_shown_by_code_that_the_change_adds(topic: Topic, text: str, why: str) -> None:
    assert _shown(topic, "app/x.py", text) == why


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        (API, "# from here fastapi takes over\n"),
        (API, "x = 'response_model'\n"),
        (API, "lifespan = 70  # of a turtle\n"),
        (API, "import notfastapi\nfrom my.fastapi import x\n"),
        (ASYNC, "def asynchronous():\n    create = 'asyncio'\n"),
        (ASYNC, "queue = []\n"),
    ],
)
def test_a_subject_is_not_shown_by_prose_texts_or_plain_words(topic: Topic, text: str) -> None:
    assert _shown(topic, "app/x.py", text) is None


def test_what_the_whole_file_imports_counts_where_it_is_at_hand() -> None:
    old, new = "import fastapi\n" + "\n" * 9 + "a = 1\n", "import fastapi\n" + "\n" * 9 + "a = 2\n"
    assert _shown(API, "app/x.py", new, old) is None
    assert _shown(API, "app/x.py", new, old, whole=new) == "fastapi imported in app/x.py"


def test_names_on_lines_that_were_there_before_do_not_count() -> None:
    assert _shown(API, "app/x.py", "r = APIRouter()\nb = 1\n", "r = APIRouter()\n") is None


@pytest.mark.parametrize("path", ["app/routers/users.py", "app/router/users.py", "app/Router.py", "routers.py"])
def test_a_folder_or_file_that_is_named_for_the_subject_shows_it(path: str) -> None:
    assert _shown(API, path, "x = 1\n") == f"the path {path}"


def test_a_change_without_python_shows_nothing_of_the_language() -> None:
    assert _shown(LANGUAGE, "docs/python.md", "x = 1\n") is None


@pytest.mark.parametrize("path", ["app/routing/users.py", "docs/router.md", "app/router.pyi"])
def test_another_path_shows_nothing(path: str) -> None:
    assert _shown(API, path, "x = 1\n") is None


def test_the_sentence_names_what_was_chosen_and_why_and_what_was_not() -> None:
    assert told([(API, "fastapi imported in app/x.py"), (STYLE, GENERAL)], [ASYNC]) == (
        "checklists: fastapi-endpoint 1.1.1 (fastapi imported in app/x.py), house-style 1.0.0 (any change); "
        "not chosen: async-concurrency 1.2.0"
    )
    assert told([], []) == "checklists: none"


def test_many_skills_are_counted_and_not_all_named() -> None:
    many = [Topic(f"s{number}", "1.0.0") for number in range(20)]
    assert told([], many).endswith("s10 1.0.0, s11 1.0.0 and 8 more")


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_text_and_any_terms_give_an_answer(text: str, terms: list[str]) -> None:
    diff = diff_of({"app/x.py": f"import a\n{text}\n"})
    why = shown_by(
        Topic("s", "1.0.0", tuple(terms), tuple(terms)), signs_of(diff.files, lambda _: text.encode("utf-8", "replace"))
    )
    assert why is None or why
